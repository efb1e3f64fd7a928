//! The world: a headless Bevy app stepped by hand, Rapier physics, the camera and its labels.
//!
//! Knows no network.

pub mod scene;
