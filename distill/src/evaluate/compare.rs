//! A student beside its teacher: what it kept, and how true it is.

use std::collections::BTreeMap;

use perception::heads::Head;
use perception::probabilities::{Logits, Probabilities, softmax};
use perception::targets::{Target, Targets};
use serde::{Deserialize, Serialize};

use super::Evaluation;
use super::calibration::top_class;
use super::tally::share;
use crate::cache::Cache;
use crate::error::Result;

/// Probabilities below this are taken as this, so that the divergence stays finite.
const FLOOR: f64 = 1e-7;

/// A student beside its teacher and its control.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// Every head.
    pub heads: BTreeMap<String, HeadComparison>,
    /// Mean retention over the heads.
    pub retention_macro: f64,
    /// The lowest retention of any head.
    pub retention_worst: f64,
}

/// One head of a student beside its teacher's.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct HeadComparison {
    /// The teacher's figure.
    pub teacher: f64,
    /// The student's.
    pub student: f64,
    /// That of the same student on hard labels alone.
    pub hard_label_student: Option<f64>,
    /// The student's figure as a share of the teacher's.
    pub retention: f64,
    /// How true the student is.
    pub fidelity: Fidelity,
}

/// How true a student is to its teacher (Stanton et al. 2021), right or wrong.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Fidelity {
    /// Share of positions where both find the same class likeliest.
    pub agreement: f64,
    /// Mean `KL(teacher || student)` in nats.
    pub kl: f64,
    /// Share of positions right in the teacher and wrong in the student.
    pub negative_flips: f64,
}

/// Sets a student beside its teacher and, if there is one, its control.
pub fn compare(
    teacher: &Evaluation,
    student: &Evaluation,
    control: Option<&Evaluation>,
    fidelity: &BTreeMap<String, Fidelity>,
) -> Comparison {
    let mut heads = BTreeMap::new();
    for (head, &of_teacher) in &teacher.heads {
        let of_student = student.heads.get(head).copied().unwrap_or(0.0);
        heads.insert(
            head.clone(),
            HeadComparison {
                teacher: of_teacher,
                student: of_student,
                hard_label_student: control.and_then(|control| control.heads.get(head)).copied(),
                retention: if of_teacher > 0.0 {
                    of_student / of_teacher
                } else {
                    1.0
                },
                fidelity: fidelity.get(head).copied().unwrap_or_default(),
            },
        );
    }
    let retentions = || heads.values().map(|head| head.retention);
    Comparison {
        retention_macro: retentions().sum::<f64>() / heads.len().max(1) as f64,
        retention_worst: retentions().fold(f64::INFINITY, f64::min),
        heads,
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
    let mut sums = [Fidelity::default(); Head::ALL.len()];
    let mut counts = [0u64; Head::ALL.len()];
    for &index in frames {
        let sample = cache.read(index)?;
        let picture = &sample.image;
        let pair = (softmax(teacher(picture)?), softmax(student(picture)?));
        for head in Head::ALL {
            let (sum, count) = (&mut sums[head as usize], &mut counts[head as usize]);
            *count += add(sum, head, &pair, &sample.targets);
        }
    }
    let mean = |head: Head| {
        let (sum, count) = (sums[head as usize], counts[head as usize].max(1) as f64);
        let mean = Fidelity {
            agreement: sum.agreement / count,
            kl: sum.kl / count,
            negative_flips: sum.negative_flips / count,
        };
        (head.name().to_owned(), mean)
    };
    Ok(Head::ALL.map(mean).into())
}

/// Adds a head of a frame; returns at how many positions.
fn add(
    sum: &mut Fidelity,
    head: Head,
    (teacher, student): &(Probabilities, Probabilities),
    targets: &Targets,
) -> u64 {
    let mut count = 0;
    for (position, target) in targets.head(head).iter().enumerate() {
        if target.weight == 0.0 {
            continue;
        }
        let (p, q) = (teacher.at(head, position), student.at(head, position));
        let (top_p, top_q) = (top_class(p), top_class(q));
        let right = |top: usize| is_right(target, top, head.classes());
        sum.agreement += f64::from(u8::from(top_p == top_q));
        sum.kl += divergence(p, q);
        sum.negative_flips += f64::from(u8::from(right(top_p) && !right(top_q)));
        count += 1;
    }
    count
}

/// Whether a class is one that the target has any share in.
fn is_right(target: &Target, class: usize, classes: usize) -> bool {
    share(target, class, classes) > 0.0
}

/// `KL(p || q)` in nats.
fn divergence(p: &[f32], q: &[f32]) -> f64 {
    let term = |(&p, &q): (&f32, &f32)| {
        let (p, q) = (f64::from(p).max(FLOOR), f64::from(q).max(FLOOR));
        p * (drive::math::ln(p) - drive::math::ln(q))
    };
    p.iter().zip(q).map(term).sum()
}
