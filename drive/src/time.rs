//! The simulation clock: ticks of 10 ms; the camera exposes every fifth.

use serde::{Deserialize, Serialize};

/// Length of one tick in microseconds.
pub const TICK_US: u64 = 10_000;
/// Length of one tick in seconds.
pub const TICK_S: f64 = 0.01;
/// Ticks between two camera frames (20 Hz).
pub const CAMERA_PERIOD_TICKS: u64 = 5;
/// Time between two camera frames in seconds.
pub const CAMERA_PERIOD_S: f64 = 0.05;

/// A moment on the simulation clock, counted in ticks since the start of the story.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Tick(pub u64);

impl Tick {
    /// Seconds since the start of the story.
    pub fn seconds(self) -> f64 {
        self.0 as f64 * TICK_S
    }

    /// Microseconds since the start of the story.
    pub fn micros(self) -> u64 {
        self.0 * TICK_US
    }

    /// Whether the camera exposes a frame on this tick.
    pub fn is_exposure(self) -> bool {
        self.0.is_multiple_of(CAMERA_PERIOD_TICKS)
    }

    /// When the camera exposes again, if it does now.
    #[must_use]
    pub fn next_exposure(self) -> Tick {
        Tick(self.0 + CAMERA_PERIOD_TICKS)
    }

    /// Seconds from `earlier` to this tick; negative when `earlier` lies ahead.
    pub fn seconds_since(self, earlier: Tick) -> f64 {
        (self.0 as f64 - earlier.0 as f64) * TICK_S
    }

    /// The tick nearest to a time in seconds, which is not negative.
    pub fn nearest(seconds: f64) -> Tick {
        Tick((seconds / TICK_S).round() as u64)
    }

    /// The first tick at or after a time in microseconds.
    pub fn at_or_after_micros(micros: u64) -> Tick {
        Tick(micros.div_ceil(TICK_US))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percept_due_between_two_ticks_waits_for_the_later_one() {
        assert_eq!(Tick::at_or_after_micros(10_000), Tick(1));
        assert_eq!(Tick::at_or_after_micros(10_001), Tick(2));
    }
}
