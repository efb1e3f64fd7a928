//! A road user relative to ego's path: how far ahead, how far beside, how fast it closes in.

use crate::decision::Reason;
use crate::ego::{EGO_FRONT_M, EGO_LENGTH_M, EGO_WIDTH_M};
use crate::labels::ObjectClass;
use crate::math::{cos, normal_cdf, sin};
use crate::scene::{LanePath, TrackedObject};

use super::{PlannerParams, Situation};

/// Gaps are never taken as shorter than this, in metres.
const MIN_GAP_M: f64 = 0.3;
/// A road user is in the path from this probability on.
pub(super) const IN_PATH: f64 = 0.5;
/// For an emergency it must be in the path with this probability ...
const SURELY_IN_PATH: f64 = 0.7;
/// ... and exist with this one.
const SURE_EXISTENCE: f64 = 0.75;
/// A closing speed is believed for an emergency less this many of its standard deviations.
const DOUBT_STD: f64 = 0.7;
/// Standard deviation of a lateral position that no filter knows of, in metres.
const LATERAL_MODEL_STD_M: f64 = 0.15;
/// Below this closing speed there is no emergency, in metres per second.
const MIN_EMERGENCY_CLOSING_MPS: f64 = 1.5;
/// Ego is assumed to drive at least this fast when it meets someone, in metres per second.
const MIN_MEETING_SPEED_MPS: f64 = 2.0;

/// A road user seen from ego's path.
#[derive(Debug, Clone, Copy)]
pub(super) struct Encounter<'a> {
    /// Who it is.
    pub object: &'a TrackedObject,
    /// From ego's front bumper to its nearest face, in metres.
    pub gap_m: f64,
    /// Room between it and ego's swept body in metres; negative where they overlap.
    pub clearance_m: f64,
    /// Standard deviation of `clearance_m` in metres.
    pub clearance_std_m: f64,
    /// Its speed along the path in metres per second; nobody who faces away goes backwards.
    pub along_mps: f64,
    /// Its acceleration along the path as far as it surely brakes, in metres per second squared, never positive.
    pub braking_mps2: f64,
    /// Its speed towards the path's middle in metres per second.
    pub towards_mps: f64,
    /// Standard deviation of `towards_mps` in metres per second.
    pub towards_std_mps: f64,
    /// Room that has to stay free, in metres.
    pub margin_m: f64,
}

impl<'a> Encounter<'a> {
    /// Places a road user relative to the path.
    pub(super) fn new(object: &'a TrackedObject, path: &LanePath, params: &PlannerParams) -> Self {
        let heading_rad = path.heading_at(object.near_x_m);
        let (c, s) = (cos(heading_rad), sin(heading_rad));
        let lateral_m = (object.centre_y_m - path.y_at(object.near_x_m)) * c;
        let (vx, vy) = (object.velocity_x_mps, object.velocity_y_mps);
        let leftwards_mps = c * vy - s * vx;
        let along_mps = c * vx + s * vy;
        let path_std_m = path.std_at(object.near_x_m);
        Self {
            object,
            gap_m: object.near_x_m - EGO_FRONT_M,
            clearance_m: lateral_m.abs() - object.half_width_m - EGO_WIDTH_M / 2.0,
            clearance_std_m: (object.y_std_m * object.y_std_m
                + path_std_m * path_std_m
                + LATERAL_MODEL_STD_M * LATERAL_MODEL_STD_M)
                .sqrt(),
            along_mps: if cos(object.yaw_rad - heading_rad) > 0.0 {
                along_mps.max(0.0)
            } else {
                along_mps
            },
            braking_mps2: (object.acceleration_x_mps2 + object.acceleration_x_std_mps2).min(0.0),
            towards_mps: if lateral_m > 0.0 {
                -leftwards_mps
            } else {
                leftwards_mps
            },
            towards_std_mps: object.velocity_y_std_mps,
            margin_m: if object.class.is_vulnerable() {
                params.person_margin_m
            } else {
                params.vehicle_margin_m
            },
        }
    }

    /// Whether it is ahead of the front bumper at all.
    pub(super) fn is_ahead(&self) -> bool {
        self.gap_m > -0.5
    }

    /// Probability that it is in ego's way now.
    pub(super) fn in_path(&self) -> f64 {
        self.in_path_with(self.clearance_m)
    }

