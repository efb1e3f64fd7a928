//! The closed loop: one story, driven from its first tick to its verdict. Read this first.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Result, bail};
use drive::ego::VehicleCommand;
use drive::time::Tick;
use perception::probabilities::Logits;
use scenarios::director::{ActiveFault, Director, opening_world};
use scenarios::judge::Judge;
use scenarios::metrics::Sample;
use scenarios::story::CompiledStory;
use scenarios::verdict::Verdict;
use scenarios::world::WorldState;
use sim::{Exposure as Pass, SimOptions, Simulation};

use crate::audience::{Audience, Scene, Wheel};
use crate::camera::{CameraKind, expose_by};
use crate::clock::WallClock;
use crate::digest::{DigestChain, hex_of};
use crate::faults::{FaultyCamera, late_us};
use crate::film::Film;
use crate::perceiver::Exposure;
use crate::record::{Agreement, EventRecord, FrameRecord};
use crate::recorded::Fork;
use crate::seat::Seat;
use crate::trace::{ExposedDigests, TickRecord, Trace};

/// How an episode is driven.
#[derive(Debug, Clone)]
pub struct EpisodeOptions {
    /// Whether frames are pictures or labels only.
    pub pass: Pass,
    /// What becomes of the pictures.
    pub pictures: Pictures,
    /// Which camera takes them.
    pub camera: CameraKind,
    /// Whether pictures enter the hash chain. Where no network sees them they do not: a run is the same whether it
    /// is filmed or not.
    pub chains_pixels: bool,
    /// Whether to keep the networks' raw outputs: 120 kB each.
    pub keep_logits: bool,
    /// The recorded run whose commands the car follows before the driver takes the wheel.
    pub fork: Option<Arc<Fork>>,
    /// Hold the simulation back to real time (latency mode `live`).
    pub real_time: bool,
    /// Raised to end early.
    pub stop: Arc<AtomicBool>,
}

/// What becomes of the pictures after they were seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pictures {
    /// Ten a second are kept as JPEG for the report: 18 kB each at most.
    Film,
    /// All are kept besides the film: 393 kB each, and their labels.
    Keep,
    /// None is kept.
    #[default]
    Forget,
}

/// A raw output that arrived.
pub struct Arrival {
    /// When.
    pub tick: Tick,
    /// Whose.
    pub seat: String,
    /// The output.
    pub logits: Arc<Logits>,
}

/// A driven story.
pub struct Episode {
    /// Passed or not, failures and metrics.
    pub verdict: Verdict,
    /// One record per exposure tick.
    pub frames: Vec<FrameRecord>,
    /// The film, empty if none was wanted.
    pub film: Film,
    /// What the camera delivered on each exposure tick, if it was kept; as long as `frames` then.
    pub pictures: Vec<Option<Exposure>>,
    /// The raw outputs as they arrived, if they were kept.
    pub logits: Vec<Arrival>,
    /// Decisions of driver and first shadow compared.
    pub agreement: Option<Agreement>,
    /// The storyboard's events, and when they began.
    pub events: Vec<EventRecord>,
    /// Every tick, chained.
    pub trace: Trace,
    /// Simulated seconds per second of wall clock.
    pub real_time_factor: f64,
    /// Vulkan adapter and driver of the camera.
    pub camera_driver: String,
}

