//! The loss of every head: the Kullback-Leibler divergence from soft targets, with its gradient in one pass.

use std::sync::Mutex;

use candle_core::{CpuStorage, CustomOp1, Device, Layout, Result, Shape, Tensor, bail};

use super::exp::{exp, ln};
use super::isa::Isa;
use super::pool::run_all;
use super::{operand, with_numbers};
use crate::targets::Target;

/// Positions that one task takes; fixed, so that the loss does not depend on the number of threads.
const PIECE_POSITIONS: usize = 128;

/// What a network shall answer.
#[derive(Debug, Clone, Copy)]
pub enum Wanted<'a> {
    /// Probabilities `[positions, classes]`, already at the temperature of the loss.
    Probabilities(&'a Tensor),
    /// Another network's logits `[positions, classes]`; the loss tempers them.
    Logits(&'a Tensor),
    /// Labels, one per position; their weights are not looked at.
    Labels(&'a [Target]),
}

/// Mean over the weighted positions of `temperature^2 * KL(wanted, softmax(logits / temperature))`, a scalar.
///
/// `logits` is `[positions, classes]`; there is a weight per position, those of weight 0 do not count. The factor
/// keeps gradients comparable between temperatures (Hinton et al. 2015). Without any weight the loss is 0.
///
/// # Errors
/// If the shapes differ or a class is out of range.
pub fn soft_cross_entropy(
    logits: &Tensor,
    wanted: Wanted<'_>,
    weights: &[f32],
    temperature: f32,
) -> Result<Tensor> {
    let (positions, classes) = logits.dims2()?;
    if weights.len() != positions {
        bail!(
            "soft_cross_entropy: {} weights for {positions} positions",
            weights.len()
        )
    }
    let wanted = match wanted {
        Wanted::Probabilities(t) | Wanted::Logits(t) if t.dims() != logits.dims() => {
            bail!(
                "soft_cross_entropy: targets {:?} for logits {:?}",
                t.dims(),
                logits.dims()
            )
        }
        Wanted::Labels(labels) if labels.len() != positions => {
            bail!(
                "soft_cross_entropy: {} labels for {positions} positions",
                labels.len()
            )
        }
        Wanted::Labels(labels) if labels.iter().any(|l| usize::from(l.index) >= classes) => {
            bail!("soft_cross_entropy: a label is not below {classes}")
        }
        Wanted::Probabilities(t) => Kept::Probabilities(t.flatten_all()?.to_vec1()?),
        Wanted::Logits(t) => Kept::Logits(t.flatten_all()?.to_vec1()?),
        Wanted::Labels(labels) => Kept::Labels(labels.to_vec()),
    };
    logits.apply_op1(SoftCrossEntropy {
        wanted,
        weights: weights.to_vec(),
        classes,
        temperature,
        gradient: Mutex::new(None),
    })
}

enum Kept {
    Probabilities(Vec<f32>),
    Logits(Vec<f32>),
    Labels(Vec<Target>),
}

struct SoftCrossEntropy {
    wanted: Kept,
    weights: Vec<f32>,
    classes: usize,
    temperature: f32,
    /// Found together with the loss, handed out by the backward pass.
    gradient: Mutex<Option<Vec<f32>>>,
}

impl SoftCrossEntropy {
    /// Loss and gradient of all positions.
    fn evaluate(&self, logits: &[f32]) -> (f32, Vec<f32>) {
        let total: f64 = self.weights.iter().map(|&w| f64::from(w)).sum();
        let mut gradient = vec![0.0; logits.len()];
        if total <= 0.0 {
            return (0.0, gradient);
        }
        let piece = PIECE_POSITIONS * self.classes;
        let mut losses = vec![0f64; logits.len().div_ceil(piece)];
        let items = logits
            .chunks(piece)
            .zip(gradient.chunks_mut(piece))
            .zip(&mut losses);
        run_all(items.enumerate(), |(index, ((logits, gradient), loss))| {
            *loss = Isa::best().run(
                #[inline(always)]
                || self.piece(index * PIECE_POSITIONS, logits, gradient, total as f32),
            );
        });
        let loss: f64 = losses.iter().sum();
        ((loss / total) as f32, gradient)
    }

    /// Weighted loss of the positions from `first` on; writes their gradient.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "it must be compiled for the caller's instruction set"
    )]
    fn piece(&self, first: usize, logits: &[f32], gradient: &mut [f32], total: f32) -> f64 {
        let rows = logits
            .chunks_exact(self.classes)
            .zip(gradient.chunks_exact_mut(self.classes));
        let mut target = vec![0.0; self.classes];
        let mut loss = 0.0;
        for (offset, (logits, gradient)) in rows.enumerate() {
            let position = first + offset;
            let weight = self.weights[position];
            if weight == 0.0 {
                continue;
            }
            // `gradient` first holds the network's probabilities, then the difference to the target's.
            let log_sum = softmax(logits, self.temperature, gradient);
            let divergence = self.target(position, logits, log_sum, &mut target);
            loss += f64::from(weight * self.temperature * self.temperature) * f64::from(divergence);
            let scale = weight * self.temperature / total;
            for (value, target) in gradient.iter_mut().zip(&target) {
                *value = (*value - target) * scale;
            }
        }
        loss
    }

    /// Writes the target probabilities of a position and answers the divergence of the logits from them.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "it must be compiled for the caller's instruction set"
    )]
    fn target(&self, position: usize, logits: &[f32], log_sum: f32, target: &mut [f32]) -> f32 {
        let row = position * self.classes..(position + 1) * self.classes;
        let inverse = 1.0 / self.temperature;
        match &self.wanted {
            Kept::Logits(teacher) => {
                let teacher = &teacher[row];
                let teacher_log_sum = softmax(teacher, self.temperature, target);
                let dot: f32 = target
                    .iter()
                    .zip(teacher.iter().zip(logits))
                    .map(|(t, (y, z))| t * (y - z))
                    .sum();
                dot * inverse - teacher_log_sum + log_sum
            }
            Kept::Probabilities(all) => {
                target.copy_from_slice(&all[row]);
                target
                    .iter()
                    .zip(logits)
                    .map(|(&t, z)| {
                        let log = if t > f32::MIN_POSITIVE { ln(t) } else { 0.0 };
                        t * (log - z * inverse + log_sum)
                    })
                    .sum()
            }
            Kept::Labels(all) => {
                let label = all[position];
                let pair = [
                    (usize::from(label.index), 1.0 - label.upper_weight),
                    (label.upper_index(self.classes), label.upper_weight),
                ];
                target.fill(0.0);
                for (class, share) in pair {
                    target[class] += share;
                }
                pair.iter()
                    .map(|&(class, share)| {
                        let log = if share > f32::MIN_POSITIVE {
                            ln(share)
                        } else {
                            0.0
                        };
                        share * (log - logits[class] * inverse + log_sum)
                    })
                    .sum()
            }
        }
    }
}

