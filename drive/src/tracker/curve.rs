//! A curve whose second derivative is linear between knots, as a linear combination of its
//! coefficients: offset, slope, and the second derivative at each knot.

/// How many knots a curve has.
pub(super) const KNOTS: usize = 8;
/// Distance between two knots in metres.
pub(super) const SPACING_M: f64 = 8.0;
/// Index of the offset among the coefficients.
pub(super) const OFFSET: usize = 0;
/// Index of the slope among the coefficients.
pub(super) const SLOPE: usize = 1;
/// Index of the first knot among the coefficients.
pub(super) const FIRST_KNOT: usize = 2;
/// How many coefficients a curve has.
pub(super) const COEFFICIENTS: usize = FIRST_KNOT + KNOTS;

/// Weights of the coefficients in the value at `x`; the first knot lies `phase_m` behind the origin.
pub(super) fn value_weights(x: f64, phase_m: f64) -> [f64; COEFFICIENTS] {
    let mut weights = [0.0; COEFFICIENTS];
    weights[OFFSET] = 1.0;
    weights[SLOPE] = x;
    for knot in 0..KNOTS {
        let at = knot as f64 * SPACING_M - phase_m;
        weights[FIRST_KNOT + knot] = double_integral(knot, x - at)
            - double_integral(knot, -at)
            - x * single_integral(knot, -at);
    }
    weights
}

/// Weights of the coefficients in the slope at `x`.
pub(super) fn slope_weights(x: f64, phase_m: f64) -> [f64; COEFFICIENTS] {
    let mut weights = [0.0; COEFFICIENTS];
    weights[SLOPE] = 1.0;
    for knot in 0..KNOTS {
        let at = knot as f64 * SPACING_M - phase_m;
        weights[FIRST_KNOT + knot] = single_integral(knot, x - at) - single_integral(knot, -at);
    }
    weights
}

/// Weights of the coefficients in the second derivative at `x`.
pub(super) fn bend_weights(x: f64, phase_m: f64) -> [f64; COEFFICIENTS] {
    let mut weights = [0.0; COEFFICIENTS];
    let place = ((x + phase_m) / SPACING_M).clamp(0.0, (KNOTS - 1) as f64);
    let below = (place.floor() as usize).min(KNOTS - 2);
    weights[FIRST_KNOT + below + 1] = place - below as f64;
    weights[FIRST_KNOT + below] = 1.0 - weights[FIRST_KNOT + below + 1];
    weights
}

/// Integral up to `u` metres past a knot of its hat function, which is 1 at the knot and 0 at its
/// neighbours; the last knot's stays 1 for ever.
fn single_integral(knot: usize, u: f64) -> f64 {
    let h = SPACING_M;
    let rising = (u + h).clamp(0.0, h);
    let mut integral = rising * rising / (2.0 * h);
    if u > 0.0 {
        integral += if knot == KNOTS - 1 {
            u
        } else {
            let falling = u.min(h);
            falling - falling * falling / (2.0 * h)
        };
    }
    integral
}

/// Integral of [`single_integral`] up to `u`.
fn double_integral(knot: usize, u: f64) -> f64 {
    let h = SPACING_M;
    let rising = (u + h).clamp(0.0, h);
    let mut integral = rising * rising * rising / (6.0 * h);
    if u > 0.0 {
        integral += h / 2.0 * u;
        integral += if knot == KNOTS - 1 {
            u * u / 2.0
        } else {
            let falling = u.min(h);
            falling * falling / 2.0 - falling * falling * falling / (6.0 * h)
                + h / 2.0 * (u - h).max(0.0)
        };
    }
    integral
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(weights: [f64; COEFFICIENTS], coefficients: &[f64; COEFFICIENTS]) -> f64 {
        weights.iter().zip(coefficients).map(|(w, c)| w * c).sum()
    }

    #[test]
    fn equal_second_derivatives_make_a_parabola() {
        let mut curve = [0.01; COEFFICIENTS];
        (curve[OFFSET], curve[SLOPE]) = (1.0, -0.2);
        for x in [0.0, 3.0, 17.0, 55.0, 70.0] {
            let value = sum(value_weights(x, 5.0), &curve);
            assert!((value - (1.0 - 0.2 * x + 0.005 * x * x)).abs() < 1e-9);
            assert!((sum(slope_weights(x, 5.0), &curve) - (-0.2 + 0.01 * x)).abs() < 1e-9);
            assert!((sum(bend_weights(x, 5.0), &curve) - 0.01).abs() < 1e-12);
        }
    }

    #[test]
    fn slope_and_bend_are_derivatives_of_the_value() {
        let curve: [f64; COEFFICIENTS] =
            core::array::from_fn(|i| 0.01 * ((i * i) % 7) as f64 - 0.02);
        let at = |x: f64| sum(value_weights(x, 3.0), &curve);
        let slope_at = |x: f64| sum(slope_weights(x, 3.0), &curve);
        for x in [1.0, 9.0, 20.0, 44.0, 60.0] {
            assert!(((at(x + 1e-4) - at(x - 1e-4)) / 2e-4 - slope_at(x)).abs() < 1e-6);
            let bend = (slope_at(x + 1e-4) - slope_at(x - 1e-4)) / 2e-4;
            assert!((bend - sum(bend_weights(x, 3.0), &curve)).abs() < 1e-6);
        }
    }
}
