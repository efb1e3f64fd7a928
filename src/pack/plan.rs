//! What a check is going to do: a pack, with what the command line says otherwise.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use drive::latency::LatencyMode;
use perception::files::digest;
use perception::network::Backend;
use scenarios::naming::list;
use scenarios::story::Story;

use super::baseline::Baseline;
use super::file::{CastWords, Pack};
use super::finished::FinishedRun;
use super::job::{Job, jobs};
use super::judging::{JudgedRun, judge};
use super::notes::notes;
use super::result::PackRecord;
use super::tolerance::Tolerances;
use crate::faults::TimedFault;
use crate::models::Who;
use crate::theatre::Cast;

/// What the command line says otherwise than the pack.
#[derive(Debug, Clone)]
pub struct Overrides {
    /// Who drives.
    pub driver: Option<Who>,
    /// Who watches.
    pub shadow: Option<Who>,
    /// When percepts arrive.
    pub latency: Option<LatencyMode>,
    /// What goes wrong in every story.
    pub faults: Vec<TimedFault>,
    /// How many seeds per story.
    pub seeds: Option<u64>,
    /// Only stories whose name contains this.
    pub only: Option<String>,
    /// What computes the networks.
    pub backend: Backend,
}

/// A check that is ready to be driven.
pub struct Plan {
    /// Who drives, who watches, how late.
    pub cast: Cast,
    /// Every run of it, whichever part is driven here.
    pub jobs: Vec<Job>,
    /// Whether it is the pack as it stands, without a selection.
    pub is_whole: bool,
    /// What it is, for the result.
    pub record: PackRecord,
    /// Digest of the program's file.
    pub program: String,
    baseline_path: Option<PathBuf>,
    baseline: Option<Baseline>,
    tolerances: Tolerances,
    /// Why the pack's baseline does not decide, where it has one for another cast.
    foreign: Option<String>,
    /// Why nothing of the stored baseline counts, where the pack's own cast has changed since.
    outdated: Option<String>,
}

impl Plan {
    /// Reads everything a check needs.
    ///
    /// # Errors
    /// When something is missing or has a mistake.
    pub fn new(pack: Pack, overrides: Overrides, assets: Option<&Path>) -> Result<Self> {
        let is_whole = overrides.only.is_none() && overrides.seeds.is_none();
        let words = words(&pack, &overrides);
        let foreign = (pack.baseline.is_some() && words != pack.words).then(|| {
            format!(
                "the pack's baseline is of another cast ({}); the stories' criteria decide",
                pack.words.sentence()
            )
        });
        let baseline_path = pack.baseline.filter(|_| foreign.is_none());
        let stored = baseline_path.as_deref().map(Baseline::read).transpose()?;
        let (baseline, outdated) = stored.map(|found| of_cast(found, &words)).unzip();
        let cast = Cast {
            shadow: overrides.shadow.or(pack.shadow),
            faults: overrides.faults,
            ..Cast::alone(
                overrides.driver.unwrap_or(pack.driver),
                overrides.latency.unwrap_or(pack.latency),
                overrides.backend,
            )
        };
        let stories = selected(pack.stories, overrides.only.as_deref())?;
        let jobs = jobs(
            &stories,
            overrides.seeds.unwrap_or(pack.seeds),
            &cast,
            assets,
        )?;
        let expected = serde_json::to_vec(&(&baseline, &pack.tolerances))?;
        let inputs = jobs.iter().map(|job| job.inputs.as_bytes());
        Ok(Self {
            record: PackRecord {
                name: pack.name,
                title: pack.title,
                digest: digest(inputs.chain([expected.as_slice()])),
                cast: words,
                has_baseline: baseline.is_some(),
                jobs: jobs.iter().map(Job::id).collect(),
            },
            cast,
            jobs,
            is_whole,
            program: program_digest()?,
            baseline_path,
            baseline,
            tolerances: pack.tolerances,
            foreign,
            outdated: outdated.flatten(),
        })
    }

    /// What computes the networks, in words.
    pub fn engine(&self) -> String {
        format!("{:?}", self.cast.backend)
    }

    /// Says how a finished run of one of these jobs stands.
    pub fn judge(&self, job: &Job, finished: FinishedRun) -> JudgedRun {
        let (standing, findings) = judge(&finished, self.baseline.as_ref(), &self.tolerances);
        JudgedRun {
            finished,
            called: job.called.clone(),
            standing,
            findings,
        }
    }

