//! One road user followed over time: position and velocity by Kalman filter, existence by log-odds.

use crate::belief::Belief;
use crate::frames::{Point2, Pose2};
use crate::kalman::{Kalman, Measured};
use crate::math::{atan2, cos, exp, ln, sigmoid, sin, wrap_angle};
use crate::percept::ObjectPercept;
use crate::scene::TrackedObject;

use super::prior::{acceleration_variances, first_velocity};
use super::sighting::{Sighting, ought_to_be_seen};

/// Log-odds that a road user exists before it is seen for the first time.
const BIRTH_LOGIT: f64 = -2.0;
/// The most that one sighting adds to the log-odds.
const MAX_HIT_LOGIT: f64 = 2.6;
/// The most that one sighting adds when it is near: enough to act at once.
const MAX_NEAR_HIT_LOGIT: f64 = 3.2;
/// Sightings closer than this count as near, in metres ahead of the ego origin.
const NEAR_M: f64 = 10.0;
/// What absence takes from the log-odds when the road user ought to be visible.
const MISS_LOGIT: f64 = 1.4;
/// What absence takes from the log-odds when it may be hidden or out of the picture.
const HIDDEN_MISS_LOGIT: f64 = 0.12;
/// The log-odds never exceed this, so that absence counts soon.
const MAX_LOGIT: f64 = 5.0;
/// From these log-odds on a road user is acted upon.
const CONFIRM_LOGIT: f64 = 0.9;
/// Below these log-odds it is no longer acted upon.
const DOUBT_LOGIT: f64 = 0.0;
/// Below these log-odds it is forgotten.
const FORGET_LOGIT: f64 = -2.2;
/// Unseen for this long it is forgotten, in seconds.
const FORGET_UNSEEN_S: f64 = 2.5;
/// So far behind the ego origin it is forgotten, in metres.
const FORGET_BEHIND_M: f64 = 4.0;
/// It is lost, and forgotten, when the standard deviation of its place exceeds this, in metres ...
const LOST_STD_M: f64 = 2.5;
/// ... plus this share of its distance.
const LOST_STD_SHARE: f64 = 0.2;
/// Boxes of one road user differ from frame to frame by this much, in metres ...
const BOX_STD_M: f64 = 0.2;
/// ... and by this share of half its width.
const BOX_STD_SHARE: f64 = 0.2;
/// How long an acceleration lasts, in seconds.
const ACCELERATION_TIME_S: f64 = 1.2;
/// Time constant of kind, heading and width over sightings, in seconds.
const SHAPE_TIME_S: f64 = 0.3;

/// A road user followed over time, as of the newest percept's exposure.
///
/// The filter's state is (x, y, vx, vy, ax, ay) of the middle of its nearest face, in the odometry frame;
/// accelerations fade (Singer's model of a manoeuvring target).
#[derive(Debug, Clone)]
pub(super) struct Track {
    id: u32,
    belief: Belief,
    /// Variances along x and y of the odometry frame that the beliefs so far have allowed the velocity.
    allowed: [f64; 2],
    filter: Kalman<6>,
    half_width_m: f64,
    odom_heading: Point2,
    logit: f64,
    confirmed: bool,
    unseen_s: f64,
}

impl Track {
    /// A track begun by one sighting; `ego_speed_mps` tells how fast traffic may be.
    pub(super) fn born(
        id: u32,
        seen: &ObjectPercept,
        odom_from_ego: Pose2,
        ego_speed_mps: f64,
    ) -> Self {
        let middle = Point2::new(seen.near_x_m, seen.centre_y_m());
        let position = odom_from_ego.transform(middle);
        let heading = direction(odom_from_ego.yaw_rad + seen.yaw_rad);
        let velocity = first_velocity(&seen.belief, (odom_from_ego.yaw_rad, ego_speed_mps));
        let [vx, vy] = velocity.mean;
        let spread_m = 3.0 * (seen.near_x_std_m + seen.y_std_m);
        let mut filter = Kalman::new(
            [position.x_m, position.y_m, vx, vy, 0.0, 0.0],
            [spread_m, spread_m, 0.0, 0.0, 0.0, 0.0],
        );
        for axis in 0..2 {
            filter.covariance[2 + axis][2..4].copy_from_slice(&velocity.covariance[axis]);
        }
        let variances = acceleration_variances(&seen.belief);
        add_block(&mut filter.covariance, 4, heading, variances);
        let mut track = Self {
            id,
            belief: seen.belief,
            allowed: [velocity.covariance[0][0], velocity.covariance[1][1]],
            filter,
            half_width_m: 0.5 * (seen.left_y_m - seen.right_y_m),
            odom_heading: heading,
            logit: BIRTH_LOGIT,
            confirmed: false,
            // No sighting came just before that would err alike.
            unseen_s: FORGET_UNSEEN_S,
        };
        track.correct(seen, odom_from_ego, ego_speed_mps);
        track
    }

