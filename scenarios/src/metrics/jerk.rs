//! Longitudinal jerk: how fast the acceleration changes.

use super::Sample;
use super::deceleration::{accel_mps2, slope};

/// Accelerations this many ticks to either side are fitted by a line (0.4 s in all).
const HALF_WINDOW: usize = 20;

/// Longitudinal jerk on each tick in metres per second cubed.
pub fn jerk_mps3(samples: &[Sample]) -> Vec<f64> {
    slope(&accel_mps2(samples), HALF_WINDOW)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_acceleration_that_grows_evenly_has_constant_jerk() {
        let sample = |tick: u64| {
            let time_s = tick as f64 * 0.01;
            Sample {
                speed_mps: 5.0 + 0.5 * 3.0 * time_s * time_s,
                ..Sample::default()
            }
        };
        let samples: Vec<Sample> = (0..300).map(sample).collect();
        assert!((jerk_mps3(&samples)[150] - 3.0).abs() < 1e-9);
    }
}
