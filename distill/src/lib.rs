//! Learning from recorded frames: data set, soft targets, losses, trainer, evaluation.
//!
//! Knows recorded frames and their labels, never the simulator. Reading order: [`dataset`] is what is
//! recorded, [`cache`] the same ready for training, [`batch`] and [`augment`] what a step sees,
//! [`loss`] what it is told, [`trainer`] the steps, [`evaluate`] what came of it.

pub mod dataset;
pub mod error;
pub mod files;

pub mod annotator;
pub mod augment;
pub mod batch;
pub mod cache;
pub mod labelling;
pub mod mirror;

pub mod average;
pub mod checkpoint;
pub mod loss;
pub mod recipe;
pub mod soft_targets;
pub mod teacher;
pub mod trainer;

pub mod doctor;
pub mod evaluate;
pub mod pruning;
pub mod sweep;

#[cfg(test)]
mod fixture;

pub use error::{Error, Result};
