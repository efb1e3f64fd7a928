//! AdamW in place, with a state that can be saved and restored.

use std::collections::BTreeMap;
use std::sync::Mutex;

use candle_core::backprop::GradStore;
use candle_core::{CpuStorage, Device, InplaceOp2, Layout, Result, Tensor, Var, bail};

use super::isa::Isa;
use super::pool::run_all;
use super::{operand, with_numbers};

/// Floats that one task takes at a time.
const PIECE_FLOATS: usize = 16 * 1024;

/// The constants of AdamW (Loshchilov and Hutter 2019).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdamWSettings {
    /// Decay of the mean gradient.
    pub beta1: f64,
    /// Decay of the mean squared gradient.
    pub beta2: f64,
    /// Added to the root of the mean squared gradient.
    pub epsilon: f64,
    /// Fraction of a weight lost per step and unit of learning rate; only names ending in `weight` decay.
    pub weight_decay: f64,
}

impl Default for AdamWSettings {
    fn default() -> Self {
        Self {
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            weight_decay: 0.01,
        }
    }
}

/// The optimiser: one slot of two moments per variable, in the order of their names.
pub struct AdamW {
    settings: AdamWSettings,
    slots: BTreeMap<String, Slot>,
    steps: u64,
}

struct Slot {
    var: Var,
    decays: bool,
    moments: Mutex<Moments>,
}

#[derive(Clone)]
struct Moments {
    first: Vec<f32>,
    second: Vec<f32>,
}

impl AdamW {
    /// An optimiser of these named variables that has not taken a step.
    pub fn new(vars: impl IntoIterator<Item = (String, Var)>, settings: AdamWSettings) -> Self {
        let slot = |(name, var): (String, Var)| {
            let zeros = vec![0.0; var.elem_count()];
            let slot = Slot {
                decays: name.ends_with("weight"),
                moments: Mutex::new(Moments {
                    first: zeros.clone(),
                    second: zeros,
                }),
                var,
            };
            (name, slot)
        };
        Self {
            settings,
            slots: vars.into_iter().map(slot).collect(),
            steps: 0,
        }
    }

    /// How many steps it has taken.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Length of all gradients taken as one vector.
    ///
    /// # Errors
    /// If a gradient is not `f32`.
    pub fn gradient_norm(&self, gradients: &GradStore) -> Result<f64> {
        let mut sum = 0.0;
        for slot in self.slots.values() {
            if let Some(gradient) = gradients.get(&slot.var) {
                sum += with_numbers(gradient, |numbers| Ok(sum_of_squares(numbers)))?;
            }
        }
        Ok(sum.sqrt())
    }

    /// Moves every variable that has a gradient by one step.
    ///
    /// # Errors
    /// If a gradient does not fit its variable.
    pub fn step(&mut self, gradients: &GradStore, learning_rate: f64) -> Result<()> {
        self.scaled_step(gradients, learning_rate, 1.0)
    }

    /// [`AdamW::step`] with every gradient multiplied by `scale` first, as clipping needs it.
    ///
    /// # Errors
    /// If a gradient does not fit its variable.
    pub fn scaled_step(
        &mut self,
        gradients: &GradStore,
        learning_rate: f64,
        scale: f64,
    ) -> Result<()> {
        self.steps += 1;
        let s = self.settings;
        let power = i32::try_from(self.steps).unwrap_or(i32::MAX);
        for slot in self.slots.values() {
            let Some(gradient) = gradients.get(&slot.var) else {
                continue;
            };
            let decay = if slot.decays { s.weight_decay } else { 0.0 };
            let update = Update {
                moments: &slot.moments,
                beta: [s.beta1 as f32, s.beta2 as f32],
                rest: [(1.0 - s.beta1) as f32, (1.0 - s.beta2) as f32],
                scale: scale as f32,
                keep: (1.0 - learning_rate * decay) as f32,
                rate: (learning_rate / (1.0 - s.beta1.powi(power))) as f32,
                second_bias: (1.0 / (1.0 - s.beta2.powi(power))) as f32,
                epsilon: s.epsilon as f32,
            };
            slot.var.inplace_op2(&gradient.contiguous()?, &update)?;
        }
        Ok(())
    }

    /// Everything [`AdamW::restore`] needs: `NAME.first` and `NAME.second` per variable, and `steps`.
    ///
    /// # Errors
    /// If a tensor cannot be made.
    pub fn state(&self) -> Result<BTreeMap<String, Tensor>> {
        let mut state = BTreeMap::new();
        let steps = Tensor::new(&[self.steps as i64], &Device::Cpu)?;
        state.insert("steps".to_owned(), steps);
        for (name, slot) in &self.slots {
            let moments = slot
                .moments
                .lock()
                .expect("no step panics while it holds the moments")
                .clone();
            let shape = slot.var.shape();
            let first = Tensor::from_vec(moments.first, shape, &Device::Cpu)?;
            let second = Tensor::from_vec(moments.second, shape, &Device::Cpu)?;
            state.insert(format!("{name}.first"), first);
            state.insert(format!("{name}.second"), second);
        }
        Ok(state)
    }

    /// Continues from a saved state.
    ///
    /// # Errors
    /// If a tensor is missing or has another shape.
    pub fn restore(&mut self, state: &BTreeMap<String, Tensor>) -> Result<()> {
        let find = |name: &str| match state.get(name) {
            Some(tensor) => Ok(tensor),
            None => bail!("the optimiser's state lacks `{name}`; it belongs to another network"),
        };
        for (name, slot) in &self.slots {
            let moment = |which: &str| {
                let tensor = find(&format!("{name}.{which}"))?;
                if tensor.shape() != slot.var.shape() {
                    bail!(
                        "`{name}.{which}` is {:?}, the variable {:?}",
                        tensor.shape(),
                        slot.var.shape()
                    )
                }
                tensor.flatten_all()?.to_vec1()
            };
            let moments = Moments {
                first: moment("first")?,
                second: moment("second")?,
            };
            *slot
                .moments
                .lock()
                .expect("no step panics while it holds the moments") = moments;
        }
        self.steps = u64::try_from(find("steps")?.to_vec1::<i64>()?[0]).unwrap_or(0);
        Ok(())
    }
}

