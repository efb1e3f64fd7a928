//! The colour of an impact speed (Euro NCAP Crash Avoidance, Frontal Collisions, 2026).

use serde::{Deserialize, Serialize};

/// The limits of a row of the table: below the first an impact is yellow, below the second orange, below the third
/// brown, else red. In km/h; a limit of 0 leaves a colour out.
type Limits = [f64; 3];

/// From which test speed on, in km/h, which limits hold; the highest first.
const TABLE: [(f64, Limits); 3] = [
    (50.0, [10.0, 20.0, 30.0]),
    (40.0, [0.0, 10.0, 20.0]),
    (30.0, [0.0, 0.0, 10.0]),
];

/// A colour, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Band {
    /// No impact.
    Green,
    /// Nearly avoided.
    Yellow,
    /// Much slower.
    Orange,
    /// Somewhat slower.
    Brown,
    /// Hardly slower, or not at all.
    Red,
}

impl Band {
    /// Every colour, the best first.
    pub const ALL: [Self; 5] = [
        Self::Green,
        Self::Yellow,
        Self::Orange,
        Self::Brown,
        Self::Red,
    ];

    /// The colour of an impact speed at a test speed, both in km/h. Half-open: an impact at a limit falls into the
    /// worse colour, and only exactly 0 is green. A test speed between two rows takes the slower one's, the stricter.
    pub fn of(test_speed_kph: f64, impact_kph: f64) -> Self {
        if impact_kph <= 0.0 {
            return Self::Green;
        }
        let row = TABLE.iter().find(|row| test_speed_kph >= row.0);
        let limits = row.map_or([0.0; 3], |row| row.1);
        let colours = [Self::Yellow, Self::Orange, Self::Brown];
        let mut below = colours.into_iter().zip(limits);
        below
            .find(|(_, limit_kph)| impact_kph < *limit_kph)
            .map_or(Self::Red, |(colour, _)| colour)
    }

    /// Its share of a test's points, 0 to 1.
    pub fn credit(self) -> f64 {
        match self {
            Self::Green => 1.0,
            Self::Yellow => 0.75,
            Self::Orange => 0.5,
            Self::Brown => 0.25,
            Self::Red => 0.0,
        }
    }

    /// Its letter in tables and pictures.
    pub fn letter(self) -> char {
        match self {
            Self::Green => 'G',
            Self::Yellow => 'Y',
            Self::Orange => 'O',
            Self::Brown => 'B',
            Self::Red => 'R',
        }
    }

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Green => "green",
            Self::Yellow => "yellow",
            Self::Orange => "orange",
            Self::Brown => "brown",
            Self::Red => "red",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The letters of impacts at a test speed, in km/h.
    fn letters(test_speed_kph: f64, impacts_kph: &[f64]) -> String {
        let bands = impacts_kph.iter().map(|kph| Band::of(test_speed_kph, *kph));
        bands.map(Band::letter).collect()
    }

    #[test]
    fn slow_tests_are_green_or_red() {
        for test_speed_kph in [10.0, 20.0] {
            assert_eq!(letters(test_speed_kph, &[0.0, 0.001, 9.999, 20.0]), "GRRR");
        }
    }

    #[test]
    fn a_limit_falls_into_the_worse_colour() {
        assert_eq!(letters(30.0, &[0.0, 0.001, 9.999, 10.0, 30.0]), "GBBRR");
        assert_eq!(
            letters(40.0, &[0.0, 0.001, 9.999, 10.0, 19.999, 20.0, 40.0]),
            "GOOBBRR"
        );
        for test_speed_kph in [50.0, 60.0, 80.0] {
            let impacts_kph = [0.0, 0.001, 9.999, 10.0, 19.999, 20.0, 29.999, 30.0, 50.0];
            assert_eq!(letters(test_speed_kph, &impacts_kph), "GYYOOBBRR");
        }
    }

    #[test]
    fn a_speed_between_two_rows_takes_the_stricter() {
        assert_eq!(letters(29.9, &[5.0]), "R");
        assert_eq!(letters(45.0, &[5.0, 15.0]), "OB");
    }

    #[test]
    fn credit_falls_by_a_quarter_a_colour() {
        let credits: Vec<f64> = Band::ALL.iter().map(|band| band.credit()).collect();
        assert_eq!(credits, [1.0, 0.75, 0.5, 0.25, 0.0]);
    }
}
