//! Convolutions of 1x1 and 3x3 with stride 1 or 2 and zero padding, with their gradients.

mod gradient;
mod pack;
mod products;
mod rows;
mod sizes;
mod stencil;
mod tiles;
mod whole;

pub(crate) use pack::{Block, Packed};
pub(crate) use rows::{Finish, Row, convolve_row};
pub(crate) use tiles::{Row as RowOf, Tap};
pub(crate) use whole::{Requantise, Scaling, Whole, convolve_whole, convolve_whole_to_floats};

use candle_core::{CpuStorage, CustomOp2, CustomOp3, Device, Layout, Result, Shape, Tensor, bail};

use super::isa::Isa;
use super::pool::tasks;
use super::{operand, with_numbers};
pub(crate) use gradient::bias_gradient;
use gradient::weight_gradient;
use sizes::Sizes;
use stencil::Weights;

/// How a convolution steps over its input, and with which instruction set it is computed.
#[derive(Debug, Clone, Copy)]
pub struct Conv {
    /// Pixels between neighbouring outputs: 1 or 2.
    pub stride: usize,
    /// The instruction set of the kernels.
    pub isa: Isa,
}

/// Convolves `x` `[batch, height, width, channels in]` with `weight` `[kernel, kernel, channels in, channels out]`.
///
/// The picture is padded with zeros by half a kernel. Any number of channels is right, multiples of 16 are fast.
///
/// # Errors
/// If the shapes do not fit, the kernel is neither 1 nor 3, or a side is odd at stride 2.
pub fn conv2d(x: &Tensor, weight: &Tensor, conv: Conv) -> Result<Tensor> {
    x.apply_op2(weight, conv)
}

/// [`conv2d`] plus a bias `[channels out]`.
///
/// # Errors
/// As for [`conv2d`].
pub fn conv2d_with_bias(x: &Tensor, weight: &Tensor, bias: &Tensor, conv: Conv) -> Result<Tensor> {
    x.apply_op3(weight, bias, conv)
}

impl Conv {
    /// The convolution's numbers and shape.
    fn sums(
        self,
        x: (&CpuStorage, &Layout),
        weight: (&CpuStorage, &Layout),
        bias: Option<&[f32]>,
    ) -> Result<(Vec<f32>, Shape)> {
        let sizes = Sizes::new(x.1.shape(), weight.1.shape(), self.stride)?;
        let numbers = operand("conv2d input", x.0, x.1)?;
        let weights = operand("conv2d weights", weight.0, weight.1)?;
        if bias.is_some_and(|b| b.len() != sizes.output.channels) {
            bail!(
                "conv2d: the bias must have {} numbers, one per output channel",
                sizes.output.channels
            )
        }
        let packed = Packed::forward(weights, sizes.channels(), self.isa);
        let weights = Weights {
            packed: &packed,
            bias,
            isa: self.isa,
        };
        let output = sizes.forward().apply(numbers, &weights);
        Ok((output, sizes.output_shape()))
    }

    /// The gradients by weights and, if wanted, by input, from that of the sums.
    pub(crate) fn backward(
        self,
        (x, weight): (&Tensor, &Tensor),
        gradient: &[f32],
        wants_input: bool,
    ) -> Result<Gradients> {
        let sizes = Sizes::new(x.shape(), weight.shape(), self.stride)?;
        let weights = with_numbers(x, |x| {
            Ok(weight_gradient(&sizes, x, gradient, self.isa, tasks()))
        })?;
        let to_input = |weights: &[f32]| {
            let packed = Packed::transposed(weights, sizes.channels(), self.isa);
            let weights = Weights {
                packed: &packed,
                bias: None,
                isa: self.isa,
            };
            Ok(sizes.backward().apply(gradient, &weights))
        };
        let input = wants_input.then(|| with_numbers(weight, to_input));
        Ok(Gradients {
            weights,
            input: input.transpose()?,
        })
    }

    /// [`Conv::backward`] as candle asks for it: the input's gradient unless nothing below is trained, then the
    /// weights'.
    fn gradients(
        self,
        x: &Tensor,
        weight: &Tensor,
        gradient: &[f32],
    ) -> Result<(Option<Tensor>, Tensor)> {
        let Gradients { weights, input } = self.backward((x, weight), gradient, x.track_op())?;
        let to_input = input.map(|sums| Tensor::from_vec(sums, x.shape(), &Device::Cpu));
        let to_weight = Tensor::from_vec(weights, weight.shape(), &Device::Cpu)?;
        Ok((to_input.transpose()?, to_weight))
    }
}

/// The gradients of a convolution.
pub(crate) struct Gradients {
    /// By its weights.
    pub(crate) weights: Vec<f32>,
    /// By its input, if wanted.
    pub(crate) input: Option<Vec<f32>>,
}

impl CustomOp2 for Conv {
    fn name(&self) -> &'static str {
        "conv2d"
    }

    fn cpu_fwd(
        &self,
        s1: &CpuStorage,
        l1: &Layout,
        s2: &CpuStorage,
        l2: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (sums, shape) = self.sums((s1, l1), (s2, l2), None)?;
        Ok((CpuStorage::F32(sums), shape))
    }

    fn bwd(
        &self,
        x: &Tensor,
        weight: &Tensor,
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let (to_x, to_weight) = with_numbers(gradient, |g| self.gradients(x, weight, g))?;
        Ok((to_x, Some(to_weight)))
    }
}

