//! Elementary functions that give the same bits on every machine (pure-Rust libm), and small helpers.

use core::f64::consts::{PI, TAU};

/// Sine of an angle in radians.
pub fn sin(x_rad: f64) -> f64 {
    libm::sin(x_rad)
}

/// Cosine of an angle in radians.
pub fn cos(x_rad: f64) -> f64 {
    libm::cos(x_rad)
}

/// Tangent of an angle in radians.
pub fn tan(x_rad: f64) -> f64 {
    libm::tan(x_rad)
}

/// Angle of the vector (x, y) in radians, in -pi..=pi.
pub fn atan2(y: f64, x: f64) -> f64 {
    libm::atan2(y, x)
}

/// Length of the vector (x, y).
pub fn hypot(x: f64, y: f64) -> f64 {
    libm::hypot(x, y)
}

/// e to the power of x.
pub fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// Natural logarithm of x.
pub fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// `base` to the power of `exponent`.
pub fn powf(base: f64, exponent: f64) -> f64 {
    libm::pow(base, exponent)
}

/// The same direction as `angle_rad`, in -pi..pi.
pub fn wrap_angle(angle_rad: f64) -> f64 {
    let turned = (angle_rad + PI).rem_euclid(TAU);
    turned - PI
}

/// The value a fraction `t` of the way from `a` to `b`.
pub fn lerp(a: f64, b: f64, t: f64) -> f64 {
    a + (b - a) * t
}
