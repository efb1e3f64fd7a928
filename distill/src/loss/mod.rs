//! What a network is told about its logits.
//!
//! Every head is a set of categorical distributions, so there is one loss: the Kullback-Leibler
//! divergence from the wanted distributions, mean over the weighted positions. Hard labels are one- or
//! two-hot; soft targets are a teacher's logits, both sides tempered.

mod relations;
mod smoothing;

use candle_core::{Device, Tensor};
use perception::encode::{EMPTY_WEIGHT, SCENERY_WEIGHT};
use perception::heads::Head;
use perception::ops::{Wanted, soft_cross_entropy};
use perception::probabilities::softmax_row;
use perception::targets::Target;

use crate::error::Result;
use crate::evaluate::top_class;
use crate::recipe::{Distillation, Form, HeadWeights};
use relations::relations;

/// The loss of a step.
#[derive(Debug)]
pub struct Loss {
    /// The weighted sum over heads, a scalar to go back from.
    pub total: Tensor,
    /// The loss of each head before weighting, in the order of [`Head::ALL`].
    pub heads: [f64; 8],
}

/// A teacher's logits for a batch, with the weight of each position.
#[derive(Debug)]
pub struct SoftBatch {
    logits: Vec<Tensor>,
    weights: Vec<Vec<f32>>,
}

/// What stands for certainty among logits: no other class has a share beside it.
const CERTAIN: f32 = 1e4;

impl SoftBatch {
    /// From the logits of each frame of the batch, each head `[positions, classes]` row by row, as the form asks for
    /// them.
    ///
    /// # Errors
    /// If a head has too few values.
    pub fn new(frames: &[[Vec<f32>; 8]], form: Form) -> Result<Self> {
        match form {
            Form::Divergence | Form::Relations => Self::of_logits(frames),
            Form::Argmax => Self::of_logits(&frames.iter().map(hardened).collect::<Vec<_>>()),
        }
    }

    fn of_logits(frames: &[[Vec<f32>; 8]]) -> Result<Self> {
        let occupied: Vec<f32> = frames.iter().flat_map(occupancy).collect();
        let mut batch = Self {
            logits: Vec::new(),
            weights: Vec::new(),
        };
        for head in Head::ALL {
            let rows = frames.len() * head.positions();
            let values: Vec<&[f32]> = frames.iter().map(|of| &of[head as usize][..]).collect();
            let weights = position_weights(head, &occupied, rows);
            batch.logits.push(Tensor::from_vec(
                values.concat(),
                (rows, head.classes()),
                &Device::Cpu,
            )?);
            batch.weights.push(weights);
        }
        Ok(batch)
    }
}

/// A teacher without softness: certain of its likeliest class everywhere.
fn hardened(frame: &[Vec<f32>; 8]) -> [Vec<f32>; 8] {
    Head::ALL.map(|head| {
        let rows = frame[head as usize].chunks_exact(head.classes());
        rows.flat_map(|row| {
            let top = top_class(row);
            (0..row.len()).map(move |class| if class == top { CERTAIN } else { 0.0 })
        })
        .collect()
    })
}

/// For each object cell, how likely the teacher thinks that somebody is in it.
fn occupancy(logits: &[Vec<f32>; 8]) -> impl Iterator<Item = f32> + use<> {
    let mut probabilities = logits[Head::Objects as usize].clone();
    let classes = Head::Objects.classes();
    probabilities
        .chunks_exact_mut(classes)
        .for_each(softmax_row);
    let mut nobody = probabilities.into_iter().step_by(classes);
    core::iter::from_fn(move || nobody.next().map(|p| 1.0 - p))
}

/// Where a teacher's opinion counts: what it says of a box only where it sees somebody.
fn position_weights(head: Head, occupied: &[f32], rows: usize) -> Vec<f32> {
    match head {
        Head::Objects => occupied.iter().map(|p| EMPTY_WEIGHT + p).collect(),
        Head::Depth => occupied.iter().map(|p| SCENERY_WEIGHT + p).collect(),
        Head::Yaw => occupied.to_vec(),
        Head::Sides => occupied.iter().flat_map(|&p| [p; 4]).collect(),
        _ => vec![1.0; rows],
    }
}

