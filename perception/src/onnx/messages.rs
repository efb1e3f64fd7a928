//! The part of ONNX's protocol buffers that networks of this product need; numbers as in `onnx.proto` of IR version 8.
//!
//! Fields that are not named here are skipped when a file is read.

use std::collections::BTreeMap;

use prost::Message;

/// `AttributeProto.type` of an integer.
const ATTRIBUTE_INT: i32 = 2;
/// `AttributeProto.type` of text.
const ATTRIBUTE_STRING: i32 = 3;
/// `AttributeProto.type` of a list of integers.
const ATTRIBUTE_INTS: i32 = 7;
/// `TensorProto.data_type` and element type of 32-bit floats.
pub(crate) const FLOAT: i32 = 1;
/// The same of 32-bit and 64-bit integers, which are shapes and axes.
pub(crate) const INT32: i32 = 6;
/// See [`INT32`].
pub(crate) const INT64: i32 = 7;

/// A whole file.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Model {
    #[prost(int64, tag = "1")]
    pub(crate) ir_version: i64,
    #[prost(string, tag = "2")]
    pub(crate) producer_name: String,
    #[prost(string, tag = "3")]
    pub(crate) producer_version: String,
    #[prost(string, tag = "6")]
    pub(crate) doc_string: String,
    #[prost(message, optional, tag = "7")]
    pub(crate) graph: Option<Graph>,
    #[prost(message, repeated, tag = "8")]
    pub(crate) opset_import: Vec<OperatorSet>,
    #[prost(message, repeated, tag = "14")]
    pub(crate) metadata_props: Vec<Entry>,
}

/// Which operators a file is written in; the empty domain is ONNX's own.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct OperatorSet {
    #[prost(string, tag = "1")]
    pub(crate) domain: String,
    #[prost(int64, tag = "2")]
    pub(crate) version: i64,
}

/// A line of free text about a file.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Entry {
    #[prost(string, tag = "1")]
    pub(crate) key: String,
    #[prost(string, tag = "2")]
    pub(crate) value: String,
}

/// Nodes in the order of computation, constants, inputs and outputs.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Graph {
    #[prost(message, repeated, tag = "1")]
    pub(crate) node: Vec<Node>,
    #[prost(string, tag = "2")]
    pub(crate) name: String,
    #[prost(message, repeated, tag = "5")]
    pub(crate) initializer: Vec<Tensor>,
    #[prost(message, repeated, tag = "11")]
    pub(crate) input: Vec<ValueInfo>,
    #[prost(message, repeated, tag = "12")]
    pub(crate) output: Vec<ValueInfo>,
}

/// One operation on named values.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Node {
    #[prost(string, repeated, tag = "1")]
    pub(crate) input: Vec<String>,
    #[prost(string, repeated, tag = "2")]
    pub(crate) output: Vec<String>,
    #[prost(string, tag = "3")]
    pub(crate) name: String,
    #[prost(string, tag = "4")]
    pub(crate) op_type: String,
    #[prost(message, repeated, tag = "5")]
    pub(crate) attribute: Vec<Attribute>,
}

/// A setting of a node.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Attribute {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(int64, optional, tag = "3")]
    integer: Option<i64>,
    #[prost(bytes = "vec", optional, tag = "4")]
    string: Option<Vec<u8>>,
    #[prost(int64, repeated, packed = "false", tag = "8")]
    integers: Vec<i64>,
    #[prost(int32, tag = "20")]
    kind: i32,
}

impl Attribute {
    pub(crate) fn int(name: &str, value: i64) -> Self {
        Self {
            name: name.to_owned(),
            integer: Some(value),
            kind: ATTRIBUTE_INT,
            ..Self::default()
        }
    }

    pub(crate) fn ints(name: &str, values: &[i64]) -> Self {
        Self {
            name: name.to_owned(),
            integers: values.to_vec(),
            kind: ATTRIBUTE_INTS,
            ..Self::default()
        }
    }

