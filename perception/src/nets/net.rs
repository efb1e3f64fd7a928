//! A network with its weights, for training and evaluation in candle.

use std::collections::BTreeMap;

use candle_core::{Device, Tensor, Var};

use super::aggregate::aggregate;
use super::config::NetConfig;
use super::init::initial;
use super::plan::{Finish, Layer, Plan};
use crate::error::Error;
use crate::heads::Head;
use crate::ops::{
    Conv, Isa, Source, Statistics, conv2d, conv2d_with_bias, convolve_and_normalise,
    depth_to_space, normalise,
};

/// Share of the newest batch in the running statistics.
const MOMENTUM: f32 = 0.1;

/// Whether a forward pass learns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Normalises with the batch's statistics, updates the running ones, and keeps what gradients need.
    Train,
    /// Normalises with the running statistics; no gradients.
    Evaluate,
}

/// A network: its sizes and its named tensors.
///
/// A layer `NAME` has `NAME.weight` `[kernel, kernel, in, out]` and either `NAME.affine` `[2, out]` (scales, then
/// shifts) with the running `NAME.mean` and `NAME.variance`, or `NAME.bias`.
///
/// Clones share their tensors.
#[derive(Clone)]
pub struct Net {
    config: NetConfig,
    plan: Plan,
    isa: Isa,
    parameters: BTreeMap<String, Var>,
    statistics: BTreeMap<String, Var>,
}

impl Net {
    /// A network that has learnt nothing; the same seed gives the same weights on every machine.
    ///
    /// # Errors
    /// If the sizes make no network.
    pub fn new(config: &NetConfig, seed: u64) -> Result<Self, Error> {
        let plan = Plan::new(config)?;
        let shapes = plan
            .parameter_shapes()
            .into_iter()
            .chain(plan.statistic_shapes());
        let tensors = shapes
            .map(|(name, shape)| {
                let numbers = initial(&name, &shape, seed);
                let tensor = Tensor::from_vec(numbers, shape, &Device::Cpu)?;
                Ok((name, tensor))
            })
            .collect::<Result<_, Error>>()?;
        Self::from_tensors(config, &tensors)
    }

    /// A network of given weights; their numbers are copied.
    ///
    /// # Errors
    /// If a tensor is missing, left over, or of another shape.
    pub fn from_tensors(
        config: &NetConfig,
        tensors: &BTreeMap<String, Tensor>,
    ) -> Result<Self, Error> {
        let plan = Plan::new(config)?;
        let take = |(name, shape): (String, Vec<usize>)| {
            let Some(tensor) = tensors.get(&name) else {
                return Err(Error::Config(format!("tensor `{name}` is missing")));
            };
            if tensor.dims() != shape {
                let dims = tensor.dims();
                return Err(Error::Config(format!(
                    "tensor `{name}` is {dims:?}, not {shape:?}"
                )));
            }
            Ok((name, Var::from_tensor(&tensor.copy()?)?))
        };
        let net = Self {
            config: config.clone(),
            isa: Isa::best(),
            parameters: plan
                .parameter_shapes()
                .into_iter()
                .map(take)
                .collect::<Result<_, _>>()?,
            statistics: plan
                .statistic_shapes()
                .into_iter()
                .map(take)
                .collect::<Result<_, _>>()?,
            plan,
        };
        let known = |name: &&String| {
            !net.parameters.contains_key(*name) && !net.statistics.contains_key(*name)
        };
        match tensors.keys().find(known) {
            Some(name) => Err(Error::Config(format!(
                "tensor `{name}` belongs to no layer"
            ))),
            None => Ok(net),
        }
    }

    /// The same network, computed with another instruction set.
    #[must_use]
    pub fn with_isa(self, isa: Isa) -> Self {
        Self { isa, ..self }
    }

    /// Its sizes.
    pub fn config(&self) -> &NetConfig {
        &self.config
    }

