//! Inference in whole numbers: sums are exact, so that every instruction set gives the same bits (Jacob et al. 2018).
//!
//! Bytes have 256 steps and weights of a byte, words 4095 steps either way and the widest weights whose sums cannot
//! overflow. Maps of bytes have passed ReLU, so that 0 is 0 and the border needs no care. Each channel has a step of
//! its own, which costs nothing: the next layer's weights take it in.

#![expect(
    clippy::inline_always,
    reason = "conversions must be compiled for the caller's instruction set"
)]

use core::marker::PhantomData;

use super::half::Part;
use super::layers::Folded;
use super::numbers::{Numbers, Wide};
use crate::error::Error;
use crate::nets::{Finish, Plan};
use crate::ops::{
    Isa, LANES, Packed, Requantise, RowOf, Scaling, Whole, convolve_whole,
    convolve_whole_to_floats, nearest,
};
use crate::preprocess::{BYTE_STEP, ZERO_BYTE};
use crate::quantization::Ranges;

/// Sums stay this far below the largest whole number of 32 bits.
const HIGHEST_SUM: f32 = 0.99 * 2_147_483_648.0;
/// Steps of words for one of the picture's bytes: 0 then is a whole number of steps.
const WORDS_PER_BYTE: f32 = 4.0;
/// The picture's channels in words, in memory.
const PICTURE_CHANNELS: usize = 4;

/// Maps of whole numbers, with what a step of each channel stands for.
pub(crate) struct Quantised<V> {
    /// Map by map.
    steps: Vec<Vec<f32>>,
    values: PhantomData<V>,
}

impl<V: Whole> Quantised<V> {
    /// Whole numbers that span these ranges of a network's maps.
    ///
    /// # Errors
    /// If a map's ranges are missing or those of another network.
    pub(crate) fn new(plan: &Plan, ranges: &Ranges) -> Result<Self, Error> {
        let mut steps = vec![vec![BYTE_STEP / WORDS_PER_BYTE; PICTURE_CHANNELS]];
        for layer in &plan.layers {
            let limits = match layer.finish {
                Finish::Cells(_) => Vec::new(),
                _ => ranges.limits(&layer.name, plan.maps[layer.output].channels)?,
            };
            steps.push(limits.iter().map(|limit| limit / V::HIGHEST).collect());
        }
        Ok(Self {
            steps,
            values: PhantomData,
        })
    }

    /// No maps at all.
    pub(super) fn none() -> Self {
        Self {
            steps: Vec::new(),
            values: PhantomData,
        }
    }

    /// What a step of each channel of a map stands for.
    fn steps(&self, map: usize) -> &[f32] {
        &self.steps[map]
    }
}

/// Per output channel, padded to whole vectors.
pub(crate) struct Constants {
    /// From sums to steps of the output, for each part of the layer.
    scales: Vec<Vec<f32>>,
    /// Added then.
    bias: Vec<f32>,
    /// From steps of the residual to steps of the output.
    residual: Vec<f32>,
    /// The lowest value.
    lowest: f32,
}

impl Constants {
    fn scaling(&self, part: usize) -> Scaling<'_> {
        Scaling {
            scale: &self.scales[part],
            bias: &self.bias,
        }
    }
}

impl<V: Whole> Numbers for Quantised<V> {
    type Value = V;
    type Weight = V::Weight;
    type Constants = Constants;

    fn pack(&self, layer: &Folded<'_>, isa: Isa) -> (Vec<Packed<V::Weight>>, Constants) {
        let channels = (layer.channels.0, layer.channels_of_part());
        let reads = self.steps(layer.plan.input);
        let writes = match layer.plan.finish {
            // Logits are floating-point numbers.
            Finish::Cells(_) => vec![1.0; channels.1],
            _ => self.steps(layer.plan.output).to_vec(),
        };
        let bias = layer.bias.clone().unwrap_or_else(|| vec![0.0; channels.1]);
        let residual = layer.residual();
        let mut constants = Constants {
            scales: Vec::new(),
            bias: divided(&bias, &writes),
            residual: residual.map_or_else(Vec::new, |map| divided(self.steps(map), &writes)),
            lowest: if layer.has_relu() { 0.0 } else { -V::HIGHEST },
        };
        let mut packed = Vec::new();
        for weights in layer.parts() {
            let (whole, steps) = quantise::<V>(&weights, reads, channels.1);
            constants.scales.push(divided(&steps, &writes));
            packed.push(Packed::grouped(&whole, channels, V::DEPTH, isa));
        }
        (packed, constants)
    }

