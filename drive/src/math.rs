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

/// Angle whose tangent is x, in radians.
pub fn atan(x: f64) -> f64 {
    libm::atan(x)
}

/// Hyperbolic tangent of x.
pub fn tanh(x: f64) -> f64 {
    libm::tanh(x)
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

/// Probability that a standard normal variable lies below x.
pub fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x / core::f64::consts::SQRT_2)
}

/// The probability that has the log-odds `logit`.
pub fn sigmoid(logit: f64) -> f64 {
    1.0 / (1.0 + exp(-logit))
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
