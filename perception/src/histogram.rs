//! How often magnitudes occur, in bins of equal ratio, and the range in which they lose least when stored in steps.

/// Bins for each doubling.
const PER_DOUBLING: u32 = 16;
/// The bits of a number that fall within a bin: of 23 bits of fraction the upper four are kept.
const DROPPED_BITS: u32 = 23 - PER_DOUBLING.ilog2();
/// Magnitudes below 2 to this power count as zero.
const LOWEST_POWER: u32 = 20;
/// The first bin: that of the smallest magnitude that does not count as zero.
const FIRST: u32 = (127 - LOWEST_POWER) * PER_DOUBLING;
/// Steps of a byte.
const STEPS: f32 = 255.0;
/// From 2^-20 to 2^12.
const BINS: usize = 32 * PER_DOUBLING as usize;

/// Counts of magnitudes.
#[derive(Debug, Clone)]
pub(crate) struct Histogram {
    counts: Vec<u32>,
}

impl Default for Histogram {
    fn default() -> Self {
        Self {
            counts: vec![0; BINS],
        }
    }
}

impl Histogram {
    /// Counts a number's magnitude.
    pub(crate) fn add(&mut self, value: f32) {
        let bin = value.abs().to_bits() >> DROPPED_BITS;
        if bin >= FIRST {
            self.counts[((bin - FIRST) as usize).min(BINS - 1)] += 1;
        }
    }

    /// The limit at which numbers stored in bytes up to it differ least from themselves, in the mean square: rounding
    /// costs a twelfth of a step's square, and what lies above is cut. 0 if all were zero.
    pub(crate) fn best_limit(&self) -> f32 {
        let Some(highest) = self.counts.iter().rposition(|&count| count > 0) else {
            return 0.0;
        };
        let cost = |limit: f32| -> f64 {
            let rounding = f64::from(limit / STEPS).powi(2) / 12.0;
            let of_bin = |(bin, &count): (usize, &u32)| {
                let beyond = f64::from((middle(bin) - limit).max(0.0));
                f64::from(count)
                    * if beyond > 0.0 {
                        beyond * beyond
                    } else {
                        rounding
                    }
            };
            self.counts.iter().enumerate().map(of_bin).sum()
        };
        let candidates = highest.saturating_sub(5 * PER_DOUBLING as usize)..=highest;
        candidates
            .map(|bin| edge(bin + 1))
            .min_by(|&a, &b| cost(a).total_cmp(&cost(b)))
            .unwrap_or(0.0)
    }
}

/// The lower edge of a bin.
fn edge(bin: usize) -> f32 {
    f32::from_bits((bin as u32 + FIRST) << DROPPED_BITS)
}

/// The middle of a bin.
fn middle(bin: usize) -> f32 {
    0.5 * (edge(bin) + edge(bin + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evenly_spread_numbers_are_kept_whole() {
        let mut histogram = Histogram::default();
        for i in 0..1000u16 {
            histogram.add(f32::from(i) / 1000.0);
        }
        let limit = histogram.best_limit();
        assert!((0.95..=1.05).contains(&limit), "{limit}");
    }

    #[test]
    fn a_single_outlier_is_cut() {
        let mut histogram = Histogram::default();
        for i in 0..1_000_000u32 {
            histogram.add(i as f32 / 1_000_000.0);
        }
        histogram.add(3.0);
        let limit = histogram.best_limit();
        assert!(limit < 2.0, "{limit}");
    }

    #[test]
    fn zeros_have_no_range() {
        let mut histogram = Histogram::default();
        histogram.add(0.0);
        assert_eq!(histogram.best_limit(), 0.0);
    }
}
