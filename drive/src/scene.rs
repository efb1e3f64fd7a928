//! What the tracker makes of all percepts so far: the scene in the ego frame, now.

use serde::{Deserialize, Serialize};

use crate::labels::{LightState, ObjectClass};
use crate::math::{lerp, tan};
use crate::time::Tick;

/// A road user followed over time. Positions and velocities are over ground, along ego's axes now.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TrackedObject {
    /// Number of the track; never used twice in a run.
    pub id: u32,
    /// What it is.
    pub class: ObjectClass,
    /// Probability that it exists, 0 to 1.
    pub existence: f64,
    /// Whether it was seen often enough to be acted upon.
    pub confirmed: bool,
    /// x of its nearest face in metres ahead of the ego origin.
    pub near_x_m: f64,
    /// Standard deviation of `near_x_m` in metres.
    pub near_x_std_m: f64,
    /// y of the middle between its edges in metres.
    pub centre_y_m: f64,
    /// Standard deviation of `centre_y_m` in metres.
    pub y_std_m: f64,
    /// Half the distance between its edges in metres.
    pub half_width_m: f64,
    /// Velocity over ground along x in metres per second.
    pub velocity_x_mps: f64,
    /// Velocity over ground along y in metres per second.
    pub velocity_y_mps: f64,
    /// Standard deviation of `velocity_x_mps` in metres per second.
    pub velocity_x_std_mps: f64,
    /// Standard deviation of `velocity_y_mps` in metres per second.
    pub velocity_y_std_mps: f64,
    /// Acceleration over ground along x in metres per second squared.
    pub acceleration_x_mps2: f64,
    /// Standard deviation of `acceleration_x_mps2`.
    pub acceleration_x_std_mps2: f64,
    /// Heading in radians: 0 drives away, pi towards ego.
    pub yaw_rad: f64,
    /// Seconds since the exposure on which it was last seen.
    pub unseen_s: f64,
}

/// Number of points of a path.
pub const PATH_POINTS: usize = 31;
/// Distance along x between two points of a path, in metres.
pub const PATH_STEP_M: f64 = 2.0;

/// The path at one distance ahead.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct PathPoint {
    /// y of the path in metres.
    pub y_m: f64,
    /// Standard deviation of `y_m` in metres.
    pub y_std_m: f64,
    /// Direction of the path in radians.
    pub heading_rad: f64,
    /// Curvature of the path in 1/metres, positive to the left.
    pub curvature_per_m: f64,
}

/// The middle of ego's lane in the ego frame now, from beside the ego origin to 60 m ahead.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LanePath {
    /// The path every [`PATH_STEP_M`] metres along x, from x = 0.
    pub points: [PathPoint; PATH_POINTS],
    /// Width of the lane in metres.
    pub width_m: f64,
    /// Seconds since a boundary of ego's lane was last seen; infinite before the first.
    pub unseen_s: f64,
}

impl LanePath {
    /// x of a point in metres.
    pub fn x_of_point_m(index: usize) -> f64 {
        index as f64 * PATH_STEP_M
    }

    /// y of the path at a distance ahead, in metres; straight on beyond its ends.
    pub fn y_at(&self, x_m: f64) -> f64 {
        let beyond_m = x_m - x_m.clamp(0.0, Self::x_of_point_m(PATH_POINTS - 1));
        self.between(x_m, |point| point.y_m) + beyond_m * tan(self.heading_at(x_m))
    }

    /// Standard deviation of [`LanePath::y_at`] in metres.
    pub fn std_at(&self, x_m: f64) -> f64 {
        self.between(x_m, |point| point.y_std_m)
    }

    /// Direction of the path at a distance ahead, in radians.
    pub fn heading_at(&self, x_m: f64) -> f64 {
        self.between(x_m, |point| point.heading_rad)
    }

    /// Curvature of the path at a distance ahead, in 1/metres, positive to the left.
    pub fn curvature_at(&self, x_m: f64) -> f64 {
        self.between(x_m, |point| point.curvature_per_m)
    }

    /// A value of the path at a distance ahead, linear between points, constant beyond the ends.
    fn between(&self, x_m: f64, value: fn(&PathPoint) -> f64) -> f64 {
        let place = (x_m / PATH_STEP_M).clamp(0.0, (PATH_POINTS - 1) as f64);
        let below = (place.floor() as usize).min(PATH_POINTS - 2);
        lerp(
            value(&self.points[below]),
            value(&self.points[below + 1]),
            place - below as f64,
        )
    }
}

/// The stop line of ego's lane, kept by odometry below the camera's view.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TrackedStopLine {
    /// x of the line in metres ahead of the ego origin; negative once passed.
    pub x_m: f64,
    /// Standard deviation of `x_m` in metres.
    pub x_std_m: f64,
}

/// The traffic light of ego's lane over the last frames.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct TrackedLight {
    /// What it shows; kept for a while after the lamps leave the picture.
    pub state: LightState,
    /// Filtered probability of each state, in the order of [`LightState::ALL`].
    pub probabilities: [f64; 4],
    /// For how long it has been in this state, in seconds.
    pub since_s: f64,
}

/// The scene as it is believed to be now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scene {
    /// Now.
    pub tick: Tick,
    /// Road users, nearest first; unconfirmed ones included.
    pub objects: Vec<TrackedObject>,
    /// The middle of ego's lane.
    pub path: LanePath,
    /// The light.
    pub light: TrackedLight,
    /// The stop line, if there is one.
    pub stop_line: Option<TrackedStopLine>,
    /// Age of the newest percept: seconds since its exposure; `None` before the first.
    pub percept_age_s: Option<f64>,
    /// By how many seconds the next percept is overdue, measured by the gaps before; negative while it is not.
    pub overdue_s: f64,
}
