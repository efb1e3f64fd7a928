//! The running average of a network's weights: smoother, and better, than the last ones.

use std::collections::BTreeMap;

use candle_core::{Device, Storage, Tensor, Var};

use crate::error::{Error, Result};

/// An exponential running average of every variable.
#[derive(Debug)]
pub struct Average {
    decay: f64,
    values: BTreeMap<String, Vec<f32>>,
}

impl Average {
    /// Begins with the variables as they are.
    ///
    /// # Errors
    /// If a variable is not `f32`.
    pub fn new(variables: &BTreeMap<String, Var>, decay: f64) -> Result<Self> {
        let numbers = |(name, var): (&String, &Var)| Ok((name.clone(), numbers(var)?));
        Ok(Self {
            decay,
            values: variables.iter().map(numbers).collect::<Result<_>>()?,
        })
    }

    /// Takes the variables after `step` steps in. Early on the average is short, so that the random
    /// start is soon forgotten.
    ///
    /// # Errors
    /// If a variable is not `f32`.
    pub fn update(&mut self, variables: &BTreeMap<String, Var>, step: u64) -> Result<()> {
        let decay = self.decay.min((1.0 + step as f64) / (10.0 + step as f64)) as f32;
        for (name, average) in &mut self.values {
            let variable = variables[name].as_tensor().contiguous()?;
            let (storage, layout) = variable.storage_and_layout();
            let new = match &*storage {
                Storage::Cpu(storage) => &storage.as_slice::<f32>()?[layout.start_offset()..],
                _ => unreachable!("networks live on the CPU"),
            };
            for (average, new) in average.iter_mut().zip(new) {
                *average = decay * *average + (1.0 - decay) * new;
            }
        }
        Ok(())
    }

    /// Puts the average into the variables and keeps what was in them; a second call puts that back.
    ///
    /// # Errors
    /// If a variable has changed its shape.
    pub fn exchange(&mut self, variables: &BTreeMap<String, Var>) -> Result<()> {
        for (name, average) in &mut self.values {
            let var = &variables[name];
            let current = numbers(var)?;
            let average = core::mem::replace(average, current);
            var.set(&Tensor::from_vec(average, var.shape(), &Device::Cpu)?)?;
        }
        Ok(())
    }

    /// The average as tensors by name.
    ///
    /// # Errors
    /// If a tensor cannot be made.
    pub fn state(&self, variables: &BTreeMap<String, Var>) -> Result<BTreeMap<String, Tensor>> {
        let tensor = |(name, values): (&String, &Vec<f32>)| {
            let shape = variables[name].shape();
            Ok((
                name.clone(),
                Tensor::from_slice(values, shape, &Device::Cpu)?,
            ))
        };
        self.values.iter().map(tensor).collect()
    }

    /// Continues from a saved state.
    ///
    /// # Errors
    /// If a variable is missing in it.
    pub fn restore(&mut self, state: &BTreeMap<String, Tensor>) -> Result<()> {
        for (name, values) in &mut self.values {
            let saved = state.get(name).ok_or_else(|| Error::Missing {
                what: format!("average of `{name}`"),
            })?;
            *values = saved.flatten_all()?.to_vec1()?;
        }
        Ok(())
    }
}

/// The numbers of a variable.
fn numbers(var: &Var) -> Result<Vec<f32>> {
    Ok(var.flatten_all()?.to_vec1()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exchanging_twice_changes_nothing() {
        let var = Var::from_vec(vec![1.0f32, 2.0], 2, &Device::Cpu).unwrap();
        let variables = BTreeMap::from([("w".to_owned(), var.clone())]);
        let mut average = Average::new(&variables, 0.5).unwrap();
        var.set(&Tensor::from_vec(vec![3.0f32, 4.0], 2, &Device::Cpu).unwrap())
            .unwrap();
        average.update(&variables, 1000).unwrap();
        average.exchange(&variables).unwrap();
        assert_eq!(numbers(&var).unwrap(), [2.0, 3.0]);
        average.exchange(&variables).unwrap();
        assert_eq!(numbers(&var).unwrap(), [3.0, 4.0]);
    }
}
