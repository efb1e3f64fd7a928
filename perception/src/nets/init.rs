//! The numbers an untaught network starts with.

use drive::random::stream;
use rand::RngCore;

/// The numbers a tensor starts with: weights normal as He et al. (2015) propose, scales and variances 1, others 0.
pub(super) fn initial(name: &str, shape: &[usize], seed: u64) -> Vec<f32> {
    let count = shape.iter().product();
    if name.ends_with(".affine") {
        return (0..count)
            .map(|i| if i < count / 2 { 1.0 } else { 0.0 })
            .collect();
    }
    if !name.ends_with(".weight") {
        return vec![
            if name.ends_with(".variance") {
                1.0
            } else {
                0.0
            };
            count
        ];
    }
    let followed_by_relu = !name.starts_with("heads.") && !name.contains(".raise");
    let gain = if followed_by_relu { 2.0 } else { 1.0 };
    let fan_in = shape[..3].iter().product::<usize>() as f64;
    let deviation = (gain / fan_in).sqrt();
    let mut rng = stream(seed, name);
    (0..count)
        .map(|_| (deviation * normal(&mut rng)) as f32)
        .collect()
}

/// A draw from the standard normal distribution (Box and Muller).
fn normal(rng: &mut impl RngCore) -> f64 {
    let mut unit = || (f64::from(rng.next_u32()) + 0.5) / 4_294_967_296.0;
    let (radius, turn) = (unit(), unit());
    (-2.0 * drive::math::ln(radius)).sqrt() * drive::math::cos(core::f64::consts::TAU * turn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initial_weights_have_the_deviation_that_keeps_the_signal() {
        let numbers = initial("a.weight", &[3, 3, 32, 64], 9);
        let squares: f64 = numbers.iter().map(|&v| f64::from(v) * f64::from(v)).sum();
        let deviation = (squares / numbers.len() as f64).sqrt();
        assert!((deviation / (2.0f64 / 288.0).sqrt() - 1.0).abs() < 0.03);
    }
}
