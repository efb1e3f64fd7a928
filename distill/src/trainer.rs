//! The training loop: load, run, compare, step; with checkpoints, a log and a way to stop.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use perception::heads::Head;
use perception::nets::Net;
use perception::network::{Backend, Network};
use perception::ops::{AdamW, AdamWSettings, keep_memory};
use rayon::prelude::*;
use serde::Serialize;

use crate::augment::Augmentation;
use crate::average::Average;
use crate::batch::{Batch, frames_of_step, load_batch};
use crate::cache::Cache;
use crate::checkpoint::State;
use crate::dataset::Split;
use crate::error::{Error, Result};
use crate::evaluate::{evaluate, macro_figure, sight_of};
use crate::files::create_folder;
use crate::labelling::labelled_frames;
use crate::loss::{HardBatch, Loss, SoftBatch, distillation_loss, hard_loss};
use crate::recipe::Recipe;
use crate::soft_targets::SoftTargets;
use perception::files::digest;

/// Steps between two lines of the log.
const LOG_EVERY: u64 = 20;
/// At most this many validation frames are looked at during training.
const VALIDATION_FRAMES: usize = 320;

/// What to train on, how, and where to keep the state.
#[derive(Debug, Clone, Copy)]
pub struct Training<'a> {
    /// The frames.
    pub cache: &'a Cache,
    /// How.
    pub recipe: &'a Recipe,
    /// What a teacher says of the frames; needed if the recipe distils.
    pub teacher: Option<&'a SoftTargets>,
    /// Holds `checkpoint.safetensors` and `log.jsonl`.
    pub folder: &'a Path,
    /// Set by somebody else to stop after the running step, with a checkpoint.
    pub stop: &'a AtomicBool,
}

/// News of a training. The log holds the same, one JSON object a line.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// Goes on from a checkpoint.
    Resumed {
        /// Steps already done.
        step: u64,
    },
    /// A step is done.
    Step {
        /// Steps done.
        step: u64,
        /// Steps in all.
        steps: u64,
        /// Its loss.
        loss: f64,
        /// The loss of each head, in their order, before weighting.
        heads: [f64; 8],
        /// Its learning rate.
        learning_rate: f64,
        /// Length of the gradient before clipping.
        gradient_norm: f64,
    },
    /// The averaged weights were tried on validation frames.
    Validated {
        /// Steps done.
        step: u64,
        /// The loss against hard labels.
        loss: f64,
        /// The loss of each head.
        heads: [f64; 8],
        /// The figure of each head, 0 to 1; see [`crate::evaluate::Evaluation::heads`].
        figures: BTreeMap<String, f64>,
        /// The mean of the figures.
        score: f64,
    },
    /// The state was saved.
    Saved {
        /// Steps done.
        step: u64,
    },
}

/// How a training ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All steps are done; the network holds the averaged weights.
    Finished,
    /// It was stopped and can go on from here.
    Stopped {
        /// Steps done.
        step: u64,
    },
}

