//! Inference without candle: batch normalisation folded into the weights, buffers planned once, and convolution,
//! bias, residual and ReLU in one pass of the training kernels.

use std::collections::BTreeMap;

use candle_core::Tensor;

use crate::error::Error;
use crate::fold::fold;
use crate::heads::Head;
use crate::nets::{Finish, Layer, MapSize, Net, Plan, logits_of_cells};
use crate::ops::{Finish as After, Isa, Packed, Row, Statistics, Tap, convolve_row, run_all};
use crate::probabilities::Logits;

/// Zero pixels around every map that a 3x3 convolution may read.
const BORDER: usize = 1;

/// An activation map with its border.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Area {
    size: MapSize,
    border: usize,
}

impl Area {
    /// Floats in a row.
    fn row(&self) -> usize {
        (self.size.width + 2 * self.border) * self.size.channels
    }

    fn len(&self) -> usize {
        (self.size.height + 2 * self.border) * self.row()
    }

    /// The first channel of the pixel that lies `inset` pixels into the border from the first one.
    fn first(&self, inset: usize) -> usize {
        (self.border - inset) * (self.row() + self.size.channels)
    }
}

/// A layer, ready to run.
struct Step {
    input: usize,
    output: usize,
    residual: Option<usize>,
    stride: usize,
    /// Output pixels per input step and axis: 2 where four groups of channels become 2x2 pixels.
    spread: usize,
    taps: Vec<Tap>,
    /// Pixels by which the first tap lies up and left of the pixel.
    inset: usize,
    /// Weights for each pixel of a `spread` x `spread` square.
    packed: Vec<Packed>,
    bias: Option<Vec<f32>>,
    relu: bool,
    head: Option<Head>,
}

/// A network ready for single frames.
pub(crate) struct Engine {
    steps: Vec<Step>,
    areas: Vec<Area>,
    /// The buffer of each map; maps of equal size share one when their lives do not overlap.
    slots: Vec<usize>,
    buffers: Vec<Vec<f32>>,
    isa: Isa,
    threads: usize,
}

impl Engine {
    /// Folds and packs a network's weights and plans its buffers.
    pub(crate) fn new(net: &Net, isa: Isa, threads: usize) -> Result<Self, Error> {
        let (plan, tensors) = (net.plan(), net.tensors());
        let areas: Vec<Area> = areas(plan);
        let (slots, buffers) = plan_buffers(plan, &areas);
        let steps = plan
            .layers
            .iter()
            .map(|layer| step(layer, &areas, &tensors, isa));
        Ok(Self {
            steps: steps.collect::<Result<_, _>>()?,
            areas,
            slots,
            buffers,
            isa,
            threads: threads.max(1),
        })
    }

    /// The logits of one normalised picture `[height, width, 3]`.
    pub(crate) fn infer(&mut self, picture: &[f32]) -> Logits {
        let area = self.areas[0];
        let wide = area.size.width * area.size.channels;
        let rows = self.buffers[self.slots[0]][area.first(0)..].chunks_mut(area.row());
        for (to, from) in rows.zip(picture.chunks(wide)) {
            to[..wide].copy_from_slice(from);
        }
        let mut logits = Head::ALL.map(|head| vec![0.0; head.positions() * head.classes()]);
        for step in &self.steps {
            let slot = self.slots[step.output];
            let mut output = std::mem::take(&mut self.buffers[slot]);
            self.run(step, &mut output);
            if let Some(head) = step.head {
                logits_of_cells(head, &output, &mut logits[head as usize]);
            }
            self.buffers[slot] = output;
        }
        Logits::new(logits)
    }

    /// Computes a whole map in as many bands of rows as there are threads.
    fn run(&self, step: &Step, output: &mut [f32]) {
        let area = self.areas[step.output];
        let group = step.spread * area.row();
        let groups = area.size.height / step.spread;
        let band = groups.div_ceil(self.threads);
        let inner = area.border * area.row();
        let rows = &mut output[inner..inner + groups * group];
        let bands = rows.chunks_mut(band * group).enumerate();
        run_all(bands, |(index, rows)| self.band(step, index * band, rows));
    }

    /// The groups of rows from `first` on that `output` holds.
    fn band(&self, step: &Step, first: usize, output: &mut [f32]) {
        let group = step.spread * self.areas[step.output].row();
        for (phase, packed) in step.packed.iter().enumerate() {
            for block in &packed.blocks {
                for (index, rows) in output.chunks_mut(group).enumerate() {
                    let mut row = self.row(step, phase, first + index, rows);
                    convolve_row(&mut row, packed, block, self.isa);
                }
            }
        }
    }

