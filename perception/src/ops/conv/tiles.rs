//! The walk shared by every kernel: pixels by output channels, the sums of a tile in registers; no im2col.
//!
//! The safe entry points check every index once, then the loops run on raw pointers.
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
use crate::ops::lanes::LANES;

/// One weight position of a convolution.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tap {
    /// Values from the first tap of a pixel to this one.
    pub(crate) offset: usize,
    /// Which tap of the packed weights.
    pub(crate) weight: usize,
}

/// A row of output pixels: what is read, what is written, and what happens to a sum before it is stored.
pub(crate) struct Row<'a, I, O, F> {
    /// Starts at the first tap of the first pixel.
    pub(crate) input: &'a [I],
    /// Values between the first taps of neighbouring pixels.
    pub(crate) input_step: usize,
    /// The taps to add up.
    pub(crate) taps: &'a [Tap],
    /// Starts at the first channel of the first pixel.
    pub(crate) output: &'a mut [O],
    /// Values between neighbouring output pixels.
    pub(crate) output_step: usize,
    /// How many pixels.
    pub(crate) pixels: usize,
    /// What happens to a finished sum.
    pub(crate) finish: F,
}

impl<'a, I, O, F> Row<'a, I, O, F> {
    /// The same row with another end of its sums.
    pub(crate) fn finished<G>(self, finish: G) -> Row<'a, I, O, G> {
        Row {
            input: self.input,
            input_step: self.input_step,
            taps: self.taps,
            output: self.output,
            output_step: self.output_step,
            pixels: self.pixels,
            finish,
        }
    }

    /// Checks every index that the tiles use, all at once; answers how far the output is written.
    ///
    /// # Panics
    /// If the row, the taps or the weights reach beyond their slices.
    pub(crate) fn check<W>(&self, packed: &Packed<W>, block: &Block) -> usize {
        let last = self.pixels - 1;
        let reach = self.taps.iter().map(|t| t.offset).max().unwrap_or(0);
        let taps = self.taps.iter().map(|t| t.weight + 1).max().unwrap_or(0);
        let size = taps * packed.channels_in * block.vectors * LANES;
        let written = last * self.output_step + block.channel + block.channels;
        assert!(last * self.input_step + reach + packed.channels_in <= self.input.len());
        assert!(block.start + size <= packed.weights.len());
        assert!(written <= self.output.len() && block.channels <= block.vectors * LANES);
        written
    }
}

/// What a kernel multiplies, adds up and stores, on one instruction set.
///
/// # Safety
/// Every function must be called only where the CPU has the instruction set of the type; pointers must be valid for
/// what is read or written.
pub(crate) trait Arithmetic {
    /// What maps hold.
    type Input;
    /// What packed weights hold.
    type Weight;
    /// Input channels that one product takes together.
    const DEPTH: usize;
    /// `DEPTH` inputs of one pixel, the same in all lanes.
    type Factor: Copy;
    /// `DEPTH` weights of 16 output channels.
    type Weights: Copy;
    /// Sums of 16 output channels.
    type Sum: Copy;

    /// All zeros.
    unsafe fn zero() -> Self::Sum;
    /// Reads the inputs of `DEPTH` channels.
    unsafe fn factor(from: *const Self::Input) -> Self::Factor;
    /// Reads the weights of `DEPTH` by 16 channels.
    unsafe fn weights(from: *const Self::Weight) -> Self::Weights;
    /// Adds the products of all channels.
    unsafe fn add_product(
        factor: Self::Factor,
        weights: Self::Weights,
        sum: Self::Sum,
    ) -> Self::Sum;
    /// Stores the first `count` of the sums of the output channels from `channel` on, `at` values into the output.
    unsafe fn finish(&self, sum: Self::Sum, channel: usize, at: usize, count: usize);
}

