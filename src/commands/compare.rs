//! `understudy compare`: may one driver take another's place?

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;

use super::grid_runs::{FieldOptions, drive};
use super::{Status, say};
use crate::episode::Pictures;
use crate::folder;
use crate::grid::cells::Cells;
use crate::grid::contestant::Contestant;
use crate::grid::plan::GridPlan;
use crate::grid::signing::{ComparisonRecord, Decision};
use crate::pack::finished::write_results;
use crate::theatre::{Performance, Theatre};

/// What a finished comparison leaves in its folder.
const RESULTS: [&str; 1] = ["compare.json"];
/// The folder of the worst run.
const WORST: &str = "worst";

/// Options of `compare`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Who drives now; NAME@LATENCY gives it another latency of its own
    first: Contestant,
    /// Who is to take its place
    second: Contestant,
    /// How many points of the pass rate may be lost
    #[arg(long, default_value_t = 5.0)]
    margin: f64,
    #[command(flatten)]
    field: FieldOptions,
    /// Folder for compare.json, the worst run's page and every finished run; what was stopped goes on there
    #[arg(long)]
    out: Option<PathBuf>,
    /// Print JSON instead of a sentence
    #[arg(long)]
    json: bool,
}

pub(super) fn execute(options: &Options, assets: Option<&Path>) -> Result<Status> {
    let contestants = vec![options.first.clone(), options.second.clone()];
    let cells = Cells::own_only(&contestants, options.field.scale)?;
    let plan = options.field.plan(contestants, cells, assets)?;
    let out = options.out.as_deref();
    let (runs, theatres) = drive(&plan, out, &RESULTS, assets)?;
    let mut record = ComparisonRecord::new(&plan, &runs, options.margin / 100.0)?;
    if let Some(out) = out {
        show_worst(&plan, &theatres[1], &mut record, out)?;
        let json = serde_json::to_vec_pretty(&record)?;
        write_results(out, &[(RESULTS[0], json)])?;
    }
    if options.json {
        say(&serde_json::to_string(&record)?);
    } else {
        say(&record.sentence());
    }
    Ok(Status::of(record.decision == Decision::Ship))
}

/// Drives the worst run again with pictures, and writes its page.
fn show_worst(
    plan: &GridPlan,
    second: &Theatre,
    record: &mut ComparisonRecord,
    out: &Path,
) -> Result<()> {
    let Some(worst) = &mut record.worst else {
        return Ok(());
    };
    let job = plan.job(1, worst.story, worst.seed);
    let played = second.perform(&Performance {
        latency: job.latency.clone(),
        pictures: Pictures::Film,
        ..second.performance(&job.story, job.seed)
    })?;
    let folder = out.join(WORST);
    folder::begin(&folder)?;
    folder::write_run(&folder, &played, None, false)?;
    worst.frame = Some(format!("{}#the-end", folder.join("report.html").display()));
    Ok(())
}
