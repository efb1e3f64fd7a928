//! Hits, false alarms and misses.

use serde::{Deserialize, Serialize};

/// What was found of what was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Counts {
    /// There and found.
    pub(super) hits: u64,
    /// Found, but not there.
    pub(super) false_alarms: u64,
    /// There, but not found.
    pub(super) misses: u64,
}

impl Counts {
    /// Adds what was counted elsewhere.
    pub(super) fn merge(&mut self, other: &Self) {
        self.hits += other.hits;
        self.false_alarms += other.false_alarms;
        self.misses += other.misses;
    }

    /// How many were there.
    pub(super) fn there(&self) -> u64 {
        self.hits + self.misses
    }

    /// The usual figures.
    pub(super) fn report(&self) -> Detection {
        let share = |of: u64| {
            if of == 0 {
                0.0
            } else {
                self.hits as f64 / of as f64
            }
        };
        let found_and_there = 2 * self.hits + self.false_alarms + self.misses;
        Detection {
            precision: share(self.hits + self.false_alarms),
            recall: share(self.there()),
            f1: 2.0 * share(found_and_there),
            there: self.there(),
        }
    }
}

/// How well things are detected.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Detection {
    /// Share of what was found that was there.
    pub precision: f64,
    /// Share of what was there that was found.
    pub recall: f64,
    /// Harmonic mean of the two.
    pub f1: f64,
    /// How many were there.
    pub there: u64,
}

/// A mean in the making.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Mean {
    sum: f64,
    count: u64,
}

impl Mean {
    /// Adds what was added elsewhere.
    pub(super) fn merge(&mut self, other: &Self) {
        self.sum += other.sum;
        self.count += other.count;
    }

    pub(super) fn add(&mut self, value: f64) {
        self.sum += value;
        self.count += 1;
    }

    /// The mean of what was added, if anything was.
    pub(super) fn value(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / self.count as f64)
    }
}