/// In double precision and in order.
fn sum_of_squares(numbers: &[f32]) -> f64 {
    let mut sums = vec![0.0; numbers.len().div_ceil(PIECE_FLOATS)];
    run_all(
        numbers.chunks(PIECE_FLOATS).zip(&mut sums),
        |(piece, sum)| {
            *sum = piece
                .iter()
                .map(|&v| f64::from(v) * f64::from(v))
                .sum::<f64>();
        },
    );
    sums.iter().sum()
}

/// One step of one variable.
struct Update<'a> {
    moments: &'a Mutex<Moments>,
    beta: [f32; 2],
    /// `1 - beta`, not rounded before the difference.
    rest: [f32; 2],
    scale: f32,
    keep: f32,
    rate: f32,
    second_bias: f32,
    epsilon: f32,
}

impl Update<'_> {
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "it must be compiled for the caller's instruction set"
    )]
    fn piece(&self, values: &mut [f32], gradient: &[f32], first: &mut [f32], second: &mut [f32]) {
        let ([beta1, beta2], [rest1, rest2]) = (self.beta, self.rest);
        let moments = first.iter_mut().zip(second.iter_mut());
        for ((value, gradient), (first, second)) in values.iter_mut().zip(gradient).zip(moments) {
            let g = gradient * self.scale;
            *first = beta1 * *first + rest1 * g;
            *second = beta2 * *second + rest2 * g * g;
            let deviation = (*second * self.second_bias).sqrt() + self.epsilon;
            *value = *value * self.keep - self.rate * *first / deviation;
        }
    }
}

impl InplaceOp2 for Update<'_> {
    fn name(&self) -> &'static str {
        "adamw"
    }

    fn cpu_fwd(
        &self,
        s1: &mut CpuStorage,
        l1: &Layout,
        s2: &CpuStorage,
        l2: &Layout,
    ) -> Result<()> {
        let gradient = operand("adamw gradient", s2, l2)?;
        let CpuStorage::F32(values) = s1 else {
            bail!("adamw: the variable is not f32")
        };
        let Some((start, end)) = l1
            .contiguous_offsets()
            .filter(|r| r.1 - r.0 == gradient.len())
        else {
            bail!(
                "adamw: gradient {:?} for variable {:?}",
                l2.shape(),
                l1.shape()
            )
        };
        let mut moments = self
            .moments
            .lock()
            .expect("no step panics while it holds the moments");
        let Moments { first, second } = &mut *moments;
        let moments = first
            .chunks_mut(PIECE_FLOATS)
            .zip(second.chunks_mut(PIECE_FLOATS));
        let items = values[start..end]
            .chunks_mut(PIECE_FLOATS)
            .zip(gradient.chunks(PIECE_FLOATS));
        run_all(
            items.zip(moments),
            |((values, gradient), (first, second))| {
                Isa::best().run(
                    #[inline(always)]
                    || self.piece(values, gradient, first, second),
                );
            },
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::oracle::{noise, relative_error};
    use candle_nn::Optimizer;

    fn settings() -> AdamWSettings {
        AdamWSettings {
            weight_decay: 0.1,
            ..AdamWSettings::default()
        }
    }

    fn pull(var: &Var) -> GradStore {
        let target = noise("target", 40).unwrap();
        (var.as_tensor() - target.as_tensor())
            .unwrap()
            .sqr()
            .unwrap()
            .sum_all()
            .unwrap()
            .backward()
            .unwrap()
    }

    #[test]
    fn steps_equal_stock_candle() {
        let (ours, stock) = (noise("w", 40).unwrap(), noise("w", 40).unwrap());
        let mut adamw = AdamW::new([("a.weight".to_owned(), ours.clone())], settings());
        let params = candle_nn::ParamsAdamW {
            lr: 0.05,
            weight_decay: 0.1,
            ..Default::default()
        };
        let mut oracle = candle_nn::AdamW::new(vec![stock.clone()], params).unwrap();
        for _ in 0..5 {
            adamw.step(&pull(&ours), 0.05).unwrap();
            oracle.step(&pull(&stock)).unwrap();
        }
        assert!(relative_error(&ours, &stock) < 1e-6);
    }

    #[test]
    fn a_restored_optimiser_continues_to_the_bit() {
        let (one, two) = (noise("w", 40).unwrap(), noise("w", 40).unwrap());
        let mut first = AdamW::new([("w".to_owned(), one.clone())], settings());
        first.step(&pull(&one), 0.1).unwrap();
        let mut second = AdamW::new([("w".to_owned(), two.clone())], settings());
        second.restore(&first.state().unwrap()).unwrap();
        two.set(&one.copy().unwrap()).unwrap();
        first.step(&pull(&one), 0.1).unwrap();
        second.step(&pull(&two), 0.1).unwrap();
        assert_eq!(one.to_vec1::<f32>().unwrap(), two.to_vec1::<f32>().unwrap());
        assert_eq!(second.steps(), 2);
    }

    #[test]
    fn a_state_of_another_network_is_refused() {
        let mut adamw = AdamW::new([("w".to_owned(), noise("w", 4).unwrap())], settings());
        let error = adamw.restore(&BTreeMap::new()).unwrap_err();
        assert!(error.to_string().contains("lacks `w.first`"));
    }
}