impl Training<'_> {
    /// Where the state is kept.
    pub fn checkpoint_path(&self) -> PathBuf {
        self.folder.join("checkpoint.safetensors")
    }

    /// Names recipe, data, teacher, sizes, and the weights that the training begins with.
    fn identity(&self, network: &Net) -> Result<String> {
        let plain = "recipes and sizes are plain numbers";
        let recipe = serde_json::to_vec(self.recipe).expect(plain);
        let sizes = serde_json::to_vec(network.config()).expect(plain);
        let teacher = self.teacher.map_or("", SoftTargets::teacher_digest);
        let begun = numbers_digest(network)?;
        Ok(digest([
            &recipe,
            self.cache.dataset_digest().as_bytes(),
            teacher.as_bytes(),
            &sizes,
            begun.as_bytes(),
        ]))
    }

    /// Trains a network from its present weights, or goes on from the checkpoint in the folder. The
    /// same seed, data and weights give the same result to the bit, stopped in between or not.
    ///
    /// # Errors
    /// If data cannot be read, the state cannot be saved, or the loss is no number any more.
    pub fn run(&self, network: &Net, mut hear: impl FnMut(&Event)) -> Result<Outcome> {
        keep_memory();
        create_folder(self.folder)?;
        let mut log = Log::open(&self.folder.join("log.jsonl"))?;
        let mut tell = |event: Event| {
            hear(&event);
            log.write(&event)
        };
        let frames = self.training_frames()?;
        let identity = self.identity(network)?;
        let mut state = self.initial_state(network)?;
        if self.checkpoint_path().exists() {
            state.restore(&self.checkpoint_path(), &identity)?;
            tell(Event::Resumed {
                step: state.optimiser.steps(),
            })?;
        }
        while state.optimiser.steps() < self.recipe.steps {
            tell(self.step(network, &frames, &mut state)?)?;
            let step = state.optimiser.steps();
            let stopping = self.stop.load(Ordering::Relaxed);
            if stopping || step.is_multiple_of(self.recipe.checkpoint_every) {
                state.save(&self.checkpoint_path(), &identity)?;
                tell(Event::Saved { step })?;
            }
            if stopping {
                return Ok(Outcome::Stopped { step });
            }
            if step.is_multiple_of(self.recipe.validate_every) || step == self.recipe.steps {
                tell(self.validate(network, &mut state)?)?;
            }
        }
        state.save(&self.checkpoint_path(), &identity)?;
        state.average.exchange(&state.variables)?;
        Ok(Outcome::Finished)
    }

    /// The frames to learn from: all of them with a teacher, those with labels without.
    fn training_frames(&self) -> Result<Frames> {
        let labels = &self.recipe.labels;
        if self.cache.annotator_noise() != labels.annotator_noise {
            return Err(Error::Missing {
                what: format!("labels of annotator noise {}", labels.annotator_noise),
            });
        }
        if let Some(teacher) = self.teacher
            && teacher.dataset_digest() != self.cache.dataset_digest()
        {
            return Err(Error::Missing {
                what: "frames that the soft targets speak of: they belong to another data set"
                    .to_owned(),
            });
        }
        let all = self.cache.split(Split::Train);
        if all.is_empty() {
            return Err(Error::Missing {
                what: "training frames".to_owned(),
            });
        }
        let labelled = labelled_frames(self.cache, labels.share);
        let seen = match self.recipe.distillation {
            Some(_) => all,
            None => labelled.iter().copied().collect(),
        };
        Ok(Frames { seen, labelled })
    }

    /// The state before the first step.
    fn initial_state(&self, network: &Net) -> Result<State> {
        let variables = network.variables();
        let settings = AdamWSettings {
            weight_decay: self.recipe.weight_decay,
            ..AdamWSettings::default()
        };
        Ok(State {
            optimiser: AdamW::new(network.parameters().clone(), settings),
            average: Average::new(&variables, self.recipe.average_decay)?,
            variables,
        })
    }

    /// One step.
    fn step(&self, network: &Net, frames: &Frames, state: &mut State) -> Result<Event> {
        let (recipe, step) = (self.recipe, state.optimiser.steps());
        let frames_of = |step| frames_of_step(&frames.seen, recipe.batch, recipe.seed, step);
        let (indices, coming) = (frames_of(step), frames_of(step + 1));
        let mut batch = load_batch(
            self.cache,
            &indices,
            &recipe.augmentation,
            (recipe.seed, step),
        )?;
        if frames.labelled.len() < frames.seen.len() {
            batch.keep_labels_of(&frames.labelled);
        }
        self.fetch_ahead(&coming)?;
        let passage = network.learn(&batch.images)?;
        let Loss { total, heads } = self.loss(passage.logits(), &batch)?;
        let loss = f64::from(total.to_scalar::<f32>()?);
        if !loss.is_finite() {
            return Err(Error::Diverged { step, loss });
        }
        let gradients = passage.backward(&total)?;
        let gradient_norm = state.optimiser.gradient_norm(&gradients)?;
        if !gradient_norm.is_finite() {
            return Err(Error::Diverged { step, loss });
        }
        let scale = (recipe.clip_norm / gradient_norm.max(1e-12)).min(1.0);
        let learning_rate = recipe.learning_rate_at(step);
        state
            .optimiser
            .scaled_step(&gradients, learning_rate, scale)?;
        state.average.update(&state.variables, step)?;
        Ok(Event::Step {
            step: step + 1,
            steps: recipe.steps,
            loss,
            heads,
            learning_rate,
            gradient_norm,
        })
    }

    /// Has the system fetch a coming step's frames while this one is computed.
    fn fetch_ahead(&self, frames: &[usize]) -> Result<()> {
        self.cache.fetch_ahead(frames);
        match self.teacher {
            Some(teacher) => teacher.fetch_ahead(frames),
            None => Ok(()),
        }
    }

    /// The loss of a batch: against hard labels, and a teacher if the recipe says so.
    fn loss(&self, logits: &[candle_core::Tensor], batch: &Batch) -> Result<Loss> {
        let heads = &self.recipe.heads;
        let labels = HardBatch {
            targets: &batch.targets,
            labelled: batch.labelled,
            smoothing: self.recipe.labels.smoothing,
        };
        match (self.recipe.distillation, self.teacher) {
            (None, _) => hard_loss(logits, labels, heads),
            (Some(distillation), Some(teacher)) => {
                let said: Vec<[Vec<f32>; 8]> = batch
                    .samples
                    .par_iter()
                    .map(|&picked| teacher.read(picked))
                    .collect::<Result<_>>()?;
                let soft = SoftBatch::new(&said, distillation.form)?;
                distillation_loss(logits, (labels, &soft), heads, distillation)
            }
            (Some(_), None) => Err(Error::Missing {
                what: "soft targets, which the recipe asks for".to_owned(),
            }),
        }
    }

    /// Tries the averaged weights on validation frames.
    fn validate(&self, network: &Net, state: &mut State) -> Result<Event> {
        state.average.exchange(&state.variables)?;
        let frames = self.cache.some_of(Split::Validation, VALIDATION_FRAMES);
        let mut heads = [0.0; 8];
        for indices in frames.chunks(self.recipe.batch) {
            let batch = load_batch(self.cache, indices, &Augmentation::NONE, (0, 0))?;
            let logits = network.forward(&batch.images)?;
            let loss = hard_loss(
                &logits,
                HardBatch::plain(&batch.targets),
                &self.recipe.heads,
            )?;
            for (sum, value) in heads.iter_mut().zip(loss.heads) {
                *sum += value * indices.len() as f64 / frames.len() as f64;
            }
        }
        let engine = Network::new(network.clone(), Backend::default())?;
        let figures = evaluate(self.cache, &frames, sight_of(engine))?.heads;
        state.average.exchange(&state.variables)?;
        let loss = Head::ALL
            .into_iter()
            .map(|h| self.recipe.heads.of(h) * heads[h as usize])
            .sum();
        Ok(Event::Validated {
            step: state.optimiser.steps(),
            loss,
            heads,
            score: macro_figure(&figures),
            figures,
        })
    }
}