    /// Its layers.
    pub(crate) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// What learning moves, by name.
    pub fn parameters(&self) -> &BTreeMap<String, Var> {
        &self.parameters
    }

    /// Everything that training changes, by name: parameters and running statistics.
    pub fn variables(&self) -> BTreeMap<String, Var> {
        let all = self.parameters.iter().chain(&self.statistics);
        all.map(|(name, var)| (name.clone(), var.clone())).collect()
    }

    /// All tensors by name, running statistics included: what is saved. They share their numbers with the network.
    pub fn tensors(&self) -> BTreeMap<String, Tensor> {
        let all = self.parameters.iter().chain(&self.statistics);
        all.map(|(name, var)| (name.clone(), var.as_detached_tensor()))
            .collect()
    }

    /// The logits of every head in the order of [`Head::ALL`], each `[batch, positions, classes]`, for normalised
    /// pictures `[batch, height, width, 3]`.
    ///
    /// # Errors
    /// If the pictures are not of the network's size.
    pub fn forward(&self, pictures: &Tensor, mode: Mode) -> Result<Vec<Tensor>, Error> {
        let size = (self.config.input_height, self.config.input_width, 3);
        let (_, height, width, channels) = pictures.dims4()?;
        if (height, width, channels) != size {
            return Err(Error::Config(format!(
                "pictures of {height}x{width}x{channels}; the network takes {size:?}"
            )));
        }
        let mut maps = vec![pictures.clone()];
        let mut logits = Vec::with_capacity(Head::ALL.len());
        for layer in &self.plan.layers {
            let output = self.layer(layer, &maps, mode)?;
            if let Finish::Cells(head) = layer.finish {
                logits.push(aggregate(head, &output)?);
            }
            maps.push(output);
        }
        Ok(logits)
    }

    fn layer(&self, layer: &Layer, maps: &[Tensor], mode: Mode) -> Result<Tensor, Error> {
        let (input, name) = (&maps[layer.input], &layer.name);
        let conv = self.conv(layer);
        let weight = self.parameter(name, "weight", mode);
        match layer.finish {
            Finish::Cells(_) => {
                let bias = self.parameter(name, "bias", mode);
                Ok(conv2d_with_bias(input, &weight, &bias, conv)?)
            }
            Finish::Spread => Ok(depth_to_space(&conv2d(input, &weight, conv)?)?),
            Finish::Norm { residual } => {
                self.norm(layer, input, residual.map(|map| &maps[map]), mode)
            }
        }
    }

    fn conv(&self, layer: &Layer) -> Conv {
        Conv {
            stride: layer.stride,
            isa: self.isa,
        }
    }

    fn norm(
        &self,
        layer: &Layer,
        input: &Tensor,
        residual: Option<&Tensor>,
        mode: Mode,
    ) -> Result<Tensor, Error> {
        let (name, conv) = (&layer.name, self.conv(layer));
        let weight = self.parameter(name, "weight", mode);
        let affine = self.parameter(name, "affine", mode);
        let (mean, variance) = (
            self.statistic(name, "mean"),
            self.statistic(name, "variance"),
        );
        let source = match mode {
            Mode::Train => Source::Batch,
            Mode::Evaluate => Source::Fixed(Statistics {
                mean: mean.to_vec1()?,
                variance: variance.to_vec1()?,
            }),
        };
        let normalised = if residual.is_some() {
            let sums = conv2d(input, &weight, conv)?;
            normalise(&sums, &affine, residual, source, self.isa)?
        } else {
            convolve_and_normalise(input, (&weight, &affine), source, conv)?
        };
        if mode == Mode::Train {
            follow(mean, &normalised.statistics.mean)?;
            follow(variance, &normalised.statistics.variance)?;
        }
        Ok(normalised.value)
    }

