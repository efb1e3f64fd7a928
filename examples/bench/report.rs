//! What came of it: a table for people, every sample in a file.

use serde::Serialize;
use understudy::table::{Table, number};

use crate::rounds::{Ratio, median, turn_times};
use crate::works::{Rival, Work};

/// Everything that was measured.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) machine: Machine,
    pub(crate) rounds: usize,
    pub(crate) works: Vec<Outcome>,
    /// Who did not take part in what, and why.
    pub(crate) left_out: Vec<String>,
}

/// What it was measured on.
#[derive(Debug, Serialize)]
pub(crate) struct Machine {
    pub(crate) processor: String,
    pub(crate) cores: usize,
    pub(crate) system: String,
}

/// One work and all who did it; ours comes first.
#[derive(Debug, Serialize)]
pub(crate) struct Outcome {
    pub(crate) work: &'static str,
    pub(crate) contestants: Vec<Record>,
    pub(crate) ratios: Vec<Against>,
}

/// One contestant's part.
#[derive(Debug, Serialize)]
pub(crate) struct Record {
    pub(crate) version: String,
    /// How far its answer was from ours, see [`crate::answers::difference`].
    pub(crate) difference: f64,
    /// Milliseconds of every call, turn by turn.
    pub(crate) turns_ms: Vec<Vec<f64>>,
}

/// Our time as a share of a peer's.
#[derive(Debug, Serialize)]
pub(crate) struct Against {
    pub(crate) peer: &'static str,
    pub(crate) ours_ms: f64,
    pub(crate) peer_ms: f64,
    pub(crate) ratio: Ratio,
    /// The ratio aimed at, if any.
    pub(crate) goal: Option<f64>,
}

impl Outcome {
    /// From what ours and the peers that took part did.
    pub(crate) fn new(work: &Work, peers: &[Rival], contestants: Vec<Record>) -> Self {
        let times: Vec<Vec<f64>> = contestants
            .iter()
            .map(|record| turn_times(&record.turns_ms))
            .collect();
        let against = |(index, peer): (usize, &Rival)| Against {
            peer: peer.name(),
            ours_ms: median(&times[0]),
            peer_ms: median(&times[index + 1]),
            ratio: Ratio::of(&times[0], &times[index + 1]),
            goal: (*peer == work.peers[0]).then_some(work.goal),
        };
        Self {
            work: work.name,
            ratios: peers.iter().enumerate().map(against).collect(),
            contestants,
        }
    }
}

impl Report {
    /// The table, then the machine, the versions and who is missing.
    pub(crate) fn render(&self) -> String {
        let mut table = Table::new(&[
            "work",
            "peer",
            "ours ms",
            "peer ms",
            "ratio",
            "least",
            "most",
            "goal",
            "difference",
        ]);
        for outcome in &self.works {
            for (against, record) in outcome.ratios.iter().zip(&outcome.contestants[1..]) {
                table.row(row(outcome.work, against, record));
            }
        }
        let Machine {
            processor,
            cores,
            system,
        } = &self.machine;
        let mut lines = vec![
            table.render(),
            format!(
                "{processor}, {cores} cores, {system}; {} rounds; {}",
                self.rounds,
                self.versions().join(", ")
            ),
        ];
        let left_out = self.left_out.iter();
        lines.extend(left_out.map(|reason| format!("left out: {reason}")));
        lines.join("\n")
    }

    /// Name and version of all who took part, each once.
    fn versions(&self) -> Vec<&str> {
        let mut versions: Vec<&str> = Vec::new();
        for record in self.works.iter().flat_map(|outcome| &outcome.contestants) {
            if !versions.contains(&record.version.as_str()) {
                versions.push(&record.version);
            }
        }
        versions
    }
}

fn row(work: &str, against: &Against, record: &Record) -> [String; 9] {
    let Ratio {
        median,
        least,
        most,
    } = against.ratio;
    let met = |goal: f64| if median <= goal { "met" } else { "missed" };
    let goal = against.goal;
    [
        work.to_owned(),
        against.peer.to_owned(),
        number(Some(against.ours_ms), 3),
        number(Some(against.peer_ms), 3),
        number(Some(median), 3),
        number(Some(least), 3),
        number(Some(most), 3),
        goal.map_or_else(String::new, |goal| format!("<= {goal:.2}, {}", met(goal))),
        format!("{:.0e}", record.difference),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::works::WORKS;

    fn record(version: &str, ms: f64) -> Record {
        Record {
            version: version.to_owned(),
            difference: 0.0,
            turns_ms: vec![vec![ms; 3]; 3],
        }
    }

    #[test]
    fn only_the_first_peer_is_held_against_the_goal() {
        let work = &WORKS[2];
        let records = vec![record("ours", 1.0), record("one", 2.0), record("two", 4.0)];
        let outcome = Outcome::new(work, &work.peers[..2], records);
        assert_eq!(outcome.ratios[0].goal, Some(work.goal));
        assert_eq!(outcome.ratios[1].goal, None);
        assert_eq!(outcome.ratios[1].ratio.median, 0.25);
    }

    #[test]
    fn without_the_first_peer_no_goal_is_claimed() {
        let work = &WORKS[2];
        let records = vec![record("ours", 1.0), record("two", 4.0)];
        let outcome = Outcome::new(work, &work.peers[1..2], records);
        assert_eq!(outcome.ratios[0].goal, None);
    }
}
