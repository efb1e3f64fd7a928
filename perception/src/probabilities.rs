//! Logits and probabilities of every head, and the softmax between them.

use core::f32::consts::LOG2_E;

use crate::heads::Head;

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
    for head in Head::ALL {
        for row in heads[head as usize].chunks_exact_mut(head.classes()) {
            softmax_row(row);
        }
    }
    Probabilities { heads }
}

/// Softmax of one row in place.
pub fn softmax_row(row: &mut [f32]) {
    let max = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for value in row.iter_mut() {
        *value = exp(*value - max);
        sum += *value;
    }
    for value in row.iter_mut() {
        *value /= sum;
    }
}

/// e to the power of `x <= 0`, to 2e-7 relative, with the same bits on every machine; 0 below -87.
fn exp(x: f32) -> f32 {
    /// Natural logarithm of 2, in two parts so that the reduction is exact.
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    let x = x.max(-87.0);
    let whole = (x * LOG2_E).round();
    let rest = (x - whole * LN_2_HIGH) - whole * LN_2_LOW;
    // Taylor's series to the seventh order on |rest| <= ln(2) / 2.
    let series = [
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
        1.0,
        1.0,
    ]
    .iter()
    .fold(1.0 / 5040.0, |sum, term| sum * rest + term);
    let two_to_whole = f32::from_bits(((whole as i32 + 127) as u32) << 23);
    series * two_to_whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_exponential_agrees_with_the_library() {
        for step in 0..8000 {
            let x = -0.01 * step as f32;
            let exact = drive::math::exp(f64::from(x));
            assert!((f64::from(exp(x)) - exact).abs() <= 3e-7 * exact, "at {x}");
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
