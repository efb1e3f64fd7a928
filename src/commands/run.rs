//! `understudy run`: stories with one driver, and another in shadow.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use clap::Args;
use scenarios::catalog;

use super::drive_options::{DriveOptions, load_story};
use super::{Status, say};
use crate::episode::Pictures;
use crate::folder::write_run;
use crate::progress;
use crate::record::Outcome;
use crate::summary;
use crate::theatre::Theatre;

/// Temperature of the softened bars in the report.
const SOFT_TARGET_TEMPERATURE: f32 = 2.0;

/// Options of `run`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Names from the catalog, or paths of story files
    stories: Vec<String>,
    /// List the catalog and end
    #[arg(long)]
    list: bool,
    #[command(flatten)]
    drive: DriveOptions,
    /// Seed of everything random
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Folder for run.json, the trace and report.html
    #[arg(long)]
    out: Option<PathBuf>,
    /// Keep every camera frame as PNG in the run folder
    #[arg(long, requires = "out")]
    frames: bool,
    /// Print one JSON object per run instead of a table
    #[arg(long)]
    json: bool,
}

pub(super) fn execute(options: &Options, assets: Option<&Path>) -> Result<Status> {
    if options.list {
        say(&summary::catalog_table()?);
        return Ok(Status::Passed);
    }
    ensure!(
        !options.stories.is_empty(),
        "name a story, or list them with --list; the catalog has {}",
        catalog::names().collect::<Vec<_>>().join(", ")
    );
    let theatre = Theatre::open(assets, options.drive.cast()?, progress::stop_flag()?)?;
    let pictures = if options.out.is_some() {
        Pictures::Keep
    } else {
        Pictures::Forget
    };
    let mut runs = Vec::new();
    for name in &options.stories {
        let story = load_story(name)?;
        let played = theatre.play(&story, options.seed, pictures)?;
        if let Some(out) = &options.out {
            let bars = theatre.soft_targets(&played, SOFT_TARGET_TEMPERATURE)?;
            let folder = run_folder(out, name, options.stories.len());
            write_run(&folder, &played, bars.as_ref(), options.frames)?;
        }
        if options.json {
            say(&serde_json::to_string(&played.record)?);
        }
        runs.push(played.record);
    }
    if !options.json {
        say(&summary::runs_table(&runs));
        say(&summary::failures(&runs));
    }
    Ok(Status::of(
        runs.iter().all(|run| run.verdict == Outcome::Pass),
    ))
}

/// One story writes into the folder itself, several each into a folder of their own.
fn run_folder(out: &Path, story: &str, stories: usize) -> PathBuf {
    let name = Path::new(story).file_stem().unwrap_or_default();
    if stories == 1 {
        out.to_owned()
    } else {
        out.join(name)
    }
}
