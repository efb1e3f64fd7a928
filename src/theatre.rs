//! Who sits where and how late: builds the seats of a run, drives it and sums it up.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::{Context, Result, ensure};
use drive::driver::Driver;
use drive::latency::{Durations, LatencyMode};
use drive::random::stream;
use perception::network::{Backend, Network};
use perception::probabilities::Logits;
use scenarios::story::Story;
use sim::Exposure as Pass;

use crate::episode::{Episode, EpisodeOptions, Pictures, drive};
use crate::faults::TimedFault;
use crate::loaded::Loaded;
use crate::machine::machine;
use crate::models::{Assets, Who, read_profile};
use crate::perceiver::{Perceiver, Truth};
use crate::record::{Outcome, RunRecord};
use crate::report::{self, SoftTargets};
use crate::seat::Seat;

/// Who drives, who watches, how late, and what computes the networks.
#[derive(Debug, Clone)]
pub struct Cast {
    /// At the wheel.
    pub driver: Who,
    /// Watching the same frames.
    pub shadow: Option<Who>,
    /// When percepts arrive.
    pub latency: LatencyMode,
    /// What goes wrong with the camera or a network, whatever the story.
    pub faults: Vec<TimedFault>,
    /// What computes the networks.
    pub backend: Backend,
}

impl Cast {
    /// Everyone in the car, the driver first.
    fn everyone(&self) -> impl Iterator<Item = &Who> {
        std::iter::once(&self.driver).chain(&self.shadow)
    }
}

/// A cast that can play one story after the other.
pub struct Theatre {
    cast: Cast,
    networks: BTreeMap<Who, Loaded>,
    assets: Option<PathBuf>,
    stop: Arc<AtomicBool>,
}

/// A story that was played.
pub struct Played {
    /// The summary.
    pub record: RunRecord,
    /// Everything that happened.
    pub episode: Episode,
    /// Wall-clock inference times of everyone in the car by name, in milliseconds.
    pub inference_ms: BTreeMap<String, Vec<f64>>,
}

impl Theatre {
    /// Makes sure that everything the cast needs is there.
    ///
    /// # Errors
    /// When weights or recorded latencies are missing, damaged or do not match.
    pub fn open(assets: Option<&Path>, cast: Cast, stop: Arc<AtomicBool>) -> Result<Self> {
        let mut networks = BTreeMap::new();
        for who in cast.everyone() {
            if who.is_network() {
                networks.insert(who.clone(), Loaded::open(who, assets)?);
            }
            durations(&cast.latency, who, 0, assets)?;
        }
        Ok(Self {
            cast,
            networks,
            assets: assets.map(Path::to_owned),
            stop,
        })
    }

    /// Plays a story from its first tick to its verdict.
    ///
    /// # Errors
    /// When the world cannot be built, a network fails, or the run is interrupted.
    pub fn play(&self, story: &Story, seed: u64, pictures: Pictures) -> Result<Played> {
        let mut story = story.clone();
        for fault in &self.cast.faults {
            fault.lay_over(&mut story);
        }
        let compiled = story.compile(seed, &BTreeMap::new())?;
        let mut seats = self
            .cast
            .everyone()
            .map(|who| self.seat(who, seed, compiled.set_speed_mps))
            .collect::<Result<Vec<_>>>()?;
        let needs_pictures =
            self.cast.everyone().any(Who::is_network) || pictures == Pictures::Keep;
        let options = EpisodeOptions {
            pass: if needs_pictures {
                Pass::Picture
            } else {
                Pass::Labels
            },
            pictures,
            real_time: self.cast.latency == LatencyMode::Live,
            stop: Arc::clone(&self.stop),
        };
        let episode = drive(&compiled, &mut seats, &options)?;
        let record = self.summarize(&story, seed, &seats, &episode);
        let inference_ms = seats
            .iter()
            .map(|seat| (seat.name().to_owned(), seat.inference_ms().to_vec()))
            .collect();
        Ok(Played {
            record,
            episode,
            inference_ms,
        })
    }

    /// Who drives.
    pub fn driver(&self) -> &Who {
        &self.cast.driver
    }

