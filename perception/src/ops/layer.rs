//! A convolution, the normalisation of its sums and ReLU as one operation.
//!
//! Between two operations candle clears a gradient, adds to it and copies it: three passes over the largest maps
//! there are. Here the gradient of the sums never leaves the operation.

use std::sync::{Arc, OnceLock};

use candle_core::{CpuStorage, CustomOp3, Device, Layout, Result, Shape, Tensor, bail};

use super::conv::Conv;
use super::norm::{Norm, Normalised, Pass, Source, check_affine};
use super::{operand, with_numbers};

/// [`conv2d`](super::conv2d) and then [`normalise`](super::normalise) without a residual.
///
/// # Errors
/// As for these two.
pub fn convolve_and_normalise(
    x: &Tensor,
    (weight, affine): (&Tensor, &Tensor),
    source: Source,
    conv: Conv,
) -> Result<Normalised> {
    check_affine(weight.dims4()?.3, affine)?;
    let kept = Arc::new(OnceLock::new());
    let layer = Layer {
        conv,
        source,
        kept: Arc::clone(&kept),
    };
    let value = x.apply_op3(weight, affine, layer)?;
    match kept.get() {
        Some(Kept { norm, .. }) => Ok(Normalised {
            value,
            statistics: norm.statistics.clone(),
        }),
        None => bail!("the networks run on the CPU only; move the tensor with `to_device`"),
    }
}

struct Layer {
    conv: Conv,
    source: Source,
    kept: Arc<OnceLock<Kept>>,
}

/// What the backward pass needs of the forward pass.
struct Kept {
    /// The convolution's sums.
    sums: Vec<f32>,
    norm: Norm,
}

impl CustomOp3 for Layer {
    fn name(&self) -> &'static str {
        "convolve and normalise"
    }

    fn cpu_fwd(
        &self,
        s1: &CpuStorage,
        l1: &Layout,
        s2: &CpuStorage,
        l2: &Layout,
        s3: &CpuStorage,
        l3: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let affine = operand("normalise affine", s3, l3)?;
        let (sums, shape) = self.conv.sums((s1, l1), (s2, l2), None)?;
        let norm = Norm::of(&sums, affine.len() / 2, self.source.clone(), self.conv.isa);
        let value = norm.forward(&sums, affine, None);
        self.kept.get_or_init(|| Kept { sums, norm });
        Ok((CpuStorage::F32(value), shape))
    }

    fn bwd(
        &self,
        x: &Tensor,
        weight: &Tensor,
        affine: &Tensor,
        value: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let Some(Kept { sums, norm }) = self.kept.get() else {
            bail!("convolve and normalise: a gradient was asked for before the value")
        };
        let gradients = with_numbers(value, |value| {
            with_numbers(gradient, |gradient| {
                with_numbers(affine, |affine| {
                    let x = sums;
                    Ok(norm.backward(Pass { x, value, gradient }, affine, false))
                })
            })
        })?;
        let (to_x, to_weight) = self.conv.backward(x, weight, &gradients.x)?;
        let to_affine = Tensor::from_vec(gradients.affine, affine.shape(), &Device::Cpu)?;
        Ok((to_x, Some(to_weight), Some(to_affine)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::oracle::{check_gradient, noise};
    use crate::ops::{Isa, conv2d, normalise};

    fn operands() -> [candle_core::Var; 4] {
        [
            noise("x", (2, 4, 6, 16)).unwrap(),
            noise("w", (3, 3, 16, 32)).unwrap(),
            noise("affine", (2, 32)).unwrap(),
            noise("direction", (2, 2, 3, 32)).unwrap(),
        ]
    }

    #[test]
    fn value_statistics_and_gradients_have_the_bits_of_the_two_operations() {
        let [x, w, affine, direction] = operands();
        for isa in [Isa::Portable, Isa::Avx2, Isa::Avx512] {
            let conv = Conv { stride: 2, isa };
            let one = convolve_and_normalise(&x, (&w, &affine), Source::Batch, conv).unwrap();
            let sums = conv2d(&x, &w, conv).unwrap();
            let two = normalise(&sums, &affine, None, Source::Batch, isa).unwrap();
            assert_eq!(one.statistics, two.statistics);
            let bits = |t: &Tensor| t.flatten_all().unwrap().to_vec1::<f32>().unwrap();
            assert_eq!(bits(&one.value), bits(&two.value));
            let [g, h] = [&one.value, &two.value].map(|y| {
                let loss = (y * direction.as_tensor()).unwrap().sum_all().unwrap();
                loss.backward().unwrap()
            });
            for var in [&x, &w, &affine] {
                assert_eq!(bits(g.get(var).unwrap()), bits(h.get(var).unwrap()));
            }
        }
    }

    #[test]
    fn gradients_equal_finite_differences() {
        let [x, w, affine, direction] = operands();
        let conv = Conv {
            stride: 2,
            isa: Isa::best(),
        };
        let loss = || {
            let y = convolve_and_normalise(&x, (&w, &affine), Source::Batch, conv)?.value;
            (y.sqr()? * direction.as_tensor())?.sum_all()
        };
        for var in [&x, &w, &affine] {
            check_gradient(var, loss);
        }
    }
}
