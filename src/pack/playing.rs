//! Drives jobs on all cores and keeps each run as soon as it is finished.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result};

use super::finished::{FinishedRun, Store};
use super::job::Job;
use crate::parallel;
use crate::theatre::{Performance, Theatre};

/// What is the same for every run.
pub struct Stage<'a> {
    /// Who drives them; a job names one of these.
    pub theatres: &'a [Theatre],
    /// Where finished ones are kept.
    pub store: Option<&'a Store>,
    /// Digest of the program's file.
    pub program: &'a str,
    /// What computes the networks.
    pub engine: &'a str,
}

impl Stage<'_> {
    /// Drives every job, begun in this order; runs come by the jobs' ids.
    ///
    /// # Errors
    /// The first error of a run; runs that were finished before are kept.
    pub fn play_all(&self, jobs: &[&Job]) -> Result<BTreeMap<String, FinishedRun>> {
        let count = AtomicUsize::new(0);
        let played = parallel::for_each(jobs, "stories", |job| {
            let finished = self.play(job)?;
            count.fetch_add(1, Ordering::Relaxed);
            Ok((job.id(), finished))
        });
        let runs = played.with_context(|| self.stopped(count.into_inner()))?;
        Ok(runs.into_iter().collect())
    }

    fn play(&self, job: &Job) -> Result<FinishedRun> {
        let theatre = &self.theatres[job.theatre];
        let played = theatre
            .perform(&Performance {
                latency: job.latency.clone(),
                ..theatre.performance(&job.story, job.seed)
            })
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
            store.keep(job, &finished)?;
        }
        Ok(finished)
    }

    fn stopped(&self, finished: usize) -> String {
        match self.store {
            Some(_) => format!(
                "stopped after {finished} runs, which are kept; the same command goes on there"
            ),
            None => "stopped; with --out DIR it could be taken up again".to_owned(),
        }
    }
}
