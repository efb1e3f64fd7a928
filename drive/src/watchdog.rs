//! Watches that percepts keep coming. It minds the gaps between arrivals, not their age: a network that
//! is slow but regular is a slow network, one that falls silent has lost its camera.

use crate::time::{CAMERA_PERIOD_S, Tick};

/// The usual gap is the middle one of this many, so that one long silence does not become usual.
const REMEMBERED_GAPS: usize = 3;

/// Knows when the last percept arrived and how far apart the last few were.
#[derive(Debug, Clone, Default)]
pub struct Watchdog {
    heard: Option<Tick>,
    gaps_s: GapsS,
}

#[derive(Debug, Clone)]
struct GapsS([f64; REMEMBERED_GAPS]);

impl Default for GapsS {
    /// Before the first percepts those of a network that keeps up with the camera.
    fn default() -> Self {
        Self([CAMERA_PERIOD_S; REMEMBERED_GAPS])
    }
}

impl Watchdog {
    /// Begins to wait at the first tick it is told.
    pub fn wait(&mut self, now: Tick) {
        self.heard.get_or_insert(now);
    }

    /// A percept arrived now.
    pub fn hear(&mut self, now: Tick) {
        let gap_s = self.heard.map_or(0.0, |heard| now.seconds_since(heard));
        self.heard = Some(now);
        self.gaps_s.0.rotate_left(1);
        self.gaps_s.0[REMEMBERED_GAPS - 1] = gap_s;
    }

    /// By how much the next percept is overdue, in seconds; negative while it is not.
    pub fn overdue_s(&self, now: Tick) -> f64 {
        let mut gaps_s = self.gaps_s.0;
        gaps_s.sort_by(f64::total_cmp);
        let usual_s = gaps_s[REMEMBERED_GAPS / 2].max(CAMERA_PERIOD_S);
        let silence_s = self.heard.map_or(0.0, |heard| now.seconds_since(heard));
        silence_s - usual_s
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How overdue the next percept is at `now` after arrivals at some ticks.
    fn overdue_s(arrivals: &[u64], now: u64) -> f64 {
        let mut watchdog = Watchdog::default();
        watchdog.wait(Tick(0));
        for &tick in arrivals {
            watchdog.hear(Tick(tick));
        }
        watchdog.overdue_s(Tick(now))
    }

    #[test]
    fn a_silent_camera_is_overdue_after_one_period() {
        assert!((overdue_s(&[0, 5, 10], 65) - 0.5).abs() < 1e-9);
        assert!((overdue_s(&[], 55) - 0.5).abs() < 1e-9);
    }

    #[test]
    fn a_network_that_takes_a_second_for_each_frame_is_not_silent() {
        assert!(overdue_s(&[100, 200, 300], 399) < 0.0);
    }

    #[test]
    fn one_long_silence_does_not_become_usual() {
        let regular_but_one = [0, 5, 10, 210, 215];
        assert!((overdue_s(&regular_but_one, 220)).abs() < 1e-9);
    }
}
