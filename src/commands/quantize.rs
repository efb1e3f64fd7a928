//! `understudy quantize`: finds the ranges of a network's activations on frames, so that it can run in int8, and
//! tells what int8 costs it.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use clap::Args;
use distill::cache::Cache;
use distill::dataset::Split;
use distill::evaluate::{evaluate, fidelity, sight_of};
use perception::heads::Head;
use perception::nets::Net;
use perception::network::{Backend, Network};
use perception::quantization::{Calibrator, Ranges};
use perception::weights;

use super::training::open_cache;
use super::{Status, say};
use crate::models::{Assets, Who};
use crate::progress;
use crate::table::{Table, number, percent};

/// Options of `quantize`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The weights; their ranges are written beside them (default: the shipped teacher's and student's)
    weights: Vec<PathBuf>,
    /// Folder of the captured frames
    #[arg(long, default_value = "data/frames")]
    data: PathBuf,
    /// How many training frames show the ranges
    #[arg(long, default_value_t = 500)]
    frames: usize,
    /// Layers to run in 16-bit words instead of bytes, by the beginnings of their names, as in `stage1,coarse`
    /// (default: those of these weights' present ranges, none where there are none)
    #[arg(long, value_delimiter = ',')]
    words: Option<Vec<String>>,
}

pub(super) fn execute(options: &Options, assets: Option<&Path>) -> Result<Status> {
    let mut paths = options.weights.clone();
    if paths.is_empty() {
        let assets = Assets::find(assets)?;
        paths = [Who::Teacher, Who::Student]
            .map(|who| assets.weights(&who))
            .into();
    }
    let cache = open_cache(&options.data, 0.0)?;
    for path in &paths {
        let (card, net) = weights::load(path)?;
        let words = match &options.words {
            Some(words) => words.clone(),
            None => Ranges::load(path, &card.weights_digest)
                .map(|ranges| ranges.words)
                .unwrap_or_default(),
        };
        let calibrator = watched(&net, &cache, options.frames)?;
        let ranges = calibrator.ranges((&card.weights_digest, cache.dataset_digest()), &words);
        ranges.save(path)?;
        say(&format!(
            "ranges of {} on {} frames in {}",
            path.display(),
            ranges.frames,
            Ranges::path(path).display()
        ));
        say(&cost(&net, &ranges, &cache)?);
    }
    Ok(Status::Passed)
}

/// Watches the network on training frames, evenly chosen.
fn watched(net: &Net, cache: &Cache, frames: usize) -> Result<Calibrator> {
    let chosen = cache.some_of(Split::Train, frames.max(1));
    ensure!(
        frames > 0 && !chosen.is_empty(),
        "ranges need frames: give --frames a number above 0, and capture some with `understudy capture`"
    );
    let bar = progress::bar(chosen.len() as u64, "watching activations");
    let mut calibrator = Calibrator::new(net)?;
    for index in chosen {
        calibrator.watch(&cache.read(index)?.image);
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(calibrator)
}

/// The network beside its int8 self on validation worlds.
fn cost(net: &Net, ranges: &Ranges, cache: &Cache) -> Result<String> {
    let frames = cache.split(Split::Validation);
    let bar = progress::bar(3, "measuring");
    let single = || Network::new(net.clone(), Backend::default());
    let bytes = || Network::int8(net, ranges, Backend::default());
    let before = evaluate(cache, &frames, sight_of(single()?))?;
    bar.inc(1);
    let after = evaluate(cache, &frames, sight_of(bytes()?))?;
    bar.inc(1);
    let fidelity = fidelity(cache, &frames, sight_of(single()?), sight_of(bytes()?))?;
    bar.finish_and_clear();
    let mut table = Table::new(&["head", "f32", "int8", "loss in points", "same top class"]);
    for name in Head::ALL.map(Head::name) {
        let figures = (before.heads.get(name), after.heads.get(name));
        let (Some(&before), Some(&after)) = figures else {
            continue;
        };
        table.row([
            name.to_owned(),
            number(Some(before), 3),
            number(Some(after), 3),
            number(Some(100.0 * (before - after)), 2),
            percent(Some(fidelity[name].agreement)),
        ]);
    }
    Ok(table.render())
}
