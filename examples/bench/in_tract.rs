//! tract, on one thread, from the exported ONNX file.

use anyhow::{Context, Result};
use perception::onnx::InputSize;
use tract_onnx::prelude::{Framework, InferenceModelExt, IntoRunnable, IntoTValue, Tensor, tvec};

use crate::contestant::Seat;
use crate::material::{Material, planes};
use crate::works::Work;

/// A frame in single precision.
pub(crate) fn frame(work: &Work, material: &Material) -> Result<Seat> {
    let path = material.onnx(&work.network)?;
    let model = tract_onnx::onnx()
        .model_for_path(&path)
        .and_then(InferenceModelExt::into_optimized)
        .and_then(IntoRunnable::into_runnable)
        .with_context(|| format!("tract cannot run {}", path.display()))?;
    let picture = Tensor::from_shape(&InputSize::Shrunk.shape(), &planes(&material.picture()?))?;
    let picture = picture.into_tvalue();
    let run = move || model.run(tvec![picture.clone()]);
    Ok(Seat::here("tract 0.23.9".to_owned(), run, |outputs| {
        let numbers = |output: &tract_onnx::prelude::TValue| {
            Ok(output.try_as_plain_ram()?.as_slice::<f32>()?.to_vec())
        };
        outputs.iter().map(numbers).collect()
    }))
}
