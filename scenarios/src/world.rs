//! The state of the world at one tick, and what the director asks of it for the next.

use drive::ego::EgoState;
use drive::frames::Pose2;
use drive::labels::LightState;
use drive::time::Tick;
use serde::{Deserialize, Serialize};

/// Pose and speed of one scripted road user.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct ActorState {
    /// Pose of its footprint's centre in the world.
    pub world_from_actor: Pose2,
    /// Forward speed in metres per second.
    pub speed_mps: f64,
}

/// Pose and motion of the ego car.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct EgoBody {
    /// Pose of its footprint's centre in the world.
    pub world_from_ego: Pose2,
    /// Its own motion.
    pub state: EgoState,
}

/// What ego touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Contact {
    /// The actor with this index in the stage.
    Actor(usize),
    /// Something that stands: a building, a tree, a pole.
    Scenery,
}

/// The world at one tick.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct WorldState {
    /// The tick it is the state of.
    pub tick: Tick,
    /// The car under test.
    pub ego: EgoBody,
    /// Scripted road users, in the stage's order.
    pub actors: Vec<ActorState>,
    /// What each traffic light shows, in the stage's order.
    pub lights: Vec<LightState>,
    /// What ego touches on this tick.
    pub contacts: Vec<Contact>,
}

/// Where the scripted road users are to be on the next tick, and what the lights are to show.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ActorCommands {
    /// The next state of each actor, in the stage's order.
    pub actors: Vec<ActorState>,
    /// The next state of each light, in the stage's order.
    pub lights: Vec<LightState>,
}
