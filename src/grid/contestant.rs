//! Who takes part: a driver with the latency that is its own.

use std::fmt;
use std::str::FromStr;

use anyhow::{Error, Result, bail};
use drive::latency::LatencyMode;

use crate::faults::TimedFault;
use crate::models::Who;

/// A driver, how late it is of its own, and what goes wrong with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Contestant {
    /// Who drives.
    pub who: Who,
    /// Its own latency where it is not the recorded one.
    pub latency: Option<LatencyMode>,
    /// What goes wrong in its runs.
    pub faults: Vec<TimedFault>,
}

impl Contestant {
    /// Its own latency, recorded samples times `scale`. The truth has none unless one was given.
    ///
    /// # Errors
    /// For a network of no recorded latency that was given none.
    pub fn own_latency(&self, scale: f64) -> Result<LatencyMode> {
        match (&self.latency, &self.who) {
            (Some(latency), _) => Ok(latency.clone()),
            (None, Who::Truth) => Ok(LatencyMode::None),
            (None, Who::Onnx(_)) => bail!(
                "{who} has no recorded latency; write {who}@LATENCY, for example {who}@fixed:40",
                who = self.who
            ),
            (None, who) => Ok(LatencyMode::Recorded {
                of: Some(who.to_string()),
                scale,
            }),
        }
    }
}

impl fmt::Display for Contestant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.who)?;
        if let Some(latency) = &self.latency {
            write!(formatter, "@{latency}")?;
        }
        for fault in &self.faults {
            write!(formatter, " with {fault}")?;
        }
        Ok(())
    }
}

impl FromStr for Contestant {
    type Err = Error;

    /// `NAME` or `NAME@LATENCY`.
    fn from_str(text: &str) -> Result<Self> {
        let (who, latency) = match text.rsplit_once('@') {
            Some((who, latency)) => (who, Some(latency.parse()?)),
            None => (text, None),
        };
        if latency == Some(LatencyMode::Live) {
            bail!("`{text}`: runs with latency live do not repeat and cannot be paired");
        }
        Ok(Self {
            who: who.parse()?,
            latency,
            faults: Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contestant_reads_back_as_written() {
        for text in ["truth", "student", "teacher@fixed:120", "onnx:a.onnx@own*3"] {
            assert_eq!(text.parse::<Contestant>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_foreign_network_is_asked_for_its_latency() {
        let foreign: Contestant = "onnx:a.onnx".parse().unwrap();
        let error = foreign.own_latency(1.0).unwrap_err().to_string();
        assert!(error.contains("onnx:a.onnx@fixed:40"), "{error}");
    }
}