    /// What is worth knowing about these runs and no failure.
    pub fn notes(&self, runs: &[JudgedRun]) -> Vec<String> {
        let mut notes = match &self.baseline {
            Some(baseline) => notes(baseline, runs, self.is_whole.then_some(&self.record.jobs)),
            None => Vec::new(),
        };
        notes.extend(self.foreign.iter().chain(&self.outdated).cloned());
        notes
    }

    /// Makes sure that there is a baseline to write.
    ///
    /// # Errors
    /// When the pack names none, or one for another cast.
    pub fn ensure_blessable(&self) -> Result<()> {
        if let Some(why) = &self.foreign {
            anyhow::bail!(
                "nothing to bless: {why}; a pack of your own can have a baseline of its own"
            );
        }
        self.blessed_path().map(|_| ())
    }

    fn blessed_path(&self) -> Result<&Path> {
        let name = &self.record.name;
        self.baseline_path.as_deref().with_context(|| {
            format!("nothing to bless: the pack names no baseline; write baseline: \"{name}.baseline.json\" into it")
        })
    }

    /// Takes the runs up into the baseline; tells what changed. Entries of runs that the pack no longer
    /// has go when the whole pack was driven.
    ///
    /// # Errors
    /// When the baseline cannot be written.
    pub fn bless(mut self, runs: &[JudgedRun]) -> Result<String> {
        let path = self.blessed_path()?.to_owned();
        let words = self.record.cast.clone();
        let baseline = self.baseline.get_or_insert_with(|| Baseline::empty(words));
        let mut dropped = 0;
        if self.is_whole {
            let jobs = &self.record.jobs;
            dropped = baseline.retain(|story, seed| jobs.contains(&super::job::id(story, seed)));
        }
        let blessing = baseline.bless(runs.iter().map(|run| &run.finished));
        baseline.write(&path)?;
        Ok(format!(
            "blessed {}: {} entries added, {} changed, {} unchanged, {dropped} dropped. \
             This run fails on purpose: review the difference, commit it, and check again.",
            path.display(),
            blessing.added,
            blessing.changed,
            blessing.unchanged,
        ))
    }
}

/// The stored baseline if it is of this cast, otherwise one without entries and why.
fn of_cast(stored: Option<Baseline>, cast: &CastWords) -> (Baseline, Option<String>) {
    match stored {
        Some(baseline) if baseline.cast == *cast => (baseline, None),
        Some(baseline) => {
            let why = format!(
                "the stored baseline is of another cast ({}) than the pack ({}): nothing of it counts; \
                 check again with --bless",
                baseline.cast.sentence(),
                cast.sentence()
            );
            (Baseline::empty(cast.clone()), Some(why))
        }
        None => (Baseline::empty(cast.clone()), None),
    }
}

/// Driver, shadow and latency as the pack has them, or as the command line says otherwise.
fn words(pack: &Pack, overrides: &Overrides) -> CastWords {
    let latency = overrides.latency.as_ref();
    let latency = latency.filter(|latency| **latency != pack.latency);
    let pack = &pack.words;
    let or = |word: Option<String>, otherwise: &String| word.unwrap_or_else(|| otherwise.clone());
    CastWords {
        driver: or(overrides.driver.as_ref().map(Who::to_string), &pack.driver),
        shadow: match &overrides.shadow {
            Some(shadow) => Some(shadow.to_string()),
            None => pack.shadow.clone(),
        },
        latency: or(latency.map(LatencyMode::to_string), &pack.latency),
        faults: overrides.faults.iter().map(TimedFault::to_string).collect(),
    }
}

/// The stories whose name contains `only`.
fn selected(stories: Vec<(String, Story)>, only: Option<&str>) -> Result<Vec<(String, Story)>> {
    let Some(part) = only else { return Ok(stories) };
    let known = list(stories.iter().map(|(_, story)| story.name.clone()));
    let found: Vec<_> = stories
        .into_iter()
        .filter(|(_, story)| story.name.contains(part))
        .collect();
    ensure!(
        !found.is_empty(),
        "no story of the pack contains `{part}`; it has {known}"
    );
    Ok(found)
}

/// Digest of this program's file.
///
/// # Errors
/// When the file cannot be found or read.
pub fn program_digest() -> Result<String> {
    let path = std::env::current_exe().context("cannot find this program's file")?;
    let bytes = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(digest([bytes.as_slice()]))
}
