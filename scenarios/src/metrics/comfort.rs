//! Comfort by nuPlan's bounds (Karnchanachari et al. 2024), derivatives smoothed as in the other measures.

use super::deceleration::slope;
use super::{Sample, accel_mps2, jerk_mps3, largest, smallest};

/// Hardest comfortable braking in metres per second squared.
const MIN_ACCEL_MPS2: f64 = -4.05;
/// Largest comfortable acceleration in metres per second squared.
const MAX_ACCEL_MPS2: f64 = 2.40;
/// Largest comfortable lateral acceleration in metres per second squared.
const MAX_LATERAL_MPS2: f64 = 4.89;
/// Largest comfortable yaw rate in radians per second.
const MAX_YAW_RATE_RADPS: f64 = 0.95;
/// Largest comfortable yaw acceleration in radians per second squared.
const MAX_YAW_ACCEL_RADPS2: f64 = 1.93;
/// Largest comfortable longitudinal jerk in metres per second cubed.
const MAX_JERK_MPS3: f64 = 4.13;
/// Largest comfortable magnitude of the jerk vector in metres per second cubed.
const MAX_JERK_VECTOR_MPS3: f64 = 8.37;
/// Values this many ticks to either side are fitted by a line (0.4 s in all).
const HALF_WINDOW: usize = 20;

/// The extremes comfort is judged by.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Comfort {
    /// Smallest longitudinal acceleration in metres per second squared.
    pub min_accel_mps2: f64,
    /// Largest longitudinal acceleration in metres per second squared.
    pub max_accel_mps2: f64,
    /// Largest lateral acceleration in metres per second squared.
    pub max_lateral_mps2: f64,
    /// Largest yaw rate in radians per second.
    pub max_yaw_rate_radps: f64,
    /// Largest yaw acceleration in radians per second squared.
    pub max_yaw_accel_radps2: f64,
    /// Largest longitudinal jerk in metres per second cubed.
    pub max_jerk_mps3: f64,
    /// Largest magnitude of the jerk vector in metres per second cubed.
    pub max_jerk_vector_mps3: f64,
}

impl Comfort {
    /// Whether every bound holds.
    pub fn is_comfortable(&self) -> bool {
        self.min_accel_mps2 >= MIN_ACCEL_MPS2
            && self.max_accel_mps2 <= MAX_ACCEL_MPS2
            && self.max_lateral_mps2 <= MAX_LATERAL_MPS2
            && self.max_yaw_rate_radps <= MAX_YAW_RATE_RADPS
            && self.max_yaw_accel_radps2 <= MAX_YAW_ACCEL_RADPS2
            && self.max_jerk_mps3 <= MAX_JERK_MPS3
            && self.max_jerk_vector_mps3 <= MAX_JERK_VECTOR_MPS3
    }
}

/// The extremes of a drive.
pub fn comfort(samples: &[Sample]) -> Comfort {
    let accels = accel_mps2(samples);
    let jerks = jerk_mps3(samples);
    let lateral: Vec<f64> = samples
        .iter()
        .map(|sample| sample.speed_mps * sample.yaw_rate_radps)
        .collect();
    let yaw_rates: Vec<f64> = samples.iter().map(|sample| sample.yaw_rate_radps).collect();
    let lateral_jerks = slope(&lateral, HALF_WINDOW);
    let vectors = jerks
        .iter()
        .zip(&lateral_jerks)
        .map(|(x, y)| (x * x + y * y).sqrt());
    Comfort {
        min_accel_mps2: smallest(accels.iter().copied()).unwrap_or(0.0),
        max_accel_mps2: largest(accels.iter().copied()).unwrap_or(0.0),
        max_lateral_mps2: peak(&lateral),
        max_yaw_rate_radps: peak(&yaw_rates),
        max_yaw_accel_radps2: peak(&slope(&yaw_rates, HALF_WINDOW)),
        max_jerk_mps3: peak(&jerks),
        max_jerk_vector_mps3: largest(vectors).unwrap_or(0.0),
    }
}

fn peak(values: &[f64]) -> f64 {
    largest(values.iter().map(|value| value.abs())).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drive(speed_mps: impl Fn(f64) -> f64) -> Vec<Sample> {
        let sample = |tick: u64| Sample {
            speed_mps: speed_mps(tick as f64 * 0.01),
            ..Sample::default()
        };
        (0..400).map(sample).collect()
    }

    #[test]
    fn gentle_braking_is_comfortable() {
        assert!(comfort(&drive(|time_s| 15.0 - 2.0 * time_s)).is_comfortable());
    }

    #[test]
    fn an_emergency_stop_is_not() {
        let extremes = comfort(&drive(|time_s| (15.0 - 7.0 * time_s).max(0.0)));
        assert!(!extremes.is_comfortable());
        assert!((extremes.min_accel_mps2 + 7.0).abs() < 1e-9);
    }
}
