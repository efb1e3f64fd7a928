//! The audience that passes on every tick to an onlooker on another thread.

use std::sync::Arc;

use anyhow::{Result, bail};
use crossbeam_channel::Sender;
use drive::ego::VehicleCommand;

use super::gate::Gate;
use super::glimpse::Glimpse;
use crate::audience::{Audience, Scene, Wheel};

/// Passes on every tick; the onlooker's gate holds the run and says who drives.
pub struct Broadcast {
    gate: Arc<Gate>,
    glimpses: Sender<Glimpse>,
    /// Commands that the car follows on its first ticks, before anybody drives.
    recorded: Vec<VehicleCommand>,
}

impl Broadcast {
    /// Passes ticks on into a channel.
    pub fn new(gate: Arc<Gate>, glimpses: Sender<Glimpse>, recorded: Vec<VehicleCommand>) -> Self {
        Self {
            gate,
            glimpses,
            recorded,
        }
    }
}

impl Audience for Broadcast {
    fn watch(&mut self, scene: &Scene<'_>) -> Result<Wheel> {
        let tick = scene.world.tick;
        let Some(at_wheel) = self.gate.pass(tick) else {
            bail!("the onlooker has left");
        };
        let wheel = match self.recorded.get(tick.0 as usize) {
            Some(&command) => Wheel::Recorded(command),
            None => Wheel::Seat(at_wheel),
        };
        if self.glimpses.send(Glimpse::of(scene, wheel)).is_err() {
            bail!("the onlooker has left");
        }
        Ok(wheel)
    }
}
