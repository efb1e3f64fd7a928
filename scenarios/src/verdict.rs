//! What the judge says about a drive.

use drive::time::Tick;
use serde::{Deserialize, Serialize};

use crate::metrics::Metrics;

/// Pass or fail, why, and the measures of the drive.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// Whether every criterion was met.
    pub pass: bool,
    /// The criteria that were not met.
    pub failures: Vec<Failure>,
    /// The measures of the drive.
    pub metrics: Metrics,
}

/// A criterion that was not met.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// The criterion, in the story's word.
    pub criterion: String,
    /// What was measured, in the criterion's unit.
    pub value: Option<f64>,
    /// What was demanded.
    pub bound: Option<f64>,
    /// When it was broken, or the last tick when it was never met.
    pub tick: Tick,
    /// All of it as a sentence.
    pub text: String,
}
