//! Whether a trigger holds.

use super::EventPhase;
use super::lights::Lights;
use super::scene::{Body, Scene};
use crate::metrics::{time_headway_s, time_to_collision_s};
use crate::story::{Axis, ElementState, Entity, StoryTrigger};

/// Below this speed nothing counts as arriving, in metres per second.
const STANDING_MPS: f64 = 0.05;

impl StoryTrigger {
    pub(super) fn holds(&self, scene: &Scene, events: &[EventPhase], lights: &Lights) -> bool {
        match self {
            Self::All(group) => group.iter().all(|one| one.holds(scene, events, lights)),
            Self::Any(group) => group.iter().any(|one| one.holds(scene, events, lights)),
            Self::SimulationTime(is) => is.holds(scene.time_s),
            Self::RelativeDistance { pair, axis, is } => is.holds(distance_m(scene, *pair, *axis)),
            Self::TimeHeadway { pair, is } => {
                let [from, to] = pair.map(|entity| *scene.body(entity));
                gap_ahead_m(&from, &to)
                    .and_then(|gap_m| time_headway_s(gap_m, from.along_mps()))
                    .is_some_and(|value| is.holds(value))
            }
            Self::TimeToCollision { pair, is } => {
                let [from, to] = pair.map(|entity| *scene.body(entity));
                let closing_mps = from.along_mps() - to.along_mps();
                gap_ahead_m(&from, &to)
                    .and_then(|gap_m| time_to_collision_s(gap_m, closing_mps))
                    .is_some_and(|value| is.holds(value))
            }
            Self::TimeToArrival { of, at_m, is } => {
                let body = scene.body(*of);
                let left_m = at_m - (body.place.along_m + body.half_length_m);
                let speed_mps = body.along_mps();
                speed_mps > STANDING_MPS && is.holds(left_m / speed_mps)
            }
            Self::TraveledDistance { of, is } => is.holds(scene.body(*of).travelled_m),
            Self::ReachPosition { of, at, within_m } => {
                let centre = scene.body(*of).footprint.world_from_centre.position();
                centre.distance_m(*at) <= *within_m
            }
            Self::Speed { of, is } => is.holds(scene.body(*of).speed_mps),
            Self::StoryboardElementState { event, is } => match is {
                ElementState::Started => {
                    matches!(events[*event], EventPhase::Running | EventPhase::Completed)
                }
                ElementState::Completed => events[*event] == EventPhase::Completed,
            },
            Self::TrafficSignal { group, is } => lights.group_at(*group, scene.time_s) == *is,
        }
    }
}

fn distance_m(scene: &Scene, pair: [Entity; 2], axis: Axis) -> f64 {
    let [from, to] = pair.map(|entity| scene.body(entity));
    match axis {
        Axis::Longitudinal => {
            let centres_m = (to.place.along_m - from.place.along_m).abs();
            (centres_m - from.half_length_m - to.half_length_m).max(0.0)
        }
        Axis::Lateral => {
            let centres_m = (to.place.left_m - from.place.left_m).abs();
            (centres_m - from.half_width_m - to.half_width_m).max(0.0)
        }
        Axis::Euclidean => from.footprint.gap_m(&to.footprint),
    }
}

/// Longitudinal free space from `from` to `to`, when `to` is ahead.
fn gap_ahead_m(from: &Body, to: &Body) -> Option<f64> {
    let centres_m = to.place.along_m - from.place.along_m;
    (centres_m > 0.0).then(|| (centres_m - from.half_length_m - to.half_length_m).max(0.0))
}