    fn convolve(row: RowOf<'_, V, V, ()>, residual: Option<&[V]>, part: &Part<'_, Self>) {
        let constants = part.constants();
        let mut row = row.finished(Requantise {
            scaling: constants.scaling(part.phase),
            residual: residual.map(|values| (values, &constants.residual[..])),
            lowest: constants.lowest,
        });
        convolve_whole(&mut row, part.packed, part.block, part.isa);
    }
}

impl Wide for Quantised<i16> {
    const PICTURE_CHANNELS: usize = PICTURE_CHANNELS;

    fn show(bytes: &[u8], row: &mut [i16], _: Isa) {
        const STEPS: i16 = WORDS_PER_BYTE as i16;
        const ZERO: i16 = (WORDS_PER_BYTE * ZERO_BYTE) as i16;
        let pixels = bytes.as_chunks::<3>().0.iter();
        let to = row.as_chunks_mut::<PICTURE_CHANNELS>().0.iter_mut();
        for (to, pixel) in to.zip(pixels) {
            let [red, green, blue] = pixel.map(|byte| STEPS * i16::from(byte) - ZERO);
            *to = [red, green, blue, 0];
        }
    }

    fn convolve_cells(row: RowOf<'_, i16, f32, ()>, part: &Part<'_, Self>) {
        let mut row = row.finished(part.constants().scaling(part.phase));
        convolve_whole_to_floats(&mut row, part.packed, part.block, part.isa);
    }

    #[inline(always)]
    fn byte(value: i16) -> u8 {
        let number = f32::from(value) * (<u8 as Whole>::HIGHEST / <i16 as Whole>::HIGHEST);
        nearest(number.min(<u8 as Whole>::HIGHEST)) as u8
    }

    #[inline(always)]
    fn of_byte(byte: u8) -> i16 {
        let number = f32::from(byte) * (<i16 as Whole>::HIGHEST / <u8 as Whole>::HIGHEST);
        nearest(number.min(<i16 as Whole>::HIGHEST)) as i16
    }
}

/// Weights `[taps, channels in, channels out]` of inputs that come in steps, as whole numbers, and what a step of
/// each output's sum stands for.
fn quantise<V: Whole>(
    weights: &[f32],
    reads: &[f32],
    outputs: usize,
) -> (Vec<V::Weight>, Vec<f32>) {
    let rows = weights.chunks(outputs).zip(reads.iter().cycle());
    let scaled: Vec<f32> = rows
        .flat_map(|(row, step)| row.iter().map(move |weight| weight * step))
        .collect();
    let mut largest = vec![f32::MIN_POSITIVE; outputs];
    let mut sums = vec![0.0f32; outputs];
    for row in scaled.chunks(outputs) {
        for ((largest, sum), weight) in largest.iter_mut().zip(&mut sums).zip(row) {
            *largest = largest.max(weight.abs());
            *sum += weight.abs();
        }
    }
    let steps: Vec<f32> = largest
        .iter()
        .zip(&sums)
        .map(|(largest, sum)| (largest / V::LARGEST_WEIGHT).max(sum * (V::HIGHEST / HIGHEST_SUM)))
        .collect();
    let whole = scaled
        .iter()
        .zip(steps.iter().cycle())
        .map(|(weight, step)| V::weight((weight / step).round_ties_even()))
        .collect();
    (whole, steps)
}

/// `a / b`, padded with zeros to whole vectors.
fn divided(a: &[f32], b: &[f32]) -> Vec<f32> {
    let mut quotients: Vec<f32> = a.iter().zip(b).map(|(a, b)| a / b).collect();
    quotients.resize(quotients.len().next_multiple_of(LANES), 0.0);
    quotients
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_the_largest_words_stay_below_32_bits() {
        let weights: Vec<f32> = (0..2304 * 2)
            .map(|i| ((i % 7) as f32 - 3.0) * 0.1)
            .collect();
        let (whole, steps) = quantise::<i16>(&weights, &[1.0], 2);
        let sum: i64 = whole
            .iter()
            .step_by(2)
            .map(|w| i64::from(w.abs()) * 4095)
            .sum();
        assert!(sum < i64::from(i32::MAX) && sum > i64::from(i32::MAX) / 2);
        for (weight, whole) in weights.iter().zip(&whole) {
            assert!((f32::from(*whole) * steps[0] - weight).abs() <= steps[0]);
        }
    }

    #[test]
    fn bytes_keep_their_value_as_words_and_the_largest_word_is_the_largest_byte() {
        for byte in 0..=255 {
            assert_eq!(Quantised::byte(Quantised::of_byte(byte)), byte);
        }
        assert_eq!(
            (Quantised::byte(4095), Quantised::of_byte(255)),
            (255, 4095)
        );
        assert_eq!(Quantised::byte(5000), 255);
    }
}
