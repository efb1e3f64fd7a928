//! `understudy train`: the teacher, or a student on hard labels only.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, ValueEnum};
use distill::recipe::Recipe;
use perception::nets::{Net, NetConfig};

use super::Status;
use super::training::{Schooling, school};
use crate::progress;

/// Options of `train`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Which network
    #[arg(value_enum)]
    network: Trained,
    /// Folder of the captured frames
    #[arg(long, default_value = "data/frames")]
    data: PathBuf,
    /// Folder for checkpoints, the log and the result
    #[arg(long)]
    out: Option<PathBuf>,
    /// Steps instead of the recipe's
    #[arg(long)]
    steps: Option<u64>,
    /// Seed of weights, order and changes of the frames
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// What can be trained on hard labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Trained {
    /// The large network.
    Teacher,
    /// The compact network without the teacher: the student's control.
    #[value(name = "hard_label_student")]
    HardLabelStudent,
}

pub(super) fn execute(options: &Options) -> Result<Status> {
    let (name, config, recipe) = match options.network {
        Trained::Teacher => ("teacher", NetConfig::teacher(), Recipe::TEACHER),
        Trained::HardLabelStudent => (
            "hard_label_student",
            NetConfig::student(),
            Recipe::HARD_LABEL_STUDENT,
        ),
    };
    let recipe = Recipe {
        seed: options.seed,
        steps: options.steps.unwrap_or(recipe.steps),
        ..recipe
    };
    let out = options
        .out
        .clone()
        .unwrap_or_else(|| PathBuf::from("runs/training").join(name));
    let schooling = Schooling {
        name,
        network: Net::new(&config, recipe.seed)?,
        begins_with: None,
        recipe,
        data: &options.data,
        out: &out,
        soft_targets: None,
    };
    school(&schooling, &*progress::stop_flag()?)?;
    Ok(Status::Passed)
}
