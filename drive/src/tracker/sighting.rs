//! What one percept says about one road user, as measurements: a coarse distance and sharp bearings.

use crate::camera::CameraModel;
use crate::frames::Pose2;
use crate::kalman::Measured;
use crate::math::{cos, sin};
use crate::percept::ObjectPercept;
use crate::scene::TrackedObject;

/// No distance from the camera is taken as shorter than this, in metres.
const MIN_DISTANCE_M: f64 = 1.0;
/// Nearer than this the ground under a road user is below the picture: absence means little, in metres.
const BLIND_NEAR_M: f64 = 5.0;
/// Farther than this a road user may be too small to be seen, in metres.
const BLIND_FAR_M: f64 = 60.0;
/// Tangent of the bearing beyond which a road user leaves the picture (28 of 30 degrees).
const PICTURE_BEARING: f64 = 0.53;
/// Something that hides another road user is at least this much nearer, in metres.
const HIDING_GAP_M: f64 = 1.5;

/// One road user as seen from one exposure pose.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sighting<'a> {
    percept: &'a ObjectPercept,
    odom_from_ego: Pose2,
    camera_x_m: f64,
    distance_m: f64,
}

impl<'a> Sighting<'a> {
    /// The road user `percept` seen from `odom_from_ego`.
    pub(super) fn new(percept: &'a ObjectPercept, odom_from_ego: Pose2) -> Self {
        let camera_x_m = CameraModel::standard().forward_m;
        Self {
            percept,
            odom_from_ego,
            camera_x_m,
            distance_m: (percept.near_x_m - camera_x_m).max(MIN_DISTANCE_M),
        }
    }

    /// Distance from the camera of a point at x in the ego frame, in metres.
    pub(super) fn distance_of_m(&self, x_m: f64) -> f64 {
        (x_m - self.camera_x_m).max(MIN_DISTANCE_M)
    }

    /// Half its width in metres if it is `distance_m` from the camera.
    pub(super) fn half_width_m(&self, distance_m: f64) -> f64 {
        let width_m = self.percept.left_y_m - self.percept.right_y_m;
        0.5 * width_m * distance_m / self.distance_m
    }

    /// Measures the distance: the row of the state (x, y, ...) in the odometry frame, and its value.
    pub(super) fn depth(&self) -> ([f64; 6], Measured) {
        let pose = self.odom_from_ego;
        let (c, s) = (cos(pose.yaw_rad), sin(pose.yaw_rad));
        let value = self.percept.near_x_m + c * pose.x_m + s * pose.y_m;
        let std = self.percept.near_x_std_m;
        ([c, s, 0.0, 0.0, 0.0, 0.0], Measured { value, std })
    }

    /// Measures the middle's bearing (y per metre from the camera) of a road user that is believed to
    /// be `distance_m` away: bearings are sharp where depths are coarse, so y follows the filtered distance.
    pub(super) fn bearing(&self, distance_m: f64) -> ([f64; 6], Measured) {
        let bearing = self.percept.centre_y_m() / self.distance_m;
        let pose = self.odom_from_ego;
        let (c, s) = (cos(pose.yaw_rad), sin(pose.yaw_rad));
        let row = [-s - bearing * c, c - bearing * s, 0.0, 0.0, 0.0, 0.0];
        let value = row[0] * pose.x_m + row[1] * pose.y_m - bearing * self.camera_x_m;
        let std = self.percept.y_std_m * distance_m / self.distance_m;
        (row, Measured { value, std })
    }
}

/// Whether a road user ought to be seen among these percepts: in the picture and not hidden.
pub(super) fn ought_to_be_seen(here: &TrackedObject, percepts: &[ObjectPercept]) -> bool {
    let camera_x_m = CameraModel::standard().forward_m;
    let bearing_at = |x_m: f64, y_m: f64| y_m / (x_m - camera_x_m).max(1.0);
    let bearing = bearing_at(here.near_x_m, here.centre_y_m);
    let in_picture =
        (BLIND_NEAR_M..BLIND_FAR_M).contains(&here.near_x_m) && bearing.abs() < PICTURE_BEARING;
    let hidden = percepts.iter().any(|other| {
        other.near_x_m + HIDING_GAP_M < here.near_x_m
            && bearing_at(other.near_x_m, other.left_y_m) > bearing
            && bearing_at(other.near_x_m, other.right_y_m) < bearing
    });
    in_picture && !hidden
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kalman::Kalman;
    use crate::labels::{BoxPx, ObjectClass};
    use crate::tracker::object::Track;

    fn car_at(near_x_m: f64, centre_y_m: f64) -> ObjectPercept {
        ObjectPercept {
            class: ObjectClass::Car,
            belief: crate::belief::Belief::surely(ObjectClass::Car, 0.0),
            probability: 1.0,
            box_px: BoxPx::default(),
            near_x_m,
            near_x_std_m: 0.4,
            left_y_m: centre_y_m + 0.9,
            right_y_m: centre_y_m - 0.9,
            y_std_m: 0.1,
            yaw_rad: 0.0,
        }
    }

    #[test]
    fn a_depth_read_too_long_does_not_move_the_road_user_sideways() {
        // Truly at (20.45, 4): seen 10 % too far, so its edges came out 10 % too far to the left.
        let percept = car_at(22.45, 4.4);
        let ego = Pose2::new(100.0, 50.0, 0.3);
        let sighting = Sighting::new(&percept, ego);
        let truth = ego.transform(crate::frames::Point2::new(20.45, 4.0));
        let filter = Kalman::new([truth.x_m, truth.y_m, 0.0, 0.0, 0.0, 0.0], [0.1; 6]);
        let (row, measured) = sighting.bearing(20.0);
        assert!(filter.surprise(&row, measured).abs() < 1e-9);
        let (row, measured) = sighting.depth();
        assert!((measured.value - filter.expected(&row) - 2.0).abs() < 1e-9);
    }

    #[test]
    fn a_far_road_user_behind_a_near_one_need_not_be_seen() {
        let near = car_at(10.0, 0.0);
        let here = Pose2::default();
        let mut far = Track::born(1, &car_at(30.0, 0.5), here, 0.0).in_ego(here);
        assert!(!ought_to_be_seen(&far, &[near]));
        far.centre_y_m = 6.0;
        assert!(ought_to_be_seen(&far, &[near]));
    }
}
