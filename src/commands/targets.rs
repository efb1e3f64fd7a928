//! `understudy targets`: what the teacher says of every training frame, cached for distillation.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::Args;
use distill::doctor::refuse_teacher_in_training;
use distill::evaluate::Calibrator;
use distill::soft_targets::record_soft_targets;
use distill::teacher::Teacher;
use perception::files::digest;
use perception::heads::Head;
use perception::nets::{Net, NetConfig};
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
    /// Weights of the teacher (default: the shipped ones); several, divided by commas, answer with their mean
    #[arg(long, value_delimiter = ',', conflicts_with = "random")]
    teacher: Vec<PathBuf>,
    /// Ask a network that has learned nothing, of this seed: a control
    #[arg(long, value_name = "SEED")]
    random: Option<u64>,
    /// File for the soft targets: logits, so that any temperature can be applied
    #[arg(long, default_value = "data/soft_targets.bin")]
    out: PathBuf,
}

pub(super) fn execute(options: &Options, assets: Option<&Path>) -> Result<Status> {
    let (members, teacher_digest) = members(options, assets)?;
    let cache = open_cache(&options.data, 0.0)?;
    let frames = Calibrator::frames(&cache);
    let spinner = progress::bar(1, "calibrating the teacher");
    let teacher = Teacher::new(&members).calibrated(&cache, &frames)?;
    refuse_teacher_in_training(&teacher, &cache, &frames)?;
    spinner.finish_and_clear();
    say(&calibration(&teacher));
    let stop = progress::stop_flag()?;
    let bar = progress::bar(0, "soft targets");
    let done = record_soft_targets(
        (&teacher, &teacher_digest),
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
    say(&format!("soft targets in {}", options.out.display()));
    Ok(Status::Passed)
}

/// The networks that are asked, and a digest that names them all.
fn members(options: &Options, assets: Option<&Path>) -> Result<(Vec<Net>, String)> {
    if let Some(seed) = options.random {
        let net = Net::new(&NetConfig::teacher(), seed)?;
        return Ok((vec![net], format!("random {seed}")));
    }
    let mut paths = options.teacher.clone();
    if paths.is_empty() {
        paths.push(Assets::find(assets)?.weights(&Who::Teacher));
    }
    let loaded = paths.iter().map(|path| weights::load(path));
    let (cards, nets): (Vec<_>, Vec<_>) =
        loaded.collect::<Result<Vec<_>, _>>()?.into_iter().unzip();
    let digest = match &cards[..] {
        [one] => one.weights_digest.clone(),
        several => digest(several.iter().map(|card| card.weights_digest.as_bytes())),
    };
    Ok((nets, digest))
}

/// The temperatures in words.
fn calibration(teacher: &Teacher<'_>) -> String {
    let temperatures = teacher.temperatures();
    let of = |head: Head| format!("{} {:.2}", head.name(), temperatures[head as usize]);
    format!(
        "temperatures that make the teacher's confidence true: {}",
        Head::ALL.map(of).join(", ")
    )
}
