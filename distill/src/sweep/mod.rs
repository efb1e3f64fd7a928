//! A sweep: what decides distillation, one axis at a time on a small budget, then the chosen few at length.
//!
//! [`file`] is the experiment as one writes it, [`point`] a single training of it, [`outcome`] what came of that.

pub mod file;
pub mod outcome;
pub mod point;
pub mod summary;

pub use file::{Axis, Budget, Finals, Sweep};
pub use outcome::Outcome;
pub use point::{Point, Teaching, Variant};
pub use summary::{AxisSummary, Bounds, FinalsSummary, PlaceSummary, Summary};
