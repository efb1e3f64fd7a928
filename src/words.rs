//! Decisions and faults in words.

use drive::decision::{Action, Decision, Reason};
use scenarios::story::Fault;

use crate::report::{kind_word, light_word};

/// A decision as a short phrase: what, and because of what.
pub fn decision(decision: &Decision) -> String {
    let action = action(decision.action);
    match reason(&decision.reason) {
        Some(reason) => format!("{action}: {reason}"),
        None => action.to_owned(),
    }
}

/// A time to collision that is worth a word, in seconds: beyond it the distance hardly closes.
const FAR_TTC_S: f64 = 20.0;

/// Every action, from mild to hard.
pub const ACTIONS: [Action; 5] = [
    Action::Cruise,
    Action::Follow,
    Action::Slow,
    Action::Stop,
    Action::EmergencyBrake,
];

/// The word for an action.
pub fn action(action: Action) -> &'static str {
    match action {
        Action::Cruise => "cruise",
        Action::Follow => "follow",
        Action::Slow => "slow",
        Action::Stop => "stop",
        Action::EmergencyBrake => "emergency brake",
    }
}

/// A fault as a short phrase.
pub fn fault(fault: &Fault<f64>) -> String {
    match fault {
        Fault::DropFrames { .. } => "frame dropped".to_owned(),
        Fault::Freeze { .. } => "camera frozen".to_owned(),
        Fault::Late { by_ms, .. } => format!("network {by_ms:.0} ms late"),
        Fault::Exposure { ev, .. } => format!("exposure {ev:+.1} EV"),
        Fault::Noise { sigma, .. } => format!("noise of {sigma:.0} levels"),
        Fault::Dirt { cover, .. } => format!("dirt on {:.0} % of the lens", 100.0 * cover),
        Fault::CameraDies => "camera dead".to_owned(),
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
            let ttc = ttc_s
                .filter(|&ttc_s| ttc_s < FAR_TTC_S)
                .map_or_else(String::new, |ttc_s| format!(", TTC {ttc_s:.1} s"));
            Some(format!("{} at {}{ttc}", kind_word(class), metres(gap_m)))
        }
        Reason::Light { state, gap_m } => {
            let line =
                gap_m.map_or_else(String::new, |gap_m| format!(", line at {}", metres(gap_m)));
            Some(format!("{} light{line}", light_word(state)))
        }
        Reason::Blind => Some("camera lost".to_owned()),
    }
}

/// A distance in whole metres; just behind is "0 m", not "-0 m".
pub fn metres(distance_m: f64) -> String {
    format!("{:.0} m", distance_m.round() + 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use drive::labels::ObjectClass;

    #[test]
    fn a_decision_names_its_cause() {
        let of = |gap_m, ttc_s| {
            let (class, ttc_s) = (ObjectClass::Pedestrian, Some(ttc_s));
            let reason = Reason::Object {
                class,
                gap_m,
                ttc_s,
            };
            decision(&Decision {
                action: Action::EmergencyBrake,
                reason,
                ..Decision::default()
            })
        };
        assert_eq!(
            of(12.4, 1.24),
            "emergency brake: pedestrian at 12 m, TTC 1.2 s"
        );
        assert_eq!(of(30.0, 250.0), "emergency brake: pedestrian at 30 m");
        assert_eq!(
            of(-0.3, 0.0),
            "emergency brake: pedestrian at 0 m, TTC 0.0 s"
        );
    }
}