/// Hard labels of a batch.
#[derive(Debug, Clone, Copy)]
pub struct HardBatch<'a> {
    /// What each head should say at each position of each frame; weight 0 throughout an unlabelled frame.
    pub targets: &'a [Vec<Target>; 8],
    /// Share of the frames that are labelled.
    pub labelled: f64,
    /// Share of each label that is spread over all classes.
    pub smoothing: f32,
}

impl<'a> HardBatch<'a> {
    /// Labels as they are, of every frame.
    pub fn plain(targets: &'a [Vec<Target>; 8]) -> Self {
        Self {
            targets,
            labelled: 1.0,
            smoothing: 0.0,
        }
    }
}

/// The loss against hard labels.
///
/// # Errors
/// If the logits do not fit the heads.
pub fn hard_loss(logits: &[Tensor], labels: HardBatch<'_>, heads: &HeadWeights) -> Result<Loss> {
    weighted(heads, |head| {
        let targets = &labels.targets[head as usize];
        let weights: Vec<f32> = targets.iter().map(|target| target.weight).collect();
        let logits = rows(&logits[head as usize], head)?;
        Ok(if labels.smoothing > 0.0 {
            let wanted = smoothing::smoothed(targets, head.classes(), labels.smoothing)?;
            soft_cross_entropy(&logits, Wanted::Probabilities(&wanted), &weights, 1.0)?
        } else {
            soft_cross_entropy(&logits, Wanted::Labels(targets), &weights, 1.0)?
        })
    })
}

/// The distance from a teacher at a temperature, times the temperature squared.
///
/// # Errors
/// If the logits do not fit the heads.
pub fn soft_loss(
    logits: &[Tensor],
    teacher: &SoftBatch,
    heads: &HeadWeights,
    distillation: Distillation,
) -> Result<Loss> {
    let temperature = distillation.temperature;
    weighted(heads, |head| {
        let (said, weights) = (
            &teacher.logits[head as usize],
            &teacher.weights[head as usize],
        );
        let logits = rows(&logits[head as usize], head)?;
        Ok(match distillation.form {
            Form::Divergence => {
                soft_cross_entropy(&logits, Wanted::Logits(said), weights, temperature)?
            }
            Form::Argmax => soft_cross_entropy(&logits, Wanted::Logits(said), weights, 1.0)?,
            Form::Relations => relations((&logits, said), weights, temperature)?,
        })
    })
}

