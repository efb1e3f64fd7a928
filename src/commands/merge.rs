//! `understudy merge`: the parts of a check joined into one result.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use super::Status;
use super::check::publish;
use crate::pack::joining::join;

/// Options of `merge`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Folders that `understudy check --partition K/N --out` wrote
    #[arg(required = true)]
    folders: Vec<PathBuf>,
    /// Folder for check.json, report.html and junit.xml of the whole
    #[arg(long)]
    out: Option<PathBuf>,
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
}

pub(super) fn execute(options: &Options) -> Result<Status> {
    let record = join(&options.folders)?;
    publish(&record, options.out.as_deref(), options.json)?;
    Ok(Status::of(record.failed == 0))
}
