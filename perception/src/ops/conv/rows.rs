//! Convolution of a row in single precision: the kernel of the forward pass, the input's gradient and inference.
#![expect(
    unsafe_code,
    reason = "the tiles run on raw pointers, after a check of all indices at once"
)]
#![expect(
    clippy::inline_always,
    reason = "a function that is not inlined into the entry of its instruction set is compiled without it"
)]

use super::pack::{Block, Packed};
use super::tiles::{Arithmetic, Job};
use crate::ops::isa::Isa;
#[cfg(target_arch = "x86_64")]
use crate::ops::lanes::{Avx2, Avx512};
use crate::ops::lanes::{Lanes, Portable};

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

/// A row of output pixels in single precision.
pub(crate) type Row<'a> = super::tiles::Row<'a, f32, f32, Finish<'a>>;

/// Computes one block of output channels of a row of pixels.
///
/// # Panics
/// If the row, the taps or the weights reach beyond their slices.
pub(crate) fn convolve_row(row: &mut Row<'_>, packed: &Packed, block: &Block, isa: Isa) {
    if row.pixels == 0 {
        return;
    }
    let written = row.check(packed, block);
    let finish = row.finish;
    assert!(block.channel + block.channels <= finish.bias.map_or(usize::MAX, <[f32]>::len));
    assert!(written <= finish.residual.map_or(usize::MAX, <[f32]>::len));
    match isa.or_best() {
        // SAFETY: every index has just been checked; plain Rust runs everywhere.
        Isa::Portable => unsafe { job::<Portable>(row, packed, block).run::<2>() },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above, and `or_best` answers only with what this CPU has.
        Isa::Avx2 => unsafe { convolve_avx2(&job(row, packed, block)) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Isa::Avx512 => unsafe { convolve_avx512(&job(row, packed, block)) },
        #[cfg(not(target_arch = "x86_64"))]
        // SAFETY: as for plain Rust.
        _ => unsafe { job::<Portable>(row, packed, block).run::<2>() },
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn convolve_avx2(job: &Job<'_, Single<Avx2>>) {
    // SAFETY: the caller has checked the job and the CPU. 6 pixels fill 12 of 16 registers.
    unsafe { job.run::<6>() };
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,avx512vnni,avx2,fma")]
unsafe fn convolve_avx512(job: &Job<'_, Single<Avx512>>) {
    // SAFETY: the caller has checked the job and the CPU. 8 pixels of 3 vectors fill 24 of 32 registers.
    unsafe { job.run::<8>() };
}

/// Products and sums of single-precision numbers, with bias, residual and ReLU.
struct Single<L> {
    output: *mut f32,
    bias: Option<*const f32>,
    residual: Option<*const f32>,
    relu: bool,
    lanes: core::marker::PhantomData<L>,
}

/// The row's first value of the block, and what is added there.
fn job<'a, L: Lanes>(row: &mut Row<'a>, packed: &Packed, block: &Block) -> Job<'a, Single<L>> {
    let finish = row.finish;
    let arithmetic = Single {
        output: row.output[block.channel..].as_mut_ptr(),
        bias: finish.bias.map(|b| b[block.channel..].as_ptr()),
        residual: finish.residual.map(|r| r[block.channel..].as_ptr()),
        relu: finish.relu,
        lanes: core::marker::PhantomData,
    };
    Job::new(arithmetic, row, packed, block)
}

impl<L: Lanes> Arithmetic for Single<L> {
    type Input = f32;
    type Weight = f32;
    const DEPTH: usize = 1;
    type Factor = L;
    type Weights = L;
    type Sum = L;

    #[inline(always)]
    unsafe fn zero() -> L {
        // SAFETY: the caller vouches for the instruction set, here and below.
        unsafe { L::zero() }
    }

    #[inline(always)]
    unsafe fn factor(from: *const f32) -> L {
        // SAFETY: the caller vouches for one readable number.
        unsafe { L::splat(*from) }
    }

    #[inline(always)]
    unsafe fn weights(from: *const f32) -> L {
        // SAFETY: the caller vouches for 16 readable numbers.
        unsafe { L::load(from) }
    }

    #[inline(always)]
    unsafe fn add_product(factor: L, weights: L, sum: L) -> L {
        // SAFETY: as for `zero`.
        unsafe { factor.mul_add(weights, sum) }
    }

    #[inline(always)]
    unsafe fn finish(&self, sum: L, channel: usize, at: usize, count: usize) {
        let mut sum = sum;
        // SAFETY: only the first `count` channels are touched; the entry point has checked them.
        unsafe {
            if let Some(bias) = self.bias {
                sum = sum.add(L::load_first(bias.add(channel), count));
            }
            if let Some(residual) = self.residual {
                sum = sum.add(L::load_first(residual.add(at + channel), count));
            }
            if self.relu {
                sum = sum.relu();
            }
            sum.store_first(self.output.add(at + channel), count);
        }
    }
}
