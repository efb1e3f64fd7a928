//! What `grid` and `compare` share: the options that make a plan, and driving every run of it, resumably.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use clap::Args;
use drive::latency::CAR_SCALE;

use super::drive_options::EngineOptions;
use super::search_options::stories;
use crate::grid::cells::Cells;
use crate::grid::contestant::Contestant;
use crate::grid::plan::{GridPlan, Programme};
use crate::pack::finished::{FinishedRun, Store};
use crate::pack::plan::program_digest;
use crate::pack::playing::Stage;
use crate::progress;
use crate::theatre::Theatre;

/// What everyone drives, how late and on what.
#[derive(Debug, Args)]
pub(super) struct FieldOptions {
    /// Names from the catalog, or paths of story files (default: every story in which ego must react)
    stories: Vec<String>,
    /// What recorded latencies are multiplied by
    #[arg(long, default_value_t = CAR_SCALE)]
    pub(super) scale: f64,
    /// How many seeds per story, from 1 on
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..))]
    seeds: u64,
    #[command(flatten)]
    engine: EngineOptions,
}

impl FieldOptions {
    /// Every run of these contestants in these cells.
    ///
    /// # Errors
    /// When a story or a file that a contestant needs is missing.
    pub(super) fn plan(
        &self,
        contestants: Vec<Contestant>,
        cells: Cells,
        assets: Option<&Path>,
    ) -> Result<GridPlan> {
        let programme = Programme {
            stories: stories(&self.stories)?,
            seeds: self.seeds,
        };
        GridPlan::new(
            contestants,
            cells,
            programme,
            self.engine.backend()?,
            assets,
        )
    }
}

/// The runs of a plan by their jobs' ids, and the theatres that drove them. With a folder, finished runs are kept there
/// and not driven again.
///
/// # Errors
/// The first error of a run, or when the folder cannot be written to.
pub(super) fn drive(
    plan: &GridPlan,
    out: Option<&Path>,
    results: &[&str],
    assets: Option<&Path>,
) -> Result<(BTreeMap<String, FinishedRun>, Vec<Theatre>)> {
    let theatres = plan.theatres(assets, &progress::stop_flag()?)?;
    let program = program_digest()?;
    let store = match out {
        Some(out) => Some(Store::open(out, &program, results)?),
        None => None,
    };
    let jobs = plan.jobs();
    let mut runs = match &store {
        Some(store) => store.finished(jobs.iter().copied())?,
        None => BTreeMap::new(),
    };
    let mut missing = jobs;
    missing.retain(|job| !runs.contains_key(&job.id()));
    let stage = Stage {
        theatres: &theatres,
        store: store.as_ref(),
        program: &program,
        engine: &format!("{:?}", plan.backend),
    };
    runs.extend(stage.play_all(&missing)?);
    Ok((runs, theatres))
}
