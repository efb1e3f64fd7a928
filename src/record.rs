//! What happened in a run: a record per exposure tick, and one for the whole.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Result;
use drive::decision::{Action, Decision};
use drive::ego::VehicleCommand;
use drive::percept::Percept;
use drive::time::Tick;
use scenarios::metrics::Metrics;
use scenarios::story::Fault;
use scenarios::verdict::Failure;
use scenarios::world::WorldState;
use serde::{Deserialize, Serialize};

use crate::camera::CameraKind;
use crate::faults::TimedFault;

/// What one seat knew and decided on an exposure tick.
#[derive(Debug, Clone)]
pub struct SeatRecord {
    /// The newest percept it had, as exposed; `None` before the first arrived.
    pub percept: Option<Percept>,
    /// What it decided.
    pub decision: Decision,
    /// What it would have commanded; only the driver's reaches the car.
    pub command: VehicleCommand,
}

/// One exposure tick.
#[derive(Debug, Clone)]
pub struct FrameRecord {
    /// When.
    pub tick: Tick,
    /// The world.
    pub world: WorldState,
    /// The seats, the driver's first.
    pub seats: Vec<SeatRecord>,
    /// What was wrong with camera and network.
    pub faults: Vec<Fault<f64>>,
    /// From ego's front bumper to the road user ahead in its lane, in metres.
    pub gap_m: Option<f64>,
    /// Smallest time to collision with any road user, in seconds.
    pub ttc_s: Option<f64>,
}

/// Passed or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Every criterion held.
    Pass,
    /// At least one did not.
    Fail,
}

impl Outcome {
    /// The word in tables.
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Pass => "pass",
            Outcome::Fail => "fail",
        }
    }
}

/// How often driver and shadow decided alike, counted on exposure ticks.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Agreement {
    /// Exposure ticks.
    pub frames: u64,
    /// Of these, with the same action.
    pub agreeing: u64,
    /// Exposure ticks on which at least one of them did anything but cruise.
    pub acting_frames: u64,
    /// Of these, with the same action.
    pub acting_agreeing: u64,
}

impl Agreement {
    /// Counts one exposure tick.
    pub fn count(&mut self, driver: Action, shadow: Action) {
        let (same, acting) = (
            driver == shadow,
            driver != Action::Cruise || shadow != Action::Cruise,
        );
        self.frames += 1;
        self.agreeing += u64::from(same);
        self.acting_frames += u64::from(acting);
        self.acting_agreeing += u64::from(acting && same);
    }

    /// Share of agreement where either acts, the headline figure; over all frames when none acted.
    pub fn headline(&self) -> Option<f64> {
        if self.acting_frames > 0 {
            Some(self.acting_agreeing as f64 / self.acting_frames as f64)
        } else {
            (self.frames > 0).then(|| self.agreeing as f64 / self.frames as f64)
        }
    }
}

/// Percentiles of wall-clock inference time in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LatencyMs {
    /// Median.
    pub p50: f64,
    /// 95th percentile.
    pub p95: f64,
    /// 99th percentile.
    pub p99: f64,
}

impl LatencyMs {
    /// Percentiles of some samples by the nearest rank; `None` without any.
    pub fn of(samples_ms: &[f64]) -> Option<Self> {
        let mut sorted = samples_ms.to_vec();
        sorted.sort_by(f64::total_cmp);
        let rank = |share: f64| {
            let index = (share * sorted.len() as f64).ceil() as usize;
            sorted.get(index.clamp(1, sorted.len().max(1)) - 1).copied()
        };
        Some(Self {
            p50: rank(0.50)?,
            p95: rank(0.95)?,
            p99: rank(0.99)?,
        })
    }
}

/// What is known of a network before it sees anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkFacts {
    /// Trainable parameters.
    pub parameters: u64,
    /// Operations for one frame (twice the multiply-adds).
    pub flops: u64,
    /// SHA-256 of the file that holds its weights, hexadecimal.
    pub weights_digest: String,
}

/// One network's part in a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NetworkRecord {
    /// Trainable parameters.
    pub parameters: u64,
    /// Operations for one frame (twice the multiply-adds).
    pub flops: u64,
    /// SHA-256 of the file that holds its weights, hexadecimal.
    pub weights_digest: String,
    /// Wall-clock inference times, renderer beside it; never part of a digest.
    pub latency_ms: Option<LatencyMs>,
    /// Frames it processed.
    pub frames: u64,
    /// Frames that a newer one replaced while it was busy.
    pub dropped: u64,
    /// Constant delay it was given on the simulation clock in milliseconds; `None` where it varied.
    pub applied_latency_ms: Option<f64>,
}

