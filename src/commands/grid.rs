//! `understudy grid`: why one network drives differently from another, by what it sees or by when.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;

use super::grid_runs::{FieldOptions, drive};
use super::{Status, say};
use crate::grid::cells::Cells;
use crate::grid::contestant::Contestant;
use crate::grid::plan::GridPlan;
use crate::grid::record::GridRecord;
use crate::pack::finished::write_results;
use crate::report::grid_page;
use crate::table::Table;

/// What a finished grid leaves in its folder, itself last.
const RESULTS: [&str; 2] = ["report.html", "grid.json"];

/// Options of `grid`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Who takes part, divided by commas; NAME@LATENCY gives one another latency of its own
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "truth,teacher,int8_teacher,student,int8_student,hard_label_student"
    )]
    driver: Vec<Contestant>,
    /// Who the others are compared with
    #[arg(long, default_value = "teacher")]
    reference: Contestant,
    #[command(flatten)]
    field: FieldOptions,
    /// Folder for grid.json, report.html and every finished run; a grid that was stopped goes on there
    #[arg(long)]
    out: Option<PathBuf>,
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
}

impl Options {
    fn plan(&self, assets: Option<&Path>) -> Result<GridPlan> {
        let is_it = |contestant: &Contestant| *contestant == self.reference;
        let reference = self.driver.iter().position(is_it).with_context(|| {
            format!(
                "--reference {} does not take part; name it with --driver",
                self.reference
            )
        })?;
        let cells = Cells::grid(&self.driver, reference, self.field.scale)?;
        self.field.plan(self.driver.clone(), cells, assets)
    }
}

pub(super) fn execute(options: &Options, assets: Option<&Path>) -> Result<Status> {
    let plan = options.plan(assets)?;
    let (runs, _) = drive(&plan, options.out.as_deref(), &RESULTS, assets)?;
    let record = GridRecord::new(&plan, &runs)?;
    if let Some(out) = &options.out {
        let [page, json] = RESULTS;
        let results = [
            (page, grid_page(&record).into_bytes()),
            (json, serde_json::to_vec_pretty(&record)?),
        ];
        write_results(out, &results)?;
    }
    if options.json {
        say(&serde_json::to_string(&record)?);
        return Ok(Status::Passed);
    }
    say(&cells_table(&record));
    say(&stories_table(&record));
    for line in &record.over_stories {
        say(&line.sentence(&record));
    }
    Ok(Status::Passed)
}

fn cells_table(record: &GridRecord) -> String {
    let mut table = Table::new(&["driver", "latency", "passed", "of", "dropped"]);
    for cell in &record.cells {
        table.row([
            cell.driver.clone(),
            cell.latency.clone(),
            cell.passed.to_string(),
            cell.runs.to_string(),
            format!("{:.1} %", 100.0 * cell.dropped_share),
        ]);
    }
    table.render()
}

fn stories_table(record: &GridRecord) -> String {
    let mut table = Table::new(&[
        "story",
        "driver",
        "own by own",
        "quality",
        "latency",
        "cause",
    ]);
    for story in &record.stories {
        for line in &story.attributions {
            let found = &line.attribution;
            table.row([
                story.scenario.clone(),
                line.driver.clone(),
                found.whole.words(),
                found.quality.words(),
                found.latency.words(),
                found.cause.to_string(),
            ]);
        }
    }
    table.render()
}
