//! The planner: a scene and ego's motion become a decision.
//!
//! Every part of the scene (lead, someone who may enter the path, light, bend) makes a demand on the
//! acceleration; the lowest wins, its jerk is limited unless it is an emergency. Only three things are
//! remembered from tick to tick: the last acceleration, an emergency, and what was resolved at a light.

mod encounter;
mod following;
mod lights;
mod params;
mod speed;
mod steering;
#[cfg(test)]
mod tests;
mod yielding;

use serde::{Deserialize, Serialize};

use crate::decision::{Action, Decision, Reason};
use crate::ego::EgoState;
use crate::scene::Scene;
use crate::time::Tick;

pub use lights::LightResolve;
pub use params::PlannerParams;

use encounter::Encounter;

/// Ego counts as standing below this speed, in metres per second.
const STANDING_MPS: f64 = 0.25;
/// How hard the brake is held while standing, in metres per second squared.
const HOLD_MPS2: f64 = -1.5;
/// Braking up to this is comfortable by the usual metrics, in metres per second squared; where more is
/// needed it sets in faster.
const COMFORT_BOUND_MPS2: f64 = 4.0;
/// The brake is released this much faster than applied.
const RELEASE_SHARE: f64 = 1.2;
/// Two demands closer than this are the same, in metres per second squared: the free road is named then.
const SAME_DEMAND_MPS2: f64 = 0.05;

/// What the planner remembers.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct PlannerState {
    /// When it last decided; `None` before the first decision.
    pub tick: Option<Tick>,
    /// The acceleration it last wanted, in metres per second squared.
    pub accel_mps2: f64,
    /// The track that ego brakes for with all it has.
    pub emergency: Option<u32>,
    /// Whether ego holds still until there is room again.
    pub holding: bool,
    /// What was resolved at the light ahead.
    pub light: LightResolve,
}

/// What one part of the scene asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Demand {
    accel_mps2: f64,
    action: Action,
    reason: Reason,
}

/// Ego's motion and wish, and the constants to judge them by.
#[derive(Debug, Clone, Copy)]
struct Situation<'a> {
    speed_mps: f64,
    target_speed_mps: f64,
    params: &'a PlannerParams,
}

/// Decides what to do about a scene; `set_speed_mps` is the speed on a free road.
pub fn plan(
    scene: &Scene,
    ego: &EgoState,
    set_speed_mps: f64,
    params: &PlannerParams,
    state: &mut PlannerState,
) -> Decision {
    let situation = Situation {
        speed_mps: ego.speed_mps.max(0.0),
        target_speed_mps: set_speed_mps,
        params,
    };
    let encounters: Vec<_> = scene
        .objects
        .iter()
        .filter(|object| object.confirmed)
        .map(|object| Encounter::new(object, &scene.path, params))
        .collect();
    let wanted = emergency(&situation, &encounters, state)
        .unwrap_or_else(|| comfortable(&situation, scene, &encounters, state));
    let accel_mps2 = limited(&wanted, ego.tick, params, state);
    state.tick = Some(ego.tick);
    state.accel_mps2 = accel_mps2;
    Decision {
        tick: ego.tick,
        action: wanted.action,
        reason: wanted.reason,
        accel_mps2,
        curvature_per_m: steering::curvature_per_m(&scene.path, ego),
    }
}

/// Braking with all it has, if a collision is near otherwise; kept up until the danger is over.
fn emergency(
    situation: &Situation<'_>,
    encounters: &[Encounter<'_>],
    state: &mut PlannerState,
) -> Option<Demand> {
    let latched = state.emergency;
    let most_urgent = encounters
        .iter()
        .filter(|encounter| encounter.is_emergency(situation, latched == Some(encounter.object.id)))
        .min_by(|a, b| a.gap_m.total_cmp(&b.gap_m));
    state.emergency = most_urgent.map(|encounter| encounter.object.id);
    most_urgent.map(|encounter| Demand {
        accel_mps2: -situation.params.emergency_brake_mps2,
        action: Action::EmergencyBrake,
        reason: encounter.reason(situation.speed_mps),
    })
}

/// The lowest of all demands short of an emergency.
fn comfortable(
    situation: &Situation<'_>,
    scene: &Scene,
    encounters: &[Encounter<'_>],
    state: &mut PlannerState,
) -> Demand {
    let free = speed::free_road(situation, &scene.path);
    let mut demands = Vec::new();
    if scene.overdue_s > situation.params.blind_after_s {
        demands.push(blind(situation));
    }
    demands.extend(
        encounters
            .iter()
            .filter_map(|e| following::demand(situation, e)),
    );
    demands.extend(
        encounters
            .iter()
            .filter_map(|e| yielding::demand(situation, e)),
    );
    demands.extend(lights::demand(situation, scene, &mut state.light));
    let lowest = demands
        .into_iter()
        .min_by(|a, b| a.accel_mps2.total_cmp(&b.accel_mps2))
        .filter(|demand| demand.accel_mps2 < free.accel_mps2 - SAME_DEMAND_MPS2)
        .unwrap_or(free);
    hold_still(situation, lowest, state)
}

/// When the camera is lost the car stops on the path it last saw, and stays there until sight returns.
fn blind(situation: &Situation<'_>) -> Demand {
    Demand {
        accel_mps2: -situation.params.blind_brake_mps2,
        action: Action::Stop,
        reason: Reason::Blind,
    }
}

/// Keeps a standing car from creeping: it starts again only when it may really go.
fn hold_still(situation: &Situation<'_>, demand: Demand, state: &mut PlannerState) -> Demand {
    state.holding = situation.speed_mps < STANDING_MPS
        && demand.reason != Reason::FreeRoad
        && demand.accel_mps2 < situation.params.restart_accel_mps2;
    if !state.holding {
        return demand;
    }
    Demand {
        accel_mps2: HOLD_MPS2,
        action: Action::Stop,
        ..demand
    }
}

/// The acceleration actually asked for: within what is comfortable, approached with limited jerk.
fn limited(wanted: &Demand, now: Tick, params: &PlannerParams, state: &PlannerState) -> f64 {
    if wanted.action == Action::EmergencyBrake {
        return wanted.accel_mps2;
    }
    let target = wanted
        .accel_mps2
        .clamp(-params.firm_brake_mps2, params.accel_mps2);
    let dt_s = state.tick.map_or(0.0, |then| now.seconds_since(then));
    let hurry = (-target / COMFORT_BOUND_MPS2).max(1.0).powi(3);
    let down = params.jerk_mps3 * hurry * dt_s;
    let up = RELEASE_SHARE * params.jerk_mps3 * dt_s;
    let last = state.accel_mps2.max(-params.firm_brake_mps2);
    target.clamp(last - down, last + up)
}
