//! Batch normalisation with fixed statistics, folded into the convolution before it.

use std::collections::BTreeMap;

use candle_core::Tensor;

use crate::error::Error;
use crate::nets::{Finish, Layer};
use crate::ops::Statistics;

/// A layer's weights `[taps, channels in, channels out]` and bias, its normalisation folded in; depth-to-space layers
/// have no bias.
///
/// # Errors
/// If a tensor cannot be read.
pub(crate) fn folded(
    layer: &Layer,
    tensors: &BTreeMap<String, Tensor>,
) -> Result<(Vec<f32>, Option<Vec<f32>>), Error> {
    let numbers = |of: &str| -> Result<Vec<f32>, Error> {
        let tensor = &tensors[&format!("{}.{of}", layer.name)];
        Ok(tensor.flatten_all()?.to_vec1()?)
    };
    let weights = numbers("weight")?;
    Ok(match layer.finish {
        Finish::Norm { .. } => {
            let statistics = Statistics {
                mean: numbers("mean")?,
                variance: numbers("variance")?,
            };
            let (weights, bias) = fold(&weights, &numbers("affine")?, &statistics);
            (weights, Some(bias))
        }
        Finish::Cells(_) => (weights, Some(numbers("bias")?)),
        Finish::Spread => (weights, None),
    })
}

/// Weights and bias that do what convolution and normalisation did.
fn fold(weights: &[f32], affine: &[f32], statistics: &Statistics) -> (Vec<f32>, Vec<f32>) {
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
