//! A run on its own thread, before an onlooker.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use anyhow::{Result, anyhow};
use crossbeam_channel::{Receiver, TryRecvError, bounded, unbounded};
use drive::ego::VehicleCommand;
use drive::latency::LatencyMode;
use scenarios::story::Story;

use super::broadcast::Broadcast;
use super::gate::Gate;
use super::glimpse::Glimpse;
use crate::record::RunRecord;
use crate::recorded::Fork;
use crate::theatre::{Performance, Theatre};

/// What is to be played.
#[derive(Clone)]
pub struct Order {
    /// The story.
    pub story: Story,
    /// Seed of everything random.
    pub seed: u64,
    /// When percepts arrive.
    pub latency: LatencyMode,
    /// Values of the story's parameters that neither default nor seed decide.
    pub parameters: BTreeMap<String, f64>,
    /// The recorded run whose commands the car follows.
    pub fork: Option<Arc<Fork>>,
}

/// Where a run leaves another one, and who drives then.
#[derive(Debug, Clone, Default)]
pub struct Branch {
    /// What the car is commanded before.
    pub commands: Vec<VehicleCommand>,
    /// The seat at the wheel from then on.
    pub at_wheel: usize,
}

/// A run under way.
pub struct Session {
    gate: Arc<Gate>,
    glimpses: Receiver<Glimpse>,
    outcome: Receiver<Result<RunRecord>>,
    thread: Option<JoinHandle<()>>,
}

impl Session {
    /// Starts a run; nothing happens before its [`Gate`] allows it.
    ///
    /// # Errors
    /// When the system refuses another thread.
    pub fn start(theatre: &Arc<Theatre>, order: &Order, branch: Branch) -> Result<Self> {
        let gate = Arc::new(Gate::default());
        gate.seat_at_wheel(branch.at_wheel);
        let (passing, glimpses) = unbounded();
        let (ending, outcome) = bounded(1);
        let mut audience = Broadcast::new(Arc::clone(&gate), passing, branch.commands);
        let (theatre, order) = (Arc::clone(theatre), order.clone());
        let thread = thread::Builder::new()
            .name("run".to_owned())
            .spawn(move || {
                let performance = Performance {
                    latency: order.latency,
                    parameters: order.parameters,
                    fork: order.fork,
                    ..theatre.performance(&order.story, order.seed)
                };
                let played = theatre.perform_before(&performance, &mut audience);
                // Whoever has left does not ask how it ended.
                let _ = ending.send(played.map(|played| played.record));
            })?;
        Ok(Self {
            gate,
            glimpses,
            outcome,
            thread: Some(thread),
        })
    }

    /// How far the run may go, and who drives.
    pub fn gate(&self) -> &Gate {
        &self.gate
    }

    /// The ticks that came since the last call.
    pub fn news(&self) -> impl Iterator<Item = Glimpse> {
        self.glimpses.try_iter()
    }

    /// The next tick, waited for; `None` when the run has ended.
    pub fn next(&self) -> Option<Glimpse> {
        self.glimpses.recv().ok()
    }

    /// How the run ended, told once; `None` while it goes on.
    ///
    /// # Errors
    /// Why it could not be driven to its end.
    pub fn outcome(&self) -> Option<Result<RunRecord>> {
        match self.outcome.try_recv() {
            Ok(outcome) => Some(outcome),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => {
                let is_over = self.thread.as_ref().is_some_and(JoinHandle::is_finished);
                is_over.then(|| Err(anyhow!("the run's thread ended unexpectedly")))
            }
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.gate.close();
        if let Some(thread) = self.thread.take() {
            // A panic of the thread was told as its outcome.
            let _ = thread.join();
        }
    }
}
