//! What a network (or the truth, by the same way) understood of one camera frame.
//!
//! Positions are in the ego frame at the exposure tick; every estimate carries its standard deviation.

use serde::{Deserialize, Serialize};

use crate::belief::Belief;
use crate::frames::Point2;
use crate::labels::{BoxPx, LANE_BOUNDARIES, LightState, ObjectClass};
use crate::time::Tick;

/// One road user.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ObjectPercept {
    /// The most probable kind.
    pub class: ObjectClass,
    /// What else it may be, and where it may head, if somebody is here.
    pub belief: Belief,
    /// Probability that a road user of any kind is here, 0 to 1.
    pub probability: f64,
    /// Its box in the picture.
    pub box_px: BoxPx,
    /// x of its nearest face, in metres ahead of the ego origin.
    pub near_x_m: f64,
    /// Standard deviation of `near_x_m` in metres.
    pub near_x_std_m: f64,
    /// y of its left edge at that distance, in metres.
    pub left_y_m: f64,
    /// y of its right edge at that distance, in metres; not above `left_y_m`.
    pub right_y_m: f64,
    /// Standard deviation of their middle in metres, if `near_x_m` is right: an error of that moves it along its ray.
    pub y_std_m: f64,
    /// Likeliest heading in the ego frame in radians: 0 drives away, pi towards ego.
    pub yaw_rad: f64,
}

impl ObjectPercept {
    /// y of the middle between its edges, in metres.
    pub fn centre_y_m(&self) -> f64 {
        0.5 * (self.left_y_m + self.right_y_m)
    }
}

/// A point of a lane boundary.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BoundaryPoint {
    /// Where it lies.
    pub point_in_ego: Point2,
    /// Standard deviation across the road, in metres.
    pub y_std_m: f64,
    /// Probability that the boundary has pixels here, 0 to 1.
    pub probability: f64,
}

/// One lane boundary: its points from near to far; empty when it was not seen.
pub type Boundary = Vec<BoundaryPoint>;

/// The stop line of ego's lane.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StopLinePercept {
    /// x of the line in metres ahead of the ego origin.
    pub x_m: f64,
    /// Standard deviation of `x_m` in metres.
    pub x_std_m: f64,
    /// Probability that there is a line, 0 to 1.
    pub probability: f64,
}

/// The scene as understood at one exposure tick.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Percept {
    /// When the underlying frame was exposed.
    pub exposure: Tick,
    /// Road users, nearest first.
    pub objects: Vec<ObjectPercept>,
    /// Lane boundaries from left to right; ego drives between the second and the third.
    pub lanes: [Boundary; LANE_BOUNDARIES],
    /// Probability of each light state, in the order of [`LightState::ALL`].
    pub light: [f64; 4],
    /// The stop line, if one is likely.
    pub stop_line: Option<StopLinePercept>,
}

impl Percept {
    /// The most probable light state.
    pub fn light_state(&self) -> LightState {
        let mut best = LightState::None;
        for state in LightState::ALL {
            if self.light[state as usize] > self.light[best as usize] {
                best = state;
            }
        }
        best
    }
}