/// Whether a tile of `size` pixels or rows is cut from the `left` ones. Two alone would wait for their own sums: eight
/// are better cut 4 + 4 than 6 + 2.
#[inline(always)]
pub(super) fn takes_tile(size: usize, left: usize) -> bool {
    left >= size && (size, left) != (6, 8)
}

/// A checked [`Row`] and block as pointers.
pub(crate) struct Job<'a, A: Arithmetic> {
    pub(crate) arithmetic: A,
    input: *const A::Input,
    input_step: usize,
    taps: &'a [Tap],
    channels_in: usize,
    weights: *const A::Weight,
    output_step: usize,
    pixels: usize,
    channels: usize,
    vectors: usize,
}

impl<'a, A: Arithmetic> Job<'a, A> {
    /// The row must have passed [`Row::check`].
    pub(crate) fn new<O, F>(
        arithmetic: A,
        row: &Row<'a, A::Input, O, F>,
        packed: &Packed<A::Weight>,
        block: &Block,
    ) -> Self {
        Self {
            arithmetic,
            input: row.input.as_ptr(),
            input_step: row.input_step,
            taps: row.taps,
            channels_in: packed.channels_in,
            weights: packed.weights[block.start..].as_ptr(),
            output_step: row.output_step,
            pixels: row.pixels,
            channels: block.channels,
            vectors: block.vectors,
        }
    }

    /// All pixels of the row in tiles of `P`, then of four, two and one.
    ///
    /// # Safety
    /// The row was checked and the CPU has the arithmetic's instruction set.
    #[inline(always)]
    pub(crate) unsafe fn run<const P: usize>(&self) {
        // SAFETY: tiles stay within the row's pixels; the caller vouches for the rest.
        unsafe {
            match self.vectors {
                1 => self.tiles::<P, 1>(),
                2 => self.tiles::<P, 2>(),
                _ => self.tiles::<P, 3>(),
            }
        }
    }

    #[inline(always)]
    unsafe fn tiles<const P: usize, const V: usize>(&self) {
        let mut pixel = 0;
        // SAFETY: each tile ends at or before the last pixel.
        unsafe {
            while takes_tile(P, self.pixels - pixel) {
                self.tile::<P, V>(pixel);
                pixel += P;
            }
            while pixel + 4 <= self.pixels {
                self.tile::<4, V>(pixel);
                pixel += 4;
            }
            while pixel + 2 <= self.pixels {
                self.tile::<2, V>(pixel);
                pixel += 2;
            }
            if pixel < self.pixels {
                self.tile::<1, V>(pixel);
            }
        }
    }

    /// `P` pixels by `V` vectors of output channels, all sums in registers.
    #[inline(always)]
    unsafe fn tile<const P: usize, const V: usize>(&self, pixel: usize) {
        let wide = V * LANES * A::DEPTH;
        // SAFETY: pixel, tap, channel and weight indices lie within what the entry point has checked.
        unsafe {
            let mut sums = [[A::zero(); V]; P];
            let first = self.input.add(pixel * self.input_step);
            for tap in self.taps {
                let input = first.add(tap.offset);
                let mut weights = self.weights.add(tap.weight * self.channels_in * V * LANES);
                for step in 0..self.channels_in / A::DEPTH {
                    let of_channels: [A::Weights; V] =
                        core::array::from_fn(|v| A::weights(weights.add(v * LANES * A::DEPTH)));
                    for p in 0..P {
                        let factor = A::factor(input.add(p * self.input_step + step * A::DEPTH));
                        for v in 0..V {
                            sums[p][v] = A::add_product(factor, of_channels[v], sums[p][v]);
                        }
                    }
                    weights = weights.add(wide);
                }
            }
            for p in 0..P {
                let at = (pixel + p) * self.output_step;
                for v in 0..V {
                    let count = self.channels.saturating_sub(v * LANES).min(LANES);
                    self.arithmetic.finish(sums[p][v], v * LANES, at, count);
                }
            }
        }
    }
}
