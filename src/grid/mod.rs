//! The attribution grid: who sees by how late, over stories and seeds, and the cause of each difference.

pub mod cause;
pub mod effect;