    /// Probability that it would be in ego's way with another clearance.
    pub(super) fn in_path_with(&self, clearance_m: f64) -> f64 {
        normal_cdf((self.margin_m - clearance_m) / self.clearance_std_m)
    }

    /// Room left if it keeps coming for `after_s` seconds, as far as that is sure.
    pub(super) fn sure_clearance_m(&self, after_s: f64) -> f64 {
        let surely_towards_mps = (self.towards_mps - self.towards_std_mps).max(0.0);
        self.clearance_m - surely_towards_mps * after_s
    }

    /// Gap in metres that is left when braking begins to act, never nothing.
    pub(super) fn gap_when_braking_m(&self, closing_mps: f64, params: &PlannerParams) -> f64 {
        (self.gap_m - closing_mps.max(0.0) * params.brake_delay_s).max(MIN_GAP_M)
    }

    /// When ego reaches and when it has left the place of the encounter, in seconds from now, if it
    /// keeps its speed.
    pub(super) fn ego_times_s(&self, speed_mps: f64) -> (f64, f64) {
        let meeting_mps = speed_mps.max(MIN_MEETING_SPEED_MPS);
        let depth_m = if self.object.class == ObjectClass::Pedestrian {
            0.5
        } else {
            2.0
        };
        (
            self.gap_m.max(0.0) / meeting_mps,
            (self.gap_m + EGO_LENGTH_M + depth_m) / meeting_mps,
        )
    }

    /// The constant acceleration that just avoids a collision with `room_m` metres to close up, if the
    /// road user keeps its own, seen from a speed that is `speed_mps` (Kesting's constant-acceleration
    /// heuristic); never positive.
    pub(super) fn needed_mps2(&self, speed_mps: f64, room_m: f64) -> f64 {
        let (v, lead, braking) = (speed_mps, self.along_mps.max(0.0), self.braking_mps2);
        let closing_mps = v - self.along_mps;
        let stops_first = braking < 0.0 && lead * closing_mps <= -2.0 * room_m * braking;
        if stops_first {
            return v * v * braking / (lead * lead - 2.0 * room_m * braking);
        }
        braking - closing_mps.max(0.0) * closing_mps.max(0.0) / (2.0 * room_m)
    }

    /// Whether only full braking avoids, or mitigates, a collision; less suffices to keep up one that
    /// has begun (`latched`).
    pub(super) fn is_emergency(&self, situation: &Situation<'_>, latched: bool) -> bool {
        let params = situation.params;
        let sure_m = if latched { 0.3 } else { SURELY_IN_PATH };
        if !self.is_ahead()
            || self.object.existence < SURE_EXISTENCE
            || self.in_path_at_arrival(situation.speed_mps) < sure_m
        {
            return false;
        }
        let closing_mps = situation.speed_mps - self.along_mps;
        if closing_mps < MIN_EMERGENCY_CLOSING_MPS {
            return latched && closing_mps > 0.0 && situation.speed_mps > 0.5;
        }
        let room_m = self.gap_when_braking_m(closing_mps, params);
        let need_mps2 = -self.needed_mps2(situation.speed_mps, room_m);
        if latched {
            return need_mps2 > params.emergency_over_mps2;
        }
        let doubt_mps = DOUBT_STD * self.object.velocity_x_std_mps;
        let sure_need_mps2 = -self.needed_mps2(situation.speed_mps - doubt_mps, room_m);
        let ttc_s = self.gap_m.max(0.0) / closing_mps;
        sure_need_mps2 > params.emergency_need_mps2
            || ttc_s < params.emergency_ttc_s && need_mps2 > params.firm_brake_mps2
    }

    /// The encounter as a decision's reason.
    pub(super) fn reason(&self, speed_mps: f64) -> Reason {
        let closing_mps = speed_mps - self.along_mps;
        Reason::Object {
            class: self.object.class,
            gap_m: self.gap_m,
            ttc_s: (closing_mps > 0.1).then(|| self.gap_m.max(0.0) / closing_mps),
        }
    }

    /// Probability that it is in ego's way when ego arrives at its present speed.
    fn in_path_at_arrival(&self, speed_mps: f64) -> f64 {
        let (arrival_s, _) = self.ego_times_s(speed_mps);
        let then = self.in_path_with(self.sure_clearance_m(arrival_s.min(1.5)));
        self.in_path().max(then)
    }
}
