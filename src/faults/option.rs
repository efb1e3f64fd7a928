//! Faults laid over a story from the command line: `NAME[:SIZE]@START[+DURATION]`.

use std::fmt;
use std::str::FromStr;

use anyhow::{Error, Result, anyhow};
use scenarios::naming::unknown_of;
use scenarios::story::{Action, Criterion, Edge, Event, Fault, Rule, Story, Trigger, Value};

/// How a fault is written, shown when one is not understood.
const HELP: &str = "write NAME[:SIZE]@START[+DURATION] in seconds: drop_frames:COUNT@4, freeze@4+1, \
    late:MS@4+2, exposure:EV@4+2, noise:SIGMA@4+2, dirt:COVER@4+2 or camera_dies@6";
/// A story whose camera dies goes on for this long, in seconds: enough to stop from 30 m/s, and to stand.
const SAFE_STOP_S: f64 = 12.0;

/// A fault at a time of its own, whatever the story.
#[derive(Debug, Clone, PartialEq)]
pub struct TimedFault {
    fault: Fault<f64>,
    at_s: f64,
    text: String,
}

impl TimedFault {
    /// Adds the fault to a story. A story whose camera dies can no longer be finished as it was meant: it
    /// is judged by the safe stop instead, standing in its lane without a collision 12 s later.
    pub fn lay_over(&self, story: &mut Story) {
        let Ok(fault) = self
            .fault
            .resolve(|number| Ok::<_, std::convert::Infallible>(Value::Number(*number)));
        if self.fault == Fault::CameraDies {
            story.criteria = vec![Criterion::NoCollision, Criterion::StopsInLane];
            story.until = None;
            story.duration_s = Value::Number(self.at_s + SAFE_STOP_S);
        }
        story.storyboard.push(Event {
            name: format!("--fault {}", self.text),
            when: Trigger::SimulationTime(Rule::GreaterThan(Value::Number(-1.0))),
            edge: Edge::None,
            delay_s: Value::Number(self.at_s),
            actions: vec![Action::Fault(fault)],
        });
    }
}

impl FromStr for TimedFault {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = || anyhow!("'{text}' is not a fault: {HELP}");
        let number = |part: &str| match part.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(number),
            _ => Err(wrong()),
        };
        let (what, when) = text.split_once('@').ok_or_else(wrong)?;
        let (name, size) = match what.split_once(':') {
            Some((name, size)) => (name, Some(number(size)?)),
            None => (what, None),
        };
        let (at_s, for_s) = match when.split_once('+') {
            Some((at_s, for_s)) => (number(at_s)?, Some(number(for_s)?)),
            None => (number(when)?, None),
        };
        if at_s < 0.0 {
            return Err(wrong());
        }
        let fault = match (name, size, for_s) {
            ("drop_frames", Some(count), None) => Fault::DropFrames { count },
            ("freeze", None, for_s) => Fault::Freeze { for_s },
            ("late", Some(by_ms), for_s) => Fault::Late { by_ms, for_s },
            ("exposure", Some(ev), for_s) => Fault::Exposure { ev, for_s },
            ("noise", Some(sigma), for_s) => Fault::Noise { sigma, for_s },
            ("dirt", Some(cover), for_s) => Fault::Dirt { cover, for_s },
            ("camera_dies", None, None) => Fault::CameraDies,
            _ if Fault::<f64>::NAMES.contains(&name) => return Err(wrong()),
            _ => {
                let unknown = unknown_of("fault", name, "there is", &Fault::<f64>::NAMES);
                return Err(anyhow!("{unknown}; {HELP}"));
            }
        };
        fault
            .check()
            .map_err(|message| anyhow!("'{text}': {message}"))?;
        Ok(Self {
            fault,
            at_s,
            text: text.to_owned(),
        })
    }
}

impl fmt::Display for TimedFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scenarios::catalog;

    fn refusal(text: &str) -> String {
        text.parse::<TimedFault>().unwrap_err().to_string()
    }

    #[test]
    fn size_start_and_duration_are_read() {
        let fault: TimedFault = "dirt:0.3@2+1.5".parse().unwrap();
        let (cover, for_s) = (0.3, Some(1.5));
        assert_eq!(
            (fault.fault, fault.at_s),
            (Fault::Dirt { cover, for_s }, 2.0)
        );
        let fault: TimedFault = "exposure:-2@0".parse().unwrap();
        assert_eq!(
            fault.fault,
            Fault::Exposure {
                ev: -2.0,
                for_s: None
            }
        );
    }

    #[test]
    fn a_mistake_is_answered_with_what_there_is() {
        assert!(refusal("camera_dies").contains("camera_dies@6"));
        assert!(
            refusal("fog:3@4").contains("unknown fault `fog`; there is `drop_frames`, `freeze`")
        );
        assert!(refusal("dirt@4").contains("dirt:COVER@4+2"));
        assert!(refusal("noise:loud@4").contains("'noise:loud@4' is not a fault"));
        assert!(refusal("freeze@-1").contains("'freeze@-1' is not a fault"));
        assert!(refusal("dirt:3@4").contains("must lie within 0..1"));
    }

    #[test]
    fn a_story_whose_camera_dies_is_judged_by_its_stop() {
        let mut story = catalog::load("cut_in").unwrap();
        let fault: TimedFault = "camera_dies@6".parse().unwrap();
        fault.lay_over(&mut story);
        assert_eq!(
            story.criteria,
            [Criterion::NoCollision, Criterion::StopsInLane]
        );
        assert_eq!(story.duration_s, Value::Number(18.0));
    }
}
