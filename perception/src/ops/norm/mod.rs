//! Batch normalisation, residual sum and ReLU in one operation.

mod loops;
mod statistics;

pub use statistics::{EPSILON, Statistics};

use std::iter;

use candle_core::{CpuStorage, CustomOp2, CustomOp3, Device, Layout, Result, Shape, Tensor, bail};

use super::fresh::{Fresh, Piece};
use super::isa::Isa;
use super::lanes::LANES;
use super::pool::run_all;
use super::{operand, with_numbers};
pub(crate) use loops::Pass;
use loops::{Slopes, apply, gradient_sums, mask, spread};
use statistics::{add_up, piece_floats};

/// What the values are normalised with.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// The statistics of this very batch, as in training.
    Batch,
    /// Given statistics, as in evaluation.
    Fixed(Statistics),
}

/// The value of [`normalise`].
#[derive(Debug, Clone)]
pub struct Normalised {
    /// `relu(scale * (x - mean) / deviation + shift + residual)`, shaped as `x`.
    pub value: Tensor,
    /// The statistics it was normalised with.
    pub statistics: Statistics,
}

/// Normalises `x` `[batch, height, width, channels]` per channel, scales and shifts it with `affine`
/// `[2, channels]` (scales, then shifts), adds the residual and applies ReLU.
///
/// # Errors
/// If the channels are not a multiple of 16 or the shapes differ.
pub fn normalise(
    x: &Tensor,
    affine: &Tensor,
    residual: Option<&Tensor>,
    source: Source,
    isa: Isa,
) -> Result<Normalised> {
    let channels = x.dims4()?.3;
    check_affine(channels, affine)?;
    if residual.is_some_and(|r| r.shape() != x.shape()) {
        bail!(
            "normalise: the residual must have the shape of x, {:?}",
            x.shape()
        )
    }
    let norm = with_numbers(x, |x| Ok(Norm::of(x, channels, source, isa)))?;
    let statistics = norm.statistics.clone();
    let value = match residual {
        Some(residual) => x.apply_op3(affine, residual, norm)?,
        None => x.apply_op2(affine, norm)?,
    };
    Ok(Normalised { value, statistics })
}

/// Whether scales and shifts are there for so many channels.
fn check_affine(channels: usize, affine: &Tensor) -> Result<()> {
    let scales = affine.dims();
    if !channels.is_multiple_of(LANES) || scales != [2, channels] {
        bail!(
            "normalise: {channels} channels, scales and shifts {scales:?}; use multiples of 16 and [2, channels]"
        )
    }
    Ok(())
}

/// A normalisation whose statistics are known.
pub(crate) struct Norm {
    statistics: Statistics,
    /// Whether the statistics depend on x, and the gradient must know.
    of_batch: bool,
    isa: Isa,
}

/// The gradients by x, by scales and shifts, and by the residual (empty if there is none).
pub(crate) struct Gradients {
    pub(crate) x: Vec<f32>,
    pub(crate) affine: Vec<f32>,
    pub(crate) residual: Vec<f32>,
}

impl Norm {
    /// The normalisation with the statistics of a batch, found before.
    pub(crate) fn of_batch(statistics: Statistics, isa: Isa) -> Self {
        Self {
            statistics,
            of_batch: true,
            isa,
        }
    }

    /// The normalisation of these sums.
    fn of(x: &[f32], channels: usize, source: Source, isa: Isa) -> Self {
        let of_batch = source == Source::Batch;
        let statistics = match source {
            Source::Batch => Statistics::of(x, channels, isa),
            Source::Fixed(statistics) => statistics,
        };
        Self {
            statistics,
            of_batch,
            isa,
        }
    }

    fn channels(&self) -> usize {
        self.statistics.mean.len()
    }

    fn forward(&self, x: &[f32], affine: &[f32], residual: Option<&[f32]>) -> Vec<f32> {
        let (scales, shifts) = affine.split_at(self.channels());
        let inverse = self.statistics.inverse_deviation();
        let scale: Vec<f32> = scales.iter().zip(inverse).map(|(s, i)| s * i).collect();
        let offsets = self.statistics.mean.iter().zip(&scale).map(|(m, s)| m * s);
        let shift: Vec<f32> = shifts.iter().zip(offsets).map(|(s, o)| s - o).collect();
        let piece = piece_floats(self.channels());
        let mut output = Fresh::new(x.len());
        let residuals = residual.into_iter().flat_map(|r| r.chunks(piece).map(Some));
        let residuals = residuals.chain(iter::repeat(None));
        let items = output.pieces(piece).zip(x.chunks(piece)).zip(residuals);
        run_all(items, |((output, x), residual)| {
            self.isa.run(
                #[inline(always)]
                || apply(output.clear(), x, residual, (&scale, &shift)),
            );
        });
        output.finish()
    }

