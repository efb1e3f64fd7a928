//! Networks of others: any ONNX file that keeps the published contract ([`crate::onnx`]) is run by tract.

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use drive::frame::CameraFrame;
use tract_onnx::prelude::{
    Datum, DatumType, Framework, InferenceFact, InferenceModelExt, IntoRunnable, IntoTValue,
    Tensor, TractResult, TypedModel, TypedRunnableModel, tvec,
};
use tract_onnx::tract_core::ops::Cost;

use crate::error::Error;
use crate::files::digest;
use crate::heads::Head;
use crate::onnx::{InputSize, Interface};
use crate::probabilities::Logits;

/// What to do about a file that cannot be driven with.
const REMEDY: &str =
    "docs/onnx.md tells the contract; `understudy export student` writes a file that keeps it";

/// The operations, as tract names them, whose products are counted.
const MULTIPLYING: [&str; 3] = ["Conv", "Deconv", "EinSum"];

/// A network from an ONNX file, ready for single frames on one thread; clones share its weights.
#[derive(Clone)]
pub struct Foreign {
    path: PathBuf,
    plan: Arc<TypedRunnableModel>,
    size: InputSize,
    parameters: usize,
    flops: u64,
    digest: String,
}

impl Foreign {
    /// Loads a file and makes sure that it keeps the contract.
    ///
    /// # Errors
    /// If the file is missing, is no ONNX file, breaks the contract or uses operators that tract does not know;
    /// each names the file, what was found and what to do.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let bytes = std::fs::read(path).map_err(|source| Error::File {
            path: path.to_owned(),
            source,
            remedy: "name an ONNX file; `understudy export student` writes one",
        })?;
        let wrong = |problem: String| Error::Content {
            path: path.to_owned(),
            problem,
            remedy: REMEDY,
        };
        let interface = Interface::of(&bytes).map_err(wrong)?;
        let cannot_run = |error| wrong(format!("cannot be run: {error:#}"));
        let model = parse(&bytes, &interface).map_err(cannot_run)?;
        check_outputs(&model).map_err(wrong)?;
        let flops = flops(&model).map_err(cannot_run)?;
        let plan = model.into_optimized().and_then(IntoRunnable::into_runnable);
        Ok(Self {
            path: path.to_owned(),
            plan: plan.map_err(cannot_run)?,
            size: interface.size,
            parameters: interface.parameters,
            flops,
            digest: digest([&bytes[..]]),
        })
    }

    /// What the network makes of a frame.
    ///
    /// # Errors
    /// If the frame is not of the camera's size, or the network fails or puts out what is no number.
    pub fn infer(&mut self, frame: &CameraFrame) -> Result<Logits, Error> {
        let picture = self.size.picture(frame)?;
        let outputs = self.run(&picture).map_err(|error| self.failed(&error))?;
        Ok(Logits::new(outputs))
    }

    fn run(&self, picture: &[f32]) -> Result<[Vec<f32>; 8], String> {
        let told = |error: tract_onnx::prelude::TractError| format!("failed on a frame: {error:#}");
        let picture = Tensor::from_shape(&self.size.shape(), picture).map_err(told)?;
        let outputs = self.plan.run(tvec![picture.into_tvalue()]).map_err(told)?;
        let mut heads = Head::ALL.map(|_| Vec::new());
        for (head, output) in Head::ALL.into_iter().zip(outputs.iter()) {
            let values = output.try_as_plain_ram().map_err(told)?;
            let values = values.as_slice::<f32>().map_err(told)?;
            if !values.iter().all(|value| value.is_finite()) {
                let name = head.name();
                return Err(format!("puts out what is no number as `{name}`"));
            }
            heads[head as usize] = values.to_vec();
        }
        Ok(heads)
    }

    fn failed(&self, problem: &str) -> Error {
        Error::Content {
            path: self.path.clone(),
            problem: problem.to_owned(),
            remedy: "check the network in the program that made it",
        }
    }

    /// Numbers that the file holds as constants.
    pub fn parameters(&self) -> usize {
        self.parameters
    }

    /// Floating-point operations for one frame in its convolutions and matrix products; a multiplication and an
    /// addition are two.
    pub fn flops(&self) -> u64 {
        self.flops
    }

    /// SHA-256 of the file, in hexadecimal.
    pub fn digest(&self) -> &str {
        &self.digest
    }
}

/// The computation from the picture to the heads in the order of [`Head::ALL`], every shape known.
fn parse(bytes: &[u8], interface: &Interface) -> TractResult<TypedModel> {
    let mut reader = bytes;
    // Declared shapes may leave the batch open.
    let onnx = tract_onnx::onnx().with_ignore_output_shapes(true);
    let mut model = onnx.model_for_read(&mut reader)?;
    let all = model.output_outlets()?;
    let heads: Vec<_> = interface.outputs.iter().map(|&index| all[index]).collect();
    model.select_output_outlets(&heads)?;
    let picture = InferenceFact::dt_shape(f32::datum_type(), interface.size.shape());
    model.set_input_fact(0, picture)?;
    model.into_typed()
}

fn check_outputs(model: &TypedModel) -> Result<(), String> {
    for (index, head) in Head::ALL.into_iter().enumerate() {
        let fact = model
            .output_fact(index)
            .map_err(|error| error.to_string())?;
        let wanted = [1, head.positions(), head.classes()];
        let fits = fact.shape.as_concrete() == Some(&wanted[..]);
        if !fits || fact.datum_type != DatumType::F32 {
            let sides: Vec<String> = fact.shape.iter().map(ToString::to_string).collect();
            return Err(format!(
                "puts out `{}` as {} [{}]; the contract wants float32 {wanted:?}",
                head.name(),
                type_name(fact.datum_type),
                sides.join(", ")
            ));
        }
    }
    Ok(())
}

fn type_name(kind: DatumType) -> String {
    match kind {
        DatumType::F32 => "float32".to_owned(),
        DatumType::F16 => "float16".to_owned(),
        DatumType::F64 => "float64".to_owned(),
        other => format!("{other:?}").to_lowercase(),
    }
}

fn flops(model: &TypedModel) -> TractResult<u64> {
    let mut products = 0;
    let multiplies = |name: &str| MULTIPLYING.contains(&name);
    for node in model
        .nodes
        .iter()
        .filter(|node| multiplies(&node.op.name()))
    {
        for (cost, count) in node.op.cost(&model.node_input_facts(node.id)?)? {
            if let Cost::FMA(_) = cost {
                products += count.to_i64()? as u64;
            }
        }
    }
    Ok(2 * products)
}
