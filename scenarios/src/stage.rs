//! What stands on the stage before the first tick: everything the simulator needs to build the world.

use std::sync::Arc;

use drive::frames::{Point2, Pose2};
use serde::{Deserialize, Serialize};

use crate::actor::ActorModel;
use crate::road::Road;

/// One road user before the first tick.
#[derive(Debug, Clone, PartialEq)]
pub struct StageActor {
    /// Its name in the story.
    pub name: String,
    /// Its model.
    pub model: &'static ActorModel,
    /// Pose of its footprint's centre in the world.
    pub world_from_actor: Pose2,
    /// Forward speed in metres per second.
    pub speed_mps: f64,
}

/// A traffic light and the line at which it stops traffic.
#[derive(Debug, Clone, PartialEq)]
pub struct StageLight {
    /// Foot of its pole; yaw points against the traffic it governs (the way its lamps face).
    pub world_from_pole: Pose2,
    /// Height of the red lamp's centre above the ground in metres (amber and green follow below, 0.35 m apart).
    pub red_height_m: f64,
    /// The stop line's ends, left then right as its traffic sees them.
    pub stop_line: [Point2; 2],
}

/// Sun, clouds and air.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weather {
    /// Direction the sun stands in, radians counter-clockwise from the world's x axis.
    pub sun_azimuth_rad: f64,
    /// Height of the sun above the horizon in radians; below about 0.1 it is dusk, below 0 it grows night.
    pub sun_elevation_rad: f64,
    /// Cloud cover, 0 (clear, hard shadows) to 1 (overcast, no shadows).
    pub overcast: f64,
    /// Meteorological visibility in fog or haze, in metres; `None` in clear air.
    pub visibility_m: Option<f64>,
    /// Rain in millimetres per hour: 2 is light, 10 heavy, 50 a cloudburst; 0 is dry.
    #[serde(default, skip_serializing_if = "is_dry")]
    pub rain_mm_per_h: f64,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_dry(rain_mm_per_h: &f64) -> bool {
    *rain_mm_per_h <= 0.0
}

impl Weather {
    /// Whether it is night or rains: the camera then looks by lamplight, or at wet roads.
    pub fn is_rough(&self) -> bool {
        self.sun_elevation_rad < 0.0 || self.rain_mm_per_h > 0.0
    }
}

impl Default for Weather {
    fn default() -> Self {
        Self {
            sun_azimuth_rad: 0.9,
            sun_elevation_rad: 0.8,
            overcast: 0.2,
            visibility_m: None,
            rain_mm_per_h: 0.0,
        }
    }
}

/// A world before its first tick.
#[derive(Debug, Clone)]
pub struct Stage {
    /// The road network.
    pub road: Arc<Road>,
    /// Where ego starts.
    pub world_from_ego: Pose2,
    /// How fast ego starts, in metres per second.
    pub ego_speed_mps: f64,
    /// Road users other than ego.
    pub actors: Vec<StageActor>,
    /// Traffic lights.
    pub lights: Vec<StageLight>,
    /// Sun, clouds and air.
    pub weather: Weather,
    /// Seed of everything that only changes how the world looks: facades, trees, paint.
    pub looks_seed: u64,
}
