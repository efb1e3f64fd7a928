//! The layers of a network as inference sees them: batch normalisation folded into weights and bias.

use super::areas::reads;
use crate::error::Error;
use crate::fold::folded;
use crate::nets::{Finish, Layer, Net};

/// A layer with its folded numbers.
pub(crate) struct Folded<'a> {
    /// Its place in the network.
    pub(crate) plan: &'a Layer,
    /// Channels it reads and writes, as the convolution counts them.
    pub(crate) channels: (usize, usize),
    /// `[taps, channels in, channels out]`.
    pub(crate) weights: Vec<f32>,
    /// One number per output channel; depth-to-space layers have none.
    pub(crate) bias: Option<Vec<f32>>,
}

impl Folded<'_> {
    /// Its weights in as many parts as the convolution computes apart: the four pixels of a square, or one.
    pub(crate) fn parts(&self) -> Vec<Vec<f32>> {
        if self.plan.finish != Finish::Spread {
            return vec![self.weights.clone()];
        }
        let wide = self.channels.1;
        let quarter = wide / 4;
        let part = |q: usize| {
            let rows = self.weights.chunks(wide);
            rows.flat_map(|row| &row[q * quarter..(q + 1) * quarter])
                .copied()
                .collect()
        };
        (0..4).map(part).collect()
    }

    /// Output channels of a part.
    pub(crate) fn channels_of_part(&self) -> usize {
        match self.plan.finish {
            Finish::Spread => self.channels.1 / 4,
            _ => self.channels.1,
        }
    }

    /// The map that is added to its sums.
    pub(crate) fn residual(&self) -> Option<usize> {
        reads(self.plan).nth(1)
    }

    /// Whether negative values become zero.
    pub(crate) fn has_relu(&self) -> bool {
        matches!(self.plan.finish, Finish::Norm { .. })
    }
}

/// All layers; the picture has `picture_channels` channels in memory, those beyond the third without weight.
///
/// # Errors
/// If a tensor cannot be read.
pub(super) fn folded_layers(net: &Net, picture_channels: usize) -> Result<Vec<Folded<'_>>, Error> {
    let tensors = net.tensors();
    let maps = &net.plan().maps;
    let of_layer = |plan| -> Result<Folded<'_>, Error> {
        let layer: &Layer = plan;
        let (weights, bias) = folded(layer, &tensors)?;
        let reads = maps[layer.input].channels;
        let channels_in = if layer.input == 0 {
            picture_channels
        } else {
            reads
        };
        Ok(Folded {
            plan: layer,
            channels: (channels_in, layer.channels),
            weights: widened(
                weights,
                reads * layer.channels,
                channels_in * layer.channels,
            ),
            bias,
        })
    };
    net.plan().layers.iter().map(of_layer).collect()
}

/// Appends zeros to every tap of `from` numbers until it has `to`.
fn widened(weights: Vec<f32>, from: usize, to: usize) -> Vec<f32> {
    if from == to {
        return weights;
    }
    let zeros = vec![0.0; to - from];
    weights
        .chunks(from)
        .flat_map(|tap| tap.iter().chain(&zeros))
        .copied()
        .collect()
}
