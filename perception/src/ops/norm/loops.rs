//! The loops of batch normalisation over a piece of a batch: pixel by pixel, up to 64 channels at a time.
#![expect(
    clippy::inline_always,
    reason = "loops must be compiled for the instruction set of the caller"
)]

use crate::ops::lanes::LANES;

/// Sixteen channels of a pixel.
pub(super) type Pixel = [f32; LANES];

/// Activations and gradient of a piece, pixel by pixel.
#[derive(Clone, Copy)]
pub(crate) struct Pass<'a> {
    /// The input.
    pub(crate) x: &'a [f32],
    /// The output, after ReLU.
    pub(crate) value: &'a [f32],
    /// The gradient of the output.
    pub(crate) gradient: &'a [f32],
}

/// Per channel, what turns the output's gradient into the input's:
/// `scale * (gradient - shift - slope * (x - mean))`.
pub(super) struct Slopes {
    pub(super) mean: Vec<f32>,
    pub(super) scale: Vec<f32>,
    pub(super) shift: Vec<f32>,
    pub(super) slope: Vec<f32>,
}

/// Groups of 16 channels that one walk over the pixels takes: their sums and coefficients stay in registers.
const GROUPS: usize = 4;

/// Calls a walk over the pixels for every block of up to [`GROUPS`] groups, with the block's size as a constant.
macro_rules! in_blocks {
    ($groups:expr, $walk:ident($($argument:expr),*)) => {
        for first in (0..$groups).step_by(GROUPS) {
            match $groups - first {
                1 => $walk::<1>(first, $groups, $($argument),*),
                2 => $walk::<2>(first, $groups, $($argument),*),
                3 => $walk::<3>(first, $groups, $($argument),*),
                _ => $walk::<GROUPS>(first, $groups, $($argument),*),
            }
        }
    };
}

/// The groups from `first` on of every pixel.
#[inline(always)]
fn blocks<const G: usize>(
    numbers: &[f32],
    first: usize,
    groups: usize,
) -> impl Iterator<Item = &[Pixel; G]> {
    let pixels = numbers.as_chunks::<LANES>().0.chunks_exact(groups);
    pixels.map(move |pixel| block(pixel, first))
}

#[inline(always)]
fn block<const G: usize>(pixel: &[Pixel], first: usize) -> &[Pixel; G] {
    let block = pixel[first..].first_chunk();
    block.expect("a block lies within its pixel")
}

/// As [`blocks`], to write.
#[inline(always)]
fn blocks_mut<const G: usize>(
    numbers: &mut [f32],
    first: usize,
    groups: usize,
) -> impl Iterator<Item = &mut [Pixel; G]> {
    let pixels = numbers.as_chunks_mut::<LANES>().0.chunks_exact_mut(groups);
    pixels.map(move |pixel| {
        let block = pixel[first..].first_chunk_mut();
        block.expect("a block lies within its pixel")
    })
}

/// The coefficients of a block of groups.
#[inline(always)]
fn of_block<const G: usize>(coefficients: &[f32], first: usize) -> [Pixel; G] {
    *block(coefficients.as_chunks().0, first)
}

/// The gradient where ReLU let the value pass.
#[inline(always)]
fn masked(value: f32, gradient: f32) -> f32 {
    if value > 0.0 { gradient } else { 0.0 }
}

/// Per group of channels: sums of x and of its square.
#[inline(always)]
pub(super) fn sums(x: &[f32], groups: usize) -> Vec<[Pixel; 2]> {
    let mut sums = vec![[[0.0; LANES]; 2]; groups];
    in_blocks!(groups, sums_of_block(x, &mut sums));
    sums
}

#[inline(always)]
fn sums_of_block<const G: usize>(first: usize, groups: usize, x: &[f32], sums: &mut [[Pixel; 2]]) {
    let (mut linear, mut square) = ([[0.0; LANES]; G], [[0.0; LANES]; G]);
    for x in blocks::<G>(x, first, groups) {
        for group in 0..G {
            for lane in 0..LANES {
                let x = x[group][lane];
                linear[group][lane] += x;
                square[group][lane] += x * x;
            }
        }
    }
    for group in 0..G {
        sums[first + group] = [linear[group], square[group]];
    }
}

/// Per group of channels: sums of the masked gradient, and of it times the centred x.
#[inline(always)]
pub(super) fn gradient_sums(pass: Pass<'_>, mean: &[f32]) -> Vec<[Pixel; 2]> {
    let groups = mean.len() / LANES;
    let mut sums = vec![[[0.0; LANES]; 2]; groups];
    in_blocks!(groups, gradient_sums_of_block(pass, mean, &mut sums));
    sums
}

