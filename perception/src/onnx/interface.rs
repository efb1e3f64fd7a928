//! Whether a file keeps the contract, as far as its declarations tell.

use prost::Message;

use super::contract::{INPUT, InputSize};
use super::messages::{FLOAT, Graph, INT32, INT64, Model, ValueInfo, type_name};
use crate::heads::Head;

/// What a file declares, once it is known to keep the contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Interface {
    /// The picture it takes.
    pub(crate) size: InputSize,
    /// Where among the file's outputs each head is, in the order of [`Head::ALL`].
    pub(crate) outputs: Vec<usize>,
    /// Numbers held as constants, shapes and axes left out.
    pub(crate) parameters: usize,
}

impl Interface {
    /// Reads the declarations of a file.
    ///
    /// # Errors
    /// Says what the file has and what the contract wants.
    pub(crate) fn of(bytes: &[u8]) -> Result<Self, String> {
        let model = Model::decode(bytes).map_err(|error| format!("is no ONNX file: {error}"))?;
        let graph = model.graph.ok_or("is no ONNX file: it has no graph")?;
        Ok(Self {
            size: input_size(&graph)?,
            outputs: outputs(&graph)?,
            parameters: parameters(&graph),
        })
    }
}

fn input_size(graph: &Graph) -> Result<InputSize, String> {
    // Files of old list their constants among the inputs.
    let is_constant = |info: &&ValueInfo| graph.initializer.iter().any(|t| t.name == info.name);
    let inputs: Vec<&ValueInfo> = graph
        .input
        .iter()
        .filter(|info| !is_constant(info))
        .collect();
    let [input] = inputs[..] else {
        return Err(format!(
            "has {}; the contract wants one input `{INPUT}`",
            listed("input", inputs.iter().map(|info| &info.name))
        ));
    };
    if input.name != INPUT {
        let name = &input.name;
        return Err(format!(
            "has the input `{name}`; the contract wants one named `{INPUT}`"
        ));
    }
    let fits = |size: &InputSize| {
        let Some((FLOAT, sides)) = input.tensor() else {
            return false;
        };
        let mut pairs = sides.iter().zip(size.shape());
        let batch = pairs
            .next()
            .is_some_and(|(side, _)| side.is_none_or(|side| side == 1));
        let rest = pairs.all(|(&side, wanted)| side == Some(wanted as i64));
        sides.len() == 4 && batch && rest
    };
    let sizes = [InputSize::Shrunk, InputSize::Whole];
    sizes.into_iter().find(fits).ok_or_else(|| {
        format!(
            "takes `{INPUT}` as {}; the contract wants float32 [1, 3, 128, 256] or [1, 3, 256, 512]",
            described(input)
        )
    })
}

/// Type and shape in words, `?` where the file leaves a side open.
fn described(info: &ValueInfo) -> String {
    let Some((kind, sides)) = info.tensor() else {
        return "something without a shape".to_owned();
    };
    let side = |side: &Option<i64>| side.map_or_else(|| "?".to_owned(), |side| side.to_string());
    let sides: Vec<String> = sides.iter().map(side).collect();
    format!("{} [{}]", type_name(kind), sides.join(", "))
}

/// Finds every head; outputs beyond them are nobody's.
fn outputs(graph: &Graph) -> Result<Vec<usize>, String> {
    let find = |head: Head| {
        let name = head.name();
        let index = graph.output.iter().position(|output| output.name == name);
        let index = index.ok_or_else(|| {
            format!(
                "has no output `{name}` but {}; the contract wants {}",
                listed("output", graph.output.iter().map(|output| &output.name)),
                Head::ALL
                    .map(|head| format!("`{}`", head.name()))
                    .join(", ")
            )
        })?;
        let mut made = graph.node.iter().flat_map(|node| &node.output);
        if made.any(|output| output == name) {
            Ok(index)
        } else {
            Err(format!("declares the output `{name}`, which no node makes"))
        }
    };
    Head::ALL.into_iter().map(find).collect()
}

fn listed<'a>(what: &str, names: impl Iterator<Item = &'a String>) -> String {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    match names.len() {
        0 => format!("no {what}s"),
        1 => format!("the {what} {}", names[0]),
        _ => format!("the {what}s {}", names.join(", ")),
    }
}

/// Numbers held as constants; single ones and integers belong to operations, not to what was learnt.
fn parameters(graph: &Graph) -> usize {
    let learnt = graph.initializer.iter().filter(|tensor| {
        let is_single = tensor.dims.is_empty();
        !is_single && tensor.data_type != INT32 && tensor.data_type != INT64
    });
    let count = |dims: &Vec<i64>| {
        dims.iter()
            .map(|&side| side.max(0) as usize)
            .product::<usize>()
    };
    learnt.map(|tensor| count(&tensor.dims)).sum()
}
