//! `understudy check`: the whole catalog, for continuous integration.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use anyhow::{Context, Result};
use clap::Args;
use scenarios::catalog;
use scenarios::story::Story;
use serde::Serialize;

use super::drive_options::DriveOptions;
use super::{Status, say};
use crate::episode::Pictures;
use crate::files::write_whole;
use crate::progress;
use crate::record::{Outcome, RunRecord};
use crate::summary;
use crate::theatre::Theatre;

/// Options of `check`.
#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    drive: DriveOptions,
    /// How many seeds per story, from 1 on
    #[arg(long, default_value_t = 1)]
    seeds: u64,
    /// Only stories whose name contains this
    #[arg(long)]
    only: Option<String>,
    /// Write the result as JSON into this file
    #[arg(long)]
    out: Option<PathBuf>,
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
}

/// The result for scripts.
#[derive(Serialize)]
struct CheckRecord {
    passed: usize,
    failed: usize,
    runs: Vec<RunRecord>,
}

pub(super) fn execute(options: &Options, assets: Option<&Path>) -> Result<Status> {
    let theatre = Theatre::open(assets, options.drive.cast()?, progress::stop_flag()?)?;
    let record = check(&theatre, options)?;
    if let Some(out) = &options.out {
        write_whole(out, &serde_json::to_vec_pretty(&record)?)?;
    }
    if options.json {
        say(&serde_json::to_string(&record)?);
    } else {
        say(&summary::runs_table(&record.runs));
        say(&summary::failures(&record.runs));
        say(&format!(
            "{} passed, {} failed",
            record.passed, record.failed
        ));
    }
    Ok(Status::of(record.failed == 0))
}

fn check(theatre: &Theatre, options: &Options) -> Result<CheckRecord> {
    let mut jobs = Vec::new();
    for name in catalog::names() {
        if options
            .only
            .as_ref()
            .is_none_or(|part| name.contains(part.as_str()))
        {
            let story = catalog::load(name)?;
            jobs.extend((1..=options.seeds).map(|seed| (story.clone(), seed)));
        }
    }
    let runs = play_all(theatre, &jobs)?;
    let passed = runs
        .iter()
        .filter(|run| run.verdict == Outcome::Pass)
        .count();
    Ok(CheckRecord {
        passed,
        failed: runs.len() - passed,
        runs,
    })
}

/// Plays every job on all cores; results come in the jobs' order.
fn play_all(theatre: &Theatre, jobs: &[(Story, u64)]) -> Result<Vec<RunRecord>> {
    let bar = progress::bar(jobs.len() as u64, "stories");
    let next = Mutex::new(0..jobs.len());
    let results = Mutex::new(Vec::new());
    let play_some = || loop {
        let Some(index) = next
            .lock()
            .expect("no thread panics with the lock held")
            .next()
        else {
            return;
        };
        let (story, seed) = &jobs[index];
        let result = theatre
            .play(story, *seed, Pictures::Forget)
            .map(|played| played.record)
            .with_context(|| format!("story {} with seed {seed}", story.name));
        results
            .lock()
            .expect("no thread panics with the lock held")
            .push((index, result));
        bar.inc(1);
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(play_some);
        }
    });
    bar.finish_and_clear();
    let mut results = results
        .into_inner()
        .expect("no thread panics with the lock held");
    results.sort_by_key(|&(index, _)| index);
    results.into_iter().map(|(_, result)| result).collect()
}
