//! Stories: which road, which weather, who else drives and walks there, what happens when, and what
//! counts as having passed.
//!
//! Knows neither renderer nor network: a storyboard runs and is tested without either.

pub mod actor;
pub mod catalog;
pub mod criteria;
pub mod director;
pub mod geometry;
pub mod judge;
pub mod metrics;
pub mod naming;
pub mod path;
pub mod random_road;
pub mod random_world;
pub mod road;
pub mod stage;
pub mod story;
pub mod transition;
pub mod verdict;
pub mod world;
