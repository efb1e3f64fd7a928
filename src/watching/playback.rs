//! Which tick is shown, and how fast the next one comes.

use drive::time::{CAMERA_PERIOD_TICKS, TICK_S, Tick};

/// How far the run may be ahead of what is shown: a camera period.
const AHEAD_TICKS: u64 = CAMERA_PERIOD_TICKS;
/// Speeds one can choose from, as multiples of real time.
const SPEEDS: [f64; 7] = [0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0];
/// Place of real time among them.
const REAL_TIME: usize = 3;

/// The cursor over a run.
#[derive(Debug, Clone)]
pub struct Playback {
    /// In ticks; the shown tick is its whole part.
    cursor: f64,
    /// Whether it moves by itself.
    pub is_playing: bool,
    speed: usize,
}

impl Default for Playback {
    fn default() -> Self {
        Self {
            cursor: 0.0,
            is_playing: true,
            speed: REAL_TIME,
        }
    }
}

impl Playback {
    /// The tick to be shown.
    pub fn shown(&self) -> Tick {
        Tick(self.cursor as u64)
    }

    /// How far the run may go.
    pub fn may_run_to(&self) -> Tick {
        Tick(self.shown().0 + AHEAD_TICKS)
    }

    /// Multiple of real time it plays at.
    pub fn speed(&self) -> f64 {
        SPEEDS[self.speed]
    }

    /// Plays at the next higher or lower speed.
    pub fn change_speed(&mut self, by: isize) {
        self.speed = self.speed.saturating_add_signed(by).min(SPEEDS.len() - 1);
    }

    /// Lets wall-clock time pass; the cursor stops at the newest tick there is.
    pub fn advance(&mut self, elapsed_s: f64, newest: Tick) {
        if self.is_playing {
            self.cursor += elapsed_s * self.speed() / TICK_S;
        }
        self.cursor = self.cursor.min(newest.0 as f64);
    }

    /// Shows a tick and stops there.
    pub fn seek(&mut self, tick: Tick) {
        self.cursor = tick.0 as f64;
        self.is_playing = false;
    }

    /// Goes some ticks on or back, and stops there.
    pub fn step_ticks(&mut self, by: i64) {
        self.seek(Tick(self.shown().0.saturating_add_signed(by)));
    }

    /// Goes to the next exposure, or the one before.
    pub fn step_frame(&mut self, is_forward: bool) {
        let (now, period) = (self.shown().0, CAMERA_PERIOD_TICKS);
        let frame = if is_forward {
            now / period + 1
        } else {
            now.div_ceil(period).saturating_sub(1)
        };
        self.seek(Tick(frame * period));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_stepped_to_exposures() {
        let mut playback = Playback::default();
        playback.seek(Tick(12));
        playback.step_frame(true);
        assert_eq!(playback.shown(), Tick(15));
        playback.step_frame(false);
        assert_eq!(playback.shown(), Tick(10));
        playback.step_ticks(1);
        playback.step_frame(false);
        assert_eq!(playback.shown(), Tick(10));
    }

    #[test]
    fn it_plays_at_its_speed_and_waits_for_the_run() {
        let mut playback = Playback::default();
        playback.advance(0.5, Tick(1000));
        assert_eq!(playback.shown(), Tick(50));
        playback.change_speed(1);
        playback.advance(0.5, Tick(1000));
        assert_eq!(playback.shown(), Tick(150));
        playback.advance(0.5, Tick(160));
        assert_eq!(playback.shown(), Tick(160));
        playback.is_playing = false;
        playback.advance(0.5, Tick(1000));
        assert_eq!(playback.shown(), Tick(160));
    }

    #[test]
    fn speeds_end_at_both_ends() {
        let mut playback = Playback::default();
        playback.change_speed(-9);
        assert_eq!(playback.speed(), 0.1);
        playback.change_speed(99);
        assert_eq!(playback.speed(), 8.0);
    }
}