/// Digest of all numbers of a network.
fn numbers_digest(network: &Net) -> Result<String> {
    let mut bytes = Vec::new();
    for tensor in network.tensors().values() {
        let numbers = tensor.flatten_all()?.to_vec1::<f32>()?;
        bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    }
    Ok(digest([&bytes[..]]))
}

/// The frames of a training.
struct Frames {
    /// What the network sees.
    seen: Vec<usize>,
    /// Those of them that have labels.
    labelled: BTreeSet<usize>,
}

/// The log: one JSON object a line, appended.
struct Log {
    path: PathBuf,
    file: std::fs::File,
}

impl Log {
    fn open(path: &Path) -> Result<Self> {
        let file = OpenOptions::new()
            .append(true)
            .create(true)
            .open(path)
            .map_err(Error::file(path))?;
        Ok(Self {
            path: path.to_owned(),
            file,
        })
    }

    /// Writes an event; of the steps, one in [`LOG_EVERY`].
    fn write(&mut self, event: &Event) -> Result<()> {
        if let Event::Step { step, .. } = event
            && !step.is_multiple_of(LOG_EVERY)
        {
            return Ok(());
        }
        let mut line = serde_json::to_vec(event).expect("an event is plain numbers");
        line.push(b'\n');
        self.file.write_all(&line).map_err(Error::file(&self.path))
    }
}

#[cfg(test)]
mod tests;
