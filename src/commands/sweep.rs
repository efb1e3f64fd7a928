//! `understudy sweep`: what decides distillation, one axis at a time, and the chosen few at length.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use anyhow::{Result, bail, ensure};
use clap::Args;
use distill::cache::Cache;
use distill::dataset::Split;
use distill::evaluate::{Blind, WorldTallies, examine, sight_of};
use distill::soft_targets::{SoftTargets, record_soft_targets};
use distill::sweep::{Bounds, Outcome, Point, Summary, Sweep, Teaching};
use distill::teacher::Teacher;
use indicatif::ProgressBar;
use perception::nets::{Net, NetConfig};
use perception::network::{Backend, Network};
use perception::weights;

use super::sweep_latency::{latencies, median_ms};
use super::sweep_run::{Folder, Teachers, train};
use super::training::open_cache;
use super::{Status, say};
use crate::files::write_whole;
use crate::models::{Assets, Who};
use crate::progress;
use crate::report::sweep_page;
use crate::table::{Table, number};

/// Operations a second that a student's training does on two cores, for the plan: measured on an AMD EPYC with AVX-512.
const TRAINING_FLOPS: f64 = 100e9;
/// Options of `sweep`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The experiment, for example distill/recipes/student.ron
    recipe: PathBuf,
    /// Folder of the captured frames
    #[arg(long, default_value = "data/frames")]
    data: PathBuf,
    /// The cached soft targets
    #[arg(long, default_value = "data/soft_targets.bin")]
    targets: PathBuf,
    /// Weights of the teacher, to compare with (default: the shipped ones)
    #[arg(long)]
    teacher: Option<PathBuf>,
    /// Folder for every training and for sweep.json and report.html
    #[arg(long, default_value = "runs/sweep")]
    out: PathBuf,
    /// Train the chosen few at length too, and show them the test worlds
    #[arg(long)]
    finals: bool,
    /// Say what would be trained, and stop
    #[arg(long)]
    plan: bool,
}

pub(super) fn execute(options: &Options, assets: Option<&Path>) -> Result<Status> {
    let sweep = Sweep::load(&options.recipe)?;
    let points = points(&sweep, options.finals);
    say(&plan_in_words(&points)?);
    if options.plan {
        return Ok(Status::Passed);
    }
    let stop = progress::stop_flag()?;
    let cache = open_cache(&options.data, 0.0)?;
    let teachers = teachers(options, &points, &cache, &stop)?;
    let bar = progress::bar(points.iter().map(|point| point.budget.steps).sum(), "steps");
    let sweeping = Sweeping {
        data: &options.data,
        folder: Folder::open(&options.out)?,
        finals: sweep.final_points(),
        teachers,
        cache: &cache,
        stop: &stop,
        bar: &bar,
    };
    let mut outcomes = BTreeMap::new();
    for point in &points {
        outcomes.insert(sweeping.teachers.id(point), sweeping.outcome(point)?);
    }
    bar.finish_and_clear();
    let weights_path = match &options.teacher {
        Some(path) => path.clone(),
        None => Assets::find(assets)?.weights(&Who::Teacher),
    };
    let students = students(&points);
    let timed = latencies(&options.out.join("latencies.json"), &students, &cache)?;
    let found = Found {
        outcome: &|point| outcomes.get(&sweeping.teachers.id(point)),
        latency_ms: &|student| median_ms(&timed, student),
    };
    let summary = summary(&sweep, (&weights_path, &cache), options.finals, &found)?;
    write_whole(
        &options.out.join("sweep.json"),
        &serde_json::to_vec_pretty(&summary)?,
    )?;
    let page = options.out.join("report.html");
    write_whole(&page, sweep_page(&summary).as_bytes())?;
    say(&tables(&summary));
    say(&format!("plots: {}", page.display()));
    Ok(Status::Passed)
}

/// Everything to be trained, each once.
fn points(sweep: &Sweep, finals: bool) -> Vec<Point> {
    let mut points = sweep.proxies();
    if finals {
        points.extend(sweep.final_points());
    }
    points
}

/// Everyone who is trained, each once.
fn students(points: &[Point]) -> Vec<NetConfig> {
    let mut students = Vec::new();
    for point in points {
        if !students.contains(&point.variant.student) {
            students.push(point.variant.student.clone());
        }
    }
    students
}

/// How many trainings of how many steps, and how long that takes.
fn plan_in_words(points: &[Point]) -> Result<String> {
    let mut operations = 0.0;
    for point in points {
        let flops = point.variant.student.flops()? as f64;
        let frames =
            point.variant.recipe(&point.budget, point.seed).batch as u64 * point.budget.steps;
        // Backward costs twice what forward costs.
        operations += 3.0 * flops * frames as f64;
    }
    let steps: u64 = points.iter().map(|point| point.budget.steps).sum();
    Ok(format!(
        "{} trainings, {steps} steps in all: about {:.1} hours at {:.0} billion operations a second",
        points.len(),
        operations / TRAINING_FLOPS / 3600.0,
        TRAINING_FLOPS / 1e9
    ))
}

