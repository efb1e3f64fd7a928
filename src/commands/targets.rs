//! `understudy targets`: what the teacher says of every training frame, cached for distillation.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::Args;
use distill::soft_targets::record_soft_targets;
use perception::weights;

use super::training::open_cache;
use super::{Status, say};
use crate::models::{Assets, Who};
use crate::progress;

/// Options of `targets`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Folder of the captured frames
    #[arg(long, default_value = "data/frames")]
    data: PathBuf,
    /// Weights of the teacher (default: the shipped ones)
    #[arg(long)]
    teacher: Option<PathBuf>,
    /// File for the soft targets: logits, so that any temperature can be applied
    #[arg(long, default_value = "data/soft_targets.bin")]
    out: PathBuf,
}

pub(super) fn execute(options: &Options, assets: Option<&Path>) -> Result<Status> {
    let weights_path = match &options.teacher {
        Some(path) => path.clone(),
        None => Assets::find(assets)?.weights(&Who::Teacher),
    };
    let (card, teacher) = weights::load(&weights_path)?;
    let cache = open_cache(&options.data)?;
    let stop = progress::stop_flag()?;
    let bar = progress::bar(0, "soft targets");
    let done = record_soft_targets(
        (&teacher, &card.weights_digest),
        &cache,
        &options.out,
        &stop,
        |done, frames| {
            bar.set_length(frames as u64);
            bar.set_position(done as u64);
        },
    )?;
    bar.finish_and_clear();
    if !done {
        bail!("interrupted; the same command goes on where it stopped");
    }
    say(&format!(
        "soft targets of {} in {}",
        weights_path.display(),
        options.out.display()
    ));
    Ok(Status::Passed)
}
