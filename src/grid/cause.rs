//! Why one network drives differently from another: by what it sees, by when, or both.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::effect::Effect;

/// Effects on one story's pass rate below this do not count, as a share.
const STORY_MARGIN: f64 = 0.2;
/// Effects on the pass rate over many stories below this do not count, as a share.
pub const PACK_MARGIN: f64 = 0.05;

/// The cause of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The pass rate changes with the network at equal latency.
    Quality,
    /// The pass rate changes with the latency for the same network.
    Latency,
    /// It changes with either.
    Both,
    /// It changes with neither by more than the margin.
    Neither,
    /// The intervals are too wide to tell.
    NotEnoughEvidence,
}

impl fmt::Display for Cause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Cause::Quality => "quality",
            Cause::Latency => "latency",
            Cause::Both => "both",
            Cause::Neither => "neither",
            Cause::NotEnoughEvidence => "not enough evidence",
        })
    }
}

/// Whether each of two networks passed one story and seed with each of two latencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Square {
    /// The first network: with its own latency, and with the second's.
    pub first: [bool; 2],
    /// The second network: with the first's latency, and with its own.
    pub second: [bool; 2],
}

/// What two networks' runs tell of the cause.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Attribution {
    /// What changes with the network at equal latency: second minus first, the mean over both latencies.
    pub quality: Effect,
    /// What changes with the latency for the same network: second's minus first's, the mean over both networks.
    pub latency: Effect,
    /// The whole change: the second with its own latency minus the first with its own.
    pub whole: Effect,
    /// The cause.
    pub cause: Cause,
}

impl Attribution {
    /// Of one story's runs, paired by seed: a factorial design, network by latency.
    pub fn of(squares: &[Square]) -> Self {
        Self::with(STORY_MARGIN, |difference| {
            Effect::of(&squares.iter().map(difference).collect::<Vec<_>>())
        })
    }

    /// Of several stories' runs, paired by story and seed.
    pub fn over_stories(stories: &[Vec<Square>]) -> Self {
        Self::with(PACK_MARGIN, |difference| {
            let differences = |squares: &Vec<Square>| squares.iter().map(difference).collect();
            Effect::over_stories(&stories.iter().map(differences).collect::<Vec<_>>())
        })
    }

    fn with(margin: f64, effect: impl Fn(fn(&Square) -> f64) -> Effect) -> Self {
        let quality = effect(|square| {
            let at =
                |latency: usize| passed(square.second[latency]) - passed(square.first[latency]);
            f64::midpoint(at(0), at(1))
        });
        let latency = effect(|square| {
            let of = |passes: [bool; 2]| passed(passes[1]) - passed(passes[0]);
            f64::midpoint(of(square.first), of(square.second))
        });
        Self {
            quality,
            latency,
            whole: effect(|square| passed(square.second[1]) - passed(square.first[0])),
            cause: cause(&quality, &latency, margin),
        }
    }
}

fn cause(quality: &Effect, latency: &Effect, margin: f64) -> Cause {
    match (quality.is_shown(), latency.is_shown()) {
        (true, true) => Cause::Both,
        (true, false) => Cause::Quality,
        (false, true) => Cause::Latency,
        (false, false) if quality.is_negligible(margin) && latency.is_negligible(margin) => {
            Cause::Neither
        }
        (false, false) => Cause::NotEnoughEvidence,
    }
}

fn passed(passed: bool) -> f64 {
    f64::from(u8::from(passed))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seeds(passes: impl Fn(usize) -> Square) -> Vec<Square> {
        (0..10).map(passes).collect()
    }

    #[test]
    fn a_network_that_fails_whenever_it_is_late_is_late() {
        let squares = seeds(|_| Square {
            first: [true, false],
            second: [true, false],
        });
        let found = Attribution::of(&squares);
        assert_eq!(found.cause, Cause::Latency);
        assert_eq!((found.latency.mean, found.quality.mean), (-1.0, 0.0));
    }

    #[test]
    fn a_network_that_fails_at_any_latency_sees_badly() {
        let squares = seeds(|seed| Square {
            first: [true, true],
            second: [seed % 3 == 0, seed % 3 == 0],
        });
        assert_eq!(Attribution::of(&squares).cause, Cause::Quality);
    }

    #[test]
    fn a_network_that_sees_badly_and_late_is_told_both() {
        let squares = seeds(|_| Square {
            first: [true, false],
            second: [false, false],
        });
        let found = Attribution::of(&squares);
        assert_eq!(found.cause, Cause::Both);
        assert_eq!((found.whole.mean, found.quality.mean), (-1.0, -0.5));
    }

    #[test]
    fn equal_networks_differ_by_neither_and_three_seeds_prove_nothing() {
        let square = Square {
            first: [true, true],
            second: [true, true],
        };
        assert_eq!(Attribution::of(&[square; 10]).cause, Cause::Neither);
        assert_eq!(
            Attribution::of(&[square; 3]).cause,
            Cause::NotEnoughEvidence
        );
    }
}
