//! How true a student is to its teacher, right or wrong.

use std::collections::BTreeMap;

use perception::heads::Head;
use perception::probabilities::{Logits, Probabilities, softmax};
use perception::targets::{Target, Targets};
use serde::{Deserialize, Serialize};

use super::calibration::top_class;
use super::tally::share;
use crate::cache::Cache;
use crate::error::Result;

/// Probabilities below this are taken as this, so that the divergence stays finite.
const FLOOR: f64 = 1e-7;

/// How true a student is to its teacher (Stanton et al. 2021), right or wrong.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Fidelity {
    /// Share of positions where both find the same class likeliest.
    pub agreement: f64,
    /// Mean `KL(teacher || student)` in nats.
    pub kl: f64,
    /// Share of positions right in the teacher and wrong in the student.
    pub negative_flips: f64,
    /// Of the positions wrong in the teacher and right in the control: share where the student repeats the teacher's
    /// wrong class. Nothing without a control.
    pub error_inheritance: Option<f64>,
}

/// Counts how true a student is, head by head.
#[derive(Clone, Default)]
pub struct FidelityTally {
    sums: [Sums; Head::ALL.len()],
    has_control: bool,
}

/// What is counted of one head.
#[derive(Clone, Copy, Default)]
struct Sums {
    positions: u64,
    agreeing: u64,
    kl: f64,
    flips: u64,
    /// Wrong in the teacher, right in the control.
    avoidable: u64,
    /// Of these, with the teacher's class in the student.
    inherited: u64,
}

impl FidelityTally {
    /// Takes in what teacher, student and perhaps the student's control say of a frame.
    pub fn add(
        &mut self,
        (teacher, student, control): (&Probabilities, &Probabilities, Option<&Probabilities>),
        targets: &Targets,
    ) {
        self.has_control |= control.is_some();
        for head in Head::ALL {
            let sums = &mut self.sums[head as usize];
            for (position, target) in targets.head(head).iter().enumerate() {
                if target.weight > 0.0 {
                    let (p, q) = (teacher.at(head, position), student.at(head, position));
                    let control = control.map(|control| control.at(head, position));
                    sums.add((p, q, control), target);
                }
            }
        }
    }

    /// The figures of each head.
    pub fn report(&self) -> BTreeMap<String, Fidelity> {
        let of = |head: Head| {
            let fidelity = self.sums[head as usize].fidelity(self.has_control);
            (head.name().to_owned(), fidelity)
        };
        Head::ALL.map(of).into()
    }
}

impl Sums {
    /// Adds a position.
    fn add(&mut self, (p, q, control): (&[f32], &[f32], Option<&[f32]>), target: &Target) {
        let (top_p, top_q) = (top_class(p), top_class(q));
        let right = |top: usize| is_right(target, top, p.len());
        self.positions += 1;
        self.agreeing += u64::from(top_p == top_q);
        self.kl += divergence(p, q);
        self.flips += u64::from(right(top_p) && !right(top_q));
        if control.is_some_and(|control| !right(top_p) && right(top_class(control))) {
            self.avoidable += 1;
            self.inherited += u64::from(top_p == top_q);
        }
    }

    fn fidelity(&self, has_control: bool) -> Fidelity {
        let share = |part: u64, whole: u64| part as f64 / whole.max(1) as f64;
        Fidelity {
            agreement: share(self.agreeing, self.positions),
            kl: self.kl / self.positions.max(1) as f64,
            negative_flips: share(self.flips, self.positions),
            error_inheritance: has_control.then(|| share(self.inherited, self.avoidable)),
        }
    }
}

/// Lets teacher and student look at the same frames.
///
/// # Errors
/// If a frame cannot be read or a network fails.
pub fn fidelity(
    cache: &Cache,
    frames: &[usize],
    mut teacher: impl FnMut(&[u8]) -> Result<Logits>,
    mut student: impl FnMut(&[u8]) -> Result<Logits>,
) -> Result<BTreeMap<String, Fidelity>> {
    let mut tally = FidelityTally::default();
    for &index in frames {
        let sample = cache.read(index)?;
        let (p, q) = (
            softmax(teacher(&sample.image)?),
            softmax(student(&sample.image)?),
        );
        tally.add((&p, &q, None), &sample.targets);
    }
    Ok(tally.report())
}

/// Whether a class is one that the target has any share in.
fn is_right(target: &Target, class: usize, classes: usize) -> bool {
    share(target, class, classes) > 0.0
}

/// `KL(p || q)` in nats.
pub(super) fn divergence(p: &[f32], q: &[f32]) -> f64 {
    let term = |(&p, &q): (&f32, &f32)| {
        let (p, q) = (f64::from(p).max(FLOOR), f64::from(q).max(FLOOR));
        p * (drive::math::ln(p) - drive::math::ln(q))
    };
    p.iter().zip(q).map(term).sum()
}
