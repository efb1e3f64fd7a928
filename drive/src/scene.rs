//! What the tracker makes of all percepts so far: the scene in the ego frame, now.

use serde::{Deserialize, Serialize};

use crate::labels::{LightState, ObjectClass};
use crate::math::{atan, cos};
use crate::time::Tick;

/// Beyond this distance the path is continued as a straight line, in metres: no boundary is seen there.
const PATH_HORIZON_M: f64 = 60.0;

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
    /// Heading in radians: 0 drives away, pi towards ego.
    pub yaw_rad: f64,
    /// Seconds since the exposure on which it was last seen.
    pub unseen_s: f64,
}

/// The middle of ego's lane as y = c0 + c1 x + c2 x²/2 + c3 x³/6 in the ego frame now.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LanePath {
    /// c0: y of the path beside the ego origin, in metres.
    pub offset_m: f64,
    /// c1: slope of the path there, nearly its heading in radians.
    pub heading_rad: f64,
    /// c2: its curvature there in 1/metres, positive to the left.
    pub curvature_per_m: f64,
    /// c3: how the curvature changes along x, in 1/metres².
    pub curvature_rate_per_m2: f64,
    /// Width of the lane in metres.
    pub width_m: f64,
    /// Covariance of c0 to c3.
    pub covariance: [[f64; 4]; 4],
    /// Seconds since a boundary of ego's lane was last seen; infinite before the first.
    pub unseen_s: f64,
}

impl LanePath {
    /// y of the path at a distance ahead, in metres.
    pub fn y_at(&self, x_m: f64) -> f64 {
        let x = x_m.clamp(0.0, PATH_HORIZON_M);
        let y = self.offset_m
            + x * (self.heading_rad
                + x * (self.curvature_per_m / 2.0 + x * self.curvature_rate_per_m2 / 6.0));
        y + self.slope_at(x) * (x_m - x)
    }

    /// Direction of the path at a distance ahead, in radians.
    pub fn heading_at(&self, x_m: f64) -> f64 {
        atan(self.slope_at(x_m.clamp(0.0, PATH_HORIZON_M)))
    }

    /// Curvature of the path at a distance ahead, in 1/metres, positive to the left.
    pub fn curvature_at(&self, x_m: f64) -> f64 {
        let x = x_m.clamp(0.0, PATH_HORIZON_M);
        let bend = self.curvature_per_m + x * self.curvature_rate_per_m2;
        let c = cos(self.heading_at(x));
        bend * c * c * c
    }

    /// Standard deviation of [`LanePath::y_at`] in metres.
    pub fn std_at(&self, x_m: f64) -> f64 {
        let x = x_m.clamp(0.0, PATH_HORIZON_M);
        let row = [1.0, x, x * x / 2.0, x * x * x / 6.0];
        let mut variance = 0.0;
        for (i, a) in row.iter().enumerate() {
            for (j, b) in row.iter().enumerate() {
                variance += a * b * self.covariance[i][j];
            }
        }
        variance.max(0.0).sqrt()
    }

    /// Points (x, y) of the path every `step_m` metres up to `length_m`, for drawing.
    pub fn polyline(&self, length_m: f64, step_m: f64) -> Vec<crate::frames::Point2> {
        let steps = (length_m / step_m).floor() as usize;
        (0..=steps)
            .map(|step| {
                let x_m = step as f64 * step_m;
                crate::frames::Point2::new(x_m, self.y_at(x_m))
            })
            .collect()
    }

    /// dy/dx at `x`.
    fn slope_at(&self, x: f64) -> f64 {
        self.heading_rad + x * (self.curvature_per_m + x * self.curvature_rate_per_m2 / 2.0)
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
    /// Seconds since a percept last arrived, or since the start before the first.
    pub silence_s: f64,
}
