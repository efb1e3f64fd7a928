//! The innermost loop of the weights' gradient: input channels by output channels, summed over pixels.
//!
//! A tile of sums stays in registers. The safe entry point checks every index once, then the loops run on raw
//! pointers.
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

use super::tiles::takes_tile;
use crate::ops::isa::Isa;
#[cfg(target_arch = "x86_64")]
use crate::ops::lanes::{Avx2, Avx512};
use crate::ops::lanes::{LANES, Lanes, Portable};

/// A run of pixels whose outer products are added to a weight gradient.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    /// First float of the first pixel's input at this tap.
    pub(crate) input: usize,
    /// First float of the first pixel's output gradient.
    pub(crate) gradient: usize,
    /// How many pixels.
    pub(crate) pixels: usize,
}

/// The operands of a weight gradient at one tap.
pub(crate) struct Products<'a> {
    /// All input activations.
    pub(crate) input: &'a [f32],
    /// Floats between neighbouring pixels' inputs.
    pub(crate) input_step: usize,
    /// Gradient of all outputs.
    pub(crate) gradient: &'a [f32],
    /// Output channels, the floats between neighbouring pixels' gradients.
    pub(crate) channels_out: usize,
    /// The pixels to add up, in this order.
    pub(crate) spans: &'a [Span],
}

