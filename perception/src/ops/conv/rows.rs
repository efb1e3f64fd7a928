//! The innermost loop of the forward pass, the input's gradient and inference: pixels by output channels.
//!
//! A tile of sums stays in registers; there is no im2col. The safe entry point checks every index once, then the
//! loops run on raw pointers.
#![expect(
    unsafe_code,
    reason = "bounds checks in the innermost loop would halve its speed; the entry points check them all at once"
)]
#![expect(
    clippy::inline_always,
    reason = "a loop that is not inlined into the entry of its instruction set is compiled without it"
)]
#![expect(
    clippy::needless_range_loop,
    reason = "fixed ranges unroll into registers; iterators over the tile do not always"
)]

use super::pack::{Block, Packed};
use crate::ops::isa::Isa;
#[cfg(target_arch = "x86_64")]
use crate::ops::lanes::{Avx2, Avx512};
use crate::ops::lanes::{LANES, Lanes, Portable};

/// One weight position of a convolution.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tap {
    /// Floats from the first tap of a pixel to this one.
    pub(crate) offset: usize,
    /// Which tap of the packed weights.
    pub(crate) weight: usize,
}

/// What happens to a finished sum before it is stored.
#[derive(Clone, Copy, Default)]
pub(crate) struct Finish<'a> {
    /// Added per output channel.
    pub(crate) bias: Option<&'a [f32]>,
    /// Added per value; laid out as the output row.
    pub(crate) residual: Option<&'a [f32]>,
    /// Whether negative values become zero.
    pub(crate) relu: bool,
}

/// A row of output pixels.
pub(crate) struct Row<'a> {
    /// Starts at the first tap of the first pixel.
    pub(crate) input: &'a [f32],
    /// Floats between the first taps of neighbouring pixels.
    pub(crate) input_step: usize,
    /// The taps to add up.
    pub(crate) taps: &'a [Tap],
    /// Starts at the first channel of the first pixel.
    pub(crate) output: &'a mut [f32],
    /// Floats between neighbouring output pixels.
    pub(crate) output_step: usize,
    /// How many pixels.
    pub(crate) pixels: usize,
    /// Bias, residual, ReLU.
    pub(crate) finish: Finish<'a>,
}

