//! Drives the jobs of a pack on all cores and keeps each run as soon as it is finished.

use std::collections::BTreeMap;
use std::sync::Mutex;

use anyhow::{Context, Error, Result};

use super::finished::{FinishedRun, Store};
use super::job::Job;
use super::partition::longest_first;
use crate::episode::Pictures;
use crate::progress;
use crate::theatre::Theatre;

/// What is the same for every run of a check.
pub struct Stage<'a> {
    /// Who drives them.
    pub theatre: &'a Theatre,
    /// Where finished ones are kept.
    pub store: Option<&'a Store>,
    /// Digest of the program's file.
    pub program: &'a str,
    /// What computes the networks.
    pub engine: &'a str,
}

/// What all threads share.
struct Progress {
    waiting: Vec<usize>,
    finished: BTreeMap<String, FinishedRun>,
    error: Option<Error>,
}

impl Stage<'_> {
    /// Drives every job, the longest first; runs come by the jobs' ids.
    ///
    /// # Errors
    /// The first error of a run; runs that were finished before are kept.
    pub fn play_all(&self, jobs: &[Job]) -> Result<BTreeMap<String, FinishedRun>> {
        let bar = progress::bar(jobs.len() as u64, "stories");
        let mut waiting = longest_first(jobs);
        waiting.reverse();
        let progress = Mutex::new(Progress {
            waiting,
            finished: BTreeMap::new(),
            error: None,
        });
        let shared = || {
            progress
                .lock()
                .expect("no thread panics with the lock held")
        };
        let play_some = || loop {
            let next = shared().waiting.pop();
            let Some(index) = next else { return };
            let result = self.play(&jobs[index]);
            let mut shared = shared();
            match result {
                Ok(run) => {
                    shared.finished.insert(jobs[index].id(), run);
                }
                Err(error) => {
                    shared.waiting.clear();
                    shared.error.get_or_insert(error);
                }
            }
            bar.inc(1);
        };
        std::thread::scope(|scope| {
            for _ in 0..cores() {
                scope.spawn(play_some);
            }
        });
        bar.finish_and_clear();
        let progress = progress.into_inner();
        let progress = progress.expect("no thread panics with the lock held");
        match progress.error {
            None => Ok(progress.finished),
            Some(error) => Err(error.context(self.stopped(progress.finished.len()))),
        }
    }

    fn play(&self, job: &Job) -> Result<FinishedRun> {
        let played = self
            .theatre
            .play(&job.story, job.seed, Pictures::Forget)
            .with_context(|| format!("story {} with seed {}", job.story.name, job.seed))?;
        let last = played.episode.frames.last();
        let finished = FinishedRun {
            run: played.record,
            simulated_s: last.map_or(0.0, |frame| frame.tick.seconds()),
            inputs: job.inputs.clone(),
            program: self.program.to_owned(),
            engine: self.engine.to_owned(),
        };
        if let Some(store) = self.store {
            store.keep(&finished)?;
        }
        Ok(finished)
    }

    fn stopped(&self, finished: usize) -> String {
        match self.store {
            Some(_) => format!(
                "the check stopped after {finished} runs, which are kept; the same command goes on there"
            ),
            None => "the check stopped; with --out DIR it could be taken up again".to_owned(),
        }
    }
}

/// How many runs are driven at once.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