#[inline(always)]
fn gradient_sums_of_block<const G: usize>(
    first: usize,
    groups: usize,
    pass: Pass<'_>,
    mean: &[f32],
    sums: &mut [[Pixel; 2]],
) {
    let mean = of_block::<G>(mean, first);
    let (mut plain, mut centred) = ([[0.0; LANES]; G], [[0.0; LANES]; G]);
    let gradients = blocks::<G>(pass.gradient, first, groups);
    let outputs = blocks::<G>(pass.value, first, groups).zip(gradients);
    for (x, (value, gradient)) in blocks::<G>(pass.x, first, groups).zip(outputs) {
        for group in 0..G {
            for lane in 0..LANES {
                let gradient = masked(value[group][lane], gradient[group][lane]);
                plain[group][lane] += gradient;
                centred[group][lane] += gradient * (x[group][lane] - mean[group][lane]);
            }
        }
    }
    for group in 0..G {
        sums[first + group] = [plain[group], centred[group]];
    }
}

/// Writes `relu(x * scale + shift + residual)`.
#[inline(always)]
pub(super) fn apply(
    output: &mut [f32],
    x: &[f32],
    residual: Option<&[f32]>,
    affine: (&[f32], &[f32]),
) {
    let groups = affine.0.len() / LANES;
    if let Some(residual) = residual {
        in_blocks!(groups, add_block(output, (x, residual), affine));
    } else {
        in_blocks!(groups, apply_block(output, x, affine));
    }
}

#[inline(always)]
fn apply_block<const G: usize>(
    first: usize,
    groups: usize,
    output: &mut [f32],
    x: &[f32],
    affine: (&[f32], &[f32]),
) {
    let (scale, shift) = (
        of_block::<G>(affine.0, first),
        of_block::<G>(affine.1, first),
    );
    let outputs = blocks_mut::<G>(output, first, groups);
    for (output, x) in outputs.zip(blocks::<G>(x, first, groups)) {
        for group in 0..G {
            for lane in 0..LANES {
                let sum = x[group][lane] * scale[group][lane] + shift[group][lane];
                output[group][lane] = sum.max(0.0);
            }
        }
    }
}

#[inline(always)]
fn add_block<const G: usize>(
    first: usize,
    groups: usize,
    output: &mut [f32],
    (x, residual): (&[f32], &[f32]),
    affine: (&[f32], &[f32]),
) {
    let (scale, shift) = (
        of_block::<G>(affine.0, first),
        of_block::<G>(affine.1, first),
    );
    let inputs = blocks::<G>(x, first, groups).zip(blocks::<G>(residual, first, groups));
    for (output, (x, residual)) in blocks_mut::<G>(output, first, groups).zip(inputs) {
        for group in 0..G {
            for lane in 0..LANES {
                let sum = x[group][lane] * scale[group][lane] + shift[group][lane];
                output[group][lane] = (sum + residual[group][lane]).max(0.0);
            }
        }
    }
}

/// Writes the gradient of x.
#[inline(always)]
pub(super) fn spread(to: &mut [f32], pass: Pass<'_>, slopes: &Slopes) {
    let groups = slopes.mean.len() / LANES;
    in_blocks!(groups, spread_block(to, pass, slopes));
}

#[inline(always)]
fn spread_block<const G: usize>(
    first: usize,
    groups: usize,
    to: &mut [f32],
    pass: Pass<'_>,
    slopes: &Slopes,
) {
    let mean = of_block::<G>(&slopes.mean, first);
    let scale = of_block::<G>(&slopes.scale, first);
    let shift = of_block::<G>(&slopes.shift, first);
    let slope = of_block::<G>(&slopes.slope, first);
    let gradients = blocks::<G>(pass.gradient, first, groups);
    let outputs = blocks::<G>(pass.value, first, groups).zip(gradients);
    let inputs = blocks_mut::<G>(to, first, groups).zip(blocks::<G>(pass.x, first, groups));
    for ((to, x), (value, gradient)) in inputs.zip(outputs) {
        for group in 0..G {
            for lane in 0..LANES {
                let centred = x[group][lane] - mean[group][lane];
                let gradient = masked(value[group][lane], gradient[group][lane]);
                let difference = gradient - shift[group][lane] - centred * slope[group][lane];
                to[group][lane] = scale[group][lane] * difference;
            }
        }
    }
}

/// Writes the gradient of the residual.
#[inline(always)]
pub(super) fn mask(to: &mut [f32], pass: Pass<'_>) {
    for ((to, &value), &gradient) in to.iter_mut().zip(pass.value).zip(pass.gradient) {
        *to = masked(value, gradient);
    }
}