/// Drives a story before an audience. The first seat drives, unless the audience says otherwise; the others watch
/// the same frames.
///
/// # Errors
/// When the world cannot be built, a network fails, or the stop flag is raised.
pub fn drive(
    story: &CompiledStory,
    seats: &mut [Seat],
    options: &EpisodeOptions,
    audience: &mut dyn Audience,
) -> Result<Episode> {
    let mut simulation = Simulation::new(&story.stage, &SimOptions::default())?;
    let mut director = Director::new(story);
    simulation.place(&opening_world(story));
    let mut judge = Judge::new(story);
    let mut painter = options.camera.painter(&story.stage)?;
    let mut camera = FaultyCamera::new(story.seed);
    let mut log = Log::new(options);
    let clock = WallClock::start(options.real_time);
    let onlookers = options.pictures != Pictures::Forget || audience.looks_at_pictures();

    while !director.finished(simulation.world()) {
        if options.stop.load(Ordering::Relaxed) {
            bail!("interrupted; nothing of this run was written");
        }
        let world = simulation.world().clone();
        let cues = director.direct(&world);
        let faults = director.faults();
        let is_unseen = is_unseen(story, seats, world.tick);
        let taken = (onlookers || !is_unseen).then(|| {
            camera.take(world.tick, faults, || {
                expose_by(&mut simulation, options.pass, painter.as_deref_mut())
            })
        });
        let shot = Shot {
            exposure: taken.transpose()?.flatten(),
            is_unseen,
        };
        step(seats, &world, faults, &shot)?;
        judge.observe(&world);
        let wheel = audience.watch(&Scene {
            world: &world,
            motions: simulation.motions(),
            seats,
            exposure: shot.exposure.as_ref(),
            faults,
            sample: judge.newest(),
        })?;
        let command = command(options.fork.as_deref(), &world, wheel, seats)?;
        log.tick(&world, seats, &shot, command);
        log.frame(&world, seats, faults, judge.newest());
        log.picture(&world, seats, shot.exposure)?;
        simulation.step(&command, &cues);
        clock.wait_until(simulation.world().tick);
    }
    if !simulation.world().contacts.is_empty() {
        // A collision ends the story; it is judged too.
        judge.observe(simulation.world());
    }
    log.finish(End {
        verdict: judge.verdict(&director.events().collect::<Vec<_>>()),
        events: events(&director),
        real_time_factor: clock.factor(simulation.world().tick),
        camera_driver: camera_driver(&simulation),
    })
}

/// What the camera delivered on a tick.
struct Shot {
    exposure: Option<Exposure>,
    /// Whether everyone in the car is certain to drop it.
    is_unseen: bool,
}

impl Shot {
    /// What the car sees of it.
    fn seen(&self) -> Option<&Exposure> {
        self.exposure.as_ref().filter(|_| !self.is_unseen)
    }
}

/// Everyone in the car sees, decides and commands.
fn step(seats: &mut [Seat], world: &WorldState, faults: &[ActiveFault], shot: &Shot) -> Result<()> {
    for seat in seats {
        seat.be_late(late_us(faults));
        if shot.is_unseen {
            seat.pass_over();
        }
        seat.step(&world.ego.state, shot.seen())?;
    }
    Ok(())
}

/// What the car is commanded: what a fork recorded until its tick, then what whoever has the wheel wants.
fn command(
    fork: Option<&Fork>,
    world: &WorldState,
    wheel: Wheel,
    seats: &[Seat],
) -> Result<VehicleCommand> {
    let recorded = fork.map(|fork| fork.command(world)).transpose()?.flatten();
    Ok(recorded.unwrap_or(match wheel {
        Wheel::Seat(number) => seats[number].command(),
        Wheel::Recorded(command) => command,
    }))
}

/// Whether the camera exposes a frame that everyone in the car is certain to drop. It need not be drawn then, and does
/// not enter the hash chain. Where the camera can fail, the next frame and with it the dropping are not certain.
fn is_unseen(story: &CompiledStory, seats: &[Seat], now: Tick) -> bool {
    now.is_exposure() && !story.has_faults() && seats.iter().all(|seat| seat.will_drop(now))
}

/// The storyboard's events, and when they began.
fn events(director: &Director) -> Vec<EventRecord> {
    let record = |(name, began): (&str, Option<Tick>)| EventRecord {
        name: name.to_owned(),
        began_s: began.map(Tick::seconds),
    };
    director.events().map(record).collect()
}

/// What is known at the end of an episode.
struct End {
    verdict: Verdict,
    events: Vec<EventRecord>,
    real_time_factor: f64,
    camera_driver: String,
}

/// Exposes one frame.
///
/// # Errors
/// When the camera fails.
pub(crate) fn expose(simulation: &mut Simulation, pass: Pass) -> Result<Exposure> {
    let (frame, labels) = simulation.expose(pass)?;
    Ok(Exposure {
        tick: labels.tick,
        frame,
        labels: Arc::new(labels),
    })
}

