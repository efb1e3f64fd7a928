//! Following a lead: IDM, kept from overreacting by the constant-acceleration heuristic
//! (the "improved ACC model" of Kesting, Treiber and Helbing, 2010).

use crate::decision::Action;
use crate::math::{lerp, tanh};

use super::encounter::{Encounter, IN_PATH};
use super::{Demand, Situation};

/// How much harder than the heuristic IDM may brake, in metres per second squared: at any headway ...
const COOLNESS_MPS2: f64 = 0.6;
/// ... and at none, falling to the former at a headway of [`CLOSE_S`].
const CLOSE_COOLNESS_MPS2: f64 = 2.0;
/// Below this headway ego is too close, in seconds; half of it is kept while speeds become equal.
const CLOSE_S: f64 = 1.0;
/// At least this share of the gap is there to close up.
const MIN_ROOM_SHARE: f64 = 0.3;
/// A vehicle that cuts in is not braked for harder than this before it is in the path.
const CUT_IN_BRAKE_MPS2: f64 = 2.5;
/// Sideways speed from which on a vehicle is about to cut in, in metres per second.
const CUT_IN_MPS: f64 = 0.3;
/// A lead slower than this stands, in metres per second ...
const STANDING_LEAD_MPS: f64 = 1.0;
/// ... or slower than this share of ego's speed, for far ahead small speeds cannot be told.
const STANDING_LEAD_SHARE: f64 = 0.15;
/// Those who come towards ego faster than this are met, not followed, in metres per second.
const ONCOMING_MPS: f64 = -2.0;

/// What a road user in the path, or about to cut into it, asks for.
pub(super) fn demand(situation: &Situation<'_>, encounter: &Encounter<'_>) -> Option<Demand> {
    if !encounter.is_ahead() {
        return None;
    }
    let least_mps2 = if encounter.in_path() >= IN_PATH {
        f64::NEG_INFINITY
    } else if is_cutting_in(situation, encounter) {
        -CUT_IN_BRAKE_MPS2
    } else {
        return None;
    };
    let accel_mps2 = acc_mps2(situation, encounter).max(least_mps2);
    let standing_mps = STANDING_LEAD_MPS.max(STANDING_LEAD_SHARE * situation.speed_mps);
    let action = if encounter.along_mps < standing_mps {
        Action::Stop
    } else {
        Action::Follow
    };
    Some(Demand {
        accel_mps2,
        action,
        reason: encounter.reason(situation.speed_mps),
    })
}

/// Whether a vehicle going ego's way moves into the path soon.
fn is_cutting_in(situation: &Situation<'_>, encounter: &Encounter<'_>) -> bool {
    let params = situation.params;
    let soon_m = encounter.sure_clearance_m(params.cut_in_horizon_s);
    !encounter.object.class.is_vulnerable()
        && encounter.along_mps > ONCOMING_MPS
        && encounter.towards_mps > CUT_IN_MPS
        && encounter.in_path_with(soon_m) >= IN_PATH
}

/// The improved ACC model's acceleration in metres per second squared.
fn acc_mps2(situation: &Situation<'_>, encounter: &Encounter<'_>) -> f64 {
    let (v, params) = (situation.speed_mps, situation.params);
    let lead_mps = encounter.along_mps;
    let closing_mps = v - lead_mps;
    let gap_m = encounter.gap_when_braking_m(closing_mps, params);
    let root = (params.accel_mps2 * params.comfort_brake_mps2).sqrt();
    let dynamic_m = v * params.headway_s + v * closing_mps / (2.0 * root);
    let wanted_gap_m = params.standstill_gap_m + dynamic_m.max(0.0);
    let speed_share = v / situation.target_speed_mps.max(1.0);
    let gap_share = wanted_gap_m / gap_m;
    let idm_mps2 = params.accel_mps2 * (1.0 - speed_share.powi(4) - gap_share * gap_share);
    let kept_m = params.standstill_gap_m + 0.5 * CLOSE_S * lead_mps.max(0.0);
    let heuristic_mps2 = encounter.needed_mps2(v, (gap_m - kept_m).max(MIN_ROOM_SHARE * gap_m));
    if idm_mps2 >= heuristic_mps2 {
        return idm_mps2;
    }
    let headway_share = (gap_m / (CLOSE_S * v.max(1.0))).min(1.0);
    let coolness_mps2 = lerp(CLOSE_COOLNESS_MPS2, COOLNESS_MPS2, headway_share);
    heuristic_mps2 + coolness_mps2 * tanh((idm_mps2 - heuristic_mps2) / coolness_mps2)
}