    /// A parameter; without its gradient when nothing is to be learnt.
    fn parameter(&self, layer: &str, of: &str, mode: Mode) -> Tensor {
        let var = &self.parameters[&format!("{layer}.{of}")];
        match mode {
            Mode::Train => var.as_tensor().clone(),
            Mode::Evaluate => var.as_detached_tensor(),
        }
    }

    fn statistic(&self, layer: &str, of: &str) -> &Var {
        &self.statistics[&format!("{layer}.{of}")]
    }
}

/// Moves a running statistic towards the newest batch's.
fn follow(running: &Var, newest: &[f32]) -> Result<(), Error> {
    let old = running.to_vec1::<f32>()?;
    let moved: Vec<f32> = old
        .iter()
        .zip(newest)
        .map(|(o, n)| o + MOMENTUM * (n - o))
        .collect();
    Ok(running.set(&Tensor::from_vec(moved, running.shape(), &Device::Cpu)?)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::oracle::noise;
    use crate::ops::{AdamW, AdamWSettings, Wanted, soft_cross_entropy};
    use crate::targets::Target;

    fn pictures() -> Tensor {
        noise("pictures", (2, 128, 256, 3))
            .unwrap()
            .as_detached_tensor()
    }

    #[test]
    fn every_head_has_its_shape() {
        let net = Net::new(&NetConfig::student(), 1).unwrap();
        let logits = net.forward(&pictures(), Mode::Evaluate).unwrap();
        for (head, logits) in Head::ALL.into_iter().zip(&logits) {
            assert_eq!(
                logits.dims(),
                [2, head.positions(), head.classes()],
                "{}",
                head.name()
            );
        }
    }

    #[test]
    fn equal_seeds_make_equal_networks_and_other_seeds_others() {
        let stem = |seed| {
            let net = Net::new(&NetConfig::student(), seed).unwrap();
            net.parameters()["stem.weight"]
                .flatten_all()
                .unwrap()
                .to_vec1::<f32>()
                .unwrap()
        };
        assert_eq!(stem(5), stem(5));
        assert_ne!(stem(5), stem(6));
    }

    #[test]
    fn every_parameter_gets_a_gradient_and_a_few_steps_lower_the_loss() {
        let net = Net::new(&NetConfig::student(), 1).unwrap();
        let mut adamw = AdamW::new(net.parameters().clone(), AdamWSettings::default());
        let mut losses = Vec::new();
        for _ in 0..6 {
            let logits = net.forward(&pictures(), Mode::Train).unwrap();
            let mut loss = Tensor::new(0f32, &Device::Cpu).unwrap();
            for (head, logits) in Head::ALL.into_iter().zip(&logits) {
                let labels = vec![Target::class(1); 2 * head.positions()];
                let flat = logits.flatten_to(1).unwrap();
                let weights = vec![1.0; labels.len()];
                let part = soft_cross_entropy(&flat, Wanted::Labels(&labels), &weights, 1.0);
                loss = (loss + part.unwrap()).unwrap();
            }
            let gradients = loss.backward().unwrap();
            for (name, var) in net.parameters() {
                assert!(gradients.get(var).is_some(), "{name} has no gradient");
            }
            adamw.step(&gradients, 1e-2).unwrap();
            losses.push(loss.to_scalar::<f32>().unwrap());
        }
        assert!(losses[5] < 0.5 * losses[0], "{losses:?}");
    }

    #[test]
    fn pictures_of_another_size_and_tensors_of_another_network_are_refused() {
        let net = Net::new(&NetConfig::student(), 1).unwrap();
        let small = Tensor::zeros((1, 64, 64, 3), candle_core::DType::F32, &Device::Cpu).unwrap();
        let error = net.forward(&small, Mode::Evaluate).unwrap_err();
        assert!(error.to_string().contains("64x64x3"));
        let error = Net::from_tensors(&NetConfig::teacher(), &net.tensors())
            .err()
            .unwrap();
        assert!(error.to_string().contains("stem.weight"));
    }
}
