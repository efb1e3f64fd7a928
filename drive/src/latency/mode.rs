//! The latency modes a run can be asked for, as written on the command line.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Longest fixed latency accepted, in milliseconds.
const MAX_FIXED_MS: f64 = 60_000.0;
/// Largest scale of recorded latencies accepted.
const MAX_SCALE: f64 = 1000.0;

/// What a car computer's latencies are to those recorded on the reference machine, one thread of an AMD EPYC with
/// AVX-512: with it the teacher takes three camera periods, in int8 one, and the student less than half of one.
pub const CAR_SCALE: f64 = 11.0;

/// Where a network's latency comes from. Written `none`, `fixed`, `fixed:MS`, `own`, `of:NETWORK`, either of them
/// with `*SCALE`, `car`, `profile:FILE` or `live`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum LatencyMode {
    /// Seeing takes no time: every frame is processed and usable on its exposure tick.
    #[default]
    None,
    /// Every frame takes the network's own recorded median.
    FixedOwn,
    /// Every frame takes this long, in milliseconds.
    Fixed(f64),
    /// Drawn with the run's seed from the samples recorded of a shipped network.
    Recorded {
        /// The network; each its own when `None`, and truth never late.
        of: Option<String>,
        /// What the samples are multiplied by.
        scale: f64,
    },
    /// Drawn with the run's seed from a file of recorded samples.
    Profile(PathBuf),
    /// The wall clock at the pace of real time; not repeatable.
    Live,
}

impl LatencyMode {
    /// Whether the same seed gives the same run.
    pub fn is_repeatable(&self) -> bool {
        *self != LatencyMode::Live
    }
}

/// Why a latency mode could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseLatencyModeError {
    /// No such mode.
    #[error(
        "unknown latency mode '{0}': write none, fixed (each network's recorded median), fixed:MS (for example fixed:120), own (each network's recorded samples), of:NETWORK, own*SCALE, of:NETWORK*SCALE, car (own*{CAR_SCALE}), profile:FILE, profile:FOLDER or live"
    )]
    Unknown(String),
    /// The milliseconds of `fixed` are not a usable number.
    #[error(
        "'{0}' is not a latency in milliseconds: write fixed:MS with a number from 0 to 60000, for example fixed:120"
    )]
    Milliseconds(String),
    /// The scale of recorded samples is not a usable number.
    #[error(
        "'{0}' is no scale of recorded latencies: write own*SCALE with a number from 0 to 1000, for example own*11"
    )]
    Scale(String),
    /// `profile` without a file.
    #[error(
        "profile needs a file of recorded latencies: write profile:FILE (`understudy profile` records one)"
    )]
    NoFile,
}

impl FromStr for LatencyMode {
    type Err = ParseLatencyModeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(recorded) = parse_recorded(text) {
            return recorded;
        }
        let (name, argument) = match text.split_once(':') {
            Some((name, argument)) => (name, Some(argument)),
            None => (text, None),
        };
        match (name, argument) {
            ("none", None) => Ok(LatencyMode::None),
            ("live", None) => Ok(LatencyMode::Live),
            ("fixed", None) => Ok(LatencyMode::FixedOwn),
            ("fixed", Some(argument)) => parse_fixed(argument),
            ("profile", None | Some("")) => Err(ParseLatencyModeError::NoFile),
            ("profile", Some(file)) => Ok(LatencyMode::Profile(file.into())),
            _ => Err(ParseLatencyModeError::Unknown(text.to_owned())),
        }
    }
}

/// Reads `own`, `of:NETWORK` and `car`, scaled or not; `None` when it is none of them.
fn parse_recorded(text: &str) -> Option<Result<LatencyMode, ParseLatencyModeError>> {
    if text == "car" {
        let (of, scale) = (None, CAR_SCALE);
        return Some(Ok(LatencyMode::Recorded { of, scale }));
    }
    let (name, scale) = match text.rsplit_once('*') {
        Some((name, scale)) => (name, Some(scale)),
        None => (text, None),
    };
    let of = match name.strip_prefix("of:") {
        Some("") => return None,
        Some(of) => Some(of.to_owned()),
        None if name == "own" => None,
        None => return None,
    };
    let scale = match scale.map(str::parse) {
        None => 1.0,
        Some(Ok(scale)) if (0.0..=MAX_SCALE).contains(&scale) => scale,
        Some(_) => return Some(Err(ParseLatencyModeError::Scale(text.to_owned()))),
    };
    Some(Ok(LatencyMode::Recorded { of, scale }))
}

/// Reads the milliseconds of `fixed:MS`.
fn parse_fixed(argument: &str) -> Result<LatencyMode, ParseLatencyModeError> {
    match argument.parse::<f64>() {
        Ok(ms) if (0.0..=MAX_FIXED_MS).contains(&ms) => Ok(LatencyMode::Fixed(ms)),
        _ => Err(ParseLatencyModeError::Milliseconds(argument.to_owned())),
    }
}

impl fmt::Display for LatencyMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LatencyMode::None => f.write_str("none"),
            LatencyMode::FixedOwn => f.write_str("fixed"),
            LatencyMode::Fixed(ms) => write!(f, "fixed:{ms}"),
            LatencyMode::Recorded { of, scale } => {
                match of {
                    Some(of) => write!(f, "of:{of}")?,
                    None => f.write_str("own")?,
                }
                if *scale == 1.0 {
                    return Ok(());
                }
                write!(f, "*{scale}")
            }
            LatencyMode::Profile(file) => write!(f, "profile:{}", file.display()),
            LatencyMode::Live => f.write_str("live"),
        }
    }
}

impl TryFrom<String> for LatencyMode {
    type Error = ParseLatencyModeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<LatencyMode> for String {
    fn from(mode: LatencyMode) -> Self {
        mode.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mode_reads_back_as_written() {
        for text in [
            "none",
            "fixed:120",
            "fixed:12.5",
            "own",
            "own*2.5",
            "of:teacher",
            "of:int8_teacher*11",
            "profile:a/b:c.json",
            "live",
        ] {
            assert_eq!(text.parse::<LatencyMode>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn the_car_is_written_with_its_scale() {
        let mode: LatencyMode = "car".parse().unwrap();
        assert_eq!(mode.to_string(), "own*11");
    }

    #[test]
    fn a_wrong_mode_is_named_with_its_remedy() {
        let message = |text: &str| text.parse::<LatencyMode>().unwrap_err().to_string();
        assert!(message("fast").contains("'fast'") && message("fast").contains("fixed:MS"));
        assert!(message("fixed:-3").contains("'-3'"));
        assert!(message("fixed:").contains("fixed:120"));
        assert!(message("fixed:NaN").contains("milliseconds"));
        assert!(message("profile:").contains("understudy profile"));
        assert!(message("own*x").contains("own*SCALE") && message("own*-1").contains("'own*-1'"));
        assert!(message("of:").contains("of:NETWORK"));
        assert!(message("none:3").contains("unknown latency mode"));
    }
}
