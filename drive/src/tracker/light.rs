//! The traffic light over the last frames: filtered probabilities, and a memory while no lamp is in view.

use crate::labels::LightState;
use crate::math::exp;
use crate::scene::TrackedLight;

/// Time constant of the filtered probabilities, in seconds: two to three frames at 20 Hz.
const FILTER_TIME_S: f64 = 0.11;
/// One frame alone never counts for more than this share.
const MAX_SHARE: f64 = 0.6;
/// A state is taken over from this filtered probability on.
const ACCEPT_PROBABILITY: f64 = 0.55;
/// A light that is no longer seen is remembered over this many metres of driving.
const MEMORY_M: f64 = 25.0;
/// And for this many seconds, when standing before it with its lamps above the picture.
const MEMORY_S: f64 = 12.0;

/// The light as of the newest percept's exposure.
#[derive(Debug, Clone)]
pub(super) struct LightFilter {
    probabilities: [f64; 4],
    state: LightState,
    since_s: f64,
    unseen_s: f64,
    unseen_m: f64,
}

impl LightFilter {
    /// No light.
    pub(super) fn new() -> Self {
        Self {
            probabilities: [1.0, 0.0, 0.0, 0.0],
            state: LightState::None,
            since_s: 0.0,
            unseen_s: 0.0,
            unseen_m: 0.0,
        }
    }

    /// Takes in a percept's probabilities, `dt_s` and `driven_m` after the one before.
    pub(super) fn observe(&mut self, light: &[f64; 4], dt_s: f64, driven_m: f64) {
        let share = (1.0 - exp(-dt_s / FILTER_TIME_S)).min(MAX_SHARE);
        for (filtered, seen) in self.probabilities.iter_mut().zip(light) {
            *filtered += share * (seen - *filtered);
        }
        self.since_s += dt_s;
        let seen = LightState::ALL
            .into_iter()
            .find(|state| self.probabilities[*state as usize] >= ACCEPT_PROBABILITY)
            .unwrap_or(self.state);
        if seen == LightState::None {
            self.fade(dt_s, driven_m);
        } else {
            (self.unseen_s, self.unseen_m) = (0.0, 0.0);
            self.become_state(seen);
        }
    }

    /// The light `age_s` seconds later.
    pub(super) fn tracked(&self, age_s: f64) -> TrackedLight {
        TrackedLight {
            state: self.state,
            probabilities: self.probabilities,
            since_s: self.since_s + age_s,
        }
    }

    /// Remembers an unseen light for a while.
    fn fade(&mut self, dt_s: f64, driven_m: f64) {
        self.unseen_s += dt_s;
        self.unseen_m += driven_m;
        if self.unseen_s > MEMORY_S || self.unseen_m > MEMORY_M {
            self.become_state(LightState::None);
        }
    }

    /// Changes the state, counting its time from now.
    fn become_state(&mut self, state: LightState) {
        if state != self.state {
            self.state = state;
            self.since_s = 0.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RED: [f64; 4] = [0.05, 0.9, 0.03, 0.02];
    const NOTHING: [f64; 4] = [0.97, 0.01, 0.01, 0.01];

    #[test]
    fn one_red_frame_is_not_a_red_light_and_three_are() {
        let mut filter = LightFilter::new();
        filter.observe(&RED, 0.05, 1.0);
        assert_eq!(filter.tracked(0.0).state, LightState::None);
        filter.observe(&RED, 0.05, 1.0);
        filter.observe(&RED, 0.05, 1.0);
        assert_eq!(filter.tracked(0.0).state, LightState::Red);
    }

    #[test]
    fn a_red_light_above_the_picture_stays_red_until_ego_has_passed() {
        let mut filter = LightFilter::new();
        for _ in 0..5 {
            filter.observe(&RED, 0.05, 0.5);
        }
        for _ in 0..100 {
            filter.observe(&NOTHING, 0.05, 0.0);
        }
        assert_eq!(filter.tracked(0.0).state, LightState::Red);
        for _ in 0..40 {
            filter.observe(&NOTHING, 0.05, 1.0);
        }
        assert_eq!(filter.tracked(0.0).state, LightState::None);
    }
}
