//! The networks in stock candle: its own convolutions, normalisation folded, channels first.
//!
//! The table of layers is `perception/src/nets/plan.rs`; the way from cells to logits is
//! `perception/src/nets/aggregate.rs`.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use candle_core::{D, Device, Tensor};
use perception::heads::{Head, OBJECT_GRID, SEGMENTATION_GRID};
use perception::nets::{Body, Net, NetConfig};
use perception::ops::EPSILON;
use perception::preprocess::{INPUT_HEIGHT, INPUT_WIDTH, normalise};

use crate::contestant::Seat;
use crate::material::Material;
use crate::works::Work;

const LANE_BOUNDARIES: usize = 4;
const LANE_ROWS: usize = 16;

/// A frame in single precision.
pub(crate) fn frame(work: &Work, material: &Material) -> Result<Seat> {
    let (_, net) = material.network(&work.network)?;
    let stock = Stock::new(&net)?;
    let bytes = material.picture()?;
    let run = move || stock.forward(&bytes);
    Ok(Seat::here("candle 0.11.1".to_owned(), run, |heads| {
        let numbers = |head: &Tensor| Ok(head.flatten_all()?.to_vec1()?);
        heads.iter().map(numbers).collect()
    }))
}

/// Weights `[out, in, kernel, kernel]` and what is added.
struct Layer {
    weight: Tensor,
    bias: Option<Tensor>,
}

struct Stock {
    config: NetConfig,
    layers: BTreeMap<String, Layer>,
}

impl Stock {
    fn new(net: &Net) -> Result<Self> {
        let tensors = net.tensors();
        let mut layers = BTreeMap::new();
        for (key, weight) in &tensors {
            let Some(name) = key.strip_suffix(".weight") else {
                continue;
            };
            let of = |what: &str| tensors.get(&format!("{name}.{what}"));
            let mut weight = weight.permute((3, 2, 0, 1))?.contiguous()?;
            let mut bias = of("bias").cloned();
            if let (Some(affine), Some(mean), Some(variance)) =
                (of("affine"), of("mean"), of("variance"))
            {
                let scale = (affine.get(0)? / (variance + EPSILON)?.sqrt()?)?;
                weight = weight.broadcast_mul(&scale.reshape(((), 1, 1, 1))?)?;
                bias = Some((affine.get(1)? - (mean * &scale)?)?);
            }
            let bias = bias.map(|bias| bias.reshape((1, (), 1, 1))).transpose()?;
            layers.insert(name.to_owned(), Layer { weight, bias });
        }
        Ok(Self {
            config: net.config().clone(),
            layers,
        })
    }

    /// The logits of every head.
    fn forward(&self, bytes: &[u8]) -> Result<Vec<Tensor>> {
        let values: Vec<f32> = bytes.iter().map(|&byte| normalise(byte)).collect();
        let picture = Tensor::from_vec(values, (1, INPUT_HEIGHT, INPUT_WIDTH, 3), &Device::Cpu)?;
        let picture = picture.permute((0, 3, 1, 2))?.contiguous()?;
        let mut x = self.norm("stem", &picture, 2, None)?;
        let mut stages = Vec::new();
        for (index, &blocks) in self.config.blocks.iter().enumerate() {
            let stage = format!("stage{}", index + 1);
            x = self.norm(&format!("{stage}.open"), &x, 2, None)?;
            for block in 1..=blocks {
                x = self.block(&format!("{stage}.block{block}"), &x)?;
            }
            stages.push(x.clone());
        }
        let (fine, coarse) = self.pyramid(&stages)?;
        let head = |head| {
            let x = match head {
                Head::Segmentation | Head::Lanes | Head::Light => &fine,
                _ => &coarse,
            };
            logits(head, &self.conv(&format!("heads.{}", head.name()), x, 1)?)
        };
        Head::ALL.into_iter().map(head).collect()
    }

    fn block(&self, name: &str, x: &Tensor) -> Result<Tensor> {
        match self.config.body {
            Body::Plain => self.norm(name, x, 1, None),
            Body::Residual => {
                let inner = self.norm(&format!("{name}.first"), x, 1, None)?;
                self.norm(&format!("{name}.second"), &inner, 1, Some(x))
            }
            Body::Bottleneck => {
                let narrow = self.norm(&format!("{name}.narrow"), x, 1, None)?;
                let middle = self.norm(&format!("{name}.middle"), &narrow, 1, None)?;
                self.norm(&format!("{name}.widen"), &middle, 1, Some(x))
            }
        }
    }

