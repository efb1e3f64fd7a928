//! A Kalman filter on a few numbers, corrected by one scalar measurement after another, so that no
//! matrix is ever inverted.

/// How long the error of a network's estimate persists, in seconds.
const ERROR_TIME_S: f64 = 0.12;

/// A measurement of one linear combination of the state: its value and standard deviation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Measured {
    /// The measured value.
    pub value: f64,
    /// Standard deviation of its error.
    pub std: f64,
}

impl Measured {
    /// The measurement as it counts `dt_s` seconds after the one before: the less time has passed, the
    /// more alike both err, so its standard deviation is taken as larger.
    pub(crate) fn after(self, dt_s: f64) -> Self {
        let repeats = 1.0 + 2.0 * ERROR_TIME_S / dt_s.max(0.01);
        Self {
            std: self.std * repeats.sqrt(),
            ..self
        }
    }
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
        let spread = self.variance(row) + measured.std * measured.std;
        let missing = measured.value - self.expected(row);
        let along = self.times(row);
        for i in 0..N {
            self.mean[i] += along[i] * missing / spread;
            for j in 0..N {
                self.covariance[i][j] -= along[i] * along[j] / spread;
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
    fn a_velocity_is_learned_from_positions() {
        let mut filter = Kalman::new([0.0, 0.0], [1.0, 10.0]);
        for step in 1..=20 {
            filter.predict(&[[1.0, 0.1], [0.0, 1.0]], &[[0.0; 2]; 2]);
            let value = 3.0 * 0.1 * f64::from(step);
            filter.update(&POSITION, Measured { value, std: 0.1 });
        }
        assert!((filter.mean[1] - 3.0).abs() < 0.1, "{filter:?}");
    }
}