    /// The soft targets of one pixel at the run's hardest braking, where teacher and student both took part
    /// and the pictures were kept.
    ///
    /// # Errors
    /// When a network fails.
    pub fn soft_targets(&self, played: &Played, temperature: f32) -> Result<Option<SoftTargets>> {
        let exposure = report::hardest_braking(&played.episode.frames)
            .and_then(|index| played.episode.pictures.get(index)?.as_ref());
        let both = [Who::Teacher, Who::Student].map(|who| self.networks.contains_key(&who));
        let (Some(exposure), [true, true]) = (exposure, both) else {
            return Ok(None);
        };
        let Some(frame) = &exposure.frame else {
            return Ok(None);
        };
        let [teacher, student] = [Who::Teacher, Who::Student]
            .map(|who| -> Result<Logits> { Ok(self.own_network(&who)?.infer(frame)?) });
        Ok(Some(SoftTargets::most_telling(
            exposure,
            &teacher?,
            &student?,
            temperature,
        )))
    }

    /// A runner of its own over the loaded weights of a network of this product.
    fn own_network(&self, who: &Who) -> Result<Network> {
        self.loaded(who)?.own_network(self.cast.backend)
    }

    fn loaded(&self, who: &Who) -> Result<&Loaded> {
        self.networks
            .get(who)
            .with_context(|| format!("{who} is not in this cast"))
    }

    /// Somebody of the cast who sees.
    ///
    /// # Errors
    /// When a network is not in the cast or does not fit its runner.
    pub fn perceiver(&self, who: &Who) -> Result<Box<dyn Perceiver>> {
        if who.is_network() {
            self.loaded(who)?.perceiver(self.cast.backend)
        } else {
            Ok(Box::new(Truth::new()))
        }
    }

    fn seat(&self, who: &Who, seed: u64, set_speed_mps: f64) -> Result<Seat> {
        let perceiver = self.perceiver(who)?;
        let durations = durations(&self.cast.latency, who, seed, self.assets.as_deref())?;
        Seat::new(
            &who.name(),
            perceiver,
            durations,
            Driver::new(set_speed_mps),
        )
    }

    fn summarize(&self, story: &Story, seed: u64, seats: &[Seat], episode: &Episode) -> RunRecord {
        let networks = self
            .networks
            .iter()
            .filter_map(|(who, network)| {
                let seat = seats.iter().find(|seat| seat.name() == who.name())?;
                Some((who.to_string(), seat.network_record(network.facts())))
            })
            .collect();
        RunRecord {
            scenario: story.name.clone(),
            title: story.title.clone(),
            seed,
            driver: self.cast.driver.to_string(),
            shadow: self.cast.shadow.as_ref().map(Who::to_string),
            latency: self.cast.latency.to_string(),
            faults: self.cast.faults.iter().map(TimedFault::to_string).collect(),
            repeatable: self.cast.latency != LatencyMode::Live,
            verdict: if episode.verdict.pass {
                Outcome::Pass
            } else {
                Outcome::Fail
            },
            failures: episode.verdict.failures.clone(),
            metrics: episode.verdict.metrics.clone(),
            agreement: episode.agreement.and_then(|agreement| agreement.headline()),
            agreement_counts: episode.agreement,
            digest: episode.digest.clone(),
            real_time_factor: episode.real_time_factor,
            networks,
            machine: machine(&episode.camera_driver),
        }
    }
}

/// When the percepts of `who` arrive. Truth is never late unless a fixed time is asked for.
fn durations(mode: &LatencyMode, who: &Who, seed: u64, assets: Option<&Path>) -> Result<Durations> {
    let rng = stream(seed, &format!("latency/{who}"));
    Ok(match mode {
        LatencyMode::Live => Durations::Live,
        LatencyMode::Fixed(latency_ms) => Durations::fixed_ms(*latency_ms),
        LatencyMode::FixedOwn if who.is_network() => {
            Durations::fixed_ms(recorded_median_ms(who, assets)?)
        }
        LatencyMode::None | LatencyMode::FixedOwn => Durations::fixed_ms(0.0),
        LatencyMode::Profile(file) => Durations::recorded(&read_profile(file)?, rng)?,
    })
}

fn recorded_median_ms(who: &Who, assets: Option<&Path>) -> Result<f64> {
    ensure!(
        !matches!(who, Who::Onnx(_)),
        "{who} has no recorded median latency, which `--latency fixed` takes; \
         give one with fixed:MS, or samples with profile:FILE"
    );
    let profile = read_profile(&Assets::find(assets)?.latency_file(who))?;
    profile
        .percentile_ms(50.0)
        .with_context(|| format!("the recorded latency of {who} has no samples"))
}
