//! Batch normalisation with fixed statistics, folded into the convolution before it.

use crate::ops::Statistics;

/// Weights and bias that do what convolution and normalisation did.
pub(crate) fn fold(
    weights: &[f32],
    affine: &[f32],
    statistics: &Statistics,
) -> (Vec<f32>, Vec<f32>) {
    let (scales, shifts) = affine.split_at(affine.len() / 2);
    let scales = scales.iter().zip(statistics.inverse_deviation());
    let scales: Vec<f32> = scales.map(|(scale, inverse)| scale * inverse).collect();
    let folded = weights
        .iter()
        .zip(scales.iter().cycle())
        .map(|(w, s)| w * s)
        .collect();
    let moved = shifts.iter().zip(&statistics.mean).zip(&scales);
    (
        folded,
        moved
            .map(|((shift, mean), scale)| shift - mean * scale)
            .collect(),
    )
}
