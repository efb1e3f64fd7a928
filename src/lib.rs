//! The closed loop and everything around it.
//!
//! Reading order: [`episode`] is the loop, one line a step. [`seat`] is a place in the car with its own
//! sight, tracker and planner; [`perceiver`] says who can sit there, [`worker`] runs its network beside
//! the simulation; [`faults`] is what can go wrong with its camera, [`film`]
//! the pictures that are kept, [`audience`] who looks on, [`watching`] somebody who does so on another thread. [`trace`] keeps every tick and proves that it
//! repeats, [`record`] sums up, [`recorded`] reads back, [`diff`] names where two runs part, [`frames`] shows
//! one frame again. [`pack`] checks many
//! stories at once, for continuous integration. [`commands`] are the command line's, [`report`] the page for people.

pub mod audience;
pub mod camera;
pub mod clock;
pub mod commands;
pub mod defect;
pub mod diff;
pub mod digest;
pub mod episode;
pub mod evaluation;
pub mod faults;
pub mod files;
pub mod film;
pub mod folder;
pub mod frames;
pub mod grid;
pub mod journal;
pub mod junit;
pub mod ladder;
pub mod loaded;
pub mod machine;
pub mod mcap;
pub mod models;
pub mod npy;
pub mod pack;
pub mod parallel;
pub mod perceiver;
pub mod progress;
pub mod record;
pub mod recorded;
pub mod report;
pub mod roam;
pub mod search;
pub mod seat;
pub mod summary;
pub mod table;
pub mod theatre;
pub mod trace;
#[cfg(feature = "viewer")]
pub mod viewer;
pub mod watching;
pub mod words;
pub mod worker;