    /// One row of one phase: group `index` of the output, which `output` holds.
    fn row<'a>(
        &'a self,
        step: &'a Step,
        phase: usize,
        index: usize,
        output: &'a mut [f32],
    ) -> Row<'a> {
        let (from, to) = (self.areas[step.input], self.areas[step.output]);
        let input = &self.buffers[self.slots[step.input]];
        let channels = to.size.channels;
        let first = phase / step.spread * to.row() + (to.border + phase % step.spread) * channels;
        let line = (to.border + index * step.spread) * to.row();
        let residual = step
            .residual
            .map(|map| &self.buffers[self.slots[map]][line + first..]);
        Row {
            input: &input[from.first(step.inset) + index * step.stride * from.row()..],
            input_step: step.stride * from.size.channels,
            taps: &step.taps,
            output: &mut output[first..],
            output_step: step.spread * channels,
            pixels: to.size.width / step.spread,
            finish: After {
                bias: step.bias.as_deref(),
                residual,
                relu: step.relu,
            },
        }
    }
}

/// Cells of heads are read pixel by pixel and need no border; everything else may meet a 3x3 kernel.
fn areas(plan: &Plan) -> Vec<Area> {
    let mut areas: Vec<Area> = plan
        .maps
        .iter()
        .map(|&size| Area {
            size,
            border: BORDER,
        })
        .collect();
    for layer in &plan.layers {
        if matches!(layer.finish, Finish::Cells(_)) {
            areas[layer.output].border = 0;
        }
    }
    areas
}

/// Gives every map a buffer, that of an equal map no longer needed where there is one.
fn plan_buffers(plan: &Plan, areas: &[Area]) -> (Vec<usize>, Vec<Vec<f32>>) {
    let mut last_use = vec![0; plan.maps.len()];
    for (time, layer) in plan.layers.iter().enumerate() {
        for map in reads(layer) {
            last_use[map] = time;
        }
        last_use[layer.output] = last_use[layer.output].max(time);
    }
    let mut owners: Vec<usize> = vec![0];
    let mut slots = vec![0; plan.maps.len()];
    for (time, layer) in plan.layers.iter().enumerate() {
        let map = layer.output;
        let free =
            |&owner: &usize| owner != 0 && areas[owner] == areas[map] && last_use[owner] < time;
        if let Some(slot) = owners.iter().position(free) {
            owners[slot] = map;
            slots[map] = slot;
        } else {
            slots[map] = owners.len();
            owners.push(map);
        }
    }
    let buffers = owners
        .iter()
        .map(|&map| vec![0.0; areas[map].len()])
        .collect();
    (slots, buffers)
}

/// The maps a layer reads.
fn reads(layer: &Layer) -> impl Iterator<Item = usize> {
    let residual = match layer.finish {
        Finish::Norm { residual } => residual,
        _ => None,
    };
    core::iter::once(layer.input).chain(residual)
}

fn step(
    layer: &Layer,
    areas: &[Area],
    tensors: &BTreeMap<String, Tensor>,
    isa: Isa,
) -> Result<Step, Error> {
    let numbers = |of: &str| -> Result<Vec<f32>, Error> {
        Ok(tensors[&format!("{}.{of}", layer.name)]
            .flatten_all()?
            .to_vec1()?)
    };
    let input = areas[layer.input];
    let channels = (input.size.channels, layer.channels);
    let weights = numbers("weight")?;
    let (packed, bias) = match layer.finish {
        Finish::Norm { .. } => {
            let statistics = Statistics {
                mean: numbers("mean")?,
                variance: numbers("variance")?,
            };
            let (weights, bias) = fold(&weights, &numbers("affine")?, &statistics);
            (vec![Packed::forward(&weights, channels, isa)], Some(bias))
        }
        Finish::Cells(_) => (
            vec![Packed::forward(&weights, channels, isa)],
            Some(numbers("bias")?),
        ),
        Finish::Spread => {
            let quarter = layer.channels / 4;
            let pack = |q| {
                let part = columns(&weights, layer.channels, q * quarter, quarter);
                Packed::forward(&part, (channels.0, quarter), isa)
            };
            ((0..4).map(pack).collect(), None)
        }
    };
    let tap = |weight: usize| Tap {
        offset: weight / layer.kernel * input.row() + weight % layer.kernel * channels.0,
        weight,
    };
    Ok(Step {
        input: layer.input,
        output: layer.output,
        residual: reads(layer).nth(1),
        stride: layer.stride,
        spread: if layer.finish == Finish::Spread { 2 } else { 1 },
        taps: (0..layer.kernel * layer.kernel).map(tap).collect(),
        inset: layer.kernel / 2,
        packed,
        bias,
        relu: matches!(layer.finish, Finish::Norm { .. }),
        head: match layer.finish {
            Finish::Cells(head) => Some(head),
            _ => None,
        },
    })
}

/// `count` columns of a matrix of `wide` columns, from `first` on.
fn columns(matrix: &[f32], wide: usize, first: usize, count: usize) -> Vec<f32> {
    matrix
        .chunks(wide)
        .flat_map(|row| &row[first..first + count])
        .copied()
        .collect()
}
