//! Who looks on while a story is driven: sees every tick, and may say who commands the car.
//!
//! Looking changes nothing: a run is the same to the bit before an audience and before none, as long as nobody
//! takes the wheel.

use anyhow::Result;
use drive::ego::VehicleCommand;
use scenarios::director::ActiveFault;
use scenarios::metrics::Sample;
use scenarios::world::WorldState;
use sim::ActorMotion;

use crate::perceiver::Exposure;
use crate::seat::Seat;

/// One tick, after everyone in the car has decided and before the car obeys.
pub struct Scene<'a> {
    /// The world.
    pub world: &'a WorldState,
    /// How each actor has moved so far.
    pub motions: &'a [ActorMotion],
    /// Everyone in the car.
    pub seats: &'a [Seat],
    /// What the camera delivered on this tick, if anything.
    pub exposure: Option<&'a Exposure>,
    /// What is wrong with camera and network.
    pub faults: &'a [ActiveFault],
    /// What was measured, once anything was.
    pub sample: Option<&'a Sample>,
}

/// Who commands the car on a tick.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Wheel {
    /// The seat with this number.
    Seat(usize),
    /// Nobody in the car: what was recorded.
    Recorded(VehicleCommand),
}

/// Who looks on.
pub trait Audience {
    /// Sees a tick, holds the loop as long as it likes, and says who commands.
    ///
    /// # Errors
    /// Ends the run.
    fn watch(&mut self, scene: &Scene<'_>) -> Result<Wheel>;

    /// Whether it wants to see pictures that nobody in the car takes.
    fn looks_at_pictures(&self) -> bool {
        true
    }
}

/// An empty house: the first seat drives.
pub struct Nobody;

impl Audience for Nobody {
    fn watch(&mut self, _: &Scene<'_>) -> Result<Wheel> {
        Ok(Wheel::Seat(0))
    }

    fn looks_at_pictures(&self) -> bool {
        false
    }
}
