//! The command line: one file per command.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};

mod capture;
mod check;
mod cliff;
mod compare;
mod demo;
mod diff;
mod distill;
mod drive_options;
mod envelope;
mod evaluate;
mod export;
mod field;
mod frames;
mod grid;
mod grid_runs;
mod ladder;
mod merge;
mod profile;
mod prune;
mod quantize;
mod rounds;
mod run;
mod say;
mod search_options;
mod soak;
mod sweep;
mod sweep_latency;
mod sweep_run;
mod targets;
mod train;
mod training;
mod view;
mod worlds;

use say::{say, say_beside};

/// Does the small network still drive as well as the big one?
#[derive(Debug, Parser)]
#[command(version, about, long_about = None)]
pub struct Cli {
    /// Folder of models and latency profiles (default: ./assets, then the checkout's)
    #[arg(long, global = true)]
    assets: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Drive the demonstration: teacher and student on the same stories, side by side (the default)
    Demo(demo::Options),
    /// Drive stories with one driver, and another in shadow
    Run(run::Options),
    /// Drive a pack of stories and compare with its baseline, for continuous integration
    Check(check::Options),
    /// Find the longest constant delay with which drivers still pass
    Cliff(cliff::Options),
    /// Find the hardest level of each story that drivers still pass
    Envelope(envelope::Options),
    /// Drive Euro NCAP's tests at every test speed and colour the impacts
    Ladder(ladder::Options),
    /// Say whether one driver may take another's place: ship, do not ship, or not enough evidence
    Compare(compare::Options),
    /// Find out why networks drive differently: by what they see, by when, or both
    Grid(grid::Options),
    /// Name the first tick and layer in which two recorded runs differ
    Diff(diff::Options),
    /// Write one frame of a recorded run: input, labels, overlays and head maps as PNG
    Frames(frames::Options),
    /// Open a window on a story as it is driven, or on a recorded run
    View(view::Options),
    /// Join the parts of a check that several machines drove
    Merge(merge::Options),
    /// Drive stories over and over: the same bits, no more memory, no slower
    Soak(soak::Options),
    /// Record each network's latency on this machine
    Profile(profile::Options),
    /// Render labelled frames of random worlds for training
    Capture(capture::Options),
    /// Train the teacher, or the student's control on hard labels only
    Train(train::Options),
    /// Cache the teacher's soft targets over a data set
    Targets(targets::Options),
    /// Train the student on the teacher's soft targets
    Distill(distill::Options),
    /// Find the ranges a network's activations need in int8, and what int8 costs it
    Quantize(quantize::Options),
    /// Write a student's report card on frames that nobody learned from, per head and slice
    Evaluate(evaluate::Options),
    /// Find what decides distillation: temperature, mix, size, labels; one at a time
    Sweep(sweep::Options),
    /// Leave out the channels of a network that are missed least
    Prune(prune::Options),
    /// Write a network as an ONNX file
    Export(export::Options),
}

/// How a command that ran to its end ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Everything held.
    Passed,
    /// A verdict failed.
    Failed,
}

impl Status {
    /// Passed when `held`.
    pub fn of(held: bool) -> Self {
        if held { Status::Passed } else { Status::Failed }
    }
}

/// Runs the command that was asked for.
///
/// # Errors
/// On bad input, with the remedy in the message.
pub fn execute(cli: Cli) -> Result<Status> {
    let assets = cli.assets.as_deref();
    match cli
        .command
        .unwrap_or_else(|| Command::Demo(demo::Options::default()))
    {
        Command::Demo(options) => demo::execute(&options, assets),
        Command::Run(options) => run::execute(&options, assets),
        Command::Check(options) => check::execute(&options, assets),
        Command::Cliff(options) => cliff::execute(&options, assets),
        Command::Envelope(options) => envelope::execute(&options, assets),
        Command::Ladder(options) => ladder::execute(&options, assets),
        Command::Compare(options) => compare::execute(&options, assets),
        Command::Grid(options) => grid::execute(&options, assets),
        Command::Diff(options) => diff::execute(&options),
        Command::Frames(options) => frames::execute(&options, assets),
        Command::View(options) => view::execute(&options, assets),
        Command::Merge(options) => merge::execute(&options),
        Command::Soak(options) => soak::execute(&options, assets),
        Command::Profile(options) => profile::execute(&options, assets),
        Command::Capture(options) => capture::execute(&options),
        Command::Train(options) => train::execute(&options),
        Command::Targets(options) => targets::execute(&options, assets),
        Command::Distill(options) => distill::execute(&options, assets),
        Command::Quantize(options) => quantize::execute(&options, assets),
        Command::Evaluate(options) => evaluate::execute(&options, assets),
        Command::Sweep(options) => sweep::execute(&options, assets),
        Command::Prune(options) => prune::execute(&options, assets),
        Command::Export(options) => export::execute(&options, assets),
    }
}
