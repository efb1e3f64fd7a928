//! The curvature to drive: pure pursuit of the path from where the rear axle will be when steering acts.

use crate::ego::{EGO_WHEELBASE_M, EgoState};
use crate::frames::{Point2, Pose2};
use crate::scene::LanePath;

/// Time until wanted steering acts, in seconds.
const STEERING_DELAY_S: f64 = 0.12;
/// How far ahead the path is pursued, as time and at least and at most as distance.
const LOOKAHEAD_S: f64 = 0.6;
const LOOKAHEAD_M: (f64, f64) = (5.0, 18.0);
/// The sharpest curvature that is driven, in 1/metres.
const MAX_CURVATURE_PER_M: f64 = 0.18;

/// Curvature in 1/metres, positive to the left, that leads back to the path.
pub(super) fn curvature_per_m(path: &LanePath, ego: &EgoState) -> f64 {
    let lookahead_m = (LOOKAHEAD_S * ego.speed_mps).clamp(LOOKAHEAD_M.0, LOOKAHEAD_M.1);
    let way_m = ego.speed_mps * STEERING_DELAY_S;
    let turn_rad = ego.yaw_rate_radps * STEERING_DELAY_S;
    let rear_axle = Pose2::new(-EGO_WHEELBASE_M / 2.0, 0.0, 0.0);
    let ego_from_later_rear = rear_axle.then(Pose2::new(way_m, 0.5 * way_m * turn_rad, turn_rad));
    let target_x_m = ego_from_later_rear.x_m + lookahead_m;
    let target_in_ego = Point2::new(target_x_m, path.y_at(target_x_m));
    let target = ego_from_later_rear.inverse_transform(target_in_ego);
    let distance2_m2 = target.x_m * target.x_m + target.y_m * target.y_m;
    let curvature_per_m = 2.0 * target.y_m / distance2_m2.max(1.0);
    curvature_per_m.clamp(-MAX_CURVATURE_PER_M, MAX_CURVATURE_PER_M)
}