    /// Carries the track over `dt_s` seconds.
    pub(super) fn predict(&mut self, dt_s: f64) {
        let t = dt_s;
        let fade = exp(-t / ACCELERATION_TIME_S);
        let (h, a) = (t * t / 2.0, fade);
        let transition = [
            [1.0, 0.0, t, 0.0, h, 0.0],
            [0.0, 1.0, 0.0, t, 0.0, h],
            [0.0, 0.0, 1.0, 0.0, t, 0.0],
            [0.0, 0.0, 0.0, 1.0, 0.0, t],
            [0.0, 0.0, 0.0, 0.0, a, 0.0],
            [0.0, 0.0, 0.0, 0.0, 0.0, a],
        ];
        let mut noise = [[0.0; 6]; 6];
        let believed = acceleration_variances(&self.belief);
        let renewed = believed.map(|variance| variance * (1.0 - fade * fade));
        add_block(&mut noise, 4, self.odom_heading, renewed);
        let jitter = renewed.map(|variance| variance * t * t / 3.0);
        add_block(&mut noise, 2, self.odom_heading, jitter);
        self.filter.predict(&transition, &noise);
        self.unseen_s += dt_s;
    }

    /// The track carried over `dt_s` seconds.
    pub(super) fn after(&self, dt_s: f64) -> Self {
        let mut later = self.clone();
        later.predict(dt_s);
        later
    }

    /// Corrects the track by a sighting from this pose; `ego_speed_mps` tells how fast traffic may be.
    pub(super) fn correct(
        &mut self,
        seen: &ObjectPercept,
        odom_from_ego: Pose2,
        ego_speed_mps: f64,
    ) {
        let sighting = Sighting::new(seen, odom_from_ego);
        let share = 1.0 - exp(-self.unseen_s / SHAPE_TIME_S);
        self.belief.learn(&seen.belief, share);
        self.open_velocity(odom_from_ego.yaw_rad, ego_speed_mps);
        let (row, depth) = sighting.depth();
        self.filter.update(&row, depth.after(self.unseen_s));
        let distance_m = sighting.distance_of_m(self.x_in_ego_m(odom_from_ego));
        self.half_width_m += share * (sighting.half_width_m(distance_m) - self.half_width_m);
        let (row, bearing) = sighting.bearing(distance_m);
        self.filter.update(&row, bearing.after(self.unseen_s));
        let heading = direction(odom_from_ego.yaw_rad + seen.yaw_rad);
        self.odom_heading.x_m += share * (heading.x_m - self.odom_heading.x_m);
        self.odom_heading.y_m += share * (heading.y_m - self.odom_heading.y_m);
        self.hit(seen);
        self.unseen_s = 0.0;
    }

    /// Counts an absence among these percepts: it weighs little where the road user may be hidden.
    pub(super) fn miss(&mut self, percepts: &[ObjectPercept], odom_from_ego: Pose2) {
        let here = self.in_ego(odom_from_ego);
        self.logit -= if ought_to_be_seen(&here, percepts) {
            MISS_LOGIT
        } else {
            HIDDEN_MISS_LOGIT
        };
        self.confirmed &= self.logit >= DOUBT_LOGIT;
    }

    /// Whether it is still worth following from this pose: it may exist, it is not far behind, and it is
    /// known where it is.
    pub(super) fn is_worth_following(&self, odom_from_ego: Pose2) -> bool {
        let x_m = self.x_in_ego_m(odom_from_ego);
        let place_std_m = (self.filter.covariance[0][0] + self.filter.covariance[1][1]).sqrt();
        let is_lost = place_std_m > LOST_STD_M + LOST_STD_SHARE * x_m.max(0.0);
        self.logit > FORGET_LOGIT
            && self.unseen_s < FORGET_UNSEEN_S
            && x_m > -FORGET_BEHIND_M
            && !is_lost
    }

    /// Its kind and heading.
    pub(super) fn belief(&self) -> &Belief {
        &self.belief
    }

    /// x in the ego frame in metres.
    pub(super) fn x_in_ego_m(&self, odom_from_ego: Pose2) -> f64 {
        odom_from_ego.inverse_transform(self.position()).x_m
    }

