//! Means and variances of a batch, the same at any number of threads.

use super::loops::{Pixel, sums};
use crate::ops::isa::Isa;
use crate::ops::lanes::LANES;
use crate::ops::pool::run_all;

/// Added to every variance.
pub const EPSILON: f64 = 1e-5;
/// Floats that one task takes at a time; fixed, so that sums do not depend on the number of threads.
const PIECE_FLOATS: usize = 16 * 1024;

/// Mean and variance per channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Statistics {
    /// Means, one per channel.
    pub mean: Vec<f32>,
    /// Biased variances, one per channel.
    pub variance: Vec<f32>,
}

impl Statistics {
    /// One over the standard deviation, per channel.
    pub fn inverse_deviation(&self) -> Vec<f32> {
        let inverse = |&v: &f32| (1.0 / (f64::from(v) + EPSILON).sqrt()) as f32;
        self.variance.iter().map(inverse).collect()
    }

    /// Those of `x`, pixel by pixel.
    pub(super) fn of(x: &[f32], channels: usize, isa: Isa) -> Self {
        let piece = piece_floats(channels);
        let mut parts = vec![Vec::new(); x.len().div_ceil(piece)];
        run_all(x.chunks(piece).zip(&mut parts), |(x, part)| {
            *part = isa.run(
                #[inline(always)]
                || sums(x, channels / LANES),
            );
        });
        let [sum, squares] = add_up(&parts);
        let count = (x.len() / channels) as f64;
        let moments = sum
            .iter()
            .zip(&squares)
            .map(|(s, q)| (s / count, q / count));
        Self {
            variance: moments
                .clone()
                .map(|(m, q)| (q - m * m).max(0.0) as f32)
                .collect(),
            mean: moments.map(|(m, _)| m as f32).collect(),
        }
    }
}

/// Floats per task: a whole number of pixels.
pub(super) fn piece_floats(channels: usize) -> usize {
    (PIECE_FLOATS / channels).max(1) * channels
}

/// Sums of pieces, added up in double precision and in order.
pub(super) fn add_up(parts: &[Vec<[Pixel; 2]>]) -> [Vec<f64>; 2] {
    let channels = parts.first().map_or(0, Vec::len) * LANES;
    [0, 1].map(|which| {
        let mut total = vec![0f64; channels];
        for part in parts {
            let values = part.iter().flat_map(|sums| &sums[which]);
            for (total, &value) in total.iter_mut().zip(values) {
                *total += f64::from(value);
            }
        }
        total
    })
}