/// Adds to `sums`, shape `[rows, channels out]`, the products of input channels `first..first + rows` and the gradient.
///
/// # Panics
/// If a span reaches beyond its slice.
pub(crate) fn add_products(products: &Products<'_>, first: usize, sums: &mut [f32], isa: Isa) {
    let rows = sums.len() / products.channels_out;
    for span in products.spans.iter().filter(|s| s.pixels > 0) {
        let last = span.pixels - 1;
        assert!(
            span.input + last * products.input_step + first + rows <= products.input.len()
                && span.gradient + (last + 1) * products.channels_out <= products.gradient.len()
        );
    }
    match isa.or_best() {
        // SAFETY: every index has just been checked; plain Rust runs everywhere.
        Isa::Portable => unsafe { product_rows::<Portable, 2, 1>(products, first, sums) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above, and `or_best` answers only with what this CPU has.
        Isa::Avx2 => unsafe { products_avx2(products, first, sums) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Isa::Avx512 => unsafe { products_avx512(products, first, sums) },
        #[cfg(not(target_arch = "x86_64"))]
        // SAFETY: as for plain Rust.
        _ => unsafe { product_rows::<Portable, 2, 1>(products, first, sums) },
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn products_avx2(products: &Products<'_>, first: usize, sums: &mut [f32]) {
    // SAFETY: the caller has checked the products and the CPU. 6 rows of 2 registers fill 12 of 16.
    unsafe { product_rows::<Avx2, 6, 1>(products, first, sums) };
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")]
unsafe fn products_avx512(products: &Products<'_>, first: usize, sums: &mut [f32]) {
    // SAFETY: the caller has checked the products and the CPU.
    unsafe { product_rows::<Avx512, 8, 3>(products, first, sums) };
}

/// Floats of a group of pixels that every tile of sums reads: what stays in the first-level cache.
const GROUP_FLOATS: usize = 5 * 1024;
/// Floats of a cache line: the least that is read of a pixel's input.
const LINE_FLOATS: usize = 16;

/// Walks over groups of pixels, in each over blocks of `R` input channels and up to `V` vectors of output channels.
#[inline(always)]
unsafe fn product_rows<L: Lanes, const R: usize, const V: usize>(
    products: &Products<'_>,
    first: usize,
    sums: &mut [f32],
) {
    let rows = sums.len() / products.channels_out;
    let is_one_tile = rows <= R && products.channels_out <= V * LANES;
    let most_pixels = if is_one_tile {
        usize::MAX
    } else {
        GROUP_FLOATS / (products.channels_out + LINE_FLOATS)
    };
    let mut of_spans = vec![0.0; sums.len()];
    for spans in groups(products.spans, most_pixels) {
        let group = Products { spans, ..*products };
        let mut row = 0;
        // SAFETY: `row` and the rows of each block stay below `rows`.
        unsafe {
            while takes_tile(R, rows - row) {
                product_columns::<L, R, V>(&group, first, row, &mut of_spans);
                row += R;
            }
            while row + 4 <= rows {
                product_columns::<L, 4, V>(&group, first, row, &mut of_spans);
                row += 4;
            }
            match rows - row {
                3 => product_columns::<L, 3, V>(&group, first, row, &mut of_spans),
                2 => product_columns::<L, 2, V>(&group, first, row, &mut of_spans),
                1 => product_columns::<L, 1, V>(&group, first, row, &mut of_spans),
                _ => {}
            }
        }
    }
    for (sum, of_spans) in sums.iter_mut().zip(of_spans) {
        *sum += of_spans;
    }
}

/// Cuts spans into groups of at most so many pixels, or of one span.
fn groups(spans: &[Span], most_pixels: usize) -> impl Iterator<Item = &[Span]> {
    let mut pixels = 0;
    spans.chunk_by(move |span, next| {
        pixels += span.pixels;
        let fits = pixels + next.pixels <= most_pixels;
        if !fits {
            pixels = 0;
        }
        fits
    })
}

#[inline(always)]
unsafe fn product_columns<L: Lanes, const R: usize, const V: usize>(
    products: &Products<'_>,
    first: usize,
    row: usize,
    sums: &mut [f32],
) {
    let mut column = 0;
    while column < products.channels_out {
        let left = (products.channels_out - column).div_ceil(LANES);
        let input = first + row;
        let at = row * products.channels_out + column;
        // SAFETY: `at` and the `R` rows below it lie within `sums`; columns beyond the last are masked.
        unsafe {
            let sums = sums.as_mut_ptr().add(at);
            // Four vectors left are better cut 2 + 2 than 3 + 1.
            if left >= V && left != V + 1 || V == 1 {
                outer::<L, R, V>(products, input, column, sums);
                column += V * LANES;
            } else if left >= 2 {
                outer::<L, R, 2>(products, input, column, sums);
                column += 2 * LANES;
            } else {
                outer::<L, R, 1>(products, input, column, sums);
                column += LANES;
            }
        }
    }
}

/// Adds to `R` input channels by `V` vectors of output channels the products of all pixels.
///
/// Whole vectors have a loop of their own: one loop for both keeps some of its sums in memory.
#[inline(always)]
unsafe fn outer<L: Lanes, const R: usize, const V: usize>(
    products: &Products<'_>,
    row: usize,
    column: usize,
    to: *mut f32,
) {
    // SAFETY: the caller vouches for both.
    unsafe {
        if column + V * LANES <= products.channels_out {
            tile::<L, R, V, true>(products, row, column, to);
        } else {
            tile::<L, R, V, false>(products, row, column, to);
        }
    }
}

/// [`outer`] in registers; `WHOLE` if every vector is.
#[inline(always)]
unsafe fn tile<L: Lanes, const R: usize, const V: usize, const WHOLE: bool>(
    products: &Products<'_>,
    row: usize,
    column: usize,
    to: *mut f32,
) {
    let counts: [usize; V] = core::array::from_fn(|v| {
        let left = products.channels_out.saturating_sub(column + v * LANES);
        if WHOLE { LANES } else { left.min(LANES) }
    });
    // SAFETY: the entry point has checked every span; partial vectors read and write only `counts` numbers.
    unsafe {
        let mut sums = [[L::zero(); V]; R];
        for (r, sums) in sums.iter_mut().enumerate() {
            for v in 0..V {
                let from = to.add(r * products.channels_out + v * LANES);
                sums[v] = read::<L, WHOLE>(from, counts[v]);
            }
        }
        for span in products.spans {
            let mut input = products.input.as_ptr().add(span.input + row);
            let mut gradient = products.gradient.as_ptr().add(span.gradient + column);
            for _ in 0..span.pixels {
                let mut values = [L::zero(); V];
                for v in 0..V {
                    values[v] = read::<L, WHOLE>(gradient.add(v * LANES), counts[v]);
                }
                for r in 0..R {
                    let factor = L::splat(*input.add(r));
                    for v in 0..V {
                        sums[r][v] = factor.mul_add(values[v], sums[r][v]);
                    }
                }
                input = input.wrapping_add(products.input_step);
                gradient = gradient.wrapping_add(products.channels_out);
            }
        }
        for (r, sums) in sums.iter().enumerate() {
            for v in 0..V {
                let to = to.add(r * products.channels_out + v * LANES);
                sums[v].store_first(to, counts[v]);
            }
        }
    }
}

/// Reads a vector, or its first `count` numbers where it is not whole.
#[inline(always)]
unsafe fn read<L: Lanes, const WHOLE: bool>(from: *const f32, count: usize) -> L {
    // SAFETY: the caller vouches for as many readable numbers.
    unsafe {
        if WHOLE {
            L::load(from)
        } else {
            L::load_first(from, count)
        }
    }
}
