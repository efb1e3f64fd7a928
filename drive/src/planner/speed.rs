//! The speed of a free road: the set speed, less in and before bends.

use crate::decision::{Action, Reason};
use crate::scene::LanePath;

use super::{Demand, Situation};

/// How far ahead bends are looked for, in metres.
const PREVIEW_M: f64 = 45.0;
/// Step of the preview in metres.
const PREVIEW_STEP_M: f64 = 5.0;
/// Braking before a bend, in metres per second squared.
const BEND_BRAKE_MPS2: f64 = 1.5;
/// Time in which too high a speed is given up, in seconds.
const RELAX_S: f64 = 1.0;
/// A bend that takes less than this from the set speed is not worth a word, in metres per second.
const WORTH_MPS: f64 = 0.5;

/// Acceleration on a free road.
pub(super) fn free_road(situation: &Situation<'_>, path: &LanePath) -> Demand {
    let bend_mps = bend_speed_mps(situation, path);
    let (v, params) = (situation.speed_mps, situation.params);
    let target_mps = bend_mps.min(situation.target_speed_mps).max(0.1);
    let accel_mps2 = if v > target_mps {
        ((target_mps - v) / RELAX_S).max(-params.comfort_brake_mps2)
    } else {
        params.accel_mps2 * (1.0 - (v / target_mps).powi(4))
    };
    let is_bend = bend_mps < situation.target_speed_mps - WORTH_MPS && v > bend_mps - WORTH_MPS;
    Demand {
        accel_mps2,
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

/// The highest speed now from which every bend in view is entered slowly enough.
fn bend_speed_mps(situation: &Situation<'_>, path: &LanePath) -> f64 {
    let steps = (PREVIEW_M / PREVIEW_STEP_M) as usize;
    (0..=steps)
        .map(|step| {
            let ahead_m = step as f64 * PREVIEW_STEP_M;
            let curvature_per_m = path.curvature_at(ahead_m).abs().max(1e-6);
            let bend_mps2 = situation.params.lateral_accel_mps2 / curvature_per_m;
            (bend_mps2 + 2.0 * BEND_BRAKE_MPS2 * ahead_m).sqrt()
        })
        .fold(f64::INFINITY, f64::min)
}