/// Writes the probabilities of tempered logits and answers the logarithm of their normalising sum.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "it must be compiled for the caller's instruction set"
)]
fn softmax(logits: &[f32], temperature: f32, probabilities: &mut [f32]) -> f32 {
    let inverse = 1.0 / temperature;
    let highest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for (probability, logit) in probabilities.iter_mut().zip(logits) {
        *probability = exp((logit - highest) * inverse);
    }
    for probability in probabilities.iter() {
        sum += probability;
    }
    let scale = 1.0 / sum;
    for probability in probabilities {
        *probability *= scale;
    }
    highest * inverse + ln(sum)
}

impl CustomOp1 for SoftCrossEntropy {
    fn name(&self) -> &'static str {
        "soft_cross_entropy"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (loss, gradient) = self.evaluate(operand("soft_cross_entropy", storage, layout)?);
        *self
            .gradient
            .lock()
            .expect("no thread panics while it holds the gradient") = Some(gradient);
        Ok((CpuStorage::F32(vec![loss]), Shape::from(())))
    }

    fn bwd(&self, logits: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let kept = self
            .gradient
            .lock()
            .expect("no thread panics while it holds the gradient")
            .take();
        let mut numbers = match kept {
            Some(numbers) => numbers,
            None => with_numbers(logits, |logits| Ok(self.evaluate(logits).1))?,
        };
        let factor = gradient.to_scalar::<f32>()?;
        if factor != 1.0 {
            for number in &mut numbers {
                *number *= factor;
            }
        }
        Tensor::from_vec(numbers, logits.shape(), &Device::Cpu).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::oracle::{check_gradient, noise, relative_error};
    use candle_core::D;

    /// Five times `noise`, so that the distributions have character.
    fn logits(name: &str) -> candle_core::Var {
        candle_core::Var::from_tensor(&(noise(name, (7, 5)).unwrap().as_tensor() * 5.0).unwrap())
            .unwrap()
    }

    const WEIGHTS: [f32; 7] = [1.0, 0.0, 2.0, 1.0, 0.5, 0.0, 1.0];

    /// The definition, made of stock operations.
    fn stock(z: &Tensor, y: &Tensor, temperature: f64) -> Tensor {
        let log_softmax = |t: &Tensor| {
            let t = (t / temperature).unwrap();
            t.broadcast_sub(&t.log_sum_exp(D::Minus1).unwrap().unsqueeze(1).unwrap())
                .unwrap()
        };
        let (q, p) = (log_softmax(z), log_softmax(y));
        let divergence = (p.exp().unwrap() * (p - q).unwrap())
            .unwrap()
            .sum(1)
            .unwrap();
        let mean = (divergence * Tensor::new(&WEIGHTS, &Device::Cpu).unwrap())
            .unwrap()
            .sum_all()
            .unwrap()
            / 5.5;
        (mean.unwrap() * temperature.powi(2)).unwrap()
    }

    #[test]
    fn loss_and_gradient_equal_the_definition_for_logits_and_for_probabilities() {
        let (z, y) = (logits("student"), logits("teacher"));
        let expected = stock(&z, &y, 2.0);
        let probabilities = candle_nn::ops::softmax(&(y.as_tensor() / 2.0).unwrap(), 1).unwrap();
        for wanted in [Wanted::Logits(&y), Wanted::Probabilities(&probabilities)] {
            let loss = soft_cross_entropy(&z, wanted, &WEIGHTS, 2.0).unwrap();
            assert!(relative_error(&loss, &expected) < 1e-5);
            let (g, h) = (loss.backward().unwrap(), expected.backward().unwrap());
            assert!(relative_error(g.get(&z).unwrap(), h.get(&z).unwrap()) < 1e-5);
        }
    }

    #[test]
    fn the_gradient_of_labels_equals_finite_differences() {
        let z = logits("student");
        let hot = Target {
            index: 4,
            upper_weight: 0.3,
            weight: 1.0,
        };
        let loss = || soft_cross_entropy(&z, Wanted::Labels(&[hot; 7]), &WEIGHTS, 1.0);
        check_gradient(&z, loss);
    }

    #[test]
    fn the_loss_of_equal_logits_is_zero_and_so_is_that_of_no_weights() {
        let z = logits("student");
        let loss = |w: &[f32]| {
            soft_cross_entropy(&z, Wanted::Logits(&z), w, 3.0)
                .unwrap()
                .to_scalar::<f32>()
                .unwrap()
        };
        assert!(loss(&WEIGHTS).abs() < 1e-5);
        assert_eq!(loss(&[0.0; 7]), 0.0);
    }

    #[test]
    fn a_class_out_of_range_is_refused() {
        let hot = Target::class(5);
        let error = soft_cross_entropy(&logits("z"), Wanted::Labels(&[hot; 7]), &WEIGHTS, 1.0);
        assert!(error.unwrap_err().to_string().contains("not below 5"));
    }
}
