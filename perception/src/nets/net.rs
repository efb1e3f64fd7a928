//! A network with its weights, for training and evaluation in candle.

use std::collections::BTreeMap;

use candle_core::{Device, Tensor, Var};

use super::aggregate::aggregate;
use super::config::NetConfig;
use super::init::initial;
use super::passage::Passage;
use super::plan::{Finish, Layer, Plan};
use crate::error::Error;
use crate::heads::Head;
use crate::ops::{
    Conv, Isa, Source, Statistics, conv2d, conv2d_with_bias, depth_to_space, normalise,
};

/// Share of the newest batch in the running statistics.
const MOMENTUM: f32 = 0.1;

/// The sums of a layer's convolution, and the statistics they were normalised with.
pub(super) type Normalised = (Tensor, Statistics);

/// What a layer made of the maps it reads.
pub(super) struct Output {
    /// The map it writes.
    pub(super) value: Tensor,
    /// What it normalised, if it does.
    pub(super) normalised: Option<Normalised>,
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
    /// pictures `[batch, height, width, 3]`; without gradients.
    ///
    /// # Errors
    /// If the pictures are not of the network's size.
    pub fn forward(&self, pictures: &Tensor) -> Result<Vec<Tensor>, Error> {
        self.check_size(pictures)?;
        let mut maps = vec![pictures.detach()];
        let mut logits = Vec::with_capacity(Head::ALL.len());
        for layer in &self.plan.layers {
            let source = match layer.finish {
                Finish::Norm { .. } => Source::Fixed(self.running(layer)?),
                Finish::Spread | Finish::Cells(_) => Source::Batch,
            };
            let output = self.layer(layer, &maps, source)?.value;
            if let Finish::Cells(head) = layer.finish {
                logits.push(aggregate(head, &output)?);
            }
            maps.push(output);
        }
        Ok(logits)
    }

    /// The forward pass of a training step over normalised pictures `[batch, height, width, 3]`: normalises with the
    /// batch's statistics, moves the running ones, and keeps what gradients need.
    ///
    /// # Errors
    /// If the pictures are not of the network's size.
    pub fn learn(&self, pictures: &Tensor) -> Result<Passage<'_>, Error> {
        self.check_size(pictures)?;
        Passage::new(self, pictures)
    }

    fn check_size(&self, pictures: &Tensor) -> Result<(), Error> {
        let size = (self.config.input_height, self.config.input_width, 3);
        let (_, height, width, channels) = pictures.dims4()?;
        if (height, width, channels) == size {
            return Ok(());
        }
        Err(Error::Config(format!(
            "pictures of {height}x{width}x{channels}; the network takes {size:?}"
        )))
    }

    /// A layer normalised with the batch's statistics, towards which the running ones move.
    pub(super) fn layer_of_batch(&self, layer: &Layer, maps: &[Tensor]) -> Result<Output, Error> {
        let output = self.layer(layer, maps, Source::Batch)?;
        if let Some((_, newest)) = &output.normalised {
            let [mean, variance] = self.running_vars(layer);
            follow(mean, &newest.mean)?;
            follow(variance, &newest.variance)?;
        }
        Ok(output)
    }

    fn layer(&self, layer: &Layer, maps: &[Tensor], source: Source) -> Result<Output, Error> {
        let (input, conv) = (&maps[layer.input], self.conv(layer));
        let weight = self.weight(layer);
        let parameter = |of: &str| self.var(&layer.name, of).as_detached_tensor();
        let value = match layer.finish {
            Finish::Cells(_) => conv2d_with_bias(input, &weight, &parameter("bias"), conv)?,
            Finish::Spread => depth_to_space(&conv2d(input, &weight, conv)?)?,
            Finish::Norm { residual } => {
                let sums = conv2d(input, &weight, conv)?;
                let residual = residual.map(|map| &maps[map]);
                let affine = parameter("affine");
                let normalised = normalise(&sums, &affine, residual, source, self.isa)?;
                return Ok(Output {
                    value: normalised.value,
                    normalised: Some((sums, normalised.statistics)),
                });
            }
        };
        Ok(Output {
            value,
            normalised: None,
        })
    }

    /// How a layer's convolution is computed.
    pub(super) fn conv(&self, layer: &Layer) -> Conv {
        Conv {
            stride: layer.stride,
            isa: self.isa,
        }
    }

    /// The instruction set it is computed with.
    pub(super) fn isa(&self) -> Isa {
        self.isa
    }

    /// The weights of a layer's convolution, on which candle keeps no account.
    pub(super) fn weight(&self, layer: &Layer) -> Tensor {
        self.var(&layer.name, "weight").as_detached_tensor()
    }

    /// A parameter of a layer.
    pub(super) fn var(&self, layer: &str, of: &str) -> &Var {
        &self.parameters[&format!("{layer}.{of}")]
    }

    /// The running mean and variance of a layer that normalises.
    fn running_vars(&self, layer: &Layer) -> [&Var; 2] {
        ["mean", "variance"].map(|of| &self.statistics[&format!("{}.{of}", layer.name)])
    }

    fn running(&self, layer: &Layer) -> Result<Statistics, Error> {
        let [mean, variance] = self.running_vars(layer);
        Ok(Statistics {
            mean: mean.to_vec1()?,
            variance: variance.to_vec1()?,
        })
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
        let logits = net.forward(&pictures()).unwrap();
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
            let passage = net.learn(&pictures()).unwrap();
            let mut loss = Tensor::new(0f32, &Device::Cpu).unwrap();
            for (head, logits) in Head::ALL.into_iter().zip(passage.logits()) {
                let labels = vec![Target::class(1); 2 * head.positions()];
                let flat = logits.flatten_to(1).unwrap();
                let weights = vec![1.0; labels.len()];
                let part = soft_cross_entropy(&flat, Wanted::Labels(&labels), &weights, 1.0);
                loss = (loss + part.unwrap()).unwrap();
            }
            let gradients = passage.backward(&loss).unwrap();
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
        let error = net.forward(&small).unwrap_err();
        assert!(error.to_string().contains("64x64x3"));
        let error = Net::from_tensors(&NetConfig::teacher(), &net.tensors())
            .err()
            .unwrap();
        assert!(error.to_string().contains("stage1.open.weight"));
    }
}
