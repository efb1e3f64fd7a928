//! Every tick seen so far.

use drive::ego::VehicleCommand;
use drive::time::Tick;

use super::glimpse::{Exposed, Glimpse};

/// Every tick seen so far, from the first on.
#[derive(Debug, Default)]
pub struct History {
    glimpses: Vec<Glimpse>,
}

impl History {
    /// Adds the next tick; what a branch drives again replaces what was there.
    pub fn push(&mut self, glimpse: Glimpse) {
        let index = glimpse.tick().0 as usize;
        if index < self.glimpses.len() {
            self.glimpses[index] = glimpse;
        } else {
            self.glimpses.push(glimpse);
        }
    }

    /// Forgets a tick and all after it.
    pub fn cut(&mut self, from: Tick) {
        self.glimpses.truncate(from.0 as usize);
    }

    /// Every tick.
    pub fn all(&self) -> &[Glimpse] {
        &self.glimpses
    }

    /// The newest tick there is.
    pub fn newest(&self) -> Option<&Glimpse> {
        self.glimpses.last()
    }

    /// A tick, or the newest if it has not come yet.
    pub fn at(&self, tick: Tick) -> Option<&Glimpse> {
        self.glimpses.get(tick.0 as usize).or(self.newest())
    }

    /// What the camera delivered last by a tick, and when.
    pub fn exposed_by(&self, tick: Tick) -> Option<(Tick, &Exposed)> {
        let upto = self.glimpses.len().min(tick.0 as usize + 1);
        let seen = self.glimpses[..upto].iter().rev();
        seen.into_iter()
            .find_map(|glimpse| Some((glimpse.tick(), glimpse.exposed.as_ref()?)))
    }

    /// How long a seat's newest result took by a tick, from exposure to use, in milliseconds.
    pub fn last_arrival(&self, seat: usize, by: Tick) -> Option<f64> {
        let upto = self.glimpses.len().min(by.0 as usize + 1);
        let arrived = self.glimpses[..upto].iter().rev();
        arrived
            .filter(|glimpse| glimpse.seats[seat].has_news)
            .find_map(|glimpse| glimpse.seats[seat].age_ms(glimpse.tick()))
    }

    /// What the car was commanded before a tick.
    pub fn commands_before(&self, tick: Tick) -> Vec<VehicleCommand> {
        let before = self.glimpses.iter().take(tick.0 as usize);
        before.map(Glimpse::command).collect()
    }

    /// The first tick after `tick` on which the first two seats begin to decide differently.
    pub fn next_parting(&self, tick: Tick) -> Option<Tick> {
        let pairs = self.glimpses.windows(2).skip(tick.0 as usize);
        pairs
            .filter(|pair| !pair[0].is_parted() && pair[1].is_parted())
            .map(|pair| pair[1].tick())
            .find(|&parting| parting > tick)
    }

    /// The last tick before `tick` on which the first two seats began to decide differently.
    pub fn parting_before(&self, tick: Tick) -> Option<Tick> {
        let upto = self.glimpses.len().min(tick.0 as usize);
        let pairs = self.glimpses[..upto].windows(2).rev();
        pairs
            .filter(|pair| !pair[0].is_parted() && pair[1].is_parted())
            .map(|pair| pair[1].tick())
            .next()
    }
}