/// What the camera draws with, in words.
fn camera_driver(simulation: &Simulation) -> String {
    simulation.adapter().map_or_else(String::new, |adapter| {
        format!("{}, {}", adapter.name, adapter.driver_info)
    })
}

/// Collects what the record of a run is made of.
#[derive(Default)]
struct Log {
    pictures: Pictures,
    chains_pixels: bool,
    keeps_logits: bool,
    frames: Vec<FrameRecord>,
    film: Film,
    exposures: Vec<Option<Exposure>>,
    logits: Vec<Arrival>,
    agreement: Agreement,
    trace: Trace,
}

impl Log {
    /// Nothing yet.
    fn new(options: &EpisodeOptions) -> Self {
        Self {
            pictures: options.pictures,
            chains_pixels: options.chains_pixels,
            keeps_logits: options.keep_logits,
            ..Self::default()
        }
    }

    /// Adds a tick to the trace, and the raw outputs that arrived on it where they are kept.
    fn tick(&mut self, world: &WorldState, seats: &[Seat], shot: &Shot, command: VehicleCommand) {
        let exposed = match shot.seen() {
            None => shot.is_unseen.then(ExposedDigests::default),
            Some(exposure) => Some(self.exposed_digests(exposure)),
        };
        self.trace.push(TickRecord {
            tick: world.tick,
            world: world.clone(),
            exposed,
            seats: seats.iter().map(Seat::tick_record).collect(),
            command,
        });
        if self.keeps_logits {
            self.logits.extend(arrivals(world, seats));
        }
    }

    fn exposed_digests(&self, exposure: &Exposure) -> ExposedDigests {
        let mut labels = DigestChain::default();
        labels.link_bytes(&exposure.labels.class);
        labels.link_value(&exposure.labels.objects);
        labels.link_value(&exposure.labels.lanes);
        let picture = exposure.frame.as_ref().filter(|_| self.chains_pixels);
        ExposedDigests {
            pixels: picture.map(|frame| hex_of(&frame.rgb)),
            labels: Some(labels.hex()),
        }
    }

    /// Adds a record of a frame on an exposure tick, delivered or not.
    fn frame(
        &mut self,
        world: &WorldState,
        seats: &[Seat],
        faults: &[ActiveFault],
        sample: Option<&Sample>,
    ) {
        if !world.tick.is_exposure() {
            return;
        }
        if let [driver, shadow, ..] = seats {
            self.agreement
                .count(driver.decision().action, shadow.decision().action);
        }
        self.frames.push(FrameRecord {
            tick: world.tick,
            world: world.clone(),
            seats: seats.iter().map(Seat::record).collect(),
            faults: faults.iter().map(|active| active.fault.clone()).collect(),
            gap_m: sample.and_then(|sample| Some(sample.lead?.gap_m)),
            ttc_s: sample.and_then(|sample| sample.ttc_s),
        });
    }

    /// Keeps what is wanted of an exposure tick's picture.
    fn picture(
        &mut self,
        world: &WorldState,
        seats: &[Seat],
        exposure: Option<Exposure>,
    ) -> Result<()> {
        if !world.tick.is_exposure() || self.pictures == Pictures::Forget {
            return Ok(());
        }
        self.film.take(&world.ego.state, seats, exposure.as_ref())?;
        if self.pictures == Pictures::Keep {
            self.exposures.push(exposure);
        }
        Ok(())
    }

    fn finish(mut self, end: End) -> Result<Episode> {
        self.film.end()?;
        Ok(Episode {
            verdict: end.verdict,
            events: end.events,
            agreement: (self.agreement.frames > 0).then_some(self.agreement),
            trace: self.trace,
            frames: self.frames,
            film: self.film,
            pictures: self.exposures,
            logits: self.logits,
            real_time_factor: end.real_time_factor,
            camera_driver: end.camera_driver,
        })
    }
}

fn arrivals(world: &WorldState, seats: &[Seat]) -> impl Iterator<Item = Arrival> {
    seats.iter().filter_map(|seat| {
        Some(Arrival {
            tick: world.tick,
            seat: seat.name().to_owned(),
            logits: Arc::clone(seat.news()?),
        })
    })
}