    pub(crate) fn text(name: &str, value: &str) -> Self {
        Self {
            name: name.to_owned(),
            string: Some(value.as_bytes().to_vec()),
            kind: ATTRIBUTE_STRING,
            ..Self::default()
        }
    }
}

/// Constant numbers.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Tensor {
    #[prost(int64, repeated, packed = "false", tag = "1")]
    pub(crate) dims: Vec<i64>,
    #[prost(int32, tag = "2")]
    pub(crate) data_type: i32,
    #[prost(string, tag = "8")]
    pub(crate) name: String,
    #[prost(bytes = "vec", tag = "9")]
    pub(crate) raw_data: Vec<u8>,
}

impl Tensor {
    pub(crate) fn floats(name: &str, dims: &[usize], values: &[f32]) -> Self {
        Self {
            dims: dims.iter().map(|&dim| dim as i64).collect(),
            data_type: FLOAT,
            name: name.to_owned(),
            raw_data: values.iter().flat_map(|v| v.to_le_bytes()).collect(),
        }
    }

    pub(crate) fn ints(name: &str, values: &[i64]) -> Self {
        Self {
            dims: vec![values.len() as i64],
            data_type: INT64,
            name: name.to_owned(),
            raw_data: values.iter().flat_map(|v| v.to_le_bytes()).collect(),
        }
    }
}

/// Name and type of an input or output.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct ValueInfo {
    #[prost(string, tag = "1")]
    pub(crate) name: String,
    #[prost(message, optional, tag = "2")]
    pub(crate) kind: Option<ValueType>,
}

/// The type of a value: a tensor, or what this product has no use for.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct ValueType {
    #[prost(message, optional, tag = "1")]
    pub(crate) tensor: Option<TensorType>,
}

/// Type of element and shape.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct TensorType {
    #[prost(int32, tag = "1")]
    pub(crate) element: i32,
    #[prost(message, optional, tag = "2")]
    pub(crate) shape: Option<Shape>,
}

/// The sides of a tensor.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Shape {
    #[prost(message, repeated, tag = "1")]
    pub(crate) dim: Vec<Dimension>,
}

/// A side; without a number where the file leaves it open.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Dimension {
    #[prost(int64, optional, tag = "1")]
    pub(crate) value: Option<i64>,
}

impl ValueInfo {
    /// 32-bit floats of a fixed shape.
    pub(crate) fn floats(name: &str, dims: &[usize]) -> Self {
        let dimension = |&dim: &usize| Dimension {
            value: Some(dim as i64),
        };
        let shape = Shape {
            dim: dims.iter().map(dimension).collect(),
        };
        let tensor = TensorType {
            element: FLOAT,
            shape: Some(shape),
        };
        Self {
            name: name.to_owned(),
            kind: Some(ValueType {
                tensor: Some(tensor),
            }),
        }
    }

    /// Its type of element and its sides, a side being `None` where the file leaves it open; `None` where it is no
    /// tensor of a known rank.
    pub(super) fn tensor(&self) -> Option<(i32, Vec<Option<i64>>)> {
        let tensor = self.kind.as_ref()?.tensor.as_ref()?;
        let sides = tensor.shape.as_ref()?.dim.iter().map(|dim| dim.value);
        Some((tensor.element, sides.collect()))
    }
}

/// The name of a type of element.
pub(crate) fn type_name(kind: i32) -> String {
    let name = match kind {
        1 => "float32",
        2 => "uint8",
        3 => "int8",
        6 => "int32",
        7 => "int64",
        10 => "float16",
        11 => "float64",
        16 => "bfloat16",
        _ => return format!("of ONNX type {kind}"),
    };
    name.to_owned()
}

/// Lines of free text, in the order of their keys.
pub(crate) fn entries(texts: BTreeMap<String, String>) -> Vec<Entry> {
    let entry = |(key, value)| Entry { key, value };
    texts.into_iter().map(entry).collect()
}
