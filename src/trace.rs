//! What happened on every tick of a run, chained so that one hash proves the whole.

use drive::decision::Decision;
use drive::ego::VehicleCommand;
use drive::percept::Percept;
use drive::time::Tick;
use scenarios::world::WorldState;
use serde::{Deserialize, Serialize};

use crate::digest::DigestChain;

/// One tick in the order in which things follow from each other.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TickRecord {
    /// When.
    pub tick: Tick,
    /// The world at its beginning.
    pub world: WorldState,
    /// What was exposed on it, if anything.
    pub exposed: Option<ExposedDigests>,
    /// The seats, the driver's first.
    pub seats: Vec<SeatTick>,
    /// What the car was commanded: the driver's command, or in a fork the recorded one until its tick.
    pub command: VehicleCommand,
}

/// SHA-256 of what one exposure showed, hexadecimal; neither is there for a frame that everyone in the car was certain to
/// drop, whether somebody else looked at it or not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExposedDigests {
    /// Of the picture's bytes; `None` on a labels-only pass.
    pub pixels: Option<String>,
    /// Of the labels.
    pub labels: Option<String>,
}

/// One seat on one tick.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SeatTick {
    /// SHA-256 of the raw output that arrived on this tick, hexadecimal; `None` when none did, or the truth sees.
    pub logits: Option<String>,
    /// The percept that arrived on this tick.
    pub percept: Option<Percept>,
    /// What it decided.
    pub decision: Decision,
    /// What it would have commanded; only the driver's reaches the car.
    pub command: VehicleCommand,
}

/// A tick with the chain up to it: one line of `trace.jsonl`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TraceLine {
    /// SHA-256 over the chain before and this tick as it is written, hexadecimal.
    pub chain: String,
    /// The tick.
    pub tick: TickRecord,
}

/// The ticks of a run from the first on.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    lines: Vec<TraceLine>,
    chain: DigestChain,
}

impl Trace {
    /// Adds a tick.
    pub fn push(&mut self, tick: TickRecord) {
        self.chain.link_value(&tick);
        self.lines.push(TraceLine {
            chain: self.chain.hex(),
            tick,
        });
    }

    /// Every tick with its chain.
    pub fn lines(&self) -> &[TraceLine] {
        &self.lines
    }

    /// End of the chain, hexadecimal.
    pub fn digest(&self) -> String {
        self.chain.hex()
    }
}
