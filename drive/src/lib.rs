//! In the car, besides the networks: the data that flows round the loop and the pure functions that drive.
//!
//! Reading order: [`frames`] and [`time`] fix axes and clocks, [`camera`] the lens, [`frame`] and
//! [`labels`] what the camera delivers, [`percept`] what a network makes of it, [`ego`] the car,
//! [`decision`] what it resolves to do. [`tracker`] turns percepts into a [`scene`], [`planner`] a scene
//! into a decision, [`controller`] a decision into a command; [`driver`] is the three in a row.
//! [`watchdog`] notices when percepts stay away. [`latency`] decides when a percept may be used.

pub mod belief;
pub mod camera;
pub mod controller;
pub mod decision;
pub mod driver;
pub mod ego;
pub mod frame;
pub mod frames;
mod kalman;
pub mod labels;
pub mod latency;
pub mod math;
pub mod percept;
pub mod planner;
pub mod random;
pub mod scene;
pub mod time;
pub mod tracker;
pub mod watchdog;
