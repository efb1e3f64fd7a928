//! The networks: teacher and student, their heads, encoding and decoding, weights.
//!
//! `infer` takes a camera frame and nothing else: no network can peek at the world.
//!
//! One way to a percept: [`encode::encode`] turns labels into [`targets::Targets`],
//! [`decode::decode`] turns [`probabilities::Probabilities`] (of a network, or one-hot of the
//! targets) into a `Percept`.

pub mod bins;
pub mod card;
pub mod decode;
pub mod encode;
mod engine;
mod error;
pub mod expectation;
pub mod files;
mod fold;
pub mod heads;
mod histogram;
pub mod nets;
pub mod network;
pub mod onnx;
pub mod ops;
pub mod preprocess;
pub mod probabilities;
pub mod quantization;
pub mod synthetic;
pub mod targets;
pub mod weights;

pub use error::Error;
