//! The latency modes a run can be asked for, as written on the command line.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Longest fixed latency accepted, in milliseconds.
const MAX_FIXED_MS: f64 = 60_000.0;

/// Where a network's latency comes from. Written `none`, `fixed`, `fixed:MS`, `profile:FILE` or
/// `live`.
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
        "unknown latency mode '{0}': write none, fixed (each network's recorded median), fixed:MS (for example fixed:120), profile:FILE or live"
    )]
    Unknown(String),
    /// The milliseconds of `fixed` are not a usable number.
    #[error(
        "'{0}' is not a latency in milliseconds: write fixed:MS with a number from 0 to 60000, for example fixed:120"
    )]
    Milliseconds(String),
    /// `profile` without a file.
    #[error(
        "profile needs a file of recorded latencies: write profile:FILE (`understudy profile` records one)"
    )]
    NoFile,
}

impl FromStr for LatencyMode {
    type Err = ParseLatencyModeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
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
            "profile:a/b:c.json",
            "live",
        ] {
            assert_eq!(text.parse::<LatencyMode>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_wrong_mode_is_named_with_its_remedy() {
        let message = |text: &str| text.parse::<LatencyMode>().unwrap_err().to_string();
        assert!(message("fast").contains("'fast'") && message("fast").contains("fixed:MS"));
        assert!(message("fixed:-3").contains("'-3'"));
        assert!(message("fixed:").contains("fixed:120"));
        assert!(message("fixed:NaN").contains("milliseconds"));
        assert!(message("profile:").contains("understudy profile"));
        assert!(message("none:3").contains("unknown latency mode"));
    }
}
