//! The wall clock: holds a live run back to real time and tells how fast a run was. It decides nothing
//! in any other mode, and no reading of it enters a digest.

use std::thread::sleep;
use std::time::{Duration, Instant};

use drive::time::Tick;

/// A clock started with the episode.
pub struct WallClock {
    start: Instant,
    real_time: bool,
}

impl WallClock {
    /// Starts; with `real_time`, [`Self::wait_until`] waits.
    #[expect(
        clippy::disallowed_methods,
        reason = "measures speed and paces live runs only"
    )]
    pub fn start(real_time: bool) -> Self {
        Self {
            start: Instant::now(),
            real_time,
        }
    }

    /// In a real-time run: sleeps until the tick's time has come.
    pub fn wait_until(&self, tick: Tick) {
        if self.real_time {
            sleep(Duration::from_micros(tick.micros()).saturating_sub(self.start.elapsed()));
        }
    }

    /// Seconds of wall clock since the start.
    pub fn elapsed_s(&self) -> f64 {
        self.start.elapsed().as_secs_f64().max(1e-9)
    }

    /// Simulated seconds per second of wall clock, up to a tick.
    pub fn factor(&self, tick: Tick) -> f64 {
        tick.seconds() / self.elapsed_s()
    }
}