/// What the teachers say; a teacher that knows nothing is asked when somebody wants it.
fn teachers(
    options: &Options,
    points: &[Point],
    cache: &Cache,
    stop: &AtomicBool,
) -> Result<Teachers> {
    let said = SoftTargets::open(&options.targets)?;
    ensure!(
        said.dataset_digest() == cache.dataset_digest(),
        "the soft targets are of other frames than {}; run `understudy targets` again",
        options.data.display()
    );
    let wants_random = points
        .iter()
        .any(|p| p.variant.teaching == Teaching::Random);
    let random = if wants_random {
        let path = options.targets.with_extension("random.bin");
        if !path.exists() {
            ask_random_teacher(cache, &path, stop)?;
        }
        Some(SoftTargets::open(&path)?)
    } else {
        None
    };
    Ok(Teachers { said, random })
}

fn ask_random_teacher(cache: &Cache, path: &Path, stop: &AtomicBool) -> Result<()> {
    let members = [Net::new(&NetConfig::teacher(), 1)?];
    let bar = progress::bar(0, "asking the random teacher");
    let teacher = (&Teacher::new(&members), "random 1");
    let done = record_soft_targets(teacher, cache, path, stop, |done, frames| {
        bar.set_length(frames as u64);
        bar.set_position(done as u64);
    })?;
    bar.finish_and_clear();
    if !done {
        bail!("interrupted; the same command goes on where it stopped");
    }
    Ok(())
}

/// A sweep on its way.
struct Sweeping<'a> {
    data: &'a Path,
    folder: Folder,
    /// The chosen few, who also see the test worlds.
    finals: Vec<Point>,
    teachers: Teachers,
    cache: &'a Cache,
    stop: &'a AtomicBool,
    bar: &'a ProgressBar,
}

impl Sweeping<'_> {
    /// What came of a training: read if it is there, else trained.
    fn outcome(&self, point: &Point) -> Result<Outcome> {
        let id = self.teachers.id(point);
        let splits: &[Split] = if self.finals.contains(point) {
            &[Split::Validation, Split::Test]
        } else {
            &[Split::Validation]
        };
        if let Some(outcome) = self.folder.outcome(&id)?
            && (outcome.test.is_some() || splits.len() == 1)
        {
            self.bar.inc(point.budget.steps);
            return Ok(outcome);
        }
        let noise = point.variant.labels.annotator_noise;
        let noisy = (noise > 0.0)
            .then(|| open_cache(self.data, noise))
            .transpose()?;
        let cache = noisy.as_ref().unwrap_or(self.cache);
        let outcome = train(
            point,
            (&self.folder, &id),
            (&self.teachers, cache),
            (splits, self.stop, self.bar),
        )?;
        self.folder.keep(&id, &outcome)?;
        Ok(outcome)
    }
}

/// What came of the trainings.
struct Found<'f, 'a> {
    outcome: &'f dyn Fn(&Point) -> Option<&'a Outcome>,
    latency_ms: &'f dyn Fn(&NetConfig) -> Option<f64>,
}

/// What was found, beside the teacher and who never looks; the test worlds are only looked at for the chosen few.
fn summary(
    sweep: &Sweep,
    (teacher, cache): (&Path, &Cache),
    with_test: bool,
    found: &Found<'_, '_>,
) -> Result<Summary> {
    let net = weights::load(teacher)?.1;
    let blind = Blind::new(cache)?;
    let spinner = progress::bar(2 + 2 * u64::from(with_test), "looking with the teacher");
    let look = |split: Split| -> Result<[WorldTallies; 2]> {
        let frames = cache.split(split);
        let network = Network::new(net.clone(), Backend::default())?;
        let teacher = examine(cache, &frames, sight_of(network))?;
        spinner.inc(1);
        let blind = examine(cache, &frames, blind.sight())?;
        spinner.inc(1);
        Ok([teacher, blind])
    };
    let validation = look(Split::Validation)?;
    let test = with_test.then(|| look(Split::Test)).transpose()?;
    spinner.finish_and_clear();
    let (of, latency_ms) = (found.outcome, found.latency_ms);
    let test = test.as_ref().map(bounds);
    match Summary::new(sweep, of, latency_ms, bounds(&validation), test) {
        Some(summary) => Ok(summary),
        None => bail!("the data set has no validation worlds; capture at least ten worlds"),
    }
}

fn bounds([teacher, blind]: &[WorldTallies; 2]) -> Bounds<'_> {
    Bounds { teacher, blind }
}

fn tables(summary: &Summary) -> String {
    let mut table = Table::new(&[
        "axis",
        "place",
        "score",
        "95 %",
        "hard labels",
        "gain",
        "95 %",
    ]);
    for axis in &summary.axes {
        for place in &axis.places {
            let interval =
                |low: f64, high: f64| format!("{:.1} to {:.1}", 100.0 * low, 100.0 * high);
            table.row([
                axis.name.clone(),
                place.name.clone(),
                number(Some(100.0 * place.score.value), 1),
                interval(place.score.low, place.score.high),
                number(place.hard_labels.map(|hard| 100.0 * hard.value), 1),
                number(place.gain.map(|gain| 100.0 * gain.value), 1),
                place
                    .gain
                    .map_or_else(String::new, |gain| interval(gain.low, gain.high)),
            ]);
        }
    }
    format!(
        "{}\nmean over the heads on validation worlds, in points; the teacher has {:.1}, who never looks {:.1}",
        table.render(),
        100.0 * summary.teacher.value,
        100.0 * summary.floor
    )
}
