//! A Kalman filter on a few numbers, corrected by one scalar measurement after another, so that no
//! matrix is ever inverted.

use crate::math::{normal_cdf, normal_pdf};

/// Half the width of a uniform distribution, in standard deviations.
const UNIFORM_HALF_WIDTH: f64 = 1.732_050_807_568_877_2;
/// How soft the ends of a bin are, as a share of the measurement's standard deviation.
const BIN_SOFTNESS: f64 = 0.4;
/// Below this probability of a measurement its density is taken as normal, not as a bin.
const MIN_BIN_PROBABILITY: f64 = 1e-6;

/// A measurement of one linear combination of the state: its value and standard deviation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Measured {
    /// The measured value.
    pub value: f64,
    /// Standard deviation of its error.
    pub std: f64,
}

/// Mean and covariance of `N` jointly normal numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Kalman<const N: usize> {
    /// The most probable state.
    pub mean: [f64; N],
    /// Covariance of the state.
    pub covariance: [[f64; N]; N],
}

impl<const N: usize> Kalman<N> {
    /// Independent numbers with these means and standard deviations.
    pub(crate) fn new(mean: [f64; N], std: [f64; N]) -> Self {
        let mut covariance = [[0.0; N]; N];
        for i in 0..N {
            covariance[i][i] = std[i] * std[i];
        }
        Self { mean, covariance }
    }

    /// The state after the linear motion `transition`, with the covariance `noise` added.
    pub(crate) fn predict(&mut self, transition: &[[f64; N]; N], noise: &[[f64; N]; N]) {
        self.mean = core::array::from_fn(|i| dot(&transition[i], &self.mean));
        let moved: [[f64; N]; N] = core::array::from_fn(|i| self.times(&transition[i]));
        self.covariance = core::array::from_fn(|i| {
            core::array::from_fn(|j| dot(&moved[i], &transition[j]) + noise[i][j])
        });
    }

    /// The expected value of the combination `row` of the state.
    pub(crate) fn expected(&self, row: &[f64; N]) -> f64 {
        dot(row, &self.mean)
    }

    /// The variance of the combination `row` of the state.
    pub(crate) fn variance(&self, row: &[f64; N]) -> f64 {
        dot(&self.times(row), row)
    }

    /// How many standard deviations a measurement of `row` lies from what is expected.
    pub(crate) fn surprise(&self, row: &[f64; N], measured: Measured) -> f64 {
        let spread = (self.variance(row) + measured.std * measured.std).sqrt();
        (measured.value - self.expected(row)) / spread
    }

    /// Corrects the state by a measurement of `row` with a normal error that is new every time.
    pub(crate) fn update(&mut self, row: &[f64; N], measured: Measured) {
        let variance = self.variance(row);
        let noise = measured.std * measured.std;
        let gain = variance / (variance + noise);
        let expected = self.expected(row);
        let mean = expected + gain * (measured.value - expected);
        self.set_moments(row, mean, (1.0 - gain) * variance);
    }

    /// Corrects the state by a measurement of `row` that tells a bin: the true value lies anywhere
    /// within it with equal probability, and the same bin told twice teaches nothing new.
    ///
    /// The posterior's first two moments are exact (assumed density filtering); the bin's ends are
    /// softened because a network may prefer its neighbour.
    pub(crate) fn update_within(&mut self, row: &[f64; N], measured: Measured) {
        let (expected, variance) = (self.expected(row), self.variance(row));
        let softness = BIN_SOFTNESS * measured.std;
        let spread = (variance + softness * softness).sqrt();
        let half_width = UNIFORM_HALF_WIDTH * measured.std;
        let above_low = (expected - measured.value + half_width) / spread;
        let above_high = (expected - measured.value - half_width) / spread;
        // Equal by symmetry, but without cancellation between two numbers close to one.
        let probability = if above_high > 0.0 {
            normal_cdf(-above_high) - normal_cdf(-above_low)
        } else {
            normal_cdf(above_low) - normal_cdf(above_high)
        };
        if probability < MIN_BIN_PROBABILITY {
            self.update(row, measured);
            return;
        }
        let (low, high) = (normal_pdf(above_low), normal_pdf(above_high));
        let slope = (low - high) / (spread * probability);
        let bend = -(above_low * low - above_high * high) / (spread * spread * probability)
            - slope * slope;
        let mean = expected + variance * slope;
        self.set_moments(row, mean, variance + variance * variance * bend);
    }

    /// Makes the combination `row` have this mean and variance; the rest follows by correlation.
    fn set_moments(&mut self, row: &[f64; N], mean: f64, variance: f64) {
        let (old_mean, old_variance) = (self.expected(row), self.variance(row));
        if old_variance <= 0.0 {
            return;
        }
        let gain = self.times(row).map(|c| c / old_variance);
        for i in 0..N {
            self.mean[i] += gain[i] * (mean - old_mean);
            for j in 0..N {
                self.covariance[i][j] += gain[i] * gain[j] * (variance - old_variance);
            }
        }
    }

    /// Covariance times a column.
    fn times(&self, column: &[f64; N]) -> [f64; N] {
        core::array::from_fn(|i| dot(&self.covariance[i], column))
    }
}

/// The scalar product of two rows.
fn dot<const N: usize>(a: &[f64; N], b: &[f64; N]) -> f64 {
    let mut sum = 0.0;
    for i in 0..N {
        sum += a[i] * b[i];
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    const POSITION: [f64; 2] = [1.0, 0.0];

    #[test]
    fn equally_certain_prior_and_measurement_meet_in_the_middle() {
        let mut filter = Kalman::new([0.0, 0.0], [1.0, 1.0]);
        filter.update(
            &POSITION,
            Measured {
                value: 2.0,
                std: 1.0,
            },
        );
        assert!((filter.mean[0] - 1.0).abs() < 1e-12);
        assert!((filter.covariance[0][0] - 0.5).abs() < 1e-12);
        assert_eq!(filter.covariance[1][1], 1.0);
    }

    #[test]
    fn the_same_bin_told_a_hundred_times_stays_as_wide_as_a_bin() {
        let mut filter = Kalman::new([3.0, 0.0], [10.0, 1.0]);
        let bin = Measured {
            value: 0.0,
            std: 1.0,
        };
        for _ in 0..100 {
            filter.update_within(&POSITION, bin);
        }
        let std = filter.variance(&POSITION).sqrt();
        assert!((0.3..1.1).contains(&std), "{std}");
    }

    #[test]
    fn a_very_wide_prior_takes_mean_and_spread_from_the_bin() {
        let mut filter = Kalman::new([0.0, 0.0], [100.0, 1.0]);
        filter.update_within(
            &POSITION,
            Measured {
                value: 5.0,
                std: 1.0,
            },
        );
        let std = filter.variance(&POSITION).sqrt();
        assert!((filter.mean[0] - 5.0).abs() < 0.1 && (std - 1.08).abs() < 0.1);
    }
}
