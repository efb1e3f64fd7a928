//! The world: a headless Bevy app stepped by hand, Rapier physics, the camera and its labels.
//!
//! Knows no network. [`Simulation`] is the way in: [`Simulation::step`] on every tick,
//! [`Simulation::expose`] when a frame is due.

mod app;
pub mod axes;
pub mod camera;
pub mod dress;
pub mod error;
mod ground;
mod labels;
pub mod physics;
pub mod scene;
pub mod simulation;
pub mod staging;

pub use camera::Exposure;
pub use dress::ActorMotion;
pub use error::SimError;
pub use simulation::{SimOptions, Simulation};
pub use staging::Staging;
