//! The speed of a free road: the set speed, less in and before bends.

use crate::decision::{Action, Reason};
use crate::scene::LanePath;

use super::{Demand, PlannerParams, Situation};

/// How far ahead bends are looked for, in metres.
const PREVIEW_M: f64 = 50.0;
/// Step of the preview in metres.
const PREVIEW_STEP_M: f64 = 2.5;
/// Braking for a bend begins when this much is needed, in metres per second squared.
const EARLY_BRAKE_MPS2: f64 = 1.0;
/// Time in which too high a speed is given up, in seconds.
const RELAX_S: f64 = 1.0;
/// A bend that takes less than this from the set speed is not worth a word, in metres per second.
const WORTH_MPS: f64 = 1.0;

/// Acceleration on a free road.
pub(super) fn free_road(situation: &Situation<'_>, path: &LanePath) -> Demand {
    let (v, params) = (situation.speed_mps, situation.params);
    let here_mps =
        bend_speed_mps(path, 0.0, params).min(bend_speed_mps(path, PREVIEW_STEP_M, params));
    let target_mps = here_mps.min(situation.target_speed_mps).max(0.1);
    let kept_mps2 = if v > target_mps {
        ((target_mps - v) / RELAX_S).max(-params.comfort_brake_mps2)
    } else {
        params.accel_mps2 * (1.0 - (v / target_mps).powi(4))
    };
    let need_mps2 = bend_brake_mps2(situation, path);
    let is_braking = need_mps2 > EARLY_BRAKE_MPS2;
    let is_bend = is_braking || here_mps < situation.target_speed_mps - WORTH_MPS;
    Demand {
        accel_mps2: if is_braking {
            kept_mps2.min(-need_mps2)
        } else {
            kept_mps2
        },
        action: if is_bend {
            Action::Slow
        } else {
            Action::Cruise
        },
        reason: if is_bend {
            Reason::Bend
        } else {
            Reason::FreeRoad
        },
    }
}

/// The braking that is needed to enter every bend in view slowly enough, in metres per second squared.
fn bend_brake_mps2(situation: &Situation<'_>, path: &LanePath) -> f64 {
    let (v, params) = (situation.speed_mps, situation.params);
    let steps = (PREVIEW_M / PREVIEW_STEP_M) as usize;
    (1..=steps)
        .map(|step| {
            let ahead_m = step as f64 * PREVIEW_STEP_M;
            let bend_mps = bend_speed_mps(path, ahead_m, params);
            let way_m = (ahead_m - v * params.brake_delay_s).max(PREVIEW_STEP_M);
            (v * v - bend_mps * bend_mps) / (2.0 * way_m)
        })
        .fold(0.0, f64::max)
        .min(params.comfort_brake_mps2)
}

/// The speed at which the path's curvature ahead is driven comfortably.
fn bend_speed_mps(path: &LanePath, ahead_m: f64, params: &PlannerParams) -> f64 {
    let curvature_per_m = path.curvature_at(ahead_m).abs().max(1e-6);
    (params.lateral_accel_mps2 / curvature_per_m).sqrt()
}
