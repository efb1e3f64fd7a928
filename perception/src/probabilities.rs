//! Logits and probabilities of every head, and the softmax between them.

use crate::heads::Head;
use crate::ops::Isa;
use crate::ops::exp::{exp, ln};

/// Raw outputs of a network, `[positions, classes]` for each head, row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct Logits {
    heads: [Vec<f32>; 8],
}

impl Logits {
    /// Takes each head's values in the order of [`Head::ALL`].
    ///
    /// # Panics
    /// If a head does not have `positions * classes` values.
    pub fn new(heads: [Vec<f32>; 8]) -> Self {
        for head in Head::ALL {
            assert_eq!(
                heads[head as usize].len(),
                head.positions() * head.classes(),
                "values of head {}",
                head.name()
            );
        }
        Self { heads }
    }

    /// All values of one head.
    pub fn head(&self, head: Head) -> &[f32] {
        &self.heads[head as usize]
    }

    /// The same logits divided by a temperature: the softmax of the result is the soft target.
    #[must_use]
    pub fn at_temperature(&self, temperature: f32) -> Self {
        let soften = |head: &Vec<f32>| head.iter().map(|logit| logit / temperature).collect();
        Self {
            heads: self.heads.each_ref().map(soften),
        }
    }

    /// Every value's exact bits, head by head.
    pub fn to_le_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![0; 4 * self.heads.iter().map(Vec::len).sum::<usize>()];
        let logits = self.heads.iter().flatten();
        for (to, logit) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(logits) {
            *to = logit.to_le_bytes();
        }
        bytes
    }
}

/// Distributions of every head, `[positions, classes]` each, row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct Probabilities {
    heads: [Vec<f32>; 8],
}

impl Probabilities {
    /// Nothing but zeros, to be filled.
    pub(crate) fn zeros() -> Self {
        Self {
            heads: Head::ALL.map(|head| vec![0.0; head.positions() * head.classes()]),
        }
    }

    /// The mean of several, which is again a distribution at every position; `None` of none.
    pub fn average(several: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut several = several.into_iter();
        let mut sum = several.next()?;
        let mut count = 1.0;
        for next in several {
            count += 1.0;
            for (sum, next) in sum
                .heads
                .iter_mut()
                .flatten()
                .zip(next.heads.iter().flatten())
            {
                *sum += next;
            }
        }
        sum.heads
            .iter_mut()
            .flatten()
            .for_each(|share| *share /= count);
        Some(sum)
    }

    /// The same opinion at a temperature: as if its logits had been divided by it.
    #[must_use]
    pub fn tempered(&self, temperature: f32) -> Self {
        let logits = self.heads.each_ref().map(|head| {
            let floored = head.iter().map(|p| p.max(f32::MIN_POSITIVE));
            floored.map(|p| ln(p) / temperature).collect()
        });
        softmax(Logits { heads: logits })
    }

    /// All values of one head.
    pub fn head(&self, head: Head) -> &[f32] {
        &self.heads[head as usize]
    }

    /// The distribution at one position of a head.
    pub fn at(&self, head: Head, position: usize) -> &[f32] {
        let classes = head.classes();
        &self.heads[head as usize][position * classes..][..classes]
    }

    /// The distribution at one position of a head, to be filled.
    pub(crate) fn at_mut(&mut self, head: Head, position: usize) -> &mut [f32] {
        let classes = head.classes();
        &mut self.heads[head as usize][position * classes..][..classes]
    }
}

/// Turns logits into probabilities, position by position.
pub fn softmax(logits: Logits) -> Probabilities {
    let mut heads = logits.heads;
    Isa::best().run(
        #[inline(always)]
        || {
            for head in Head::ALL {
                for row in heads[head as usize].chunks_exact_mut(head.classes()) {
                    softmax_row(row);
                }
            }
        },
    );
    Probabilities { heads }
}

/// Softmax of one row in place.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "it must be compiled for the caller's instruction set"
)]
pub fn softmax_row(row: &mut [f32]) {
    let max = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    for value in row.iter_mut() {
        *value = exp(*value - max);
    }
    let scale = 1.0 / row.iter().sum::<f32>();
    for value in row.iter_mut() {
        *value *= scale;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tempered_opinion_is_the_softmax_of_divided_logits() {
        let logits = Logits::new(Head::ALL.map(|head| {
            let values = head.positions() * head.classes();
            (0..values).map(|i| (i * 37 % 11) as f32 - 5.0).collect()
        }));
        let (one, other) = (
            softmax(logits.clone()).tempered(2.0),
            softmax(logits.at_temperature(2.0)),
        );
        for (a, b) in one.heads.iter().flatten().zip(other.heads.iter().flatten()) {
            assert!((a - b).abs() < 1e-5);
        }
    }

    #[test]
    fn softmax_of_extreme_logits_stays_a_distribution() {
        let mut row = [1e4, -1e4, 0.0, 9_999.0];
        softmax_row(&mut row);
        assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        assert!(row[0] > row[3] && row[1] < 1e-30);
    }
}