    /// How far a sighting lies from what is expected, in standard deviations (along, across).
    pub(super) fn surprise(&self, sighting: &Sighting<'_>, odom_from_ego: Pose2) -> (f64, f64) {
        let (row, depth) = sighting.depth();
        let along = self.filter.surprise(&row, depth);
        let distance_m = sighting.distance_of_m(self.x_in_ego_m(odom_from_ego));
        let (row, bearing) = sighting.bearing(distance_m);
        let std = bearing.std + BOX_STD_M + BOX_STD_SHARE * self.half_width_m;
        let across = self.filter.surprise(&row, Measured { std, ..bearing });
        (along.abs(), across.abs())
    }

    /// The track in the ego frame of this pose.
    pub(super) fn in_ego(&self, odom_from_ego: Pose2) -> TrackedObject {
        let position = odom_from_ego.inverse_transform(self.position());
        let [_, _, vx, vy, ax, ay] = self.filter.mean;
        let turn = Pose2::new(0.0, 0.0, odom_from_ego.yaw_rad);
        let velocity = turn.inverse_transform(Point2::new(vx, vy));
        let ahead = direction(odom_from_ego.yaw_rad);
        let left = Point2::new(-ahead.y_m, ahead.x_m);
        let acceleration = turn.inverse_transform(Point2::new(ax, ay));
        let std = |first: usize, along: Point2| {
            let mut row = [0.0; 6];
            (row[first], row[first + 1]) = (along.x_m, along.y_m);
            self.filter.variance(&row).max(0.0).sqrt()
        };
        let heading_rad = atan2(self.odom_heading.y_m, self.odom_heading.x_m);
        TrackedObject {
            id: self.id,
            class: self.belief.class(),
            existence: sigmoid(self.logit),
            confirmed: self.confirmed,
            near_x_m: position.x_m,
            near_x_std_m: std(0, ahead),
            centre_y_m: position.y_m,
            y_std_m: std(0, left),
            half_width_m: self.half_width_m,
            velocity_x_mps: velocity.x_m,
            velocity_y_mps: velocity.y_m,
            velocity_x_std_mps: std(2, ahead),
            velocity_y_std_mps: std(2, left),
            acceleration_x_mps2: acceleration.x_m,
            acceleration_x_std_mps2: std(4, ahead),
            yaw_rad: wrap_angle(heading_rad - odom_from_ego.yaw_rad),
            unseen_s: self.unseen_s,
        }
    }

    /// The middle of its nearest face in the odometry frame.
    fn position(&self) -> Point2 {
        Point2::new(self.filter.mean[0], self.filter.mean[1])
    }

    /// Lets the velocity be what is believed of kind and heading now: at first sight others may have bound it.
    fn open_velocity(&mut self, ego_yaw_rad: f64, ego_speed_mps: f64) {
        let now = first_velocity(&self.belief, (ego_yaw_rad, ego_speed_mps)).covariance;
        for (axis, allowed) in self.allowed.iter_mut().enumerate() {
            let more = (now[axis][axis] - *allowed).max(0.0);
            self.filter.covariance[2 + axis][2 + axis] += more;
            *allowed += more;
        }
    }

    /// Counts a sighting.
    fn hit(&mut self, seen: &ObjectPercept) {
        let probability = seen.probability.clamp(0.02, 0.98);
        let gain = ln(probability / (1.0 - probability));
        let most = if seen.near_x_m < NEAR_M {
            MAX_NEAR_HIT_LOGIT
        } else {
            MAX_HIT_LOGIT
        };
        self.logit = (self.logit + gain.min(most)).min(MAX_LOGIT);
        self.confirmed |= self.logit >= CONFIRM_LOGIT;
    }
}

/// The unit vector of an angle.
fn direction(yaw_rad: f64) -> Point2 {
    Point2::new(cos(yaw_rad), sin(yaw_rad))
}

/// Adds to a matrix the 2x2 block that begins at `first` on its diagonal and has these variances along
/// and across a direction.
fn add_block(matrix: &mut [[f64; 6]; 6], first: usize, along: Point2, variances: [f64; 2]) {
    let (c, s) = (along.x_m, along.y_m);
    let length2 = (c * c + s * s).max(1e-9);
    let [v_along, v_across] = variances.map(|v| v / length2);
    matrix[first][first] += v_along * c * c + v_across * s * s;
    matrix[first][first + 1] += (v_along - v_across) * c * s;
    matrix[first + 1][first] += (v_along - v_across) * c * s;
    matrix[first + 1][first + 1] += v_along * s * s + v_across * c * c;
}
