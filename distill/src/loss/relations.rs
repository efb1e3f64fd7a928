//! DIST (Huang et al. 2022): the student need not say what the teacher says, only order it alike.

use candle_core::{D, Device, Tensor};
use candle_nn::ops::softmax;

use crate::error::Result;

/// Keeps a correlation finite where there is nothing to correlate.
const SMALL: f64 = 1e-10;

/// One minus the correlation over the classes of each position, plus one minus the correlation over the positions
/// of each class, at a temperature and times its square. `logits` are the student's and the teacher's,
/// `[positions, classes]`; there is a weight per position. Without any weight the loss is 0.
pub(super) fn relations(
    (student, teacher): (&Tensor, &Tensor),
    weights: &[f32],
    temperature: f32,
) -> Result<Tensor> {
    let total: f32 = weights.iter().sum();
    if total <= 0.0 {
        return Ok((student.sum_all()? * 0.0)?);
    }
    let shares: Vec<f32> = weights.iter().map(|weight| weight / total).collect();
    let shares = Tensor::from_vec(shares, (weights.len(), 1), &Device::Cpu)?;
    let tempered = |logits: &Tensor| -> Result<Tensor> {
        Ok(softmax(&(logits / f64::from(temperature))?, D::Minus1)?)
    };
    let (student, teacher) = (tempered(student)?, tempered(teacher)?);
    let between = between_classes(&student, &teacher)?
        .mul(&shares)?
        .sum_all()?;
    let within = between_positions(&student, &teacher, &shares)?.mean_all()?;
    let square = f64::from(temperature * temperature);
    Ok(((between + within)? * square)?)
}

/// One minus the correlation over the classes, `[positions, 1]`.
fn between_classes(student: &Tensor, teacher: &Tensor) -> Result<Tensor> {
    let centred = |p: &Tensor| p.broadcast_sub(&p.mean_keepdim(D::Minus1)?);
    let (s, t) = (centred(student)?, centred(teacher)?);
    let sum = |product: &Tensor| product.sum_keepdim(D::Minus1);
    distance([sum(&(&s * &t)?)?, sum(&s.sqr()?)?, sum(&t.sqr()?)?])
}

/// One minus the weighted correlation over the positions, `[1, classes]`.
fn between_positions(student: &Tensor, teacher: &Tensor, shares: &Tensor) -> Result<Tensor> {
    let mean = |values: &Tensor| values.broadcast_mul(shares)?.sum_keepdim(0);
    let centred = |p: &Tensor| p.broadcast_sub(&mean(p)?);
    let (s, t) = (centred(student)?, centred(teacher)?);
    distance([mean(&(&s * &t)?)?, mean(&s.sqr()?)?, mean(&t.sqr()?)?])
}

/// One minus the correlation, from covariance and variances. Where the teacher never moves there is nothing to follow.
fn distance([covariance, of_student, of_teacher]: [Tensor; 3]) -> Result<Tensor> {
    let moves = of_teacher.gt(SMALL)?.to_dtype(candle_core::DType::F32)?;
    let norm = ((of_student + SMALL)? * (of_teacher + SMALL)?)?.sqrt()?;
    Ok(((1.0 - covariance.div(&norm)?)? * moves)?)
}
