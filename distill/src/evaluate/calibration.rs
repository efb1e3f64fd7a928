//! How far a head's confidence can be believed.

use std::collections::BTreeMap;

use perception::heads::Head;
use perception::probabilities::Probabilities;
use perception::targets::Targets;
use serde::{Deserialize, Serialize};

use super::tally::share;

/// Bins of confidence.
const BINS: usize = 15;
/// Probabilities below this are taken as this, so that one certain error does not make everything infinite.
const FLOOR: f64 = 1e-7;

/// How far confidence can be believed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// Expected calibration error over 15 bins of confidence (Guo et al. 2017).
    pub expected_calibration_error: f64,
    /// Mean negative log likelihood of the wanted distribution.
    pub negative_log_likelihood: f64,
}

/// The counting behind it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct CalibrationTally {
    bins: [Bin; BINS],
    log_loss: f64,
    count: f64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
struct Bin {
    confidence: f64,
    accuracy: f64,
}

impl CalibrationTally {
    /// Adds what was taken in elsewhere.
    pub(super) fn merge(&mut self, other: &Self) {
        for (bin, more) in self.bins.iter_mut().zip(&other.bins) {
            bin.confidence += more.confidence;
            bin.accuracy += more.accuracy;
        }
        self.log_loss += other.log_loss;
        self.count += other.count;
    }

    /// Takes in one distribution. `wanted` gives the wanted probability of a class.
    pub(super) fn add(&mut self, distribution: &[f32], wanted: impl Fn(usize) -> f64) {
        let top = top_class(distribution);
        let confidence = f64::from(distribution[top]);
        let bin = &mut self.bins[((confidence * BINS as f64) as usize).min(BINS - 1)];
        bin.confidence += confidence;
        bin.accuracy += wanted(top);
        let log_loss = |(class, &p): (usize, &f32)| match wanted(class) {
            0.0 => 0.0,
            share => -share * drive::math::ln(f64::from(p).max(FLOOR)),
        };
        self.log_loss += distribution.iter().enumerate().map(log_loss).sum::<f64>();
        self.count += 1.0;
    }

    /// The figures, if anything was taken in.
    pub(super) fn report(&self) -> Option<Calibration> {
        let gaps = self
            .bins
            .iter()
            .map(|bin| (bin.confidence - bin.accuracy).abs());
        (self.count > 0.0).then(|| Calibration {
            expected_calibration_error: gaps.sum::<f64>() / self.count,
            negative_log_likelihood: self.log_loss / self.count,
        })
    }
}

/// How far the confidence of every head can be believed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Calibrations([CalibrationTally; Head::ALL.len()]);

impl Calibrations {
    /// Adds what was taken in elsewhere.
    pub(super) fn merge(&mut self, other: &Self) {
        for (tally, more) in self.0.iter_mut().zip(&other.0) {
            tally.merge(more);
        }
    }

    /// Takes in what somebody says of a frame.
    pub fn add(&mut self, said: &Probabilities, targets: &Targets) {
        for head in Head::ALL {
            let classes = head.classes();
            for (position, target) in targets.head(head).iter().enumerate() {
                if target.weight > 0.0 {
                    let wanted = |class: usize| share(target, class, classes);
                    self.0[head as usize].add(said.at(head, position), wanted);
                }
            }
        }
    }

    /// The figures of each head that was asked anything.
    pub fn report(&self) -> BTreeMap<String, Calibration> {
        let of = |head: Head| Some((head.name().to_owned(), self.0[head as usize].report()?));
        Head::ALL.into_iter().filter_map(of).collect()
    }
}

/// The likeliest class; the lowest of equals.
pub(crate) fn top_class(distribution: &[f32]) -> usize {
    (0..distribution.len()).fold(0, |best, class| {
        if distribution[class] > distribution[best] {
            class
        } else {
            best
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forecaster_right_as_often_as_it_says_has_no_calibration_error() {
        let mut tally = CalibrationTally::default();
        for i in 0..100 {
            let truth = usize::from(i >= 70);
            tally.add(&[0.7, 0.3], |class| f64::from(u8::from(class == truth)));
        }
        assert!(tally.report().unwrap().expected_calibration_error < 1e-6);
    }

    #[test]
    fn an_overconfident_forecaster_has_one() {
        let mut tally = CalibrationTally::default();
        for i in 0..100 {
            let truth = i % 2;
            tally.add(&[0.99, 0.01], |class| f64::from(u8::from(class == truth)));
        }
        assert!(tally.report().unwrap().expected_calibration_error > 0.4);
    }
}
