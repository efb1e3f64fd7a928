//! Recorded latencies of one network on one machine.

use serde::{Deserialize, Serialize};

/// Latencies measured on single frames, and the factor they are used with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LatencyProfile {
    /// Name of the network that was measured.
    pub network: String,
    /// The machine it was measured on, in words.
    pub machine: String,
    /// What ran beside it, in words, as in `1 thread, renderer beside it`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conditions: Option<String>,
    /// What every sample is multiplied by; 1 for the machine as measured.
    #[serde(default = "unit_scale")]
    pub scale: f64,
    /// The measured times in milliseconds, in the order of measurement, warm-up left out.
    pub samples_ms: Vec<f64>,
}

/// Why a latency profile cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ProfileError {
    /// No samples.
    #[error(
        "the latency profile of network '{0}' has no samples: record it again with `understudy profile`"
    )]
    Empty(String),
    /// A sample or the scale is negative or not a number.
    #[error(
        "the latency profile of network '{network}' holds {value} as {field}: only finite numbers from 0 upwards are latencies"
    )]
    NotALatency {
        /// Name of the network.
        network: String,
        /// `samples_ms` or `scale`.
        field: &'static str,
        /// The unusable number.
        value: f64,
    },
}

impl LatencyProfile {
    /// Checks that it has samples and that all its numbers are latencies.
    ///
    /// # Errors
    /// Names the network and the first unusable number.
    pub fn validate(&self) -> Result<(), ProfileError> {
        if self.samples_ms.is_empty() {
            return Err(ProfileError::Empty(self.network.clone()));
        }
        let is_latency = |value: f64| value.is_finite() && value >= 0.0;
        let not_a_latency = |field, value| ProfileError::NotALatency {
            network: self.network.clone(),
            field,
            value,
        };
        if !is_latency(self.scale) {
            return Err(not_a_latency("scale", self.scale));
        }
        match self.samples_ms.iter().find(|ms| !is_latency(**ms)) {
            Some(&ms) => Err(not_a_latency("samples_ms", ms)),
            None => Ok(()),
        }
    }

    /// The latency that `percent` of the scaled samples do not exceed, in milliseconds
    /// (nearest rank); `None` without samples.
    pub fn percentile_ms(&self, percent: f64) -> Option<f64> {
        let mut sorted_ms = self.samples_ms.clone();
        sorted_ms.sort_by(f64::total_cmp);
        let rank = (percent / 100.0 * sorted_ms.len() as f64).ceil() as usize;
        sorted_ms
            .get(rank.clamp(1, sorted_ms.len().max(1)) - 1)
            .map(|ms| ms * self.scale)
    }
}

/// The scale of a profile used as measured.
fn unit_scale() -> f64 {
    1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(samples_ms: Vec<f64>) -> LatencyProfile {
        LatencyProfile {
            network: "teacher".into(),
            machine: "test bench".into(),
            conditions: None,
            scale: 2.0,
            samples_ms,
        }
    }

    #[test]
    fn percentiles_are_nearest_ranks_times_the_scale() {
        let hundred = profile((1..=100).rev().map(f64::from).collect());
        assert_eq!(hundred.percentile_ms(50.0), Some(100.0));
        assert_eq!(hundred.percentile_ms(99.0), Some(198.0));
        assert_eq!(hundred.percentile_ms(0.0), Some(2.0));
        assert_eq!(profile(vec![]).percentile_ms(50.0), None);
    }

    #[test]
    fn unusable_profiles_are_refused_by_name() {
        assert!(
            profile(vec![])
                .validate()
                .unwrap_err()
                .to_string()
                .contains("'teacher'")
        );
        assert!(
            profile(vec![1.0, -2.0])
                .validate()
                .unwrap_err()
                .to_string()
                .contains("-2")
        );
        assert!(profile(vec![1.0]).validate().is_ok());
    }

    #[test]
    fn a_profile_survives_json_and_scale_may_be_left_out() {
        let text = r#"{"network":"student","machine":"bench","samples_ms":[3.5,4.0]}"#;
        let read: LatencyProfile = serde_json::from_str(text).unwrap();
        assert_eq!(read.scale, 1.0);
        let back = serde_json::to_string(&read).unwrap();
        assert_eq!(serde_json::from_str::<LatencyProfile>(&back).unwrap(), read);
    }
}
