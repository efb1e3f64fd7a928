//! The world: a headless Bevy app stepped by hand, Rapier physics, the camera and its labels.
//!
//! Knows no network.

pub mod axes;
pub mod camera;
pub mod error;
pub mod physics;
pub mod scene;
pub mod simulation;
