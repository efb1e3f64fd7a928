//! Weights in the order in which the convolution kernel reads them.

use crate::ops::isa::Isa;
use crate::ops::lanes::LANES;

/// Up to 48 output channels that one kernel call computes together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Block {
    /// Its first output channel.
    pub(crate) channel: usize,
    /// How many output channels it has; the last vector may be partly used.
    pub(crate) channels: usize,
    /// How many vectors of 16 channels it spans: 1, 2 or 3.
    pub(crate) vectors: usize,
    /// Where its weights `[tap][channel in / depth][16 * vectors][depth]` start; the depth is 1, of bytes 4.
    pub(crate) start: usize,
}

/// Weights of a convolution, block by block.
#[derive(Debug, Clone)]
pub(crate) struct Packed<W = f32> {
    pub(crate) blocks: Vec<Block>,
    pub(crate) channels_in: usize,
    pub(crate) weights: Vec<W>,
}

impl Packed {
    /// Packs weights `[taps, channels in, channels out]` for the forward pass.
    pub(crate) fn forward(weights: &[f32], channels: (usize, usize), isa: Isa) -> Self {
        let channels_out = channels.1;
        Self::fill(weights.len(), channels, 1, isa, |row, block, packed| {
            let from = row * channels_out + block.channel;
            packed[..block.channels].copy_from_slice(&weights[from..from + block.channels]);
        })
    }

    /// Packs the same weights for the pass from the output's gradient to the input's: inputs and outputs swapped.
    pub(crate) fn transposed(weights: &[f32], channels: (usize, usize), isa: Isa) -> Self {
        let (channels_in, channels_out) = channels;
        Self::fill(
            weights.len(),
            (channels_out, channels_in),
            1,
            isa,
            |row, block, packed| {
                let (tap, output) = (row / channels_out, row % channels_out);
                let first = tap * channels_in + block.channel;
                for (offset, value) in packed[..block.channels].iter_mut().enumerate() {
                    *value = weights[(first + offset) * channels_out + output];
                }
            },
        )
    }
}

impl<W: Copy + Default> Packed<W> {
    /// Packs weights `[taps, channels in, channels out]` for products of `depth` input channels at a time.
    pub(crate) fn grouped(weights: &[W], channels: (usize, usize), depth: usize, isa: Isa) -> Self {
        let (channels_in, channels_out) = channels;
        assert!(channels_in.is_multiple_of(depth));
        Self::fill(weights.len(), channels, depth, isa, |row, block, packed| {
            // The weights of consecutive input channels stand side by side.
            let offset = row % depth;
            let from = row * channels_out + block.channel;
            for (output, &weight) in weights[from..from + block.channels].iter().enumerate() {
                packed[output * depth + offset] = weight;
            }
        })
    }

    /// Lays out blocks and lets `write` fill the row `tap * reads + channel in` of each: its part of the `depth` rows
    /// that stand side by side.
    fn fill(
        count: usize,
        (reads, writes): (usize, usize),
        depth: usize,
        isa: Isa,
        write: impl Fn(usize, &Block, &mut [W]),
    ) -> Self {
        let rows = count / writes;
        let blocks = blocks(writes, rows, isa);
        let padded: usize = blocks.iter().map(|b| b.vectors * LANES * rows).sum();
        let mut weights = vec![W::default(); padded];
        for block in &blocks {
            let wide = block.vectors * LANES;
            let part = &mut weights[block.start..block.start + rows * wide];
            for row in 0..rows {
                let first = row / depth * depth * wide;
                write(row, block, &mut part[first..first + depth * wide]);
            }
        }
        Self {
            blocks,
            channels_in: reads,
            weights,
        }
    }
}

/// Cuts output channels into blocks as wide as the registers of the instruction set allow.
fn blocks(channels_out: usize, rows: usize, isa: Isa) -> Vec<Block> {
    let mut blocks = Vec::new();
    let (mut channel, mut start) = (0, 0);
    while channel < channels_out {
        let left = channels_out - channel;
        let vectors = match (isa.or_best(), left.div_ceil(LANES)) {
            (Isa::Avx512, 1) => 1,
            (Isa::Avx512, 2 | 4) => 2,
            (Isa::Avx512, _) => 3,
            _ => 1,
        };
        let channels = left.min(vectors * LANES);
        blocks.push(Block {
            channel,
            channels,
            vectors,
            start,
        });
        channel += channels;
        start += rows * vectors * LANES;
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_cover_all_channels_without_a_narrow_rest_where_possible() {
        let wide = |n| {
            blocks(n, 1, Isa::Avx512)
                .iter()
                .map(|b| b.vectors)
                .collect::<Vec<_>>()
        };
        if Isa::Avx512.is_available() {
            assert_eq!(wide(64), [2, 2]);
            assert_eq!(wide(80), [3, 2]);
            assert_eq!(wide(9), [1]);
            assert_eq!(wide(96), [3, 3]);
        }
    }

    #[test]
    fn packing_for_the_gradient_swaps_inputs_and_outputs() {
        let weights: Vec<f32> = (0..6).map(|n| n as f32).collect();
        let packed = Packed::transposed(&weights, (2, 3), Isa::Portable);
        assert_eq!(packed.channels_in, 3);
        assert_eq!(&packed.weights[..2], &[0.0, 3.0]);
        assert_eq!(&packed.weights[LANES..LANES + 2], &[1.0, 4.0]);
    }
}
