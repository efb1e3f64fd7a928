//! The car under test: its measures, what it knows of its own motion, and how it is commanded.

use serde::{Deserialize, Serialize};

use crate::time::Tick;

/// Length of the ego car, bumper to bumper, in metres.
pub const EGO_LENGTH_M: f64 = 4.5;
/// Width of the ego car in metres.
pub const EGO_WIDTH_M: f64 = 1.85;
/// Height of the ego car in metres.
pub const EGO_HEIGHT_M: f64 = 1.5;
/// Distance between the axles in metres; both lie the same distance from the ego origin.
pub const EGO_WHEELBASE_M: f64 = 2.8;
/// x of the front bumper in the ego frame, in metres.
pub const EGO_FRONT_M: f64 = EGO_LENGTH_M / 2.0;

/// What the car's own sensors tell (odometry); exact in the simulation.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct EgoState {
    /// When it was measured.
    pub tick: Tick,
    /// Forward speed in metres per second, never negative in these stories.
    pub speed_mps: f64,
    /// Forward acceleration in metres per second squared.
    pub accel_mps2: f64,
    /// Rate of turn in radians per second, positive to the left.
    pub yaw_rate_radps: f64,
    /// Mean angle of the front wheels in radians, positive to the left.
    pub steering_rad: f64,
}

/// What the controller asks of the car on one tick.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct VehicleCommand {
    /// Wanted forward acceleration in metres per second squared; negative brakes.
    pub accel_mps2: f64,
    /// Wanted angle of the front wheels in radians, positive to the left.
    pub steering_rad: f64,
}
