//! What is measured of a run, and how far it may lie from the baseline: one table.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::record::RunRecord;

/// How far a quantity may lie from its baseline, either way: the larger of the two.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tolerance {
    /// In the quantity's own unit.
    #[serde(default)]
    pub absolute: f64,
    /// As a share of the baseline's value.
    #[serde(default)]
    pub relative: f64,
}

impl Tolerance {
    /// The smallest and the largest value allowed around `expected`.
    pub fn bounds(self, expected: f64) -> (f64, f64) {
        let reach = self.absolute.max(self.relative * expected.abs());
        (expected - reach, expected + reach)
    }
}

/// A number that a run is compared by.
pub struct Quantity {
    /// Its name, as in `--json`.
    pub name: &'static str,
    /// Its value in a run; `None` where it is undefined.
    pub of: fn(&RunRecord) -> Option<f64>,
    default: Tolerance,
}

/// A row of the table: name, absolute and relative tolerance, value.
const fn quantity(
    name: &'static str,
    absolute: f64,
    relative: f64,
    of: fn(&RunRecord) -> Option<f64>,
) -> Quantity {
    Quantity {
        name,
        of,
        default: Tolerance { absolute, relative },
    }
}

/// Every quantity with its default tolerance: wide enough for another instruction set and processor. There
/// the last bits of network outputs differ, and in a closed loop that can decide a frame earlier or later
/// to brake; docs/ci.md has what was measured.
pub const QUANTITIES: [Quantity; 15] = [
    quantity("driving_score_v2_0", 2.0, 0.0, |run| {
        Some(run.metrics.driving_score_v2_0)
    }),
    quantity("driving_score_v2_1", 2.0, 0.0, |run| {
        Some(run.metrics.driving_score_v2_1)
    }),
    quantity("route_completion", 0.02, 0.0, |run| {
        Some(run.metrics.route_completion)
    }),
    quantity("min_ttc_s", 0.3, 0.15, |run| run.metrics.min_ttc_s),
    quantity("time_exposed_s", 1.2, 0.15, |run| {
        Some(run.metrics.time_exposed_s)
    }),
    quantity("min_thw_s", 0.3, 0.15, |run| run.metrics.min_thw_s),
    quantity("min_pet_s", 0.8, 0.15, |run| run.metrics.min_pet_s),
    quantity("max_drac_mps2", 0.5, 0.15, |run| run.metrics.max_drac_mps2),
    quantity("min_gap_m", 0.5, 0.15, |run| run.metrics.min_gap_m),
    quantity("max_decel_mps2", 1.0, 0.15, |run| {
        Some(run.metrics.max_decel_mps2)
    }),
    quantity("lane_error_m", 0.2, 0.15, |run| {
        Some(run.metrics.lane_error_m)
    }),
    quantity("mean_lane_error_m", 0.05, 0.15, |run| {
        Some(run.metrics.mean_lane_error_m)
    }),
    quantity("mean_speed_mps", 0.3, 0.3, |run| {
        Some(run.metrics.mean_speed_mps)
    }),
    quantity("distance_m", 3.0, 0.3, |run| Some(run.metrics.distance_m)),
    quantity("agreement", 0.05, 0.0, |run| run.agreement),
];

/// The tolerance of every quantity: the table's, unless a pack says otherwise.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tolerances {
    of: BTreeMap<&'static str, Tolerance>,
    /// Stories of which the verdict alone is compared.
    pub verdict_only: Vec<String>,
}

impl Tolerances {
    /// The table's tolerances with some of them replaced.
    ///
    /// # Errors
    /// The first name that is no quantity.
    pub fn with(replaced: &BTreeMap<String, Tolerance>) -> Result<Self, String> {
        let table = QUANTITIES.iter().map(|row| (row.name, row.default));
        let mut tolerances: BTreeMap<_, _> = table.collect();
        for (name, tolerance) in replaced {
            *tolerances.get_mut(name.as_str()).ok_or(name)? = *tolerance;
        }
        Ok(Self {
            of: tolerances,
            verdict_only: Vec::new(),
        })
    }

    /// The tolerance of a quantity of the table.
    pub fn of(&self, quantity: &Quantity) -> Tolerance {
        self.of[quantity.name]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_larger_of_both_tolerances_counts() {
        let tolerance = Tolerance {
            absolute: 0.5,
            relative: 0.1,
        };
        assert_eq!(tolerance.bounds(2.0), (1.5, 2.5));
        assert_eq!(tolerance.bounds(-10.0), (-11.0, -9.0));
    }

    #[test]
    fn a_pack_replaces_what_it_names_and_nothing_else() {
        let wide = Tolerance {
            absolute: 9.0,
            relative: 0.0,
        };
        let replaced = BTreeMap::from([("min_gap_m".to_owned(), wide)]);
        let tolerances = Tolerances::with(&replaced).unwrap();
        for row in &QUANTITIES {
            let expected = if row.name == "min_gap_m" {
                wide
            } else {
                row.default
            };
            assert_eq!(tolerances.of(row), expected, "{}", row.name);
        }
        let unknown = BTreeMap::from([("min_gap".to_owned(), wide)]);
        assert_eq!(Tolerances::with(&unknown).unwrap_err(), "min_gap");
    }
}
