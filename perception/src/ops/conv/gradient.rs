//! Gradients of a convolution's weights and bias.

use std::ops::Range;

use super::products::{Products, Span, add_products};
use super::sizes::Sizes;
use crate::ops::isa::Isa;
use crate::ops::pool::run_all;

/// Floats of input and gradient that are read again and again for a part of the weight gradient: half a megabyte.
const CHUNK_FLOATS: usize = 128 * 1024;
/// Input channels that the kernel of the weight gradient takes together: what its tiles divide without a rest.
const GRADIENT_ROWS: [usize; 3] = [24, 16, 8];

/// Gradient of the weights, in at most `parts` parts that share no sum.
pub(super) fn weight_gradient(
    sizes: &Sizes,
    x: &[f32],
    gradient: &[f32],
    isa: Isa,
    parts: usize,
) -> Vec<f32> {
    let (channels_in, channels_out) = sizes.channels();
    let taps = sizes.kernel * sizes.kernel;
    let rows = rows_of_item(taps, channels_in);
    let item = rows * channels_out;
    let mut sums = vec![0.0; taps * channels_in * channels_out];
    let share = (sums.len() / item).div_ceil(parts);
    run_all(sums.chunks_mut(share * item).enumerate(), |(part, sums)| {
        for lines in chunks_of_lines(sizes) {
            let mut spans = Vec::new();
            let mut spans_of = usize::MAX;
            for (index, sums) in sums.chunks_mut(item).enumerate() {
                let row = (part * share + index) * rows;
                let tap = row / channels_in;
                if tap != spans_of {
                    spans = spans_at(sizes, tap, lines.clone());
                    spans_of = tap;
                }
                let products = Products {
                    input: x,
                    input_step: sizes.stride * channels_in,
                    gradient,
                    channels_out,
                    spans: &spans,
                };
                add_products(&products, row % channels_in, sums, isa);
            }
        }
    });
    sums
}

/// The most input channels that divide the work into items without a rest, and into an even number of them: of an odd
/// one a thread has more than the other.
fn rows_of_item(taps: usize, channels_in: usize) -> usize {
    let is_even = |rows: &usize| {
        channels_in.is_multiple_of(*rows) && (taps * channels_in / rows).is_multiple_of(2)
    };
    let rows = GRADIENT_ROWS.into_iter().find(is_even);
    rows.unwrap_or(channels_in)
}

/// Cuts all output rows of the batch into chunks whose operands stay in the second-level cache.
fn chunks_of_lines(sizes: &Sizes) -> impl Iterator<Item = Range<usize>> {
    let input_row = sizes.stride * sizes.input.width * sizes.input.channels;
    let row = input_row + sizes.output.width * sizes.output.channels;
    let lines = (CHUNK_FLOATS / row).max(1);
    let all = sizes.output.batch * sizes.output.height;
    (0..all)
        .step_by(lines)
        .map(move |first| first..all.min(first + lines))
}

/// The pixels of these output rows whose tap lies inside the picture.
fn spans_at(sizes: &Sizes, tap: usize, lines: Range<usize>) -> Vec<Span> {
    let (input, output) = (sizes.input, sizes.output);
    let (down, right) = (tap / sizes.kernel, tap % sizes.kernel);
    let border = sizes.border();
    let first = usize::from(right < border);
    let inside = (input.width + border - right).div_ceil(sizes.stride);
    let last = output.width.min(inside);
    lines
        .filter_map(|line| {
            let y = (line % output.height * sizes.stride + down).checked_sub(border)?;
            let row = line / output.height * input.height + y;
            let x = first * sizes.stride + right - border;
            (y < input.height).then_some(Span {
                input: (row * input.width + x) * input.channels,
                gradient: (line * output.width + first) * output.channels,
                pixels: last - first,
            })
        })
        .collect()
}

/// Sums a gradient over all pixels: the gradient of a bias.
pub(crate) fn bias_gradient(gradient: &[f32], channels: usize) -> Vec<f32> {
    let mut sums = vec![0f64; channels];
    for pixel in gradient.chunks_exact(channels) {
        for (sum, &value) in sums.iter_mut().zip(pixel) {
            *sum += f64::from(value);
        }
    }
    sums.into_iter().map(|sum| sum as f32).collect()
}
