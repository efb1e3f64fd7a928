//! Trainings of a sweep, each in a folder of its own, and what they learn from.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use anyhow::{Context, Result, bail};
use distill::cache::Cache;
use distill::dataset::Split;
use distill::evaluate::{WorldTallies, examine, sight_of};
use distill::soft_targets::SoftTargets;
use distill::sweep::{Outcome, Point, Teaching};
use distill::trainer::{Event, Outcome as End, Training};
use indicatif::ProgressBar;
use perception::nets::Net;
use perception::network::{Backend, Network};
use perception::weights;

use super::training::origin;
use crate::clock::WallClock;
use crate::files::{create_folder, write_whole};

/// What the teachers said.
pub(super) struct Teachers {
    /// The teacher.
    pub(super) said: SoftTargets,
    /// One that knows nothing, if anybody wants it.
    pub(super) random: Option<SoftTargets>,
}

impl Teachers {
    /// Who teaches this training.
    fn of(&self, teaching: Teaching) -> Option<&SoftTargets> {
        match teaching {
            Teaching::Nobody => None,
            Teaching::Teacher => Some(&self.said),
            Teaching::Random => self.random.as_ref(),
        }
    }

    /// The name of a training's folder.
    pub(super) fn id(&self, point: &Point) -> String {
        let said = self.of(point.variant.teaching);
        let frames = self.said.dataset_digest();
        point.id(frames, said.map_or("", SoftTargets::teacher_digest))
    }
}

/// Where trainings and their outcomes lie.
pub(super) struct Folder(PathBuf);

impl Folder {
    /// Opens or makes it.
    pub(super) fn open(path: &Path) -> Result<Self> {
        create_folder(&path.join("points"))?;
        Ok(Self(path.join("points")))
    }

    /// What came of a training, if it is done.
    pub(super) fn outcome(&self, id: &str) -> Result<Option<Outcome>> {
        let path = self.0.join(id).join("outcome.json");
        if !path.exists() {
            return Ok(None);
        }
        let text = std::fs::read(&path).with_context(|| path.display().to_string())?;
        let outcome = serde_json::from_slice(&text)
            .with_context(|| format!("{}: delete it to train again", path.display()))?;
        Ok(Some(outcome))
    }

    /// Keeps what came of a training.
    pub(super) fn keep(&self, id: &str, outcome: &Outcome) -> Result<()> {
        let path = self.0.join(id).join("outcome.json");
        write_whole(&path, &serde_json::to_vec(outcome)?)
    }
}

/// Trains, goes on if it was stopped, and looks at the worlds of these splits.
pub(super) fn train(
    point: &Point,
    (folder, id): (&Folder, &str),
    (teachers, cache): (&Teachers, &Cache),
    (splits, stop, bar): (&[Split], &AtomicBool, &ProgressBar),
) -> Result<Outcome> {
    let folder = folder.0.join(id);
    let recipe = point.variant.recipe(&point.budget, point.seed);
    let network = Net::new(&point.variant.student, point.seed)?;
    let said = teachers.of(point.variant.teaching);
    let training = Training {
        cache,
        recipe: &recipe,
        teacher: said,
        folder: &folder,
        stop,
    };
    let (before, clock) = (bar.position(), WallClock::start(false));
    let earlier_s = seconds(&folder);
    let end = training.run(&network, |event| match event {
        Event::Step { step, .. } | Event::Resumed { step } => bar.set_position(before + step),
        _ => {}
    })?;
    let training_s = earlier_s + clock.elapsed_s();
    write_whole(&folder.join("seconds"), training_s.to_string().as_bytes())?;
    if let End::Stopped { .. } = end {
        bail!("interrupted; the same command goes on where it stopped");
    }
    let mut seen = splits.iter().map(|&split| look(&network, cache, split));
    let validation = seen.next().context("there is a split")??;
    let test = seen.next().transpose()?;
    let scores = validation.figures();
    let card = weights::save(
        &network,
        &folder.join("student.safetensors"),
        origin(("student", &recipe), cache, said, scores)?,
    )?;
    Ok(Outcome {
        point: point.clone(),
        parameters: card.parameters,
        flops: card.flops,
        training_s,
        validation,
        test,
    })
}

/// Seconds that an earlier, interrupted call trained.
fn seconds(folder: &Path) -> f64 {
    let text = std::fs::read_to_string(folder.join("seconds"));
    text.ok().and_then(|text| text.parse().ok()).unwrap_or(0.0)
}

fn look(network: &Net, cache: &Cache, split: Split) -> Result<WorldTallies> {
    let engine = Network::new(network.clone(), Backend::default())?;
    Ok(examine(cache, &cache.split(split), sight_of(engine))?)
}
