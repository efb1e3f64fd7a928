//! The effect of a change on the pass rate, from runs paired by story and seed, with its interval.

use drive::random::stream;
use rand::Rng;
use serde::{Deserialize, Serialize};

/// Quantile of the normal distribution for a two-sided interval of 95 %.
const Z95: f64 = 1.959_964;

/// How many times stories are drawn anew for an interval over stories.
const DRAWS: usize = 2000;

/// A mean difference of pass rates with its 95 % interval, as shares.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    /// The mean difference, -1 to 1.
    pub mean: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
    /// Pairs it is the mean of.
    pub pairs: usize,
}

impl Effect {
    /// The mean of differences between -1 and 1, one per pair of runs.
    ///
    /// The interval is that of Agresti and Min (2005) for matched pairs: Wald's after half a pair is added to each of the
    /// four outcomes, which for differences means two pairs more, one of which differs half up and half down. It is
    /// honest for few pairs, where Wald's own would be empty.
    pub fn of(differences: &[f64]) -> Self {
        let pairs = differences.len();
        let count = pairs as f64 + 2.0;
        let sum: f64 = differences.iter().sum();
        let squares: f64 = differences.iter().map(|d| d * d).sum();
        let centre = sum / count;
        let half = Z95 * (((squares + 1.0) / count - centre * centre) / count).sqrt();
        Self {
            mean: if pairs == 0 { 0.0 } else { sum / pairs as f64 },
            low: (centre - half).max(-1.0),
            high: (centre + half).min(1.0),
            pairs,
        }
    }

    /// The mean over all pairs of several stories, whose seeds are no independent evidence of how other stories would
    /// end. The interval is the hull of that of the pairs and of a bootstrap over stories, so that neither few stories
    /// nor equal ones make it narrower than the pairs alone would.
    pub fn over_stories(stories: &[Vec<f64>]) -> Self {
        let pairs: Vec<f64> = stories.iter().flatten().copied().collect();
        let of_pairs = Self::of(&pairs);
        let mut rng = stream(0, "effect/bootstrap");
        let mut means: Vec<f64> = (0..DRAWS)
            .map(|_| {
                let drawn =
                    (0..stories.len()).map(|_| &stories[rng.random_range(0..stories.len())]);
                let (sum, count) = drawn.fold((0.0, 0), |(sum, count), story| {
                    (sum + story.iter().sum::<f64>(), count + story.len())
                });
                sum / f64::from(count.max(1) as u32)
            })
            .collect();
        means.sort_by(f64::total_cmp);
        let quantile = |share: f64| means[((DRAWS - 1) as f64 * share).round() as usize];
        Self {
            low: of_pairs.low.min(quantile(0.025)),
            high: of_pairs.high.max(quantile(0.975)),
            ..of_pairs
        }
    }

    /// Whether the interval excludes no effect.
    pub fn is_shown(&self) -> bool {
        self.low > 0.0 || self.high < 0.0
    }

    /// Whether the interval excludes every effect beyond `margin`.
    pub fn is_negligible(&self, margin: f64) -> bool {
        -margin <= self.low && self.high <= margin
    }

    /// In points with its interval: `-30 [-56, -2]`.
    pub fn words(&self) -> String {
        let points = |share: f64| format!("{:+.0}", 100.0 * share);
        format!(
            "{} [{}, {}]",
            points(self.mean),
            points(self.low),
            points(self.high)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_agresti_and_mins() {
        // 10 pairs, 4 of which pass only before: (b + 0.5, c + 0.5, n + 2) = (0.5, 4.5, 12).
        let mut differences = [0.0; 10];
        differences[..4].fill(-1.0);
        let effect = Effect::of(&differences);
        let centre = (0.5 - 4.5) / 12.0;
        let half = 1.959_964 * ((5.0 - 16.0 / 12.0) / 144.0f64).sqrt();
        assert_eq!(effect.mean, -0.4);
        assert!((effect.low - (centre - half)).abs() < 1e-12);
        assert!((effect.high - (centre + half)).abs() < 1e-12);
        assert!(effect.is_shown());
    }

    #[test]
    fn one_bad_story_among_many_seeds_widens_the_interval_over_stories() {
        let mut stories = vec![vec![0.0; 10]; 10];
        stories[3] = vec![-1.0; 10];
        let pairs: Vec<f64> = stories.concat();
        let (of_pairs, over_stories) = (Effect::of(&pairs), Effect::over_stories(&stories));
        assert_eq!(of_pairs.mean, over_stories.mean);
        assert!(of_pairs.is_shown() && !over_stories.is_shown());
        assert!(over_stories.low < -0.25, "{over_stories:?}");
    }

    #[test]
    fn equal_stories_are_as_uncertain_as_their_pairs() {
        let stories = vec![vec![-1.0, 0.0, 0.0]; 4];
        let of_pairs = Effect::of(&stories.concat());
        assert_eq!(Effect::over_stories(&stories), of_pairs);
    }

    #[test]
    fn few_equal_pairs_do_not_prove_that_nothing_changes() {
        assert!(!Effect::of(&[0.0; 3]).is_negligible(0.2));
        assert!(Effect::of(&[0.0; 10]).is_negligible(0.2));
        assert!(!Effect::of(&[0.0; 10]).is_negligible(0.1));
    }
}