/// Soft targets and hard labels together. Hard labels count by how many frames of the batch have any.
///
/// # Errors
/// If the logits do not fit the heads.
pub fn distillation_loss(
    logits: &[Tensor],
    (labels, teacher): (HardBatch<'_>, &SoftBatch),
    heads: &HeadWeights,
    distillation: Distillation,
) -> Result<Loss> {
    let soft_share = distillation.soft_share;
    let hard_share = (1.0 - soft_share) * labels.labelled;
    let soft = soft_loss(logits, teacher, heads, distillation)?;
    let hard = hard_loss(logits, labels, heads)?;
    Ok(Loss {
        total: ((soft.total * soft_share)? + (hard.total * hard_share)?)?,
        heads: core::array::from_fn(|i| soft_share * soft.heads[i] + hard_share * hard.heads[i]),
    })
}

/// A head's logits as one row a position.
fn rows(logits: &Tensor, head: Head) -> Result<Tensor> {
    Ok(logits.reshape(((), head.classes()))?)
}

/// The weighted sum of every head's loss.
fn weighted(heads: &HeadWeights, mut of: impl FnMut(Head) -> Result<Tensor>) -> Result<Loss> {
    let mut total = Tensor::zeros((), candle_core::DType::F32, &Device::Cpu)?;
    let mut values = [0.0; 8];
    for head in Head::ALL {
        let loss = of(head)?;
        values[head as usize] = f64::from(loss.to_scalar::<f32>()?);
        total = (total + (loss * heads.of(head))?)?;
    }
    Ok(Loss {
        total,
        heads: values,
    })
}

#[cfg(test)]
mod tests {
    use drive::random::stream;
    use rand::Rng;

    use super::*;
    use crate::recipe::Recipe;

    fn random_frame(seed: u64) -> [Vec<f32>; 8] {
        let mut random = stream(seed, "logits");
        Head::ALL.map(|head| {
            let values = head.positions() * head.classes();
            (0..values)
                .map(|_| random.random_range(-3.0..3.0))
                .collect()
        })
    }

    fn at(temperature: f32, form: Form) -> Distillation {
        Distillation {
            temperature,
            soft_share: 0.7,
            form,
        }
    }

    fn tensors(frame: &[Vec<f32>; 8]) -> Vec<Tensor> {
        let tensor = |head: Head| {
            let shape = (1, head.positions(), head.classes());
            Tensor::from_vec(frame[head as usize].clone(), shape, &Device::Cpu).unwrap()
        };
        Head::ALL.into_iter().map(tensor).collect()
    }

    #[test]
    fn a_student_that_says_what_the_teacher_says_has_no_loss() {
        let frame = random_frame(1);
        let teacher = SoftBatch::new(core::slice::from_ref(&frame), Form::Divergence).unwrap();
        for temperature in [1.0, 2.0, 6.0] {
            for form in [Form::Divergence, Form::Relations] {
                let heads = Recipe::STUDENT.heads;
                let loss = soft_loss(&tensors(&frame), &teacher, &heads, at(temperature, form));
                let loss = loss.unwrap();
                let rounding = 1e-5 * f64::from(temperature * temperature);
                assert!(loss.heads.iter().all(|l| l.abs() < rounding), "{loss:?}");
            }
        }
    }

    #[test]
    fn the_likeliest_class_as_label_asks_for_more_than_the_teacher_says() {
        let frame = random_frame(1);
        let hardened = SoftBatch::new(core::slice::from_ref(&frame), Form::Argmax).unwrap();
        let heads = Recipe::STUDENT.heads;
        let distillation = at(2.0, Form::Argmax);
        let loss = soft_loss(&tensors(&frame), &hardened, &heads, distillation).unwrap();
        assert!(loss.heads.iter().all(|&loss| loss > 0.1), "{loss:?}");
    }

    #[test]
    fn a_frame_without_labels_learns_from_the_teacher_alone() {
        let frame = random_frame(1);
        let teacher = SoftBatch::new(core::slice::from_ref(&frame), Form::Divergence).unwrap();
        let unlabelled = Head::ALL.map(|head| vec![Target::default(); head.positions()]);
        let labels = HardBatch {
            labelled: 0.0,
            ..HardBatch::plain(&unlabelled)
        };
        let (heads, distillation) = (Recipe::STUDENT.heads, at(2.0, Form::Divergence));
        let both = distillation_loss(
            &tensors(&random_frame(2)),
            (labels, &teacher),
            &heads,
            distillation,
        );
        let soft = soft_loss(&tensors(&random_frame(2)), &teacher, &heads, distillation);
        for (both, soft) in both.unwrap().heads.iter().zip(soft.unwrap().heads) {
            assert!((both - 0.7 * soft).abs() < 1e-9);
        }
    }

    #[test]
    fn a_student_that_differs_has_a_loss_in_every_head() {
        let teacher = SoftBatch::new(&[random_frame(1)], Form::Divergence).unwrap();
        let logits = tensors(&random_frame(2));
        for form in [Form::Divergence, Form::Relations] {
            let loss = soft_loss(&logits, &teacher, &Recipe::STUDENT.heads, at(2.0, form)).unwrap();
            assert!(loss.heads.iter().all(|&loss| loss > 0.1), "{loss:?}");
        }
    }

    #[test]
    fn boxes_count_only_where_the_teacher_sees_somebody() {
        let mut frame = random_frame(3);
        for row in frame[Head::Objects as usize].chunks_exact_mut(5) {
            row.copy_from_slice(&[30.0, 0.0, 0.0, 0.0, 0.0]);
        }
        let teacher = SoftBatch::new(&[frame], Form::Divergence).unwrap();
        let weights = &teacher.weights[Head::Sides as usize];
        assert!(weights.iter().all(|&weight| weight < 1e-6));
    }
}
