//! In the car, besides the networks: the data that flows round the loop and the pure functions that drive.
//!
//! Reading order: [`frames`] and [`time`] fix axes and clocks, [`camera`] the lens, [`frame`] and
//! [`labels`] what the camera delivers, [`percept`] what a network makes of it, [`ego`] the car,
//! [`decision`] what it resolves to do. [`tracker`], [`planner`] and [`controller`] turn percepts into
//! commands; [`latency`] decides when a percept may be used.

pub mod camera;
pub mod decision;
pub mod ego;
pub mod frame;
pub mod frames;
pub mod labels;
pub mod math;
pub mod percept;
pub mod random;
pub mod time;
