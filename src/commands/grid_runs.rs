//! What `grid` and `compare` share: driving every run of a plan, resumably.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;

use crate::grid::plan::GridPlan;
use crate::pack::finished::{FinishedRun, Store};
use crate::pack::plan::program_digest;
use crate::pack::playing::Stage;
use crate::progress;
use crate::theatre::Theatre;

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
