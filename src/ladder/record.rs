//! What a driver made of a ladder: the worst seed of every test, its colour, and the points.

use serde::{Deserialize, Serialize};

use super::band::Band;
use crate::record::RunRecord;

/// The parameter that every ladder has: ego's speed in km/h.
pub const SPEED_PARAMETER: &str = "ego_speed_kph";

/// One test, over all seeds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rung {
    /// Value of the parameter that the ladder climbs by.
    pub level: f64,
    /// Ego's speed in km/h.
    pub test_speed_kph: f64,
    /// The worst seed's impact speed in km/h; 0 when nothing was touched.
    pub impact_kph: f64,
    /// The worst seed's colour; `None` when ego touched nothing because it never came near: not a test.
    pub colour: Option<Band>,
    /// The colour's share of the test's point.
    pub credit: f64,
}

impl Rung {
    /// One seed's answer.
    pub fn of(level: f64, test_speed_kph: f64, run: &RunRecord) -> Self {
        let impact_kph = 3.6 * run.metrics.impact_speed_mps.unwrap_or(0.0);
        let arrived = run
            .failures
            .iter()
            .all(|failure| failure.criterion != "reaches");
        let is_test = arrived || run.metrics.impact_speed_mps.is_some();
        let colour = is_test.then(|| Band::of(test_speed_kph, impact_kph));
        Self {
            level,
            test_speed_kph,
            impact_kph,
            colour,
            credit: colour.map_or(0.0, Band::credit),
        }
    }

    /// The worse of two seeds: less credit, then the harder impact.
    #[must_use]
    pub fn worse(self, other: Self) -> Self {
        let order = other
            .credit
            .total_cmp(&self.credit)
            .then(self.impact_kph.total_cmp(&other.impact_kph));
        if order.is_lt() { other } else { self }
    }

    /// The letter, and the impact speed in whole km/h where there was an impact; below 1 km/h with a decimal.
    pub fn words(&self) -> String {
        match (self.letter(), self.impact_kph) {
            (letter, kph) if kph <= 0.0 => letter.to_string(),
            (letter, kph) if kph < 0.95 => format!("{letter} {:.1}", kph.max(0.1)),
            (letter, kph) => format!("{letter} {kph:.0}"),
        }
    }

    /// The colour's letter; a dash where ego never came near.
    pub fn letter(&self) -> char {
        self.colour.map_or('-', Band::letter)
    }
}

/// One driver on one ladder, for scripts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LadderRecord {
    /// Name of the ladder.
    pub ladder: String,
    /// What happens, an English sentence.
    pub title: String,
    /// Who drove.
    pub driver: String,
    /// Latency mode as on the command line.
    pub latency: String,
    /// How many seeds decided each test.
    pub seeds: u64,
    /// The parameter that the ladder climbs by.
    pub parameter: String,
    /// What that is, with its unit.
    pub about: String,
    /// The tests, easy to hard.
    pub rungs: Vec<Rung>,
    /// Credits of all tests together over their number, in percent.
    pub score_percent: f64,
}

/// The mean credit of some tests in percent; 0 without any.
pub fn score_percent(rungs: &[Rung]) -> f64 {
    let credit: f64 = rungs.iter().map(|rung| rung.credit).sum();
    100.0 * credit / rungs.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rung(colour: Option<Band>, impact_kph: f64) -> Rung {
        Rung {
            level: 50.0,
            test_speed_kph: 50.0,
            impact_kph,
            colour,
            credit: colour.map_or(0.0, Band::credit),
        }
    }

    #[test]
    fn the_worst_seed_decides() {
        let (green, yellow) = (rung(Some(Band::Green), 0.0), rung(Some(Band::Yellow), 8.0));
        let (red, redder) = (rung(Some(Band::Red), 31.0), rung(Some(Band::Red), 44.0));
        for (one, other, worse) in [
            (&green, &yellow, &yellow),
            (&red, &redder, &redder),
            (&green, &red, &red),
            (&green, &rung(None, 0.0), &rung(None, 0.0)),
        ] {
            assert_eq!(&one.clone().worse(other.clone()), worse);
            assert_eq!(&other.clone().worse(one.clone()), worse);
        }
    }

    #[test]
    fn a_slight_impact_is_not_shown_as_none() {
        let words = |kph| rung(Some(Band::of(10.0, kph)), kph).words();
        assert_eq!(
            [0.0, 0.01, 0.3, 7.6].map(words),
            ["G", "R 0.1", "R 0.3", "R 8"]
        );
    }

    #[test]
    fn the_score_is_the_mean_credit() {
        let rungs = [rung(Some(Band::Green), 0.0), rung(Some(Band::Yellow), 8.0)];
        assert!((score_percent(&rungs) - 87.5).abs() < 1e-9);
        assert!(score_percent(&[]).abs() < 1e-9);
    }
}
