//! `understudy diff`: where two recorded runs part.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use drive::time::Tick;
use serde::Serialize;

use super::{Status, say};
use crate::diff::{Difference, Drift, Layer, first_difference, logits, picture};
use crate::record::RunRecord;
use crate::recorded::RecordedRun;

/// Options of `diff`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Folder of a run, as `run --out` wrote it
    a: PathBuf,
    /// Folder of another run
    b: PathBuf,
    /// Where the difference picture goes when pixels differ
    #[arg(long, default_value = "difference.png")]
    out: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// The result for scripts.
#[derive(Serialize)]
struct DiffRecord {
    equal: bool,
    setup: Vec<String>,
    first_difference: Option<Difference>,
    values: Option<String>,
    drift: Drift,
    within_tolerance: bool,
}

pub(super) fn execute(options: &Options) -> Result<Status> {
    let [a, b] = [&options.a, &options.b].map(|folder| RecordedRun::open(folder));
    let (a, b) = (a?, b?);
    let first_difference = first_difference(&a.lines, &b.lines);
    let values = match &first_difference {
        Some(difference) => values(difference, &a, &b, &options.out)?,
        None => None,
    };
    let drift = Drift::between((&a.record, &a.lines), (&b.record, &b.lines));
    let record = DiffRecord {
        equal: first_difference.is_none(),
        setup: setup(&a.record, &b.record),
        within_tolerance: drift.is_tolerable(),
        first_difference,
        values,
        drift,
    };
    if options.json {
        say(&serde_json::to_string(&record)?);
    } else {
        say(&words(&record, &a.record, &b.record));
    }
    let another_machine = a.record.machine != b.record.machine;
    Ok(Status::of(
        record.equal || another_machine && record.within_tolerance,
    ))
}

/// What the runs were set up with, where it differs.
fn setup(a: &RunRecord, b: &RunRecord) -> Vec<String> {
    let shadow = |run: &RunRecord| run.shadow.clone().unwrap_or_else(|| "nobody".to_owned());
    let parameters = |run: &RunRecord| {
        let values = run.parameters.iter();
        let values = values.map(|(name, value)| format!("{name} {value}"));
        values.collect::<Vec<_>>().join(", ")
    };
    let camera = |run: &RunRecord| format!("{:?}", run.camera).to_lowercase();
    let weights = |run: &RunRecord| {
        let networks = run.networks.iter();
        let weights =
            networks.map(|(name, network)| format!("{name} {:.12}", network.weights_digest));
        weights.collect::<Vec<_>>().join(", ")
    };
    let fork = |run: &RunRecord| {
        run.fork.as_ref().map_or_else(
            || "none".to_owned(),
            |fork| format!("left {} at tick {}", fork.driver, fork.tick.0),
        )
    };
    [
        ("story", a.scenario.clone(), b.scenario.clone()),
        (
            "story's text",
            a.story.digest.clone(),
            b.story.digest.clone(),
        ),
        ("seed", a.seed.to_string(), b.seed.to_string()),
        ("driver", a.driver.clone(), b.driver.clone()),
        ("shadow", shadow(a), shadow(b)),
        ("latency", a.latency.clone(), b.latency.clone()),
        ("faults", a.faults.join(", "), b.faults.join(", ")),
        ("parameters", parameters(a), parameters(b)),
        ("camera", camera(a), camera(b)),
        ("fork", fork(a), fork(b)),
        ("weights", weights(a), weights(b)),
        (
            "program",
            a.machine.program.clone(),
            b.machine.program.clone(),
        ),
        ("processor", a.machine.cpu.clone(), b.machine.cpu.clone()),
        ("engine", a.machine.engine.clone(), b.machine.engine.clone()),
        (
            "camera driver",
            a.machine.camera_driver.clone(),
            b.machine.camera_driver.clone(),
        ),
    ]
    .into_iter()
    .filter(|(_, a, b)| a != b)
    .map(|(what, a, b)| format!("{what}: {a} | {b}"))
    .collect()
}

/// What a digest hides: the pixels or raw outputs themselves, where both runs kept them.
fn values(
    difference: &Difference,
    a: &RecordedRun,
    b: &RecordedRun,
    out: &Path,
) -> Result<Option<String>> {
    let tick = Tick(difference.tick);
    match (difference.layer, difference.seat) {
        (Layer::Pixels, _) => picture::difference([&a.folder, &b.folder], tick, out).map(Some),
        (Layer::Logits, Some(seat)) => {
            let names = [a, b].map(|run| run.record.seats()[seat].clone());
            logits::difference([(&a.folder, &names[0]), (&b.folder, &names[1])], tick).map(Some)
        }
        _ => Ok(None),
    }
}

fn words(record: &DiffRecord, a: &RunRecord, b: &RunRecord) -> String {
    let mut lines: Vec<String> = record
        .setup
        .iter()
        .map(|line| format!("differs in {line}"))
        .collect();
    match &record.first_difference {
        None if a.digest == b.digest => {
            lines.push(format!("equal to the bit, with the digest {}", a.digest));
        }
        None => lines.push("equal to the bit in everything that both have".to_owned()),
        Some(difference) => {
            lines.push(difference.words([&a.seats(), &b.seats()]));
            lines.extend(record.values.clone());
            lines.push(record.drift.words());
        }
    }
    lines.join("\n")
}
