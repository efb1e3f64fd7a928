//! `understudy distill`: the student on the teacher's soft targets.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use clap::{Args, ValueEnum};
use distill::recipe::{Distillation, Form, Recipe};
use perception::card::Card;
use perception::nets::{Net, NetConfig};
use perception::weights;

use super::Status;
use super::rounds::{RoundOptions, Rounds};
use super::training::{Schooling, school};
use crate::progress;

/// Options of `distill`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Folder of the captured frames
    #[arg(long, default_value = "data/frames")]
    data: PathBuf,
    /// The cached soft targets
    #[arg(long, default_value = "data/soft_targets.bin")]
    targets: PathBuf,
    /// Folder for checkpoints, the log and the result
    #[arg(long, default_value = "runs/training/student")]
    out: PathBuf,
    /// Temperature of both softmaxes
    #[arg(long, default_value_t = Distillation::STANDARD.temperature)]
    temperature: f32,
    /// Share of the soft targets in the loss; hard labels have the rest
    #[arg(long, default_value_t = Distillation::STANDARD.soft_share)]
    soft_share: f64,
    /// What the student is asked beside the teacher's answer
    #[arg(long, value_enum, default_value_t = Asked::Divergence)]
    form: Asked,
    /// Begin with these weights, for example pruned ones, instead of with random ones of the student's sizes
    #[arg(long, value_name = "WEIGHTS")]
    from: Option<PathBuf>,
    /// Begin with random weights of the sizes of these
    #[arg(long, value_name = "WEIGHTS", conflicts_with = "from")]
    sizes_of: Option<PathBuf>,
    /// Highest learning rate instead of the recipe's
    #[arg(long)]
    learning_rate: Option<f64>,
    #[command(flatten)]
    rounds: RoundOptions,
    /// Steps instead of the recipe's
    #[arg(long)]
    steps: Option<u64>,
    /// Seed of weights, order and changes of the frames
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// The network as it begins, and the digest of its weights unless they are random.
fn beginning(options: &Options) -> Result<(Option<String>, Net)> {
    if let Some(path) = &options.from {
        let (card, net) = weights::load(path)?;
        return Ok((Some(card.weights_digest), net));
    }
    let sizes = match &options.sizes_of {
        Some(path) => Card::load(path)?.architecture,
        None => NetConfig::student(),
    };
    Ok((None, Net::new(&sizes, options.seed)?))
}

/// What a student is asked beside its teacher's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Asked {
    /// The same distribution (Hinton et al. 2015)
    Divergence,
    /// The likeliest class, as if it were a label
    Argmax,
    /// The same order of classes and positions (DIST, Huang et al. 2022)
    Relations,
}

impl From<Asked> for Form {
    fn from(asked: Asked) -> Self {
        match asked {
            Asked::Divergence => Form::Divergence,
            Asked::Argmax => Form::Argmax,
            Asked::Relations => Form::Relations,
        }
    }
}

pub(super) fn execute(options: &Options, assets: Option<&Path>) -> Result<Status> {
    ensure!(
        options.temperature > 0.0,
        "--temperature must be above 0, for example 2"
    );
    ensure!(
        (0.0..=1.0).contains(&options.soft_share),
        "--soft-share is a share from 0 to 1"
    );
    let recipe = Recipe {
        seed: options.seed,
        steps: options.steps.unwrap_or(Recipe::STUDENT.steps),
        learning_rate: options
            .learning_rate
            .unwrap_or(Recipe::STUDENT.learning_rate),
        distillation: Some(Distillation {
            temperature: options.temperature,
            soft_share: options.soft_share,
            form: options.form.into(),
        }),
        ..Recipe::STUDENT
    };
    let (begins_with, network) = beginning(options)?;
    let stop = progress::stop_flag()?;
    let schooling = Schooling {
        name: "student",
        network,
        begins_with,
        recipe,
        data: &options.data,
        out: &options.out,
        soft_targets: Some(&options.targets),
    };
    let rounds = Rounds {
        options: &options.rounds,
        recipe,
        data: &options.data,
        targets: &options.targets,
        out: &options.out,
        assets,
    };
    if rounds.are_wanted() {
        rounds.check_teacher()?;
    }
    school(&schooling, &stop)?;
    if rounds.are_wanted() {
        rounds.run(&stop)?;
    }
    Ok(Status::Passed)
}
