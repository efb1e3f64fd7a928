//! The stop line of ego's lane: its distance by Kalman filter, kept by odometry below the camera's view.

use crate::kalman::{Kalman, Measured};
use crate::math::ln;
use crate::percept::StopLinePercept;
use crate::scene::TrackedStopLine;

/// Log-odds that there is a line before it is seen for the first time.
const BIRTH_LOGIT: f64 = -2.0;
/// The most that one sighting adds to the log-odds.
const MAX_HIT_LOGIT: f64 = 2.5;
/// What absence takes from them within view.
const MISS_LOGIT: f64 = 0.7;
/// The log-odds never exceed this.
const MAX_LOGIT: f64 = 5.0;
/// From these log-odds on the line is believed.
const BELIEVE_LOGIT: f64 = 0.5;
/// Below these log-odds it is forgotten.
const FORGET_LOGIT: f64 = -2.2;
/// Where a line ought to be seen, in metres ahead of the ego origin.
const IN_VIEW_M: core::ops::Range<f64> = 6.5..30.0;
/// A line this far behind the ego origin has been passed, in metres.
const PASSED_M: f64 = -4.0;
/// A sighting farther than this from what is expected, in standard deviations, is another line.
const GATE_STD: f64 = 4.0;
/// Variance that each metre of driving adds, in metres.
const NOISE_PER_M: f64 = 2e-3;

/// The line as of the newest percept's exposure, if there is one.
#[derive(Debug, Clone)]
pub(super) struct StopLineFilter {
    line: Option<Line>,
}

/// A line that was seen at least once.
#[derive(Debug, Clone)]
struct Line {
    x_m: Kalman<1>,
    logit: f64,
}

impl StopLineFilter {
    /// No line.
    pub(super) fn new() -> Self {
        Self { line: None }
    }

    /// Moves on by `driven_m` metres in `dt_s` seconds and takes in a percept's line.
    pub(super) fn observe(&mut self, seen: Option<&StopLinePercept>, dt_s: f64, driven_m: f64) {
        if let Some(line) = &mut self.line {
            line.advance(driven_m);
        }
        match (&mut self.line, seen) {
            (None, Some(seen)) => self.line = Some(Line::born(seen)),
            (None, None) => {}
            (Some(line), Some(seen)) if line.is_same(seen) => line.correct(seen, dt_s),
            (Some(line), _) => line.miss(),
        }
        self.line
            .take_if(|line| line.logit < FORGET_LOGIT || line.x_m.mean[0] < PASSED_M);
    }

    /// The line after another `driven_m` metres, if it is believed.
    pub(super) fn tracked(&self, driven_m: f64) -> Option<TrackedStopLine> {
        let line = self
            .line
            .as_ref()
            .filter(|line| line.logit >= BELIEVE_LOGIT)?;
        let mut later = line.clone();
        later.advance(driven_m);
        Some(TrackedStopLine {
            x_m: later.x_m.mean[0],
            x_std_m: later.x_m.covariance[0][0].sqrt(),
        })
    }
}

impl Line {
    /// A line seen for the first time.
    fn born(seen: &StopLinePercept) -> Self {
        let mut line = Self {
            x_m: Kalman::new([seen.x_m], [3.0 * seen.x_std_m]),
            logit: BIRTH_LOGIT,
        };
        line.correct(seen, f64::INFINITY);
        line
    }

    fn advance(&mut self, driven_m: f64) {
        self.x_m
            .predict(&[[1.0]], &[[NOISE_PER_M * driven_m.abs()]]);
        self.x_m.mean[0] -= driven_m;
    }

    fn is_same(&self, seen: &StopLinePercept) -> bool {
        self.x_m.surprise(&[1.0], measured(seen)).abs() < GATE_STD
    }

    fn correct(&mut self, seen: &StopLinePercept, dt_s: f64) {
        self.x_m.update(&[1.0], measured(seen).after(dt_s));
        let probability = seen.probability.clamp(0.02, 0.98);
        let gain = ln(probability / (1.0 - probability)).min(MAX_HIT_LOGIT);
        self.logit = (self.logit + gain).min(MAX_LOGIT);
    }

    fn miss(&mut self) {
        if IN_VIEW_M.contains(&self.x_m.mean[0]) {
            self.logit -= MISS_LOGIT;
        }
    }
}

/// The line's distance as a measurement.
fn measured(seen: &StopLinePercept) -> Measured {
    Measured {
        value: seen.x_m,
        std: seen.x_std_m,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(x_m: f64) -> StopLinePercept {
        StopLinePercept {
            x_m,
            x_std_m: 0.03 * x_m,
            probability: 0.9,
        }
    }

    #[test]
    fn a_line_below_the_picture_is_kept_by_odometry() {
        let mut filter = StopLineFilter::new();
        for step in 0..30 {
            filter.observe(Some(&seen(20.0 - 0.5 * f64::from(step))), 0.05, 0.5);
        }
        for _ in 0..8 {
            filter.observe(None, 0.05, 0.5);
        }
        let line = filter.tracked(0.5).unwrap();
        assert!((line.x_m - 1.0).abs() < 0.3, "{line:?}");
    }

    #[test]
    fn a_single_sighting_is_not_believed() {
        let mut filter = StopLineFilter::new();
        filter.observe(Some(&seen(15.0)), 0.05, 0.5);
        for _ in 0..3 {
            filter.observe(None, 0.05, 0.5);
        }
        assert_eq!(filter.tracked(0.0), None);
    }
}
