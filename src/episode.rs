//! The closed loop: one story, driven from its first tick to its verdict. Read this first.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Result, bail};
use drive::ego::VehicleCommand;
use drive::time::Tick;
use perception::probabilities::Logits;
use scenarios::director::{ActiveFault, Director, opening_world};
use scenarios::judge::Judge;
use scenarios::story::CompiledStory;
use scenarios::verdict::Verdict;
use scenarios::world::WorldState;
use sim::{Exposure as Pass, SimOptions, Simulation};

use crate::clock::WallClock;
use crate::digest::{DigestChain, hex_of};
use crate::faults::{FaultyCamera, late_us};
use crate::perceiver::Exposure;
use crate::record::{Agreement, FrameRecord};
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pictures {
    /// All are kept for the report: 393 kB each.
    Keep,
    /// None is kept.
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
    /// What the camera delivered on each exposure tick, if it was kept; as long as `frames` then.
    pub pictures: Vec<Option<Exposure>>,
    /// The raw outputs as they arrived, if they were kept.
    pub logits: Vec<Arrival>,
    /// Decisions of driver and first shadow compared.
    pub agreement: Option<Agreement>,
    /// Every tick, chained.
    pub trace: Trace,
    /// Simulated seconds per second of wall clock.
    pub real_time_factor: f64,
    /// Vulkan adapter and driver of the camera.
    pub camera_driver: String,
}

/// Drives a story. The first seat drives, the others watch the same frames.
///
/// # Errors
/// When the world cannot be built, a network fails, or the stop flag is raised.
pub fn drive(
    story: &CompiledStory,
    seats: &mut [Seat],
    options: &EpisodeOptions,
) -> Result<Episode> {
    let mut simulation = Simulation::new(&story.stage, &SimOptions::default())?;
    let mut director = Director::new(story);
    simulation.place(&opening_world(story));
    let mut judge = Judge::new(story);
    let mut camera = FaultyCamera::new(story.seed);
    let mut log = Log {
        keeps_pictures: options.pictures == Pictures::Keep,
        ..Log::default()
    };
    let clock = WallClock::start(options.real_time);

    while !director.finished(simulation.world()) {
        if options.stop.load(Ordering::Relaxed) {
            bail!("interrupted; nothing of this run was written");
        }
        let world = simulation.world().clone();
        let cues = director.direct(&world);
        let faults = director.faults();
        let exposure = camera.take(world.tick, faults, || expose(&mut simulation, options.pass))?;
        for seat in seats.iter_mut() {
            seat.be_late(late_us(faults));
            seat.step(&world.ego.state, exposure.as_ref())?;
        }
        let recorded = options.fork.as_ref();
        let recorded = recorded.map(|fork| fork.command(&world)).transpose()?;
        let command = recorded.flatten().unwrap_or(seats[0].command());
        log.tick(&world, seats, exposure.as_ref(), command);
        if options.keep_logits {
            log.logits.extend(arrivals(&world, seats));
        }
        log.frame(&world, seats, faults, exposure);
        judge.observe(&world);
        simulation.step(&command, &cues);
        clock.wait_until(simulation.world().tick);
    }
    // A collision ends the story: it shows only in the world after the last step.
    judge.observe(simulation.world());
    let factor = clock.factor(simulation.world().tick);
    Ok(log.finish(judge.verdict(), factor, camera_driver(&simulation)))
}

/// Exposes one frame.
fn expose(simulation: &mut Simulation, pass: Pass) -> Result<Exposure> {
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
    keeps_pictures: bool,
    frames: Vec<FrameRecord>,
    pictures: Vec<Option<Exposure>>,
    logits: Vec<Arrival>,
    agreement: Agreement,
    trace: Trace,
}

impl Log {
    /// Adds a tick to the trace.
    fn tick(
        &mut self,
        world: &WorldState,
        seats: &[Seat],
        exposure: Option<&Exposure>,
        command: VehicleCommand,
    ) {
        self.trace.push(TickRecord {
            tick: world.tick,
            world: world.clone(),
            exposed: exposure.map(exposed_digests),
            seats: seats.iter().map(Seat::tick_record).collect(),
            command,
        });
    }

    /// Adds a record of a frame on an exposure tick, delivered or not.
    fn frame(
        &mut self,
        world: &WorldState,
        seats: &[Seat],
        faults: &[ActiveFault],
        exposure: Option<Exposure>,
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
        });
        if self.keeps_pictures {
            self.pictures.push(exposure);
        }
    }

    fn finish(self, verdict: Verdict, real_time_factor: f64, camera_driver: String) -> Episode {
        Episode {
            verdict,
            agreement: (self.agreement.frames > 0).then_some(self.agreement),
            trace: self.trace,
            frames: self.frames,
            pictures: self.pictures,
            logits: self.logits,
            real_time_factor,
            camera_driver,
        }
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

fn exposed_digests(exposure: &Exposure) -> ExposedDigests {
    let mut labels = DigestChain::default();
    labels.link_bytes(&exposure.labels.class);
    labels.link_value(&exposure.labels.objects);
    labels.link_value(&exposure.labels.lanes);
    ExposedDigests {
        pixels: exposure.frame.as_ref().map(|frame| hex_of(&frame.rgb)),
        labels: labels.hex(),
    }
}
