//! `understudy prune`: a network with fewer channels, left out where they are missed least.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use clap::Args;
use distill::dataset::Split;
use distill::evaluate::{evaluate, sight_of};
use distill::pruning::{Step, prune};
use distill::recipe::Recipe;
use perception::network::{Backend, Network};
use perception::weights;

use super::training::open_cache;
use super::{Status, say};
use crate::files::{create_folder, write_whole};
use crate::models::{Assets, Who};
use crate::progress;
use crate::table::{Table, number, percent};

/// Options of `prune`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The weights (default: the shipped student's)
    weights: Option<PathBuf>,
    /// Folder of the captured frames
    #[arg(long, default_value = "data/frames")]
    data: PathBuf,
    /// Share of the operations that may be left
    #[arg(long, default_value_t = 0.7)]
    keep: f64,
    /// How many validation frames tell what is missed
    #[arg(long, default_value_t = 160)]
    frames: usize,
    /// Folder for the weights that are left, their card, and pruning.json
    #[arg(long, default_value = "runs/training/pruned")]
    out: PathBuf,
}

pub(super) fn execute(options: &Options, assets: Option<&Path>) -> Result<Status> {
    ensure!(
        options.keep > 0.0 && options.keep < 1.0,
        "--keep is a share between 0 and 1, for example 0.7"
    );
    let path = match &options.weights {
        Some(path) => path.clone(),
        None => Assets::find(assets)?.weights(&Who::Student),
    };
    let (card, net) = weights::load(&path)?;
    let cache = open_cache(&options.data, 0.0)?;
    let validation = cache.split(Split::Validation);
    ensure!(
        !validation.is_empty() && options.frames > 0,
        "pruning needs validation frames: capture at least ten worlds, and give --frames a number above 0"
    );
    let frames = cache.some_of(Split::Validation, options.frames);
    let bar = progress::bar(0, "steps of sixteen channels");
    let heads = &Recipe::STUDENT.heads;
    let (steps, left) = prune(&net, (&cache, &frames), heads, options.keep, |_| bar.inc(1))?;
    bar.finish_and_clear();
    say(&steps_table(&steps));
    let network = Network::new(left.clone(), Backend::default())?;
    let mut origin = card.origin.clone();
    origin.scores = evaluate(&cache, &validation, sight_of(network))?.heads;
    origin.recipe = serde_json::json!({"pruned_from": card.weights_digest, "keep": options.keep});
    create_folder(&options.out)?;
    let out = options
        .out
        .join(format!("{}.safetensors", card.origin.name));
    let pruned = weights::save(&left, &out, origin)?;
    write_whole(
        &options.out.join("pruning.json"),
        &serde_json::to_vec_pretty(&steps)?,
    )?;
    say(&format!(
        "{} of {} parameters and {} of {} operations are left in {}; train them again:\n\
         understudy distill --from {} --out {}",
        pruned.parameters,
        card.parameters,
        pruned.flops,
        card.flops,
        out.display(),
        out.display(),
        options.out.join("trained").display()
    ));
    Ok(Status::Passed)
}

/// Every width that was tried at every step; the one that was taken is marked.
fn steps_table(steps: &[Step]) -> String {
    let mut table = Table::new(&[
        "step",
        "width",
        "saves",
        "loss",
        "more loss a percent saved",
        "",
    ]);
    for (index, step) in steps.iter().enumerate() {
        for (trial_index, trial) in step.trials.iter().enumerate() {
            table.row([
                (index + 1).to_string(),
                trial.width.clone(),
                percent(Some(trial.saved)),
                number(Some(trial.loss), 3),
                number(Some((trial.loss - step.loss) / (100.0 * trial.saved)), 3),
                if trial_index == step.taken {
                    "taken"
                } else {
                    ""
                }
                .to_owned(),
            ]);
        }
    }
    table.render()
}
