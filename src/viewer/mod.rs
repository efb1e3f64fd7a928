//! The window: a run as it is driven, drawn by Bevy's renderer, with what everyone in the car sees, believes and
//! decides beside it. An app of its own that mirrors the simulation: it cannot change a run unless somebody takes the
//! wheel in it.
//!
//! [`window::open`] is the way in. [`show`] holds what is shown, [`keys`] what the onlooker can do, [`mirror`] the
//! world in Bevy, the rest draws.

mod birds_eye;
mod camera;
mod charts;
mod help;
mod keys;
mod layout;
mod material;
mod mirror;
mod overlay;
mod paint;
mod pane;
mod probe;
mod seat_panel;
mod shot;
mod show;
mod timeline;
mod title;
mod window;

pub(crate) use camera::BevyCamera;
pub use shot::Shot;
pub use window::{Opening, open};
