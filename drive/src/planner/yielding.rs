//! Yielding to those who cross: people entering the path, vehicles coming from the side.

use crate::decision::Action;
use crate::ego::EGO_WIDTH_M;

use super::encounter::{Encounter, IN_PATH};
use super::{Demand, Situation};

/// Sideways speed from which on someone is crossing, in metres per second.
const CROSSING_MPS: f64 = 0.3;
/// Who crosses moves at least this much across for each metre along: others keep their lanes, and a
/// lane in a bend is not straight.
const CROSSING_SHARE: f64 = 0.35;
/// Braking that need not begin yet, in metres per second squared.
const EARLY_BRAKE_MPS2: f64 = 0.9;
/// The shortest distance that braking is computed for, in metres.
const MIN_ROOM_M: f64 = 0.5;

/// What someone who will be in ego's way when ego gets there asks for: to stop short of it.
pub(super) fn demand(situation: &Situation<'_>, encounter: &Encounter<'_>) -> Option<Demand> {
    if !encounter.is_ahead() || encounter.in_path() >= IN_PATH || !meets(situation, encounter) {
        return None;
    }
    let (v, params) = (situation.speed_mps, situation.params);
    let room_m = (encounter.gap_when_braking_m(v, params) - params.yield_gap_m).max(MIN_ROOM_M);
    let need_mps2 = v * v / (2.0 * room_m);
    let accel_mps2 = if need_mps2 > EARLY_BRAKE_MPS2 {
        -need_mps2
    } else {
        0.0
    };
    Some(Demand {
        accel_mps2,
        action: Action::Slow,
        reason: encounter.reason(v),
    })
}

/// Whether both would be at the same place within the horizon, at constant velocities.
fn meets(situation: &Situation<'_>, encounter: &Encounter<'_>) -> bool {
    let params = situation.params;
    let towards_mps = encounter.towards_mps;
    let least_mps = CROSSING_MPS
        .max(encounter.towards_std_mps)
        .max(CROSSING_SHARE * encounter.along_mps.abs());
    if towards_mps < least_mps {
        return false;
    }
    let enters_s = (encounter.clearance_m - encounter.margin_m).max(0.0) / towards_mps;
    let way_m = encounter.clearance_m
        + EGO_WIDTH_M
        + 2.0 * encounter.object.half_width_m
        + encounter.margin_m;
    let leaves_s = way_m / towards_mps;
    let (ego_arrives_s, ego_leaves_s) = encounter.ego_times_s(situation.speed_mps);
    enters_s < params.yield_horizon_s
        && enters_s < ego_leaves_s + params.yield_time_gap_s
        && leaves_s > ego_arrives_s - params.yield_time_gap_s
}
