//! The attribution grid: who sees by how late, over stories and seeds, and the cause of each difference.
//!
//! Reading order: [`contestant`] is who takes part, [`cells`] which of them drives how late, [`plan`] the runs that
//! follow, [`record`] what they tell; [`effect`] and [`cause`] are the statistics. [`signing`] compares just two, for
//! the sentence to sign.

pub mod cause;
pub mod cells;
pub mod contestant;
pub mod effect;
pub mod plan;
pub mod record;
pub mod signing;
