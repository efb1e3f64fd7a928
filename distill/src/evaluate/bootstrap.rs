//! How sure a figure is: worlds and seeds are drawn again, with replacement, and the figure is formed anew.
//!
//! Frames of one world are alike, so whole worlds are drawn, not frames. Everyone who is compared is drawn the same
//! worlds: differences are paired.

use drive::random::stream;
use rand::Rng;
use serde::{Deserialize, Serialize};

use super::{Figures, WorldTallies};

/// How often everything is drawn anew.
const DRAWS: usize = 400;
/// Share of the draws within the interval.
const COVERAGE: f64 = 0.95;

/// A figure with the interval that holds 95 % of its redrawn values.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Of what was really measured.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// The worlds that are drawn, the same for everyone.
#[derive(Debug, Clone)]
pub struct Resamples {
    worlds: Vec<u32>,
    seed: u64,
}

impl Resamples {
    /// Of these worlds.
    pub fn new(worlds: Vec<u32>, seed: u64) -> Self {
        Self { worlds, seed }
    }

    /// A figure formed from one or several contestants' figures. A contestant is what its seeds saw, at least one:
    /// its figures are their mean, and seeds are drawn like worlds, the same for contestants of equally many seeds.
    /// `None` where `figure` is none for what was really measured.
    ///
    /// # Panics
    /// If a contestant has no seeds.
    pub fn estimate(
        &self,
        contestants: &[&[WorldTallies]],
        figure: impl Fn(&[Figures]) -> Option<f64>,
    ) -> Option<Estimate> {
        let measured: Vec<Figures> = contestants
            .iter()
            .map(|seeds| mean(seeds.iter().map(|seed| seed.figures_of(&self.worlds))))
            .collect();
        let value = figure(&measured)?;
        let mut random = stream(self.seed, "bootstrap");
        let mut redrawn: Vec<f64> = (0..DRAWS)
            .filter_map(|_| figure(&self.redraw(contestants, &mut random)))
            .collect();
        redrawn.sort_by(f64::total_cmp);
        let at = |share: f64| redrawn[(share * (redrawn.len() - 1) as f64).round() as usize];
        let tail = (1.0 - COVERAGE) / 2.0;
        Some(Estimate {
            value,
            low: at(tail).min(value),
            high: at(1.0 - tail).max(value),
        })
    }

    /// Everyone's figures over worlds and seeds drawn anew.
    fn redraw(&self, contestants: &[&[WorldTallies]], random: &mut impl Rng) -> Vec<Figures> {
        let count = self.worlds.len();
        let worlds: Vec<u32> = (0..count)
            .map(|_| self.worlds[random.random_range(0..count)])
            .collect();
        let seeds_seed = random.random();
        let figures = |seeds: &&[WorldTallies]| {
            let mut random = stream(seeds_seed, "seeds");
            let drawn = (0..seeds.len()).map(|_| random.random_range(0..seeds.len()));
            mean(drawn.map(|seed| seeds[seed].figures_of(&worlds)))
        };
        contestants.iter().map(figures).collect()
    }
}

/// The mean of several figures, head by head.
fn mean(several: impl Iterator<Item = Figures>) -> Figures {
    let several: Vec<Figures> = several.collect();
    let first = several.first().expect("a contestant has seeds");
    let of_head = |head: &String| {
        let values: Vec<f64> = several
            .iter()
            .filter_map(|f| f.get(head))
            .copied()
            .collect();
        values.iter().sum::<f64>() / values.len().max(1) as f64
    };
    first
        .keys()
        .map(|head| (head.clone(), of_head(head)))
        .collect()
}

/// The mean over the heads.
pub fn macro_figure(figures: &Figures) -> f64 {
    figures.values().sum::<f64>() / figures.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::Split;
    use crate::evaluate::{examine, sight_of};
    use crate::fixture::{cache, tiny_net};
    use perception::network::{Backend, Network};

    fn seen_by(cache: &crate::cache::Cache, seed: u64) -> WorldTallies {
        let network = Network::new(tiny_net(seed), Backend::default()).unwrap();
        examine(cache, &cache.split(Split::Train), sight_of(network)).unwrap()
    }

    #[test]
    fn nobody_gains_over_themselves_and_the_interval_holds_the_figure() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(folder.path(), 30);
        let (one, other) = ([seen_by(&cache, 1)], [seen_by(&cache, 2)]);
        let resamples = Resamples::new(one[0].worlds(), 1);
        let gain = |a: &[WorldTallies], b: &[WorldTallies]| {
            let gain = |f: &[Figures]| Some(macro_figure(&f[0]) - macro_figure(&f[1]));
            resamples.estimate(&[a, b], gain).unwrap()
        };
        let none = gain(&one, &one);
        assert_eq!([none.value, none.low, none.high], [0.0; 3]);
        let some = gain(&one, &other);
        assert!(some.low <= some.value && some.value <= some.high && some.low < some.high);
    }

    #[test]
    fn the_same_seed_gives_the_same_interval() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(folder.path(), 10);
        let seen = [seen_by(&cache, 1)];
        let estimate = || {
            Resamples::new(seen[0].worlds(), 3)
                .estimate(&[&seen], |f| Some(macro_figure(&f[0])))
                .unwrap()
        };
        assert_eq!(estimate(), estimate());
    }
}
