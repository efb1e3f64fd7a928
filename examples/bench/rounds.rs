//! Turns in alternation, and what they say: ratios of neighbours in time, since a busy machine's speed drifts.

use std::thread::sleep;
use std::time::Duration;

use anyhow::Result;

use crate::contestant::Contestant;

/// About how long a turn is meant to be.
const TURN_MS: f64 = 250.0;
/// At most this many calls make a turn.
const MOST_CALLS: f64 = 200.0;
/// Rest before a turn: threads of ONNX Runtime and OpenMP go on spinning for a while after a call.
const PAUSE: Duration = Duration::from_millis(60);

/// Lets contestants take turns; for each, the milliseconds of every call, turn by turn.
pub(crate) fn compete(
    contestants: &mut [Box<dyn Contestant>],
    rounds: usize,
) -> Result<Vec<Vec<Vec<f64>>>> {
    let mut calls = Vec::new();
    for contestant in contestants.iter_mut() {
        calls.push(calls_of_a_turn(median(&contestant.turn(2, 3)?)));
    }
    let mut turns = vec![Vec::with_capacity(rounds); contestants.len()];
    for round in 0..rounds {
        for index in order(contestants.len(), round) {
            sleep(PAUSE);
            let lead = calls[index].div_ceil(10);
            turns[index].push(contestants[index].turn(lead, calls[index])?);
        }
    }
    Ok(turns)
}

/// How many calls of so many milliseconds make a turn.
fn calls_of_a_turn(call_ms: f64) -> usize {
    (TURN_MS / call_ms).clamp(1.0, MOST_CALLS) as usize
}

/// The order of turns in a round: there in one, back in the next, so that nobody always follows the same one.
fn order(contestants: usize, round: usize) -> Vec<usize> {
    let forth = 0..contestants;
    if round.is_multiple_of(2) {
        forth.collect()
    } else {
        forth.rev().collect()
    }
}

/// The middle value; the upper of two.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// The time of each turn: the median of its calls.
pub(crate) fn turn_times(turns: &[Vec<f64>]) -> Vec<f64> {
    turns.iter().map(|calls| median(calls)).collect()
}

/// Our time as a share of a peer's, round by round.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub(crate) struct Ratio {
    pub(crate) median: f64,
    pub(crate) least: f64,
    pub(crate) most: f64,
}

impl Ratio {
    /// Of the times of both in the same rounds.
    pub(crate) fn of(ours: &[f64], peers: &[f64]) -> Self {
        let ratios: Vec<f64> = ours
            .iter()
            .zip(peers)
            .map(|(our, peer)| our / peer)
            .collect();
        Self {
            median: median(&ratios),
            least: ratios.iter().copied().fold(f64::INFINITY, f64::min),
            most: ratios.iter().copied().fold(0.0, f64::max),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each turn takes a millisecond a call longer than the one before.
    struct Clockwork {
        ms: f64,
    }

    impl Contestant for Clockwork {
        fn version(&self) -> &'static str {
            "clockwork"
        }

        fn answer(&mut self) -> Result<Vec<Vec<f32>>> {
            Ok(Vec::new())
        }

        fn turn(&mut self, _lead: usize, times: usize) -> Result<Vec<f64>> {
            self.ms += 1.0;
            Ok(vec![self.ms; times])
        }
    }

    #[test]
    fn every_contestant_has_one_turn_a_round_of_as_many_calls_as_fit() {
        let mut both: Vec<Box<dyn Contestant>> = vec![
            Box::new(Clockwork { ms: 9.0 }),
            Box::new(Clockwork { ms: 999.0 }),
        ];
        let turns = compete(&mut both, 3).unwrap();
        assert_eq!(turn_times(&turns[0]), [11.0, 12.0, 13.0]);
        assert_eq!(turn_times(&turns[1]), [1001.0, 1002.0, 1003.0]);
        assert_eq!((turns[0][0].len(), turns[1][0].len()), (25, 1));
    }

    #[test]
    fn turns_go_there_and_back() {
        assert_eq!(order(3, 0), [0, 1, 2]);
        assert_eq!(order(3, 1), [2, 1, 0]);
    }

    #[test]
    fn a_drift_that_slows_both_leaves_the_ratio_alone() {
        let ratio = Ratio::of(&[1.0, 2.0, 8.0], &[2.0, 4.0, 16.0]);
        assert_eq!((ratio.median, ratio.least, ratio.most), (0.5, 0.5, 0.5));
    }

    #[test]
    fn one_disturbed_round_widens_the_spread_but_not_the_median() {
        let ratio = Ratio::of(&[1.0, 9.0, 1.1], &[1.0, 1.0, 1.0]);
        assert_eq!((ratio.median, ratio.least, ratio.most), (1.1, 1.0, 9.0));
    }
}