    /// The maps that the fine and the coarse heads look at.
    fn pyramid(&self, stages: &[Tensor]) -> Result<(Tensor, Tensor)> {
        let (mut above, mut coarse) = (None, None);
        for (index, stage) in stages.iter().enumerate().rev() {
            let level = format!("level{}", index + 1);
            let raised = above
                .map(|map| self.raise(&format!("{level}.raise"), &map))
                .transpose()?;
            let map = self.norm(&format!("{level}.lateral"), stage, 1, raised.as_ref())?;
            let height = map.dim(2)?;
            if height == OBJECT_GRID.1 {
                coarse = Some(self.norm("coarse", &map, 1, None)?);
            }
            if height == SEGMENTATION_GRID.1 {
                let fine = self.norm("fine", &map, 1, None)?;
                return Ok((fine, coarse.context("the coarse grid comes first")?));
            }
            above = Some(map);
        }
        anyhow::bail!("no map has the size of the fine grid")
    }

    fn conv(&self, name: &str, x: &Tensor, stride: usize) -> Result<Tensor> {
        let layer = self
            .layers
            .get(name)
            .with_context(|| format!("the network has no layer `{name}`"))?;
        let padding = layer.weight.dim(2)? / 2;
        let sums = x.conv2d(&layer.weight, padding, stride, 1, 1)?;
        Ok(match &layer.bias {
            Some(bias) => sums.broadcast_add(bias)?,
            None => sums,
        })
    }

    fn norm(
        &self,
        name: &str,
        x: &Tensor,
        stride: usize,
        residual: Option<&Tensor>,
    ) -> Result<Tensor> {
        let sums = self.conv(name, x, stride)?;
        Ok(match residual {
            Some(residual) => (sums + residual)?.relu()?,
            None => sums.relu()?,
        })
    }

    /// Four groups of channels become squares of 2x2 pixels.
    fn raise(&self, name: &str, x: &Tensor) -> Result<Tensor> {
        let groups = self.conv(name, x, 1)?;
        let (_, channels, height, width) = groups.dims4()?;
        let channels = channels / 4;
        let squares = groups.reshape(&[2, 2, channels, height, width][..])?;
        let pixels = squares.permute(vec![2, 3, 0, 4, 1])?;
        Ok(pixels.reshape((1, channels, 2 * height, 2 * width))?)
    }
}

/// A head's logits `[positions, classes]` of its cells `[1, channels, rows, columns]`.
fn logits(head: Head, cells: &Tensor) -> Result<Tensor> {
    let (_, channels, rows, columns) = cells.dims4()?;
    match head {
        Head::Lanes => {
            let cells = cells.narrow(2, rows - LANE_ROWS, LANE_ROWS)?;
            let none = cells.narrow(1, LANE_BOUNDARIES, LANE_BOUNDARIES)?;
            let none = none.mean_keepdim(D::Minus1)?;
            let crossed = cells.narrow(1, 0, LANE_BOUNDARIES)?;
            Ok(Tensor::cat(&[&crossed, &none], 3)?)
        }
        Head::Light => picture(cells, 0),
        Head::StopLine => picture(cells, channels - 1),
        _ => {
            let pixels = cells.permute((0, 2, 3, 1))?;
            Ok(pixels.reshape((rows * columns, channels))?)
        }
    }
}

/// The logits of a head of the whole picture.
fn picture(cells: &Tensor, none: usize) -> Result<Tensor> {
    let cells = cells.flatten_from(2)?;
    let (_, channels, count) = cells.dims3()?;
    let likely = (cells.log_sum_exp(2)? - drive::math::ln(count as f64))?;
    let mean = cells.narrow(1, none, 1)?.mean(2)?;
    let before = likely.narrow(1, 0, none)?;
    let after = likely.narrow(1, none + 1, channels - none - 1)?;
    Ok(Tensor::cat(&[&before, &mean, &after], 1)?)
}
