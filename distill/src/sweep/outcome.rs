//! What came of a training of a sweep.

use serde::{Deserialize, Serialize};

use super::point::Point;
use crate::evaluate::WorldTallies;

/// What came of a training: everything that tables and plots need, so that they can be drawn again without it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The training.
    pub point: Point,
    /// Parameters of the student.
    pub parameters: usize,
    /// Operations for one frame.
    pub flops: u64,
    /// Seconds of wall clock that the training took, on a machine that may have been busy.
    pub training_s: f64,
    /// What it saw of the validation worlds, by which everything is chosen.
    pub validation: WorldTallies,
    /// What it saw of the test worlds; only the chosen few are shown them.
    pub test: Option<WorldTallies>,
}
