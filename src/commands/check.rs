//! `understudy check`: a pack of stories beside its baseline, for continuous integration.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use drive::latency::LatencyMode;

use super::drive_options::EngineOptions;
use super::{Status, say, say_beside};
use crate::clock::WallClock;
use crate::faults::TimedFault;
use crate::files::create_folder;
use crate::junit::junit;
use crate::models::Who;
use crate::pack::file::{CATALOG, Pack};
use crate::pack::finished::{Store, write_results};
use crate::pack::job::Job;
use crate::pack::partition::{Partition, PartitionChoice, longest_first};
use crate::pack::plan::{Overrides, Plan};
use crate::pack::playing::Stage;
use crate::pack::result::{CheckRecord, Timing};
use crate::parallel::cores;
use crate::progress;
use crate::report::check_page;
use crate::theatre::Theatre;

/// What a finished check leaves in its folder.
const RESULTS: [&str; 3] = ["check.json", "report.html", "junit.xml"];

/// Options of `check`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Name of a shipped pack, or path of a pack file
    #[arg(default_value = CATALOG)]
    pack: String,
    /// Who drives, instead of the pack's driver
    #[arg(long)]
    driver: Option<Who>,
    /// Who watches the same frames, instead of the pack's shadow
    #[arg(long)]
    shadow: Option<Who>,
    /// When percepts arrive, instead of the pack's latency; what `run --latency` takes
    #[arg(long)]
    latency: Option<LatencyMode>,
    /// What goes wrong in every story, as in `run`; can be given several times
    #[arg(long = "fault", value_name = "FAULT")]
    faults: Vec<TimedFault>,
    #[command(flatten)]
    engine: EngineOptions,
    /// How many seeds per story, from 1 on, instead of the pack's
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    seeds: Option<u64>,
    /// Only stories whose name contains this
    #[arg(long)]
    only: Option<String>,
    /// Take the runs up into the pack's baseline; the command fails on purpose
    #[arg(long, conflicts_with = "partition")]
    bless: bool,
    /// Drive one share: K/N, or auto or auto/N to take it from the environment
    #[arg(long)]
    partition: Option<PartitionChoice>,
    /// Folder for check.json, report.html, junit.xml and every finished run
    #[arg(long)]
    out: Option<PathBuf>,
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
}

impl Options {
    fn plan(&self, assets: Option<&Path>) -> Result<Plan> {
        let overrides = Overrides {
            driver: self.driver.clone(),
            shadow: self.shadow.clone(),
            latency: self.latency.clone(),
            faults: self.faults.clone(),
            seeds: self.seeds,
            only: self.only.clone(),
            backend: self.engine.backend()?,
        };
        Plan::new(Pack::open(&self.pack, assets)?, overrides, assets)
    }

    fn part(&self) -> Result<Option<Partition>> {
        let choice = self.partition;
        let variable = |name: &str| std::env::var(name).ok();
        choice.map(|choice| choice.part(variable)).transpose()
    }
}

pub(super) fn execute(options: &Options, assets: Option<&Path>) -> Result<Status> {
    let (plan, part) = (options.plan(assets)?, options.part()?);
    if options.bless {
        plan.ensure_blessable()?;
    }
    let theatre = Theatre::open(assets, plan.cast.clone(), progress::stop_flag()?)?;
    let store = match &options.out {
        Some(out) => Some(Store::open(out, &plan.program, &RESULTS)?),
        None => None,
    };
    let record = check(&plan, part, &[theatre], store.as_ref())?;
    publish(&record, options.out.as_deref(), options.json)?;
    if options.bless {
        tell(&plan.bless(&record.runs)?, options.json);
        return Ok(Status::Failed);
    }
    Ok(Status::of(record.failed == 0))
}

fn check(
    plan: &Plan,
    part: Option<Partition>,
    theatres: &[Theatre],
    store: Option<&Store>,
) -> Result<CheckRecord> {
    let jobs = part.map_or_else(|| plan.jobs.clone(), |part| part.share(&plan.jobs));
    let mut runs = match store {
        Some(store) => store.finished(&jobs)?,
        None => BTreeMap::new(),
    };
    let mut missing = jobs.clone();
    missing.retain(|job| !runs.contains_key(&job.id()));
    let clock = WallClock::start(false);
    let stage = Stage {
        theatres,
        store,
        program: &plan.program,
        engine: &plan.engine(),
    };
    let order: Vec<&Job> = longest_first(&missing)
        .into_iter()
        .map(|index| &missing[index])
        .collect();
    let driven = stage.play_all(&order)?;
    let timing = Timing {
        driven: driven.len(),
        simulated_s: driven.values().map(|run| run.simulated_s).sum(),
        wall_s: clock.elapsed_s(),
        cores: cores(),
    };
    runs.extend(driven);
    let judged = jobs
        .iter()
        .filter_map(|job| Some(plan.judge(job, runs.remove(&job.id())?)));
    let record = CheckRecord::new(plan.record.clone(), judged.collect());
    Ok(CheckRecord {
        part,
        timing: Some(timing),
        notes: plan.notes(&record.runs),
        ..record
    })
}

/// Writes the result into its folder and tells it.
pub(super) fn publish(record: &CheckRecord, out: Option<&Path>, json: bool) -> Result<()> {
    if let Some(out) = out {
        create_folder(out)?;
        let bytes = serde_json::to_vec_pretty(record)?;
        let [json, page, cases] = RESULTS;
        let results = [
            (cases, junit(record)?.into_bytes()),
            (page, check_page(record).into_bytes()),
            (json, bytes),
        ];
        write_results(out, &results)?;
    }
    if json {
        say(&serde_json::to_string(record)?);
        return Ok(());
    }
    say(&record.table());
    for line in record.failure_lines() {
        say(line);
    }
    for note in &record.notes {
        say(&format!("note: {note}"));
    }
    say(&record.sentence());
    if let Some(timing) = record.timing {
        say(&timing.sentence());
    }
    Ok(())
}

/// Tells a sentence beside the result; scripts that read JSON get it as an error line.
fn tell(sentence: &str, json: bool) {
    if json {
        say_beside(sentence);
    } else {
        say(sentence);
    }
}
