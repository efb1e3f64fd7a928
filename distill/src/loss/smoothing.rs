//! Label smoothing: a control that softens labels without knowing anything.

use candle_core::{Device, Tensor};
use perception::targets::Target;

use crate::error::Result;

/// Hard labels with a share spread evenly over all classes, `[positions, classes]`.
pub(super) fn smoothed(targets: &[Target], classes: usize, share: f32) -> Result<Tensor> {
    let mut values = vec![share / classes as f32; targets.len() * classes];
    for (row, target) in values.chunks_exact_mut(classes).zip(targets) {
        row[target.index as usize] += (1.0 - share) * (1.0 - target.upper_weight);
        row[target.upper_index(classes)] += (1.0 - share) * target.upper_weight;
    }
    Ok(Tensor::from_vec(
        values,
        (targets.len(), classes),
        &Device::Cpu,
    )?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_smoothed_label_is_a_distribution_with_its_top_where_it_was() {
        let target = Target {
            index: 3,
            upper_weight: 0.25,
            weight: 1.0,
        };
        let row: Vec<f32> = smoothed(&[target], 4, 0.1)
            .unwrap()
            .flatten_all()
            .unwrap()
            .to_vec1()
            .unwrap();
        assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        assert!((row[3] - (0.025 + 0.9 * 0.75)).abs() < 1e-6);
        assert!(
            (row[0] - (0.025 + 0.9 * 0.25)).abs() < 1e-6,
            "yaw is cyclic"
        );
    }
}
