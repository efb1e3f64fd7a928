//! What every head should say of one frame, compactly: one or two neighbouring bins a position.

use serde::{Deserialize, Serialize};

use crate::heads::Head;
use crate::probabilities::Probabilities;

/// The wanted distribution at one position of one head.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Target {
    /// The class, or the lower of the two neighbouring bins.
    pub index: u16,
    /// Share of the probability in the next bin (cyclic for yaw), 0 to 1; the rest is in `index`.
    pub upper_weight: f32,
    /// How much the position counts in the loss; 0 where the head is not trained.
    pub weight: f32,
}

impl Target {
    /// All probability in one class.
    pub fn class(index: usize) -> Self {
        Self {
            index: index as u16,
            upper_weight: 0.0,
            weight: 1.0,
        }
    }

    /// The same wanted distribution with another weight.
    #[must_use]
    pub fn weighted(self, weight: f32) -> Self {
        Self { weight, ..self }
    }

    /// The bin that `upper_weight` goes to, in a head of this many classes.
    pub fn upper_index(&self, classes: usize) -> usize {
        (self.index as usize + 1) % classes
    }
}

/// The targets of every head for one frame.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Targets {
    heads: [Vec<Target>; 8],
}

impl Default for Targets {
    fn default() -> Self {
        Self::untrained()
    }
}

impl Targets {
    /// Class 0 with weight 0 everywhere: nothing is asked of any head.
    pub fn untrained() -> Self {
        Self {
            heads: Head::ALL.map(|head| vec![Target::default(); head.positions()]),
        }
    }

    /// The targets of one head, by position.
    pub fn head(&self, head: Head) -> &[Target] {
        &self.heads[head as usize]
    }

    /// The targets of one head, by position, to be changed.
    pub fn head_mut(&mut self, head: Head) -> &mut [Target] {
        &mut self.heads[head as usize]
    }

    /// The distributions of a network that is certain of exactly these targets.
    pub fn one_hot(&self) -> Probabilities {
        let mut probabilities = Probabilities::zeros();
        for head in Head::ALL {
            let classes = head.classes();
            for (position, target) in self.head(head).iter().enumerate() {
                let row = probabilities.at_mut(head, position);
                row[target.index as usize] += 1.0 - target.upper_weight;
                row[target.upper_index(classes)] += target.upper_weight;
            }
        }
        probabilities
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_hot_rows_sum_to_one() {
        let mut targets = Targets::untrained();
        targets.head_mut(Head::Yaw)[7] = Target {
            index: 11,
            upper_weight: 0.25,
            weight: 1.0,
        };
        let probabilities = targets.one_hot();
        for head in Head::ALL {
            for position in 0..head.positions() {
                let sum: f32 = probabilities.at(head, position).iter().sum();
                assert_eq!(sum, 1.0);
            }
        }
        assert_eq!(probabilities.at(Head::Yaw, 7)[0], 0.25);
    }
}
