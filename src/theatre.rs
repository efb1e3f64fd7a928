//! Who sits where and how late: builds the seats of a run, drives it and sums it up.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, ensure};
use drive::driver::Driver;
use drive::latency::{Durations, LatencyMode, LatencyProfile};
use drive::random::stream;
use perception::network::{Backend, Network};
use perception::probabilities::Logits;
use scenarios::story::Story;
use sim::Exposure as Pass;

use crate::audience::{Audience, Nobody};
use crate::camera::CameraKind;
use crate::episode::{Episode, EpisodeOptions, Pictures, drive};
use crate::faults::TimedFault;
use crate::loaded::Loaded;
use crate::machine::machine;
use crate::models::{Assets, Who, profile_file, read_profile};
use crate::perceiver::{Perceiver, Truth};
use crate::record::{Outcome, RunRecord, StoryOrigin};
use crate::recorded::{Fork, story_digest};
use crate::report::SoftTargets;
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
    /// Which camera they look through.
    pub camera: CameraKind,
    /// What computes the networks.
    pub backend: Backend,
}

impl Cast {
    /// Somebody alone in the car with whom nothing goes wrong.
    pub fn alone(driver: Who, latency: LatencyMode, backend: Backend) -> Self {
        Self {
            driver,
            shadow: None,
            latency,
            faults: Vec::new(),
            camera: CameraKind::default(),
            backend,
        }
    }

    /// Everyone who was in the car of a recorded run, as late and with the same faults.
    ///
    /// # Errors
    /// When the record names somebody unknown.
    pub fn recorded(record: &RunRecord, backend: Backend) -> Result<Self> {
        let who = |name: &String| name.parse::<Who>();
        Ok(Self {
            driver: who(&record.driver)?,
            shadow: record.shadow.as_ref().map(who).transpose()?,
            latency: record.latency.parse()?,
            faults: record.timed_faults()?,
            camera: record.camera,
            backend,
        })
    }

    /// Everyone in the car, the driver first.
    pub fn everyone(&self) -> impl Iterator<Item = &Who> {
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

/// One story to be played, and what to keep of it.
#[derive(Debug, Clone)]
pub struct Performance<'a> {
    /// The story.
    pub story: &'a Story,
    /// Seed of everything random.
    pub seed: u64,
    /// When percepts arrive.
    pub latency: LatencyMode,
    /// Values of the story's parameters that neither default nor seed decide.
    pub parameters: BTreeMap<String, f64>,
    /// What becomes of the pictures.
    pub pictures: Pictures,
    /// Whether to keep the networks' raw outputs.
    pub keep_logits: bool,
    /// The recorded run whose commands the car follows before the driver takes the wheel.
    pub fork: Option<Arc<Fork>>,
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
        ensure!(
            cast.shadow.as_ref() != Some(&cast.driver),
            "{} drives and cannot watch itself; name another with --shadow",
            cast.driver
        );
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

    /// Whether somebody pressed Ctrl-C.
    pub fn is_interrupted(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Plays a story from its first tick to its verdict.
    ///
    /// # Errors
    /// When the world cannot be built, a network fails, or the run is interrupted.
    pub fn play(&self, story: &Story, seed: u64, pictures: Pictures) -> Result<Played> {
        self.perform(&Performance {
            pictures,
            ..self.performance(story, seed)
        })
    }

    /// A story with the cast's latency, of which nothing but the record is kept.
    pub fn performance<'a>(&self, story: &'a Story, seed: u64) -> Performance<'a> {
        Performance {
            story,
            seed,
            latency: self.cast.latency.clone(),
            parameters: BTreeMap::new(),
            pictures: Pictures::Forget,
            keep_logits: false,
            fork: None,
        }
    }

    /// Plays a story from its first tick to its verdict.
    ///
    /// # Errors
    /// When the world cannot be built, a network fails, the run is interrupted, or a fork's recorded run does not
    /// repeat.
    pub fn perform(&self, performance: &Performance<'_>) -> Result<Played> {
        self.perform_before(performance, &mut Nobody)
    }

