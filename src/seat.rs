//! A place in the car: its own perceiver on a thread, its own schedule, tracker, planner and controller.
//! The first seat drives; the others watch the same frames, and their commands are discarded.

use std::collections::VecDeque;
use std::sync::Arc;

use anyhow::Result;
use drive::decision::Decision;
use drive::driver::Driver;
use drive::ego::{EgoState, VehicleCommand};
use drive::latency::{Durations, Event, Pipeline};
use drive::percept::Percept;
use drive::time::Tick;
use perception::probabilities::Logits;

use crate::film::View;
use crate::perceiver::{Exposure, Perceiver, Sight};
use crate::record::{LatencyMs, NetworkFacts, NetworkRecord, SeatRecord};
use crate::trace::SeatTick;
use crate::worker::Worker;

/// A seat.
pub struct Seat {
    name: String,
    worker: Worker,
    pipeline: Pipeline<Exposure>,
    live: bool,
    applied_latency_ms: Option<f64>,
    arrived_live: VecDeque<Sight>,
    driver: Driver,
    percept: Option<Percept>,
    has_news: bool,
    output: Option<(Arc<Logits>, String)>,
    segmentation: Option<Arc<[u8]>>,
    decision: Decision,
    command: VehicleCommand,
    walls_ms: Vec<f64>,
}

/// What a seat goes by.
pub struct Knowledge<'a> {
    /// The newest percept; `None` before the first.
    pub percept: Option<&'a Percept>,
    /// Whether the percept became usable on this tick.
    pub has_news: bool,
    /// The raw output behind the percept; the truth has none.
    pub logits: Option<&'a Arc<Logits>>,
    /// Frames processed so far.
    pub frames: u64,
    /// Frames that a newer one replaced so far.
    pub dropped: u64,
}

impl Seat {
    /// Seats a perceiver whose percepts arrive after `durations`.
    ///
    /// # Errors
    /// When the system refuses another thread.
    pub fn new(
        name: &str,
        perceiver: Box<dyn Perceiver>,
        durations: Durations,
        driver: Driver,
    ) -> Result<Self> {
        Ok(Self {
            name: name.to_owned(),
            worker: Worker::start(name, perceiver)?,
            live: matches!(durations, Durations::Live),
            applied_latency_ms: match durations {
                Durations::Fixed { duration_us } => Some(duration_us as f64 / 1000.0),
                Durations::Recorded { .. } | Durations::Live => None,
            },
            pipeline: Pipeline::new(durations),
            arrived_live: VecDeque::new(),
            driver,
            percept: None,
            has_news: false,
            output: None,
            segmentation: None,
            decision: Decision::default(),
            command: VehicleCommand::default(),
            walls_ms: Vec::new(),
        })
    }

    /// From now on the network takes this much longer for what it starts, in microseconds.
    pub fn be_late(&mut self, by_us: u64) {
        self.pipeline.be_late(by_us);
    }

    /// Whether it is certain to drop a frame exposed now in favour of the next.
    pub fn will_drop(&self, now: Tick) -> bool {
        self.pipeline.is_busy_until(now.next_exposure())
    }

    /// Drops a frame, of which [`Self::will_drop`] told, without having seen it.
    pub fn pass_over(&mut self) {
        self.pipeline.pass_over();
    }

    /// One tick: shows the exposure to the perceiver, takes what is due, decides.
    ///
    /// # Errors
    /// When perceiving fails.
    pub fn step(&mut self, ego: &EgoState, exposure: Option<&Exposure>) -> Result<()> {
        if let Some(exposure) = exposure {
            self.pipeline.expose(ego.tick, exposure.clone());
        }
        self.notice_live_result(ego)?;
        self.has_news = false;
        for event in self.pipeline.advance(ego.tick) {
            match event {
                Event::Start { frame, .. } => self.worker.submit(frame)?,
                Event::Finish { .. } => {
                    self.take()?;
                    self.has_news = true;
                }
            }
        }
        let news = self.percept.as_ref().filter(|_| self.has_news);
        (self.decision, self.command) = self.driver.step(ego, news);
        Ok(())
    }

    /// What this tick brought it, and what it made of it.
    pub fn tick_record(&self) -> SeatTick {
        let output = self.output.as_ref().filter(|_| self.has_news);
        SeatTick {
            logits: output.map(|(_, digest)| digest.clone()),
            percept: self.percept.clone().filter(|_| self.has_news),
            decision: self.decision,
            command: self.command,
        }
    }

    /// The raw output that arrived on this tick.
    pub fn news(&self) -> Option<&Arc<Logits>> {
        let output = self.output.as_ref().filter(|_| self.has_news);
        output.map(|(logits, _)| logits)
    }

    /// In a live run the wall clock decides: a result that is there has finished now.
    fn notice_live_result(&mut self, ego: &EgoState) -> Result<()> {
        if self.live
            && let Some(sight) = self.worker.try_take()?
        {
            self.arrived_live.push_back(sight);
            self.pipeline.complete(ego.tick);
        }
        Ok(())
    }

    /// Takes the due result, waiting for the worker if need be.
    fn take(&mut self) -> Result<()> {
        let sight = match self.arrived_live.pop_front() {
            Some(sight) => sight,
            None => self.worker.take()?,
        };
        self.walls_ms.push(sight.wall.as_secs_f64() * 1000.0);
        self.output = sight.output;
        self.segmentation = sight.segmentation;
        self.percept = Some(sight.percept);
        Ok(())
    }

    /// Who sits here.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The newest decision.
    pub fn decision(&self) -> &Decision {
        &self.decision
    }

    /// The newest command.
    pub fn command(&self) -> VehicleCommand {
        self.command
    }

    /// Wall-clock inference times so far in milliseconds.
    pub fn inference_ms(&self) -> &[f64] {
        &self.walls_ms
    }

    /// What it knows and wants now.
    pub fn record(&self) -> SeatRecord {
        SeatRecord {
            percept: self.percept.clone(),
            decision: self.decision,
            command: self.command,
        }
    }

    /// What the page shows of it besides its percept.
    pub fn view(&self) -> View {
        View {
            segmentation: self.segmentation.clone(),
            tracks: self.driver.scene().objects,
        }
    }

    /// What it goes by now.
    pub fn knowledge(&self) -> Knowledge<'_> {
        Knowledge {
            percept: self.percept.as_ref(),
            has_news: self.has_news,
            logits: self.output.as_ref().map(|(logits, _)| logits),
            frames: self.pipeline.processed(),
            dropped: self.pipeline.dropped(),
        }
    }

    /// The network's part in the run so far.
    pub fn network_record(&self, facts: NetworkFacts) -> NetworkRecord {
        NetworkRecord {
            parameters: facts.parameters,
            flops: facts.flops,
            weights_digest: facts.weights_digest,
            latency_ms: LatencyMs::of(&self.walls_ms),
            frames: self.pipeline.processed(),
            dropped: self.pipeline.dropped(),
            applied_latency_ms: self.applied_latency_ms,
        }
    }
}
