//! The result of a check, as `check.json` has it.

use serde::{Deserialize, Serialize};

use super::file::CastWords;
use super::judging::{JudgedRun, Standing};
use super::partition::Partition;

/// What scripts and `understudy merge` read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CheckRecord {
    /// Runs that are as they should be.
    pub passed: usize,
    /// Runs that are not.
    pub failed: usize,
    /// What was checked.
    pub pack: PackRecord,
    /// Which part of it this is; `None` for the whole.
    pub part: Option<Partition>,
    /// How long it took; `None` for joined parts.
    pub timing: Option<Timing>,
    /// What is worth knowing and no failure.
    pub notes: Vec<String>,
    /// The runs in the pack's order.
    pub runs: Vec<JudgedRun>,
}

/// What was checked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PackRecord {
    /// Name of the pack.
    pub name: String,
    /// What it is for.
    pub title: String,
    /// Digest of everything that decides the result besides program and machine.
    pub digest: String,
    /// Driver, shadow and latency.
    pub cast: CastWords,
    /// Whether a baseline decided; otherwise the stories' criteria did.
    pub has_baseline: bool,
    /// Every run of the whole pack, in order.
    pub jobs: Vec<String>,
}

/// How long it took, on both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Timing {
    /// Runs that were driven now; others had been finished before.
    pub driven: usize,
    /// What these lasted on the simulation clock, in seconds.
    pub simulated_s: f64,
    /// What driving them took on the wall clock, in seconds.
    pub wall_s: f64,
    /// On how many cores.
    pub cores: usize,
}

impl Timing {
    /// Simulated seconds per second of wall clock.
    pub fn times_real_time(&self) -> f64 {
        self.simulated_s / self.wall_s.max(1e-9)
    }
}

impl CheckRecord {
    /// The result of some runs of a pack.
    pub fn new(pack: PackRecord, runs: Vec<JudgedRun>) -> Self {
        let passed = runs.iter().filter(|run| run.standing.is_held()).count();
        Self {
            passed,
            failed: runs.len() - passed,
            pack,
            part: None,
            timing: None,
            notes: Vec::new(),
            runs,
        }
    }

    /// The runs that are not as they should be first, then the others, each in the pack's order.
    pub fn failures_first(&self) -> impl Iterator<Item = &JudgedRun> {
        let failed = self.runs.iter().filter(|run| !run.standing.is_held());
        failed.chain(self.runs.iter().filter(|run| run.standing.is_held()))
    }

    /// A line for every thing that is not as it should be.
    pub fn failure_lines(&self) -> impl Iterator<Item = &str> {
        let findings = self.runs.iter().flat_map(|run| &run.findings);
        findings.map(|finding| finding.text.as_str())
    }

    /// How many of its runs fail as the baseline says.
    pub fn expected_fails(&self) -> usize {
        let is_expected = |run: &&JudgedRun| run.standing == Standing::ExpectedFail;
        self.runs.iter().filter(is_expected).count()
    }
}