impl CustomOp3 for Conv {
    fn name(&self) -> &'static str {
        "conv2d with bias"
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
        let bias = operand("conv2d bias", s3, l3)?;
        let (sums, shape) = self.sums((s1, l1), (s2, l2), Some(bias))?;
        Ok((CpuStorage::F32(sums), shape))
    }

    fn bwd(
        &self,
        x: &Tensor,
        weight: &Tensor,
        bias: &Tensor,
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        with_numbers(gradient, |gradient| {
            let (to_x, to_weight) = self.gradients(x, weight, gradient)?;
            let sums = bias_gradient(gradient, bias.elem_count());
            let to_bias = Tensor::from_vec(sums, bias.shape(), &Device::Cpu)?;
            Ok((to_x, Some(to_weight), Some(to_bias)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::oracle::{noise, relative_error, stock_conv2d};

    /// Gradient of `sum(conv(x, w) * direction)` by x and w, ours and stock candle's.
    fn compare(
        input: (usize, usize, usize, usize),
        weight: (usize, usize),
        stride: usize,
        isa: Isa,
    ) {
        let (kernel, channels_out) = weight;
        let x = noise("x", input).unwrap();
        let w = noise("w", (kernel, kernel, input.3, channels_out)).unwrap();
        let conv = Conv { stride, isa };
        let ours = conv2d(&x, &w, conv).unwrap();
        let stock = stock_conv2d(&x, &w, stride).unwrap();
        let what = format!("{input:?} {weight:?} stride {stride} {isa:?}");
        assert!(relative_error(&ours, &stock) < 1e-5, "forward {what}");
        let direction = noise("direction", ours.dims4().unwrap()).unwrap();
        let loss = |y: &Tensor| (y * direction.as_tensor()).unwrap().sum_all().unwrap();
        let (g, h) = (
            loss(&ours).backward().unwrap(),
            loss(&stock).backward().unwrap(),
        );
        for (name, var) in [("input", &x), ("weight", &w)] {
            let error = relative_error(g.get(var).unwrap(), h.get(var).unwrap());
            assert!(error < 1e-5, "gradient of {name} {what}: {error}");
        }
    }

    #[test]
    fn outputs_and_gradients_equal_stock_candle_on_every_instruction_set() {
        for isa in [Isa::Portable, Isa::Avx2, Isa::Avx512] {
            compare((2, 8, 16, 3), (3, 16), 2, isa);
            compare((2, 6, 10, 32), (3, 48), 1, isa);
            compare((1, 8, 8, 48), (3, 80), 2, isa);
            compare((2, 4, 8, 16), (1, 64), 1, isa);
            compare((1, 4, 6, 24), (1, 9), 1, isa);
            compare((1, 4, 12, 16), (1, 25), 2, isa);
        }
    }

    #[test]
    fn the_weight_gradient_has_the_same_bits_however_many_threads_share_it() {
        let (x, w) = (
            noise("x", (3, 8, 8, 16)).unwrap(),
            noise("w", (3, 3, 16, 32)).unwrap(),
        );
        let sizes = Sizes::new(x.shape(), w.shape(), 1).unwrap();
        let gradient = noise("g", (3, 8, 8, 32)).unwrap();
        let bits = |parts| {
            with_numbers(&x, |x| {
                with_numbers(&gradient, |g| {
                    Ok(weight_gradient(&sizes, x, g, Isa::best(), parts))
                })
            })
            .unwrap()
        };
        assert_eq!(bits(1), bits(2));
        assert_eq!(bits(1), bits(7));
    }

    #[test]
    fn the_bias_is_added_and_its_gradient_is_the_sum_over_pixels() {
        let (x, w) = (
            noise("x", (1, 2, 2, 3)).unwrap(),
            noise("w", (1, 1, 3, 5)).unwrap(),
        );
        let bias = noise("b", (1, 1, 1, 5)).unwrap().flatten_all().unwrap();
        let bias = candle_core::Var::from_tensor(&bias).unwrap();
        let conv = Conv {
            stride: 1,
            isa: Isa::best(),
        };
        let with = conv2d_with_bias(&x, &w, &bias, conv).unwrap();
        let without = conv2d(&x, &w, conv).unwrap().broadcast_add(&bias).unwrap();
        assert!(relative_error(&with, &without) < 1e-6);
        let grads = with.sum_all().unwrap().backward().unwrap();
        assert_eq!(
            grads.get(&bias).unwrap().to_vec1::<f32>().unwrap(),
            [4.0; 5]
        );
    }

    #[test]
    fn odd_sides_at_stride_two_are_refused_with_the_reason() {
        let (x, w) = (
            noise("x", (1, 5, 4, 3)).unwrap(),
            noise("w", (3, 3, 3, 16)).unwrap(),
        );
        let error = conv2d(
            &x,
            &w,
            Conv {
                stride: 2,
                isa: Isa::best(),
            },
        )
        .unwrap_err();
        assert!(error.to_string().contains("even sides"));
    }
}