    /// The gradients from that of the value; the residual's only if wanted.
    pub(crate) fn backward(
        &self,
        pass: Pass<'_>,
        affine: &[f32],
        with_residual: bool,
    ) -> Gradients {
        let [plain, centred] = self.gradient_sums(pass);
        let inverse = self.statistics.inverse_deviation();
        // Fixed statistics do not move with x: as if they were of infinitely many pixels.
        let count = if self.of_batch {
            pass.x.len() / self.channels()
        } else {
            usize::MAX
        } as f64;
        let steepness = |(c, i): (&f64, &f32)| (c * f64::from(*i) * f64::from(*i) / count) as f32;
        let slopes = Slopes {
            mean: self.statistics.mean.clone(),
            scale: affine.iter().zip(&inverse).map(|(s, i)| s * i).collect(),
            shift: plain.iter().map(|p| (p / count) as f32).collect(),
            slope: centred.iter().zip(&inverse).map(steepness).collect(),
        };
        let to_scales = centred
            .iter()
            .zip(&inverse)
            .map(|(c, &i)| (c * f64::from(i)) as f32);
        let affine = to_scales.chain(plain.iter().map(|&p| p as f32)).collect();
        let [x, residual] = self.spread(pass, &slopes, with_residual);
        Gradients {
            x,
            affine,
            residual,
        }
    }

    /// The operands in pieces.
    fn pieces<'a>(&self, pass: Pass<'a>) -> impl Iterator<Item = Pass<'a>> + use<'a> {
        let piece = piece_floats(self.channels());
        let outputs = pass.value.chunks(piece).zip(pass.gradient.chunks(piece));
        pass.x
            .chunks(piece)
            .zip(outputs)
            .map(|(x, (value, gradient))| Pass { x, value, gradient })
    }

    fn gradient_sums(&self, pass: Pass<'_>) -> [Vec<f64>; 2] {
        let mut parts = vec![Vec::new(); self.pieces(pass).count()];
        run_all(self.pieces(pass).zip(&mut parts), |(pass, part)| {
            *part = self.isa.run(
                #[inline(always)]
                || gradient_sums(pass, &self.statistics.mean),
            );
        });
        add_up(&parts)
    }

    /// The gradients by x and by the residual.
    fn spread(&self, pass: Pass<'_>, slopes: &Slopes, with_residual: bool) -> [Vec<f32>; 2] {
        let piece = piece_floats(self.channels());
        let count = pass.x.len();
        let mut by_x = Fresh::new(count);
        let mut by_residual = Fresh::new(if with_residual { count } else { 0 });
        let residuals = by_residual.pieces(piece).map(Some);
        let residuals = residuals.chain(iter::repeat_with(|| None));
        let items = self.pieces(pass).zip(by_x.pieces(piece)).zip(residuals);
        run_all(items, |((pass, to_x), to_residual)| {
            self.isa.run(
                #[inline(always)]
                || {
                    spread(to_x.clear(), pass, slopes);
                    if let Some(to_residual) = to_residual.map(Piece::clear) {
                        mask(to_residual, pass);
                    }
                },
            );
        });
        [by_x.finish(), by_residual.finish()]
    }

    /// Both backward passes in terms of tensors: by x, affine and residual.
    fn gradients(
        &self,
        (x, affine): (&Tensor, &Tensor),
        (value, gradient): (&Tensor, &Tensor),
        with_residual: bool,
    ) -> Result<[Tensor; 3]> {
        let backward = |affine: &[f32], x: &[f32], value: &[f32], gradient: &[f32]| {
            self.backward(Pass { x, value, gradient }, affine, with_residual)
        };
        let gradients = with_numbers(x, |x| {
            with_numbers(value, |value| {
                with_numbers(gradient, |gradient| {
                    with_numbers(affine, |affine| Ok(backward(affine, x, value, gradient)))
                })
            })
        })?;
        let residual_shape = if with_residual {
            x.shape().clone()
        } else {
            Shape::from(0)
        };
        Ok([
            Tensor::from_vec(gradients.x, x.shape(), &Device::Cpu)?,
            Tensor::from_vec(gradients.affine, affine.shape(), &Device::Cpu)?,
            Tensor::from_vec(gradients.residual, residual_shape, &Device::Cpu)?,
        ])
    }
}

