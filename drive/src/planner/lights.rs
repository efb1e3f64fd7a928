//! Traffic lights: stopping before the line on red, on amber where that is comfortable.

use serde::{Deserialize, Serialize};

use crate::decision::{Action, Reason};
use crate::ego::EGO_FRONT_M;
use crate::labels::LightState;
use crate::scene::Scene;

use super::{Demand, Situation};

/// Braking before a line need not begin below this, in metres per second squared.
const EARLY_BRAKE_MPS2: f64 = 1.2;
/// Deceleration of the speed that a stop line ahead allows, in metres per second squared.
const APPROACH_MPS2: f64 = 1.0;
/// A red light must have shown this long before ego slows down for a line it cannot see, in seconds.
const PERSISTENT_S: f64 = 0.3;
/// Braking for a red light whose line is not in view yet, in metres per second squared ...
const PREPARE_BRAKE_MPS2: f64 = 1.2;
/// ... down to this speed, in metres per second.
const PREPARE_SPEED_MPS: f64 = 6.0;
/// Once the bumper is this far past the line the light no longer matters, in metres.
const PASSED_M: f64 = 0.5;
/// The shortest way that braking is computed for, in metres.
const MIN_WAY_M: f64 = 0.2;

/// What was resolved at the light ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LightResolve {
    /// Nothing yet.
    #[default]
    Open,
    /// To stop before the line.
    Stop,
    /// To pass: stopping was no longer possible when the light changed.
    Pass,
}

/// What the light ahead asks for; keeps to what was resolved until the light is green or passed.
pub(super) fn demand(
    situation: &Situation<'_>,
    scene: &Scene,
    resolved: &mut LightResolve,
) -> Option<Demand> {
    let state = scene.light.state;
    if !matches!(state, LightState::Red | LightState::Amber) {
        *resolved = LightResolve::Open;
        return None;
    }
    let Some(line) = scene.stop_line else {
        return prepare(situation, scene).filter(|_| *resolved != LightResolve::Pass);
    };
    let gap_m = line.x_m - EGO_FRONT_M;
    if gap_m < -PASSED_M {
        *resolved = LightResolve::Pass;
    }
    if *resolved == LightResolve::Open {
        *resolved = resolve(situation, state, gap_m);
    }
    (*resolved == LightResolve::Stop).then(|| Demand {
        accel_mps2: stopping_mps2(situation, gap_m),
        action: Action::Stop,
        reason: Reason::Light {
            state,
            gap_m: Some(gap_m),
        },
    })
}

/// Stops if the brakes suffice: comfortably for amber, firmly for red.
fn resolve(situation: &Situation<'_>, state: LightState, gap_m: f64) -> LightResolve {
    let (v, params) = (situation.speed_mps, situation.params);
    let limit_mps2 = if state == LightState::Red {
        params.red_brake_mps2
    } else {
        params.amber_brake_mps2
    };
    let way_m = gap_m - 0.5 * params.line_gap_m - v * params.brake_delay_s;
    if v * v <= 2.0 * limit_mps2 * way_m.max(MIN_WAY_M) {
        LightResolve::Stop
    } else {
        LightResolve::Pass
    }
}

/// Acceleration towards standing before the line, in metres per second squared.
fn stopping_mps2(situation: &Situation<'_>, gap_m: f64) -> f64 {
    let (v, params) = (situation.speed_mps, situation.params);
    let way_m = gap_m - params.line_gap_m - v * params.brake_delay_s;
    let need_mps2 = v * v / (2.0 * way_m.max(MIN_WAY_M));
    if need_mps2 > EARLY_BRAKE_MPS2 {
        return -need_mps2;
    }
    let allowed_mps = (2.0 * APPROACH_MPS2 * way_m.max(0.0)).sqrt();
    (allowed_mps - v).clamp(-EARLY_BRAKE_MPS2, params.accel_mps2)
}

/// Slows down gently for a red light whose line is not in view yet.
fn prepare(situation: &Situation<'_>, scene: &Scene) -> Option<Demand> {
    let is_red = scene.light.state == LightState::Red && scene.light.since_s > PERSISTENT_S;
    is_red.then(|| Demand {
        accel_mps2: (PREPARE_SPEED_MPS - situation.speed_mps).clamp(-PREPARE_BRAKE_MPS2, 0.0),
        action: Action::Slow,
        reason: Reason::Light {
            state: LightState::Red,
            gap_m: None,
        },
    })
}
