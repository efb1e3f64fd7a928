//! Own candle operations for training on a CPU: every activation is `[batch, height, width, channels]`.
//!
//! Stock candle's convolution gradients are 4 to 25 times slower on a CPU; here it is only the oracle of the
//! tests. All kernels give the same bits at any number of threads.

mod adamw;
mod conv;
pub(crate) mod exp;
mod fresh;
mod isa;
mod lanes;
mod norm;
#[cfg(test)]
pub(crate) mod oracle;
mod pool;
mod rearrange;
mod soft_cross_entropy;
mod whole_lanes;

pub use adamw::{AdamW, AdamWSettings};
pub(crate) use conv::{
    Block, Finish, Packed, Requantise, Row, RowOf, Scaling, Tap, Whole, bias_gradient,
    convolve_row, convolve_whole, convolve_whole_to_floats,
};
pub use conv::{Conv, conv2d, conv2d_with_bias};
pub use fresh::keep_memory;
pub use isa::Isa;
pub(crate) use lanes::LANES;
pub use norm::{EPSILON, Normalised, Source, Statistics, normalise};
pub(crate) use norm::{Gradients as NormGradients, Norm, Pass};
pub(crate) use pool::run_all;
pub use rearrange::depth_to_space;
pub(crate) use rearrange::space_to_depth;
pub use soft_cross_entropy::{Wanted, soft_cross_entropy};
pub(crate) use whole_lanes::nearest;

use candle_core::{CpuStorage, Layout, Result, Tensor, bail};

/// The numbers of a contiguous `f32` operand of the operation `name`.
pub(crate) fn operand<'a>(
    name: &str,
    storage: &'a CpuStorage,
    layout: &Layout,
) -> Result<&'a [f32]> {
    let Some((start, end)) = layout.contiguous_offsets() else {
        bail!("{name}: an operand is not contiguous; call `contiguous()` on it first")
    };
    Ok(&storage.as_slice::<f32>()?[start..end])
}

/// Lends the numbers of a tensor to `read`; the tensor is made contiguous if it is not.
pub(crate) fn with_numbers<R>(
    tensor: &Tensor,
    read: impl FnOnce(&[f32]) -> Result<R>,
) -> Result<R> {
    let tensor = tensor.contiguous()?;
    let (storage, layout) = tensor.storage_and_layout();
    match &*storage {
        candle_core::Storage::Cpu(cpu) => read(operand("read", cpu, layout)?),
        _ => bail!("the networks run on the CPU only; move the tensor with `to_device`"),
    }
}
