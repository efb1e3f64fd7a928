//! Stories: which road, which weather, who else drives and walks there, what happens when, and what
//! counts as having passed.
//!
//! Knows neither renderer nor network: a storyboard runs and is tested without either.

pub mod actor;
pub mod random_road;
pub mod road;
pub mod stage;
pub mod world;