/// Computes one block of output channels of a row of pixels.
///
/// # Panics
/// If the row, the taps or the weights reach beyond their slices.
pub(crate) fn convolve_row(row: &mut Row<'_>, packed: &Packed, block: &Block, isa: Isa) {
    if row.pixels == 0 {
        return;
    }
    check_row(row, packed, block);
    let job = Job::new(row, packed, block);
    match isa.or_best() {
        // SAFETY: `check_row` has checked every index; plain Rust runs everywhere.
        Isa::Portable => unsafe { row_of_tiles::<Portable, 2>(&job) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above, and `or_best` answers only with what this CPU has.
        Isa::Avx2 => unsafe { convolve_avx2(&job) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Isa::Avx512 => unsafe { convolve_avx512(&job) },
        #[cfg(not(target_arch = "x86_64"))]
        // SAFETY: as for plain Rust.
        _ => unsafe { row_of_tiles::<Portable, 2>(&job) },
    }
}

/// Every index the tiles use, checked at once.
fn check_row(row: &Row<'_>, packed: &Packed, block: &Block) {
    let last = row.pixels - 1;
    let reach = row.taps.iter().map(|t| t.offset).max().unwrap_or(0);
    let taps = row.taps.iter().map(|t| t.weight + 1).max().unwrap_or(0);
    let size = taps * packed.channels_in * block.vectors * LANES;
    let written = last * row.output_step + block.channel + block.channels;
    assert!(last * row.input_step + reach + packed.channels_in <= row.input.len());
    assert!(block.start + size <= packed.weights.len());
    assert!(written <= row.output.len() && block.channels <= block.vectors * LANES);
    let bias = row.finish.bias.map_or(usize::MAX, <[f32]>::len);
    assert!(block.channel + block.channels <= bias);
    assert!(written <= row.finish.residual.map_or(usize::MAX, <[f32]>::len));
}

/// A checked [`Row`] and block as pointers.
struct Job<'a> {
    input: *const f32,
    input_step: usize,
    taps: &'a [Tap],
    channels_in: usize,
    weights: *const f32,
    output: *mut f32,
    output_step: usize,
    pixels: usize,
    channels: usize,
    vectors: usize,
    bias: Option<*const f32>,
    residual: Option<*const f32>,
    relu: bool,
}

impl<'a> Job<'a> {
    fn new(row: &'a mut Row<'_>, packed: &Packed, block: &Block) -> Self {
        Self {
            input: row.input.as_ptr(),
            input_step: row.input_step,
            taps: row.taps,
            channels_in: packed.channels_in,
            weights: packed.weights[block.start..].as_ptr(),
            output: row.output[block.channel..].as_mut_ptr(),
            output_step: row.output_step,
            pixels: row.pixels,
            channels: block.channels,
            vectors: block.vectors,
            bias: row.finish.bias.map(|b| b[block.channel..].as_ptr()),
            residual: row.finish.residual.map(|r| r[block.channel..].as_ptr()),
            relu: row.finish.relu,
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn convolve_avx2(job: &Job<'_>) {
    // SAFETY: the caller has checked the job and the CPU.
    unsafe { row_of_tiles::<Avx2, 4>(job) };
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")]
unsafe fn convolve_avx512(job: &Job<'_>) {
    // SAFETY: the caller has checked the job and the CPU. 8 pixels of 3 vectors fill 24 of 32 registers.
    unsafe { row_of_tiles::<Avx512, 8>(job) };
}

/// All pixels of the row in tiles of `P`, then one by one.
#[inline(always)]
unsafe fn row_of_tiles<L: Lanes, const P: usize>(job: &Job<'_>) {
    // SAFETY: tiles stay within `job.pixels`; the caller vouches for the rest.
    unsafe {
        match job.vectors {
            1 => tiles::<L, P, 1>(job),
            2 => tiles::<L, P, 2>(job),
            _ => tiles::<L, P, 3>(job),
        }
    }
}

#[inline(always)]
unsafe fn tiles<L: Lanes, const P: usize, const V: usize>(job: &Job<'_>) {
    let mut pixel = 0;
    // SAFETY: each tile ends at or before `job.pixels`.
    unsafe {
        while pixel + P <= job.pixels {
            tile::<L, P, V>(job, pixel);
            pixel += P;
        }
        while pixel < job.pixels {
            tile::<L, 1, V>(job, pixel);
            pixel += 1;
        }
    }
}

/// `P` pixels by `V` vectors of output channels, all sums in registers.
#[inline(always)]
unsafe fn tile<L: Lanes, const P: usize, const V: usize>(job: &Job<'_>, pixel: usize) {
    let wide = V * LANES;
    // SAFETY: pixel, tap, channel and weight indices lie within what the entry point has checked.
    unsafe {
        let mut sums = [[L::zero(); V]; P];
        let first = job.input.add(pixel * job.input_step);
        for tap in job.taps {
            let input = first.add(tap.offset);
            let mut weights = job.weights.add(tap.weight * job.channels_in * wide);
            for channel in 0..job.channels_in {
                let mut weight = [L::zero(); V];
                for v in 0..V {
                    weight[v] = L::load(weights.add(v * LANES));
                }
                for p in 0..P {
                    let value = L::splat(*input.add(p * job.input_step + channel));
                    for v in 0..V {
                        sums[p][v] = value.mul_add(weight[v], sums[p][v]);
                    }
                }
                weights = weights.add(wide);
            }
        }
        for (p, sums) in sums.iter().enumerate() {
            finish(job, (pixel + p) * job.output_step, sums);
        }
    }
}

/// Adds bias and residual, applies ReLU and stores one pixel's sums.
#[inline(always)]
unsafe fn finish<L: Lanes, const V: usize>(job: &Job<'_>, at: usize, sums: &[L; V]) {
    for v in 0..V {
        let skipped = v * LANES;
        let count = job.channels.saturating_sub(skipped).min(LANES);
        let mut sum = sums[v];
        // SAFETY: only the first `count` channels are touched; the entry point has checked them.
        unsafe {
            if let Some(bias) = job.bias {
                sum = sum.add(L::load_first(bias.add(skipped), count));
            }
            if let Some(residual) = job.residual {
                sum = sum.add(L::load_first(residual.add(at + skipped), count));
            }
            if job.relu {
                sum = sum.relu();
            }
            sum.store_first(job.output.add(at + skipped), count);
        }
    }
}
