//! One network on a report card.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use distill::cache::Cache;
use distill::evaluate::{Calibrations, Calibrator, Evaluation, WorldTallies, at_temperatures};
use drive::latency::LatencyProfile;
use perception::card::Card;
use perception::heads::Head;
use perception::network::{Backend, Network};
use perception::ops::Isa;
use perception::probabilities::{Probabilities, softmax};
use perception::quantization::Ranges;
use perception::targets::Targets;
use serde::Serialize;

use crate::loaded::Loaded;
use crate::models::{Assets, Who, read_profile};

/// What is known of one network besides what it sees.
#[derive(Debug, Clone, Serialize)]
pub struct Contestant {
    /// Numbers that learning moved.
    pub parameters: usize,
    /// Operations for one frame.
    pub flops: u64,
    /// Bytes of its weights as they are shipped.
    pub bytes: u64,
    /// Bytes that its weights and activations take while it runs.
    pub memory_bytes: usize,
    /// Operations of its training: three times those of a frame for each frame that it was shown.
    pub training_operations: f64,
    /// Median and 99th percentile of its recorded latency in milliseconds: one thread, the renderer beside it.
    pub latency_ms: Option<[f64; 2]>,
    /// What it sees.
    pub evaluation: Evaluation,
    /// Expected calibration error of each head after one temperature, found on validation worlds.
    pub calibrated: BTreeMap<String, f64>,
}

/// A network that takes part: its card, its eyes, and what it saw so far.
pub(super) struct Entrant {
    who: Who,
    card: Card,
    network: Network,
    bytes: u64,
    latency: Option<LatencyProfile>,
    temperatures: [f32; 8],
    seen: WorldTallies,
    tempered: Calibrations,
}

impl Entrant {
    /// Loads a network of this product; nothing if it is not there.
    ///
    /// # Errors
    /// When its files are damaged.
    pub(super) fn open(who: Who, assets: &Assets, given: Option<&Path>) -> Result<Option<Self>> {
        let path = assets.weights(&who);
        let needs_ranges = who.single().is_some();
        if !path.exists() || (needs_ranges && !Ranges::path(&path).exists()) {
            return Ok(None);
        }
        let backend = Backend::Engine {
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            isa: Isa::best(),
        };
        let latency = assets.latency_file(&who);
        Ok(Some(Self {
            card: Card::load(&path)?,
            network: Loaded::open(&who, given)?.own_network(backend)?,
            bytes: std::fs::metadata(&path)?.len(),
            latency: latency
                .exists()
                .then(|| read_profile(&latency))
                .transpose()?,
            temperatures: [1.0; 8],
            seen: WorldTallies::default(),
            tempered: Calibrations::default(),
            who,
        }))
    }

    /// Finds the temperatures that make its confidence true on frames that it did not learn from.
    ///
    /// # Errors
    /// When a frame cannot be read.
    pub(super) fn calibrate(&mut self, cache: &Cache, frames: &[usize]) -> Result<()> {
        let mut calibrator = Calibrator::new(frames.len());
        for &index in frames {
            let sample = cache.read(index)?;
            let logits = self.network.infer_shrunk(&sample.image)?;
            let said = Head::ALL.map(|head| logits.head(head).to_vec());
            calibrator.hear(&said, &sample.targets);
        }
        self.temperatures = calibrator.temperatures();
        Ok(())
    }

    /// Looks at a frame and remembers what it saw.
    ///
    /// # Errors
    /// When the network fails.
    pub(super) fn look(
        &mut self,
        (cache, index): (&Cache, usize),
        picture: &[u8],
        targets: &Targets,
    ) -> Result<Probabilities> {
        let logits = self.network.infer_shrunk(picture)?;
        let tempered = softmax(at_temperatures(&logits, self.temperatures));
        self.tempered.add(&tempered, targets);
        let said = softmax(logits);
        self.seen.add(&cache.frames()[index], targets, &said);
        Ok(said)
    }

    /// What it saw, world by world.
    pub(super) fn seen(&self) -> &WorldTallies {
        &self.seen
    }

    /// Everything about it.
    pub(super) fn contestant(&self) -> Contestant {
        let recipe = &self.card.origin.recipe;
        let number = |key: &str| recipe[key].as_f64().unwrap_or(0.0);
        let is_single = self.who.single().is_none();
        Contestant {
            parameters: self.card.parameters,
            flops: self.card.flops,
            // In int8 a byte for each parameter, instead of two or four.
            bytes: if is_single {
                self.bytes
            } else {
                self.card.parameters as u64
            },
            memory_bytes: self.network.memory_bytes().unwrap_or(0),
            training_operations: 3.0 * self.card.flops as f64 * number("steps") * number("batch"),
            latency_ms: self.latency.as_ref().and_then(|profile| {
                let at = |percent| profile.percentile_ms(percent);
                Some([at(50.0)?, at(99.0)?])
            }),
            evaluation: self.seen.evaluation(),
            calibrated: self
                .tempered
                .report()
                .into_iter()
                .map(|(head, found)| (head, found.expected_calibration_error))
                .collect(),
        }
    }
}
