//! Depth to space: four groups of channels become a square of 2x2 pixels.

use candle_core::{CpuStorage, CustomOp1, Device, Layout, Result, Shape, Tensor, bail};

use super::fresh::Fresh;
use super::pool::run_all;
use super::{operand, with_numbers};

/// Doubles height and width: channel group `2 * row + column` of `x` `[batch, height, width, 4 * channels]`
/// becomes the pixel (row, column) of each 2x2 square.
///
/// # Errors
/// If the channels are not a multiple of 4.
pub fn depth_to_space(x: &Tensor) -> Result<Tensor> {
    x.apply_op1(DepthToSpace)
}

/// The way back: from the gradient of the doubled map to that of `width` pixels a row and `deep` channels.
pub(crate) fn space_to_depth(gradient: &[f32], width: usize, deep: usize) -> Vec<f32> {
    let (channels, row) = (deep / 4, width * deep);
    let mut output = Fresh::new(gradient.len());
    let rows = output.pieces(row).zip(gradient.chunks(row));
    run_all(rows, |(output, gradient)| {
        let output = output.clear();
        matching_parts(width, channels, |deep, flat| {
            output[deep..deep + channels].copy_from_slice(&gradient[flat..flat + channels]);
        });
    });
    output.finish()
}

struct DepthToSpace;

/// Calls `copy(deep, flat)` with the matching parts of a row of deep pixels and its two rows of flat ones.
fn matching_parts(width: usize, channels: usize, mut copy: impl FnMut(usize, usize)) {
    for y in 0..2 {
        for x in 0..width {
            for half in 0..2 {
                let deep = (x * 4 + y * 2 + half) * channels;
                let flat = (y * 2 * width + x * 2 + half) * channels;
                copy(deep, flat);
            }
        }
    }
}

impl CustomOp1 for DepthToSpace {
    fn name(&self) -> &'static str {
        "depth_to_space"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (batch, height, width, deep) = layout.shape().dims4()?;
        if deep % 4 != 0 {
            bail!("depth_to_space: {deep} channels; it needs a multiple of 4")
        }
        let (channels, row) = (deep / 4, width * deep);
        let x = operand("depth_to_space", storage, layout)?;
        let mut output = Fresh::new(x.len());
        run_all(output.pieces(row).zip(x.chunks(row)), |(output, x)| {
            let output = output.clear();
            matching_parts(width, channels, |deep, flat| {
                output[flat..flat + channels].copy_from_slice(&x[deep..deep + channels]);
            });
        });
        let shape = Shape::from((batch, 2 * height, 2 * width, channels));
        Ok((CpuStorage::F32(output.finish()), shape))
    }

    fn bwd(&self, x: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let (_, _, width, deep) = x.dims4()?;
        let to_x = with_numbers(gradient, |gradient| {
            Ok(space_to_depth(gradient, width, deep))
        })?;
        Tensor::from_vec(to_x, x.shape(), &Device::Cpu).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::oracle::{noise, relative_error};

    /// The same as a reshape and a permutation.
    fn stock(x: &Tensor) -> Tensor {
        let (b, h, w, d) = x.dims4().unwrap();
        let squares = x.reshape((b, h, w, 2, 2, d / 4)).unwrap();
        let rows = squares
            .permute((0, 1, 3, 2, 4, 5))
            .unwrap()
            .contiguous()
            .unwrap();
        rows.reshape((b, 2 * h, 2 * w, d / 4)).unwrap()
    }

    #[test]
    fn it_equals_a_permutation_forwards_and_backwards() {
        let x = noise("x", (2, 3, 4, 32)).unwrap();
        let direction = noise("direction", (2, 6, 8, 8)).unwrap();
        let gradient = |y: &Tensor| {
            let loss = (y * direction.as_tensor()).unwrap().sum_all().unwrap();
            loss.backward().unwrap().get(&x).unwrap().clone()
        };
        let ours = depth_to_space(&x).unwrap();
        assert_eq!(relative_error(&ours, &stock(&x)), 0.0);
        assert_eq!(relative_error(&gradient(&ours), &gradient(&stock(&x))), 0.0);
    }
}
