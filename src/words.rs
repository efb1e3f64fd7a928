//! Decisions in words.

use drive::decision::{Action, Decision, Reason};

use crate::report::{kind_word, light_word};

/// A decision as a short phrase: what, and because of what.
pub fn decision(decision: &Decision) -> String {
    let action = match decision.action {
        Action::Cruise => "cruise",
        Action::Follow => "follow",
        Action::Slow => "slow",
        Action::Stop => "stop",
        Action::EmergencyBrake => "emergency brake",
    };
    match reason(&decision.reason) {
        Some(reason) => format!("{action}: {reason}"),
        None => action.to_owned(),
    }
}

fn reason(reason: &Reason) -> Option<String> {
    match *reason {
        Reason::FreeRoad => None,
        Reason::Bend => Some("bend".to_owned()),
        Reason::Object {
            class,
            gap_m,
            ttc_s,
        } => {
            let ttc = ttc_s.map_or_else(String::new, |ttc_s| format!(", TTC {ttc_s:.1} s"));
            Some(format!("{} at {gap_m:.0} m{ttc}", kind_word(class)))
        }
        Reason::Light { state, gap_m } => {
            let line = gap_m.map_or_else(String::new, |gap_m| format!(", line at {gap_m:.0} m"));
            Some(format!("{} light{line}", light_word(state)))
        }
        Reason::Blind => Some("nothing seen".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use drive::labels::ObjectClass;

    #[test]
    fn a_decision_names_its_cause() {
        let reason = Reason::Object {
            class: ObjectClass::Pedestrian,
            gap_m: 12.4,
            ttc_s: Some(1.24),
        };
        let text = decision(&Decision {
            action: Action::EmergencyBrake,
            reason,
            ..Decision::default()
        });
        assert_eq!(text, "emergency brake: pedestrian at 12 m, TTC 1.2 s");
    }
}
