//! `understudy run`: stories with one driver, and another in shadow.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Result, ensure};
use clap::Args;
use scenarios::catalog;
use scenarios::story::{Kind, Story};

use super::drive_options::{DriveOptions, load_story};
use super::{Status, say};
use crate::defect::Defect;
use crate::diff::first_difference;
use crate::episode::Pictures;
use crate::folder;
use crate::mcap;
use crate::progress;
use crate::record::{Outcome, RunRecord};
use crate::recorded::Fork;
use crate::summary;
use crate::table::Table;
use crate::theatre::{Performance, Played, Theatre};

/// Temperature of the softened bars in the report.
const SOFT_TARGET_TEMPERATURE: f32 = 2.0;

/// Braking that counts as a reaction, in metres per second squared.
const REACTION_MPS2: f64 = 1.0;

/// Options of `run`.
#[expect(clippy::struct_excessive_bools, reason = "switches of a command line")]
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
    /// A value for one of the story's parameters, as a level of its difficulty is one; can be given several times
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = parse_setting, conflicts_with = "from")]
    settings: Vec<(String, f64)>,
    /// Check the stories, say what the seed draws, and drive nothing
    #[arg(long, conflicts_with = "from")]
    dry_run: bool,
    /// Leave a recorded run at RUN@TICK or RUN@SECONDSs: its world up to there, then --driver at the wheel
    #[arg(long, value_name = "RUN@TICK", conflicts_with_all = ["stories", "seed", "faults", "camera"])]
    from: Option<String>,
    /// Drive every story twice and prove that both runs are equal to the bit
    #[arg(long)]
    verify: bool,
    /// Folder for run.json, the trace and report.html
    #[arg(long)]
    out: Option<PathBuf>,
    /// Keep every camera frame as PNG in the run folder
    #[arg(long, requires = "out")]
    frames: bool,
    /// Keep every raw network output in the run folder, 120 kB a frame
    #[arg(long, requires = "out")]
    logits: bool,
    /// Write the run in another format besides: mcap, with a layout, for Foxglove and the like
    #[arg(long, requires = "out", value_name = "FORMAT")]
    record: Option<Format>,
    /// Print one JSON object per run instead of a table
    #[arg(long)]
    json: bool,
}

pub(super) fn execute(options: &Options, assets: Option<&Path>) -> Result<Status> {
    if options.list {
        say(&summary::catalog_table()?);
        return Ok(Status::Passed);
    }
    let programme = programme(options)?;
    if options.dry_run {
        return check(&programme);
    }
    let mut drive = options.drive.clone();
    if let Some(fork) = programme.iter().find_map(|item| item.fork.as_ref()) {
        take_over(&mut drive, &fork.run().record)?;
    }
    let theatre = Theatre::open(assets, drive.cast()?, progress::stop_flag()?)?;
    let (mut runs, mut reports) = (Vec::new(), Vec::new());
    for story in &programme {
        let mut performance = theatre.performance(&story.story, story.seed);
        performance.keep_logits = options.logits;
        performance.pictures = match &options.out {
            Some(_) if options.frames => Pictures::Keep,
            Some(_) => Pictures::Film,
            None => Pictures::Forget,
        };
        performance.parameters.clone_from(&story.parameters);
        if let Some(fork) = &story.fork {
            performance.fork = Some(Arc::clone(fork));
        }
        let played = theatre.perform(&performance)?;
        if options.verify {
            verify(&theatre, &performance, &played)?;
        }
        if let Some(out) = &options.out {
            let folder = run_folder(out, &story.story.name, options.stories.len());
            write(options, &theatre, &performance, (&folder, &played))?;
            reports.push(folder.join("report.html"));
        }
        if options.json {
            say(&serde_json::to_string(&played.record)?);
        }
        runs.push(played.record);
    }
    if !options.json {
        say(&summary::runs_table(&runs));
        say(&summary::failures(&runs));
        for note in summary::idle_events(&runs).chain(unprovoked(&programme, &runs)) {
            say(&note);
        }
        for report in &reports {
            say(&format!("report: {}", report.display()));
        }
        if options.verify {
            say("driven twice: equal to the bit, every picture, raw output and command");
        }
    }
    Ok(Status::of(
        runs.iter().all(|run| run.verdict == Outcome::Pass),
    ))
}

/// What a fork takes over from the run it leaves: faults and camera, and the latency unless another is asked for.
fn take_over(drive: &mut DriveOptions, record: &RunRecord) -> Result<()> {
    if drive.latency.is_none() {
        drive.latency = Some(record.latency.parse()?);
    }
    drive.faults = record.timed_faults()?;
    drive.camera = record.camera;
    Ok(())
}

