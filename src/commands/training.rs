//! What `train` and `distill` share: frames in, progress on the way, weights and card out.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use anyhow::{Result, bail, ensure};
use distill::cache::Cache;
use distill::dataset::{Dataset, Split};
use distill::doctor::{self, Finding};
use distill::evaluate::{Figures, evaluate, sight_of};
use distill::recipe::Recipe;
use distill::soft_targets::SoftTargets;
use distill::trainer::{Event, Outcome, Training};
use indicatif::ProgressBar;
use perception::card::{Card, Origin};
use perception::files::digest;
use perception::nets::Net;
use perception::network::{Backend, Network};
use perception::weights;

use super::say;
use crate::files::write_whole;
use crate::progress;

/// One network's schooling.
pub(super) struct Schooling<'a> {
    /// Name of the network, and of its files.
    pub(super) name: &'static str,
    /// The network as it begins.
    pub(super) network: Net,
    /// Digest of the weights it begins with, unless they are random.
    pub(super) begins_with: Option<String>,
    /// How it learns.
    pub(super) recipe: Recipe,
    /// Folder of the captured frames.
    pub(super) data: &'a Path,
    /// Folder for checkpoints, the log and the result.
    pub(super) out: &'a Path,
    /// What its teacher says of the frames, if it has one.
    pub(super) soft_targets: Option<&'a Path>,
}

/// Trains to the end, or to Ctrl-C; the same command goes on where it stopped.
pub(super) fn school(schooling: &Schooling<'_>, stop: &AtomicBool) -> Result<()> {
    let cache = open_cache(schooling.data, schooling.recipe.labels.annotator_noise)?;
    let soft_targets = schooling.soft_targets.map(SoftTargets::open).transpose()?;
    if let Some(targets) = &soft_targets {
        ensure!(
            targets.dataset_digest() == cache.dataset_digest(),
            "the soft targets are of other frames than {}; run `understudy targets` again",
            schooling.data.display()
        );
    }
    teach(schooling, (&cache, soft_targets.as_ref()), stop)?;
    Ok(())
}

/// Trains on these frames, measures the network on validation worlds, and writes weights and card.
pub(super) fn teach(
    schooling: &Schooling<'_>,
    (cache, soft_targets): (&Cache, Option<&SoftTargets>),
    stop: &AtomicBool,
) -> Result<Card> {
    let network = &schooling.network;
    let training = Training {
        cache,
        recipe: &schooling.recipe,
        teacher: soft_targets,
        folder: schooling.out,
        stop,
    };
    let findings = doctor::examine((cache, soft_targets), &schooling.recipe, network)?;
    say(&doctors_words(&findings));
    let bar = progress::bar(schooling.recipe.steps, schooling.name);
    let outcome = training.run(network, |event| show(&bar, event))?;
    bar.finish_and_clear();
    if let Outcome::Stopped { step } = outcome {
        bail!("interrupted after step {step}; the same command goes on from there");
    }
    save(schooling, cache, soft_targets)
}

/// What the doctor found, a line each.
fn doctors_words(findings: &[Finding]) -> String {
    if findings.is_empty() {
        return "doctor: teacher, labels and losses fit together".to_owned();
    }
    let line = |finding: &Finding| format!("doctor: {}: {}", finding.head.name(), finding.words);
    findings.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The frames ready for training, with an annotator's labels of that noise; made on the first call.
pub(super) fn open_cache(data: &Path, annotator_noise: f64) -> Result<Cache> {
    let dataset = Dataset::open(data)?;
    let bar = progress::bar(dataset.frames().len() as u64, "preparing frames");
    let name = if annotator_noise > 0.0 {
        format!("cache.noise_{annotator_noise}.bin")
    } else {
        "cache.bin".to_owned()
    };
    let cache = Cache::of((&dataset, annotator_noise), &data.join(name), |done, _| {
        bar.set_position(done as u64);
    })?;
    bar.finish_and_clear();
    Ok(cache)
}

fn show(bar: &ProgressBar, event: &Event) {
    match event {
        Event::Resumed { step } => bar.set_position(*step),
        Event::Step { step, loss, .. } => {
            bar.set_position(*step);
            bar.set_prefix(format!("loss {loss:.3}"));
        }
        Event::Validated { step, loss, .. } => {
            bar.println(format!("step {step}: validation loss {loss:.4}"));
        }
        Event::Saved { .. } => {}
    }
}

/// Where a trained network comes from.
pub(super) fn origin(
    (name, recipe): (&str, &Recipe),
    cache: &Cache,
    soft_targets: Option<&SoftTargets>,
    scores: Figures,
) -> Result<Origin> {
    Ok(Origin {
        name: name.to_owned(),
        seed: recipe.seed,
        recipe_digest: digest([&serde_json::to_vec(recipe)?[..]]),
        recipe: serde_json::to_value(recipe)?,
        data_digest: cache.dataset_digest().to_owned(),
        teacher_digest: soft_targets.map(|targets| targets.teacher_digest().to_owned()),
        scores,
    })
}

/// Measures the network on validation worlds and writes weights and card.
fn save(
    schooling: &Schooling<'_>,
    cache: &Cache,
    soft_targets: Option<&SoftTargets>,
) -> Result<Card> {
    let network = &schooling.network;
    let engine = Network::new(network.clone(), Backend::default())?;
    let evaluation = evaluate(cache, &cache.split(Split::Validation), sight_of(engine))?;
    let scores = evaluation.heads.clone();
    let mut origin = origin(
        (schooling.name, &schooling.recipe),
        cache,
        soft_targets,
        scores,
    )?;
    if let Some(digest) = &schooling.begins_with {
        origin.recipe["begins_with"] = digest.as_str().into();
    }
    let weights = schooling
        .out
        .join(format!("{}.safetensors", schooling.name));
    let card = weights::save(network, &weights, origin)?;
    write_whole(
        &schooling.out.join("recipe.json"),
        &serde_json::to_vec_pretty(&schooling.recipe)?,
    )?;
    say(&format!(
        "{} with {} parameters in {}",
        schooling.name,
        card.parameters,
        weights.display()
    ));
    for (head, score) in &evaluation.heads {
        say(&format!("  {head}: {score:.3}"));
    }
    Ok(card)
}
