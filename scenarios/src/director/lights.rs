//! What the traffic lights show when.

use drive::labels::LightState;

use crate::story::{LightPlan, SignalGroup};

/// The lights' programs and what events made of them.
#[derive(Debug, Clone)]
pub(super) struct Lights {
    plan: LightPlan,
    /// State and time since when, for the lights along ego's road and across it.
    overrides: [Option<(LightState, f64)>; 2],
}

impl Lights {
    pub(super) fn new(plan: &LightPlan) -> Self {
        Self {
            plan: plan.clone(),
            overrides: [None; 2],
        }
    }

    /// Overrides what a group shows after `now_s`.
    pub(super) fn show(&mut self, group: SignalGroup, state: LightState, now_s: f64) {
        self.overrides[group as usize] = Some((state, now_s));
    }

    /// What every light shows at a time in seconds, in the stage's order.
    pub(super) fn at(&self, time_s: f64) -> Vec<LightState> {
        let groups = self.plan.groups.iter();
        groups.map(|&group| self.group_at(group, time_s)).collect()
    }

    /// What a group shows at a time in seconds.
    pub(super) fn group_at(&self, group: SignalGroup, time_s: f64) -> LightState {
        if let Some((state, since_s)) = self.overrides[group as usize]
            && time_s > since_s
        {
            return state;
        }
        let program = match group {
            SignalGroup::Along => &self.plan.along,
            SignalGroup::Across => &self.plan.across,
        };
        match (phase_at(program, time_s), group) {
            (Some(state), _) => state,
            (None, SignalGroup::Along) => LightState::Green,
            (None, SignalGroup::Across) => match self.group_at(SignalGroup::Along, time_s) {
                LightState::Red => LightState::Green,
                _ => LightState::Red,
            },
        }
    }
}

/// The phase of a repeating program, or `None` when it has no length.
fn phase_at(program: &[(LightState, f64)], time_s: f64) -> Option<LightState> {
    let total_s: f64 = program.iter().map(|phase| phase.1).sum();
    if total_s <= 0.0 {
        return None;
    }
    let mut left_s = time_s.rem_euclid(total_s);
    for &(state, for_s) in program {
        if left_s < for_s {
            return Some(state);
        }
        left_s -= for_s;
    }
    program.last().map(|phase| phase.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lights() -> Lights {
        Lights::new(&LightPlan {
            groups: vec![SignalGroup::Along, SignalGroup::Across],
            along: vec![
                (LightState::Green, 4.0),
                (LightState::Amber, 1.0),
                (LightState::Red, 5.0),
            ],
            across: Vec::new(),
        })
    }

    #[test]
    fn phases_follow_each_other_and_come_round_again() {
        let states = [0.0, 3.99, 4.0, 5.0, 9.99, 10.0].map(|time_s| lights().at(time_s)[0]);
        let (green, amber, red) = (LightState::Green, LightState::Amber, LightState::Red);
        assert_eq!(states, [green, green, amber, red, red, green]);
    }

    #[test]
    fn the_crossing_road_never_has_green_together_with_ours() {
        for tenth in 0..200 {
            let states = lights().at(f64::from(tenth) * 0.1);
            assert!(states.contains(&LightState::Red), "{states:?}");
        }
    }

    #[test]
    fn an_event_overrides_the_program_from_its_time_on() {
        let mut lights = lights();
        lights.show(SignalGroup::Along, LightState::Red, 2.0);
        assert_eq!(lights.at(2.0)[0], LightState::Green);
        assert_eq!(lights.at(2.01), [LightState::Red, LightState::Green]);
    }
}