/// Reactions that were passed without braking: whatever was to provoke ego did not.
fn unprovoked(programme: &[Item], runs: &[RunRecord]) -> impl Iterator<Item = String> {
    let passed = programme.iter().zip(runs).filter(|(item, run)| {
        let has_reacted = run.metrics.max_decel_mps2 >= REACTION_MPS2;
        item.story.kind == Kind::Reaction && run.verdict == Outcome::Pass && !has_reacted
    });
    passed.map(|(_, run)| {
        format!(
            "{}: passed, but ego never had to brake ({:.1} m/s2)",
            run.name(),
            run.metrics.max_decel_mps2
        )
    })
}

/// Formats that a run can be written in besides its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// MCAP with Foxglove's schemas.
    Mcap,
}

/// A story to be played.
struct Item {
    story: Story,
    seed: u64,
    parameters: BTreeMap<String, f64>,
    fork: Option<Arc<Fork>>,
}

/// What is asked for: stories by name, or the rest of a recorded run.
fn programme(options: &Options) -> Result<Vec<Item>> {
    if let Some(from) = &options.from {
        let fork = Fork::open(from)?;
        return Ok(vec![Item {
            story: fork.run().story()?,
            seed: fork.run().record.seed,
            parameters: fork.run().record.parameters.clone(),
            fork: Some(Arc::new(fork)),
        }]);
    }
    ensure!(
        !options.stories.is_empty(),
        "name a story, or list them with --list; the catalog has {}",
        catalog::names().collect::<Vec<_>>().join(", ")
    );
    let item = |name: &String| {
        Ok(Item {
            story: load_story(name)?,
            seed: options.seed,
            parameters: options.settings.iter().cloned().collect(),
            fork: None,
        })
    };
    options.stories.iter().map(item).collect()
}

/// Reads `NAME=VALUE`.
fn parse_setting(text: &str) -> Result<(String, f64), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    let value = value
        .parse()
        .map_err(|_| format!("`{value}` is no number"))?;
    Ok((name.to_owned(), value))
}

/// Makes sure that stories can be driven, and says what a seed draws: parameters and models.
fn check(programme: &[Item]) -> Result<Status> {
    let mut table = Table::new(&["story", "parameter", "value", "range", "meaning"]);
    let mut models = Table::new(&["story", "actor", "model"]);
    for item in programme {
        let compiled = item.story.compile(item.seed, &item.parameters)?;
        for (name, value) in &compiled.parameters {
            let parameter = &item.story.parameters[name];
            let (low, high) = parameter.range;
            table.row([
                item.story.name.clone(),
                name.clone(),
                format!("{value:.2}"),
                format!("{low}..{high}"),
                parameter.about.clone(),
            ]);
        }
        for actor in &compiled.stage.actors {
            let model = actor.model.name.to_owned();
            models.row([item.story.name.clone(), actor.name.clone(), model]);
        }
    }
    say(&table.render());
    say(&models.render());
    Ok(Status::Passed)
}

/// Plays it again and compares every tick.
fn verify(theatre: &Theatre, performance: &Performance<'_>, played: &Played) -> Result<()> {
    ensure!(
        played.record.repeatable,
        "a run with latency `live` cannot be repeated; verify another"
    );
    let again = theatre.perform(&Performance {
        pictures: match performance.pictures {
            Pictures::Keep => Pictures::Film,
            as_before => as_before,
        },
        ..performance.clone()
    })?;
    let [first, second] = [played, &again].map(|played| played.episode.trace.lines());
    let Some(difference) = first_difference(first, second) else {
        return Ok(());
    };
    let seats = played.record.seats();
    Err(Defect(format!(
        "{} with seed {} does not repeat, which is a defect of this program or this machine: {}",
        performance.story.name,
        performance.seed,
        difference.words([&seats, &seats]),
    ))
    .into())
}

/// Writes a run's folder.
fn write(
    options: &Options,
    theatre: &Theatre,
    performance: &Performance<'_>,
    (place, played): (&Path, &Played),
) -> Result<()> {
    folder::begin(place)?;
    if options.record == Some(Format::Mcap) {
        let story = performance.story;
        let compiled = story.compile(performance.seed, &performance.parameters)?;
        mcap::write(place, played, &compiled.stage)?;
    }
    let bars = theatre.soft_targets(played, SOFT_TARGET_TEMPERATURE)?;
    folder::write_run(place, played, bars.as_ref(), options.frames)
}

/// One story writes into the folder itself, several each into a folder of their own.
fn run_folder(out: &Path, story: &str, stories: usize) -> PathBuf {
    if stories > 1 {
        out.join(story)
    } else {
        out.to_owned()
    }
}