impl CustomOp2 for Norm {
    fn name(&self) -> &'static str {
        "normalise"
    }

    fn cpu_fwd(
        &self,
        s1: &CpuStorage,
        l1: &Layout,
        s2: &CpuStorage,
        l2: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let x = operand("normalise x", s1, l1)?;
        let output = self.forward(x, operand("normalise affine", s2, l2)?, None);
        Ok((CpuStorage::F32(output), l1.shape().clone()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        affine: &Tensor,
        value: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let [to_x, to_affine, _] = self.gradients((x, affine), (value, gradient), false)?;
        Ok((Some(to_x), Some(to_affine)))
    }
}

impl CustomOp3 for Norm {
    fn name(&self) -> &'static str {
        "normalise with residual"
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
        let x = operand("normalise x", s1, l1)?;
        let residual = operand("normalise residual", s3, l3)?;
        let output = self.forward(x, operand("normalise affine", s2, l2)?, Some(residual));
        Ok((CpuStorage::F32(output), l1.shape().clone()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        affine: &Tensor,
        _: &Tensor,
        value: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let [to_x, to_affine, to_residual] =
            self.gradients((x, affine), (value, gradient), true)?;
        Ok((Some(to_x), Some(to_affine), Some(to_residual)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::oracle::{check_gradient, noise, relative_error};

    const SHAPE: (usize, usize, usize, usize) = (3, 4, 5, 32);

    /// The same out of stock candle's operations.
    fn stock(x: &Tensor, affine: &Tensor, residual: &Tensor) -> Result<Tensor> {
        let mean = x.mean_keepdim((0, 1, 2))?;
        let centred = x.broadcast_sub(&mean)?;
        let variance = centred.sqr()?.mean_keepdim((0, 1, 2))?;
        let unit = centred.broadcast_div(&(variance + EPSILON)?.sqrt()?)?;
        unit.broadcast_mul(&affine.get(0)?)?
            .broadcast_add(&affine.get(1)?)?
            .add(residual)?
            .relu()
    }

    #[test]
    fn values_and_gradients_equal_the_same_made_of_stock_operations() {
        let (x, r) = (noise("x", SHAPE).unwrap(), noise("r", SHAPE).unwrap());
        let affine = noise("affine", (2, 32)).unwrap();
        let direction = noise("direction", SHAPE).unwrap();
        for isa in [Isa::Portable, Isa::Avx2, Isa::Avx512] {
            let ours = normalise(&x, &affine, Some(&r), Source::Batch, isa)
                .unwrap()
                .value;
            let stock = stock(&x, &affine, &r).unwrap();
            assert!(relative_error(&ours, &stock) < 1e-5);
            let gradients = |y: &Tensor| {
                (y * direction.as_tensor())
                    .unwrap()
                    .sum_all()
                    .unwrap()
                    .backward()
                    .unwrap()
            };
            let (g, h) = (gradients(&ours), gradients(&stock));
            for var in [&x, &affine, &r] {
                assert!(relative_error(g.get(var).unwrap(), h.get(var).unwrap()) < 1e-5);
            }
        }
    }

    #[test]
    fn gradients_equal_finite_differences() {
        let x = noise("x", SHAPE).unwrap();
        let affine = noise("affine", (2, 32)).unwrap();
        let direction = noise("direction", SHAPE).unwrap();
        for source in [
            Source::Batch,
            Source::Fixed(Statistics {
                mean: vec![0.1; 32],
                variance: vec![0.5; 32],
            }),
        ] {
            let loss = || {
                let y = normalise(&x, &affine, None, source.clone(), Isa::best())?.value;
                (y.sqr()? * direction.as_tensor())?.sum_all()
            };
            check_gradient(&x, loss);
            check_gradient(&affine, loss);
        }
    }

    #[test]
    fn statistics_are_those_of_the_batch() {
        let x = Tensor::full(3f32, (1, 2, 2, 16), &Device::Cpu).unwrap();
        let affine = noise("affine", (2, 16)).unwrap();
        let statistics = normalise(&x, &affine, None, Source::Batch, Isa::best())
            .unwrap()
            .statistics;
        assert_eq!(
            statistics,
            Statistics {
                mean: vec![3.0; 16],
                variance: vec![0.0; 16]
            }
        );
    }
}
