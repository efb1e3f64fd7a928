//! What a drive was like, in the field's measures; exact definitions with their sources in each file.
//!
//! A measure that is undefined is `None`, never infinity.

mod comfort;
mod deceleration;
mod drac;
mod driving_score;
mod impact;
mod jerk;
mod lane_error;
mod pet;
mod sample;
mod thw;
mod ttc;

use serde::{Deserialize, Serialize};

pub use comfort::{Comfort, comfort};
pub use deceleration::{accel_mps2, max_deceleration_mps2};
pub use drac::deceleration_rate_to_avoid_crash_mps2;
pub use driving_score::{Infractions, driving_score_v2_0, driving_score_v2_1};
pub use impact::impact_speed_mps;
pub use jerk::jerk_mps3;
pub use lane_error::{LaneError, lane_error};
pub use pet::{Encroachment, post_encroachment_time_s};
pub use sample::{LeadSample, Sample};
pub use thw::time_headway_s;
pub use ttc::{RouteBox, time_exposed_s, time_to_collision_s, time_to_overlap_s};

/// The measures of one drive.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Metrics {
    /// CARLA's driving score 2.0 (multiplicative), 0 to 100.
    pub driving_score_v2_0: f64,
    /// CARLA's driving score 2.1 (additive), 0 to 100.
    pub driving_score_v2_1: f64,
    /// Share of the story's route covered, 0 to 1.
    pub route_completion: f64,
    /// What the driving scores are reduced for.
    pub infractions: Infractions,
    /// Smallest time to collision in seconds.
    pub min_ttc_s: Option<f64>,
    /// Time spent with a time to collision below 1.5 s, in seconds.
    pub time_exposed_s: f64,
    /// Smallest headway to a road user ahead in ego's lane, in seconds.
    pub min_thw_s: Option<f64>,
    /// Smallest post-encroachment time in seconds.
    pub min_pet_s: Option<f64>,
    /// Largest deceleration a lead ever required, in metres per second squared.
    pub max_drac_mps2: Option<f64>,
    /// Smallest distance between ego's box and another road user's, in metres.
    pub min_gap_m: Option<f64>,
    /// Speed at the first contact along ego's direction of travel, relative to what it touched, in metres per second;
    /// `None` without a contact.
    #[serde(default)]
    pub impact_speed_mps: Option<f64>,
    /// Hardest braking in metres per second squared, positive.
    pub max_decel_mps2: f64,
    /// Largest longitudinal jerk in metres per second cubed.
    pub max_jerk_mps3: f64,
    /// Largest distance of ego's centre from its lane's centre, in metres.
    pub lane_error_m: f64,
    /// Mean distance of ego's centre from its lane's centre, in metres.
    pub mean_lane_error_m: f64,
    /// Mean speed in metres per second.
    pub mean_speed_mps: f64,
    /// Way covered along ego's lane in metres.
    pub distance_m: f64,
    /// Whether nuPlan's comfort bounds all hold.
    pub comfortable: bool,
}

/// The smallest of some values, if there are any.
pub(crate) fn smallest(values: impl Iterator<Item = f64>) -> Option<f64> {
    values.reduce(f64::min)
}

/// The largest of some values, if there are any.
pub(crate) fn largest(values: impl Iterator<Item = f64>) -> Option<f64> {
    values.reduce(f64::max)
}
