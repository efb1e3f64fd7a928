//! The loops of batch normalisation over a piece of a batch, sixteen channels at a time.
#![expect(
    clippy::inline_always,
    reason = "loops must be compiled for the instruction set of the caller"
)]

use crate::ops::lanes::LANES;

/// Sixteen channels of a pixel.
pub(super) type Pixel = [f32; LANES];

/// Activations and gradient of a piece, pixel by pixel.
#[derive(Clone, Copy)]
pub(in crate::ops) struct Pass<'a> {
    /// The input.
    pub(in crate::ops) x: &'a [f32],
    /// The output, after ReLU.
    pub(in crate::ops) value: &'a [f32],
    /// The gradient of the output.
    pub(in crate::ops) gradient: &'a [f32],
}

/// Per channel, what turns the output's gradient into the input's:
/// `scale * (gradient - shift - slope * (x - mean))`.
pub(super) struct Slopes {
    pub(super) mean: Vec<f32>,
    pub(super) scale: Vec<f32>,
    pub(super) shift: Vec<f32>,
    pub(super) slope: Vec<f32>,
}

/// Every `groups`-th group of 16 channels from `group` on.
#[inline(always)]
fn column(numbers: &[f32], group: usize, groups: usize) -> impl Iterator<Item = &Pixel> {
    let pixels = numbers.as_chunks::<LANES>().0;
    pixels.iter().skip(group).step_by(groups)
}

/// As [`column`], to write.
#[inline(always)]
fn column_mut(
    numbers: &mut [f32],
    group: usize,
    groups: usize,
) -> impl Iterator<Item = &mut Pixel> {
    let pixels = numbers.as_chunks_mut::<LANES>().0;
    pixels.iter_mut().skip(group).step_by(groups)
}

/// The coefficients of one group of channels.
#[inline(always)]
fn group_of(coefficients: &[f32], group: usize) -> &Pixel {
    &coefficients.as_chunks().0[group]
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
    for (group, sum) in sums.iter_mut().enumerate() {
        let [mut linear, mut square] = *sum;
        for x in column(x, group, groups) {
            for lane in 0..LANES {
                linear[lane] += x[lane];
                square[lane] += x[lane] * x[lane];
            }
        }
        *sum = [linear, square];
    }
    sums
}

/// Per group of channels: sums of the masked gradient, and of it times the centred x.
#[inline(always)]
pub(super) fn gradient_sums(pass: Pass<'_>, mean: &[f32]) -> Vec<[Pixel; 2]> {
    let groups = mean.len() / LANES;
    let mut sums = vec![[[0.0; LANES]; 2]; groups];
    for (group, sum) in sums.iter_mut().enumerate() {
        let [mut plain, mut centred] = *sum;
        let mean = group_of(mean, group);
        let outputs = column(pass.value, group, groups).zip(column(pass.gradient, group, groups));
        for (x, (value, gradient)) in column(pass.x, group, groups).zip(outputs) {
            for lane in 0..LANES {
                let gradient = masked(value[lane], gradient[lane]);
                plain[lane] += gradient;
                centred[lane] += gradient * (x[lane] - mean[lane]);
            }
        }
        *sum = [plain, centred];
    }
    sums
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
    for group in 0..groups {
        let (scale, shift) = (group_of(affine.0, group), group_of(affine.1, group));
        let pairs = column_mut(output, group, groups).zip(column(x, group, groups));
        if let Some(residual) = residual {
            for ((output, x), residual) in pairs.zip(column(residual, group, groups)) {
                for lane in 0..LANES {
                    let sum = x[lane] * scale[lane] + shift[lane] + residual[lane];
                    output[lane] = sum.max(0.0);
                }
            }
        } else {
            for (output, x) in pairs {
                for lane in 0..LANES {
                    output[lane] = (x[lane] * scale[lane] + shift[lane]).max(0.0);
                }
            }
        }
    }
}

/// Writes the gradient of x.
#[inline(always)]
pub(super) fn spread(to: &mut [f32], pass: Pass<'_>, slopes: &Slopes) {
    let groups = slopes.mean.len() / LANES;
    for group in 0..groups {
        let (mean, scale) = (
            group_of(&slopes.mean, group),
            group_of(&slopes.scale, group),
        );
        let (shift, slope) = (
            group_of(&slopes.shift, group),
            group_of(&slopes.slope, group),
        );
        let outputs = column(pass.value, group, groups).zip(column(pass.gradient, group, groups));
        let inputs = column_mut(to, group, groups).zip(column(pass.x, group, groups));
        for ((to, x), (value, gradient)) in inputs.zip(outputs) {
            for lane in 0..LANES {
                let centred = x[lane] - mean[lane];
                let gradient = masked(value[lane], gradient[lane]);
                to[lane] = scale[lane] * (gradient - shift[lane] - centred * slope[lane]);
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