    /// Plays a story from its first tick to its verdict before an audience.
    ///
    /// # Errors
    /// As [`Self::perform`].
    pub fn perform_before(
        &self,
        performance: &Performance<'_>,
        audience: &mut dyn Audience,
    ) -> Result<Played> {
        let mut story = performance.story.clone();
        for fault in &self.cast.faults {
            fault.lay_over(&mut story);
        }
        let compiled = story.compile(performance.seed, &performance.parameters)?;
        let mut seats = self
            .cast
            .everyone()
            .map(|who| self.seat(who, performance, compiled.set_speed_mps))
            .collect::<Result<Vec<_>>>()?;
        let is_seen = self.cast.everyone().any(Who::is_network);
        let needs_pictures = is_seen || performance.pictures != Pictures::Forget;
        let options = EpisodeOptions {
            pass: if needs_pictures {
                Pass::Picture
            } else {
                Pass::Labels
            },
            pictures: performance.pictures,
            camera: self.cast.camera,
            chains_pixels: is_seen,
            keep_logits: performance.keep_logits,
            fork: performance.fork.clone(),
            real_time: performance.latency == LatencyMode::Live,
            stop: Arc::clone(&self.stop),
        };
        let episode = drive(&compiled, &mut seats, &options, audience)?;
        let record = self.summarize(performance, &compiled.parameters, &seats, &episode);
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
        let exposure = played.episode.film.hardest_braking();
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

    fn seat(&self, who: &Who, performance: &Performance<'_>, set_speed_mps: f64) -> Result<Seat> {
        let perceiver = self.perceiver(who)?;
        let durations = durations(
            &performance.latency,
            who,
            performance.seed,
            self.assets.as_deref(),
        )?;
        Seat::new(
            &who.name(),
            perceiver,
            durations,
            Driver::new(set_speed_mps),
        )
    }

    fn summarize(
        &self,
        performance: &Performance<'_>,
        values: &BTreeMap<String, f64>,
        seats: &[Seat],
        episode: &Episode,
    ) -> RunRecord {
        let story = performance.story;
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
            story: StoryOrigin {
                place: story.place().to_owned(),
                digest: story_digest(story),
            },
            title: story.title.clone(),
            seed: performance.seed,
            driver: self.cast.driver.to_string(),
            shadow: self.cast.shadow.as_ref().map(Who::to_string),
            parameters: performance.parameters.clone(),
            values: values.clone(),
            events: episode.events.clone(),
            latency: performance.latency.to_string(),
            faults: self.cast.faults.iter().map(TimedFault::to_string).collect(),
            camera: self.cast.camera,
            repeatable: performance.latency.is_repeatable(),
            fork: performance.fork.as_deref().map(Fork::origin),
            verdict: if episode.verdict.pass {
                Outcome::Pass
            } else {
                Outcome::Fail
            },
            failures: episode.verdict.failures.clone(),
            metrics: episode.verdict.metrics.clone(),
            agreement: episode.agreement.and_then(|agreement| agreement.headline()),
            agreement_counts: episode.agreement,
            digest: episode.trace.digest(),
            real_time_factor: episode.real_time_factor,
            networks,
            machine: machine(self.cast.backend, &episode.camera_driver),
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
        LatencyMode::Recorded { of: None, .. } if !who.is_network() => Durations::fixed_ms(0.0),
        LatencyMode::Recorded { of, scale } => {
            let of = of.as_deref().map(str::parse).transpose()?;
            let mut profile = recorded_profile(of.as_ref().unwrap_or(who), assets)?;
            profile.scale *= scale;
            Durations::recorded(&profile, rng)?
        }
        LatencyMode::Profile(place) if place.is_dir() && !who.is_network() => {
            Durations::fixed_ms(0.0)
        }
        LatencyMode::Profile(place) => {
            Durations::recorded(&read_profile(&profile_file(place, who)?)?, rng)?
        }
    })
}

fn recorded_median_ms(who: &Who, assets: Option<&Path>) -> Result<f64> {
    recorded_profile(who, assets)?
        .percentile_ms(50.0)
        .with_context(|| format!("the recorded latency of {who} has no samples"))
}

/// The shipped samples of a network.
fn recorded_profile(who: &Who, assets: Option<&Path>) -> Result<LatencyProfile> {
    ensure!(
        who.is_network() && !matches!(who, Who::Onnx(_)),
        "{who} has no recorded median latency, nor samples; \
         give it a latency with fixed:MS, of:NETWORK or profile:FILE"
    );
    read_profile(&Assets::find(assets)?.latency_file(who))
}
