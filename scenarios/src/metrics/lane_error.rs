//! How far ego strayed from the centre of its lane.

use super::{Sample, largest};

/// Distances of ego's centre from its lane's centre.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct LaneError {
    /// The largest, in metres.
    pub max_m: f64,
    /// The mean, in metres.
    pub mean_m: f64,
    /// Share of the way driven with ego's centre outside its lane, 0 to 1.
    pub outside_share: f64,
}

/// Lane errors of a drive in a lane of the given width.
pub fn lane_error(samples: &[Sample], lane_width_m: f64) -> LaneError {
    let errors = samples.iter().map(|sample| sample.left_m.abs());
    let (mut outside_m, mut total_m) = (0.0, 0.0);
    for pair in samples.windows(2) {
        let step_m = (pair[1].along_m - pair[0].along_m).abs();
        total_m += step_m;
        if pair[1].left_m.abs() > lane_width_m / 2.0 {
            outside_m += step_m;
        }
    }
    LaneError {
        max_m: largest(errors.clone()).unwrap_or(0.0),
        mean_m: errors.sum::<f64>() / samples.len().max(1) as f64,
        outside_share: if total_m > 0.0 {
            outside_m / total_m
        } else {
            0.0
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_the_way_beside_the_lane_is_half_outside() {
        let sample = |tick: u64| Sample {
            along_m: tick as f64,
            left_m: if tick > 50 { -2.0 } else { 0.0 },
            ..Sample::default()
        };
        let samples: Vec<Sample> = (0..=100).map(sample).collect();
        let error = lane_error(&samples, 3.5);
        assert_eq!((error.max_m, error.outside_share), (2.0, 0.5));
    }
}
