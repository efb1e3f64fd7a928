//! One tick as an onlooker sees it.

use std::sync::Arc;

use drive::decision::Decision;
use drive::ego::VehicleCommand;
use drive::frame::CameraFrame;
use drive::percept::Percept;
use drive::scene::TrackedObject;
use drive::time::Tick;
use perception::encode::encode;
use perception::probabilities::Logits;
use perception::targets::Targets;
use scenarios::story::Fault;
use scenarios::world::WorldState;
use sim::ActorMotion;

use crate::audience::{Scene, Wheel};
use crate::seat::Seat;

/// One tick.
#[derive(Debug, Clone)]
pub struct Glimpse {
    /// The world.
    pub world: WorldState,
    /// How each actor has moved so far.
    pub motions: Vec<ActorMotion>,
    /// What the camera delivered, if it did.
    pub exposed: Option<Exposed>,
    /// Everyone in the car.
    pub seats: Vec<SeatGlimpse>,
    /// Who commanded the car.
    pub wheel: Wheel,
    /// What was wrong with camera and network.
    pub faults: Vec<Fault<f64>>,
    /// From ego's front bumper to the road user ahead in its lane, in metres.
    pub gap_m: Option<f64>,
    /// Smallest time to collision with any road user, in seconds.
    pub ttc_s: Option<f64>,
}

/// What the camera delivered.
#[derive(Debug, Clone)]
pub struct Exposed {
    /// The picture; `None` on a labels-only pass.
    pub frame: Option<CameraFrame>,
    /// The hard labels of every head.
    pub targets: Arc<Targets>,
}

/// What one seat knows and wants.
#[derive(Debug, Clone)]
pub struct SeatGlimpse {
    /// The newest percept it has; `None` before the first.
    pub percept: Option<Arc<Percept>>,
    /// Whether the percept became usable on this very tick.
    pub has_news: bool,
    /// The raw output behind the percept; the truth has none.
    pub logits: Option<Arc<Logits>>,
    /// Number of the likeliest class of each cell of the segmentation grid in the percept's frame.
    pub segmentation: Option<Arc<[u8]>>,
    /// The road users it follows, as it believes them to be now.
    pub tracks: Vec<TrackedObject>,
    /// What it decided.
    pub decision: Decision,
    /// What it would command.
    pub command: VehicleCommand,
    /// Frames it has processed so far.
    pub frames: u64,
    /// Frames that a newer one replaced so far.
    pub dropped: u64,
}

impl Glimpse {
    /// What a tick shows.
    pub(super) fn of(scene: &Scene<'_>, wheel: Wheel) -> Self {
        Self {
            world: scene.world.clone(),
            motions: scene.motions.to_vec(),
            exposed: scene.exposure.map(|exposure| Exposed {
                frame: exposure.frame.clone(),
                targets: Arc::new(encode(&exposure.labels)),
            }),
            seats: scene.seats.iter().map(SeatGlimpse::of).collect(),
            wheel,
            faults: scene.faults.iter().map(|on| on.fault.clone()).collect(),
            gap_m: scene.sample.and_then(|sample| Some(sample.lead?.gap_m)),
            ttc_s: scene.sample.and_then(|sample| sample.ttc_s),
        }
    }

    /// When.
    pub fn tick(&self) -> Tick {
        self.world.tick
    }

    /// What the car was commanded.
    pub fn command(&self) -> VehicleCommand {
        match self.wheel {
            Wheel::Seat(number) => self.seats[number].command,
            Wheel::Recorded(command) => command,
        }
    }

    /// Whether the first two seats decide differently.
    pub fn is_parted(&self) -> bool {
        match self.seats.as_slice() {
            [one, other, ..] => one.decision.action != other.decision.action,
            _ => false,
        }
    }
}

impl SeatGlimpse {
    fn of(seat: &Seat) -> Self {
        let view = seat.view();
        let known = seat.knowledge();
        Self {
            percept: known.percept.cloned().map(Arc::new),
            has_news: known.has_news,
            logits: known.logits.cloned(),
            segmentation: view.segmentation,
            tracks: view.tracks,
            decision: *seat.decision(),
            command: seat.command(),
            frames: known.frames,
            dropped: known.dropped,
        }
    }

    /// How old the frame is that it goes by, in milliseconds.
    pub fn age_ms(&self, now: Tick) -> Option<f64> {
        let percept = self.percept.as_ref()?;
        Some(1000.0 * now.seconds_since(percept.exposure))
    }
}
