//! Which contestant drives how late: nobody waits, everyone with its own latency, and with the reference's.

use anyhow::{Result, ensure};
use drive::latency::LatencyMode;

use super::contestant::Contestant;

/// One contestant with one latency.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Index of the contestant.
    pub contestant: usize,
    /// How late it is.
    pub latency: LatencyMode,
}

/// The cells that two contestants are compared by: each with the first's own latency and with the second's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comparison {
    /// Index of the second contestant; the first is the reference.
    pub contestant: usize,
    /// Cells of the reference.
    pub first: [usize; 2],
    /// Cells of the contestant.
    pub second: [usize; 2],
}

/// A grid's cells and what they compare.
#[derive(Debug, Clone, PartialEq)]
pub struct Cells {
    /// Every cell once, contestants in their order.
    pub cells: Vec<Cell>,
    /// Each contestant's own latency.
    pub own: Vec<LatencyMode>,
    /// Index of the contestant that the others are compared with.
    pub reference: usize,
    /// One for everyone but the reference.
    pub comparisons: Vec<Comparison>,
}

impl Cells {
    /// The grid of these contestants, recorded latencies times `scale`.
    ///
    /// # Errors
    /// With fewer than two contestants, or when one's own latency is not known.
    pub fn grid(contestants: &[Contestant], reference: usize, scale: f64) -> Result<Self> {
        let mut cells = Self::empty(contestants, reference, scale)?;
        let own = cells.own.clone();
        for contestant in 0..contestants.len() {
            cells.add(contestant, LatencyMode::None);
            cells.add(contestant, own[contestant].clone());
            cells.add(contestant, own[reference].clone());
            if contestant == reference {
                for other in &own {
                    cells.add(contestant, other.clone());
                }
            }
        }
        cells.comparisons = (0..contestants.len())
            .filter(|&contestant| contestant != reference)
            .map(|contestant| {
                let [first, second] = [reference, contestant]
                    .map(|who| [reference, contestant].map(|late| cells.index(who, &own[late])));
                Comparison {
                    contestant,
                    first,
                    second,
                }
            })
            .collect();
        Ok(cells)
    }

    /// Only each contestant with its own latency; nothing to find causes by.
    ///
    /// # Errors
    /// As [`Cells::grid`].
    pub fn own_only(contestants: &[Contestant], scale: f64) -> Result<Self> {
        let mut cells = Self::empty(contestants, 0, scale)?;
        for (contestant, latency) in cells.own.clone().into_iter().enumerate() {
            cells.add(contestant, latency);
        }
        Ok(cells)
    }

    fn empty(contestants: &[Contestant], reference: usize, scale: f64) -> Result<Self> {
        ensure!(
            contestants.len() >= 2,
            "there is nothing to compare: name two drivers or more"
        );
        Ok(Self {
            cells: Vec::new(),
            own: contestants
                .iter()
                .map(|contestant| contestant.own_latency(scale))
                .collect::<Result<_>>()?,
            reference,
            comparisons: Vec::new(),
        })
    }

    fn add(&mut self, contestant: usize, latency: LatencyMode) {
        let cell = Cell {
            contestant,
            latency,
        };
        if !self.cells.contains(&cell) {
            self.cells.push(cell);
        }
    }

    /// The cell of a contestant with a latency that the grid has.
    fn index(&self, contestant: usize, latency: &LatencyMode) -> usize {
        let is_it = |cell: &Cell| cell.contestant == contestant && cell.latency == *latency;
        self.cells
            .iter()
            .position(is_it)
            .expect("the grid has every latency that is compared")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contestants(names: &[&str]) -> Vec<Contestant> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    fn words(cells: &Cells, contestants: &[Contestant]) -> Vec<String> {
        let word = |cell: &Cell| format!("{} {}", contestants[cell.contestant], cell.latency);
        cells.cells.iter().map(word).collect()
    }

    #[test]
    fn everyone_drives_without_latency_with_its_own_and_with_the_reference_s() {
        let contestants = contestants(&["truth", "teacher", "student"]);
        let cells = Cells::grid(&contestants, 1, 11.0).unwrap();
        assert_eq!(
            words(&cells, &contestants),
            [
                "truth none",
                "truth of:teacher*11",
                "teacher none",
                "teacher of:teacher*11",
                "teacher of:student*11",
                "student none",
                "student of:student*11",
                "student of:teacher*11",
            ]
        );
    }

    #[test]
    fn a_comparison_crosses_two_networks_with_their_latencies() {
        let contestants = contestants(&["teacher", "student"]);
        let cells = Cells::grid(&contestants, 0, 11.0).unwrap();
        let words = words(&cells, &contestants);
        let [comparison] = cells.comparisons[..] else {
            panic!("one other, one comparison")
        };
        assert_eq!(
            comparison.first.map(|cell| words[cell].as_str()),
            ["teacher of:teacher*11", "teacher of:student*11"]
        );
        assert_eq!(
            comparison.second.map(|cell| words[cell].as_str()),
            ["student of:teacher*11", "student of:student*11"]
        );
    }

    #[test]
    fn one_driver_alone_cannot_be_compared() {
        let alone = contestants(&["teacher"]);
        assert!(Cells::grid(&alone, 0, 1.0).is_err());
    }
}