/// Everything scripts want to know of one run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RunRecord {
    /// Name of the story.
    pub scenario: String,
    /// What it is a story of: enough to find and recognize it again.
    pub story: StoryOrigin,
    /// Its title, an English sentence.
    pub title: String,
    /// Seed of everything random.
    pub seed: u64,
    /// Who drove.
    pub driver: String,
    /// Who watched.
    pub shadow: Option<String>,
    /// Values of the story's parameters that neither default nor seed decided.
    pub parameters: BTreeMap<String, f64>,
    /// Values of all of them, as the seed drew them.
    #[serde(default)]
    pub values: BTreeMap<String, f64>,
    /// The storyboard's events, in the order of the story.
    #[serde(default)]
    pub events: Vec<EventRecord>,
    /// Latency mode as on the command line.
    pub latency: String,
    /// Faults laid over the story, as on the command line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<String>,
    /// Which camera the networks looked through.
    #[serde(default, skip_serializing_if = "CameraKind::is_sensor")]
    pub camera: CameraKind,
    /// Whether the same seed gives the same run; not where the wall clock decides.
    pub repeatable: bool,
    /// The run that this one left, and where, if it is a fork.
    pub fork: Option<ForkOrigin>,
    /// Passed or not.
    pub verdict: Outcome,
    /// What was not met.
    pub failures: Vec<Failure>,
    /// Everything measured.
    pub metrics: Metrics,
    /// Share of exposure ticks with equal decisions where either acts.
    pub agreement: Option<f64>,
    /// Agreement in full.
    pub agreement_counts: Option<Agreement>,
    /// End of the hash chain, hexadecimal.
    pub digest: String,
    /// Simulated seconds per second of wall clock.
    pub real_time_factor: f64,
    /// The networks that took part, by name.
    pub networks: BTreeMap<String, NetworkRecord>,
    /// What it ran on.
    pub machine: Machine,
}

/// An event of a story's storyboard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventRecord {
    /// Its name.
    pub name: String,
    /// When it began, in seconds; `None` if its condition never held.
    pub began_s: Option<f64>,
}

impl RunRecord {
    /// Names of everyone in the car, the driver's first.
    pub fn seats(&self) -> Vec<String> {
        let everyone = std::iter::once(&self.driver).chain(&self.shadow);
        everyone.cloned().collect()
    }

    /// What was laid over the story to go wrong.
    ///
    /// # Errors
    /// When the record names an unknown fault.
    pub fn timed_faults(&self) -> Result<Vec<TimedFault>> {
        self.faults.iter().map(|fault| fault.parse()).collect()
    }

    /// Which run it is, in words.
    pub fn name(&self) -> String {
        format!("{} seed {} ({})", self.scenario, self.seed, self.driver)
    }

    /// What to type to see this run with its pictures, in the folder `name` of `runs`. `called` is the story's name on
    /// the command line.
    pub fn repeat_command(&self, called: &str, name: &str) -> String {
        let mut command = format!(
            "understudy run {called} --seed {} --driver {}",
            self.seed, self.driver
        );
        let shadow = self
            .shadow
            .iter()
            .map(|shadow| format!(" --shadow {shadow}"));
        let faults = self.faults.iter().map(|fault| format!(" --fault {fault}"));
        let parameters = self.parameters.iter();
        let parameters = parameters.map(|(name, value)| format!(" --set {name}={value}"));
        command.extend(shadow.chain(faults).chain(parameters));
        if self.camera == CameraKind::Bevy {
            command += " --camera bevy";
        }
        command + &format!(" --latency {} --out runs/{name}", self.latency)
    }
}

/// Where a story comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoryOrigin {
    /// Its name in the catalog, or the path of its file.
    pub place: String,
    /// SHA-256 of its text and its base's, hexadecimal.
    pub digest: String,
}

/// What a fork left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForkOrigin {
    /// The run's folder.
    pub run: PathBuf,
    /// End of its hash chain, hexadecimal.
    pub digest: String,
    /// Who was at the wheel.
    pub driver: String,
    /// The first tick with the new driver at the wheel.
    pub tick: Tick,
}

/// What a run ran on; bits can only be promised between equal ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// Version of this program.
    pub program: String,
    /// Processor.
    pub cpu: String,
    /// What the networks ran on: the engine and its instruction set.
    pub engine: String,
    /// Vulkan adapter and driver of the camera.
    pub camera_driver: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_samples_that_were_measured() {
        let samples: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert_eq!(
            LatencyMs::of(&samples),
            Some(LatencyMs {
                p50: 50.0,
                p95: 95.0,
                p99: 99.0
            })
        );
        assert_eq!(LatencyMs::of(&[]), None);
    }

    #[test]
    fn headline_agreement_ignores_ticks_on_which_both_cruise() {
        let mut agreement = Agreement::default();
        for _ in 0..98 {
            agreement.count(Action::Cruise, Action::Cruise);
        }
        agreement.count(Action::Stop, Action::Stop);
        agreement.count(Action::Stop, Action::Cruise);
        assert_eq!(agreement.headline(), Some(0.5));
    }
}
