//! Acceleration from recorded speeds, smoothed so that a single tick of physics noise does not count.

use drive::time::TICK_S;

use super::{Sample, largest};

/// Speeds this many ticks to either side are fitted by a line (0.2 s in all).
const HALF_WINDOW: usize = 10;

/// Slope per second of the least-squares line through the window round each value (a first-order
/// Savitzky-Golay derivative); near both ends that of the first and the last whole window.
pub(super) fn slope(values: &[f64], half_window: usize) -> Vec<f64> {
    let reach = half_window.min(values.len().saturating_sub(1) / 2);
    let at = |index: usize| {
        let centre = index.clamp(reach, values.len() - 1 - reach);
        let (mut moment, mut weight) = (0.0, 0.0);
        for offset in 1..=reach {
            let k = offset as f64;
            moment += k * (values[centre + offset] - values[centre - offset]);
            weight += 2.0 * k * k;
        }
        if weight > 0.0 {
            moment / (weight * TICK_S)
        } else {
            0.0
        }
    };
    (0..values.len()).map(at).collect()
}

/// Ego's acceleration on each tick in metres per second squared.
pub fn accel_mps2(samples: &[Sample]) -> Vec<f64> {
    let speeds: Vec<f64> = samples.iter().map(|sample| sample.speed_mps).collect();
    slope(&speeds, HALF_WINDOW)
}

/// Hardest braking in metres per second squared, positive; 0 when ego never slowed.
pub fn max_deceleration_mps2(samples: &[Sample]) -> f64 {
    let braking = accel_mps2(samples).into_iter().map(|accel| -accel);
    largest(braking).unwrap_or(0.0).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steady_braking_is_measured_exactly() {
        let braking = |tick: u64| Sample {
            speed_mps: 20.0 - 6.0 * tick as f64 * TICK_S,
            ..Sample::default()
        };
        let samples: Vec<Sample> = (0..200).map(braking).collect();
        assert!((max_deceleration_mps2(&samples) - 6.0).abs() < 1e-9);
    }

    #[test]
    fn one_noisy_tick_hardly_counts() {
        let mut samples = vec![
            Sample {
                speed_mps: 10.0,
                ..Sample::default()
            };
            200
        ];
        samples[100].speed_mps = 9.95;
        assert!(max_deceleration_mps2(&samples) < 0.1);
    }

    #[test]
    fn no_samples_brake_no_harder_than_nothing() {
        assert_eq!(max_deceleration_mps2(&[]), 0.0);
    }
}
