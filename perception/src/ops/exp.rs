//! Exponential and logarithm in single precision: the same formula on every machine, and quick in loops.

use core::f32::consts::{LOG2_E, SQRT_2};

/// ln 2 in two parts, the first with few bits, so that reductions by it are exact (Cody and Waite).
const LN2: (f32, f32) = (0.693_359_4, -2.121_944_4e-4);

/// e to the power of `x` to a few units in the last place; 0 below -87, capped above 88.
///
/// Polynomial of the Cephes library's `expf`.
#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    /// Adding it leaves the nearest whole number in the lowest bits.
    const ROUND: f32 = 12_582_912.0;
    let clamped = x.clamp(-87.0, 88.0);
    let rounded = clamped * LOG2_E + ROUND;
    let power = rounded - ROUND;
    let r = clamped - power * LN2.0 - power * LN2.1;
    let p = ((((1.987_569_1e-4 * r + 1.398_2e-3) * r + 8.333_452e-3) * r + 4.166_579_6e-2) * r
        + 0.166_666_66)
        * r
        + 0.5;
    let scale = f32::from_bits(rounded.to_bits().wrapping_add(127) << 23);
    let value = (p * r * r + r + 1.0) * scale;
    if x < -87.0 { 0.0 } else { value }
}

/// Natural logarithm of a positive, normal `x`, to a few units in the last place.
///
/// Polynomial of the Cephes library's `logf`.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "it must be compiled for the caller's instruction set"
)]
pub(crate) fn ln(x: f32) -> f32 {
    let bits = x.to_bits();
    let fraction = f32::from_bits(bits & 0x007f_ffff | 0x3f80_0000);
    let high = fraction > SQRT_2;
    let power = ((bits >> 23) as i32 - 127 + i32::from(high)) as f32;
    let r = if high { fraction * 0.5 } else { fraction } - 1.0;
    let mut p = 7.037_684e-2;
    for c in [
        -0.115_146_1,
        0.116_769_98,
        -0.124_201_41,
        0.142_493_23,
        -0.166_680_57,
        0.200_007_14,
        -0.249_999_94,
        0.333_333_3,
    ] {
        p = p * r + c;
    }
    let square = r * r;
    r + (p * r * square - 0.5 * square + power * LN2.1) + power * LN2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exponential_agrees_with_double_precision() {
        for step in -8700..=8800i16 {
            let x = f32::from(step) / 100.0;
            let exact = drive::math::exp(f64::from(x));
            assert!((f64::from(exp(x)) - exact).abs() <= 3e-7 * exact, "at {x}");
        }
        assert_eq!((exp(0.0), exp(-1e9)), (1.0, 0.0));
    }

    #[test]
    fn the_logarithm_undoes_the_exponential() {
        for step in -8600..=8800i16 {
            let x = f32::from(step) / 100.0;
            assert!((ln(exp(x)) - x).abs() <= 3e-7 * x.abs().max(1.0), "at {x}");
        }
        assert_eq!(ln(1.0), 0.0);
    }
}
