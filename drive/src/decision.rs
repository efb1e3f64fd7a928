//! What the car resolves to do, and why.

use serde::{Deserialize, Serialize};

use crate::labels::{LightState, ObjectClass};
use crate::time::Tick;

/// The kind of decision, from mild to hard.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Keep the set speed.
    #[default]
    Cruise,
    /// Keep a headway behind a moving lead.
    Follow,
    /// Reduce speed: for a bend, or for someone who may enter the path.
    Slow,
    /// Stop at a line or behind something that stands.
    Stop,
    /// Brake as hard as the tyres allow.
    EmergencyBrake,
}

/// What a decision is about.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Nothing ahead matters.
    #[default]
    FreeRoad,
    /// A bend asks for less speed.
    Bend,
    /// A road user ahead or about to enter the path.
    Object {
        /// What it is.
        class: ObjectClass,
        /// From ego's front bumper to its nearest face, in metres.
        gap_m: f64,
        /// Time to collision in seconds; `None` when not closing.
        ttc_s: Option<f64>,
    },
    /// A traffic light with its stop line.
    Light {
        /// What it shows.
        state: LightState,
        /// From ego's front bumper to the line, in metres; `None` while no line is in view.
        gap_m: Option<f64>,
    },
    /// The camera is lost, no percept arrives: the car makes a safe stop.
    Blind,
}

/// What the planner wants on one tick.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Decision {
    /// When it was taken.
    pub tick: Tick,
    /// What to do.
    pub action: Action,
    /// Why.
    pub reason: Reason,
    /// Wanted forward acceleration in metres per second squared.
    pub accel_mps2: f64,
    /// Curvature of the path to follow, in 1/metres, positive to the left.
    pub curvature_per_m: f64,
}
