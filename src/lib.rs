//! The closed loop and everything around it.
//!
//! Reading order: [`episode`] is the loop, one line a step. [`seat`] is a place in the car with its own
//! sight, tracker and planner; [`faults`] is what can go wrong with its camera; [`perceiver`] says who can sit there, [`worker`] runs its network beside
//! the simulation. [`record`] keeps what happened, [`digest`] proves it repeats. [`commands`] are the
//! command line's, [`report`] the page for people.

pub mod clock;
pub mod commands;
pub mod digest;
pub mod episode;
pub mod faults;
pub mod files;
pub mod folder;
pub mod loaded;
pub mod machine;
pub mod models;
pub mod npy;
pub mod perceiver;
pub mod progress;
pub mod record;
pub mod report;
pub mod seat;
pub mod summary;
pub mod table;
pub mod theatre;
pub mod words;
pub mod worker;
