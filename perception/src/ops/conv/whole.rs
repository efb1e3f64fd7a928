//! Convolution of a row of whole numbers, bytes or 16-bit words: the sums are exact, and rounded once at the end.
#![expect(
    unsafe_code,
    reason = "the tiles run on raw pointers, after a check of all indices at once"
)]
#![expect(
    clippy::inline_always,
    reason = "a function that is not inlined into the entry of its instruction set is compiled without it"
)]

use core::marker::PhantomData;

use super::pack::{Block, Packed};
use super::tiles::{Arithmetic, Job, Row};
use crate::ops::isa::Isa;
use crate::ops::lanes::{LANES, Lanes};
#[cfg(target_arch = "x86_64")]
use crate::ops::whole_lanes::{Avx2Bytes, Avx2Words, VnniBytes, VnniWords};
use crate::ops::whole_lanes::{PortableBytes, PortableWords, WholeLanes};

/// Whole numbers that maps may hold, on every instruction set.
pub(crate) trait Whole: Copy + Default + Send + Sync + 'static {
    /// What their weights are.
    type Weight: Copy + Default + Send + Sync;
    /// Values that one product takes together.
    const DEPTH: usize;
    /// The largest value that maps use.
    const HIGHEST: f32;
    /// The largest weight.
    const LARGEST_WEIGHT: f32;
    /// In plain Rust.
    type Portable: WholeLanes<Value = Self, Weight = Self::Weight>;
    /// With AVX2.
    #[cfg(target_arch = "x86_64")]
    type Avx2: WholeLanes<Value = Self, Weight = Self::Weight>;
    /// With AVX-512 and VNNI.
    #[cfg(target_arch = "x86_64")]
    type Avx512: WholeLanes<Value = Self, Weight = Self::Weight>;

    /// A whole number no larger than the largest weight.
    fn weight(whole: f32) -> Self::Weight;
}

impl Whole for u8 {
    type Weight = i8;
    const DEPTH: usize = 4;
    const HIGHEST: f32 = 255.0;
    const LARGEST_WEIGHT: f32 = 127.0;
    type Portable = PortableBytes;
    #[cfg(target_arch = "x86_64")]
    type Avx2 = Avx2Bytes;
    #[cfg(target_arch = "x86_64")]
    type Avx512 = VnniBytes;

    fn weight(whole: f32) -> i8 {
        whole as i8
    }
}

impl Whole for i16 {
    type Weight = i16;
    const DEPTH: usize = 2;
    const HIGHEST: f32 = 4095.0;
    const LARGEST_WEIGHT: f32 = 32767.0;
    type Portable = PortableWords;
    #[cfg(target_arch = "x86_64")]
    type Avx2 = Avx2Words;
    #[cfg(target_arch = "x86_64")]
    type Avx512 = VnniWords;

    fn weight(whole: f32) -> i16 {
        whole as i16
    }
}

/// What turns a whole-number sum into the number it stands for: per output channel, padded to whole vectors.
#[derive(Clone, Copy)]
pub(crate) struct Scaling<'a> {
    /// What a sum is multiplied by.
    pub(crate) scale: &'a [f32],
    /// What is added then.
    pub(crate) bias: &'a [f32],
}

/// What happens to a sum before it is stored: scaled, the residual added, clamped, rounded half to even.
#[derive(Clone, Copy)]
pub(crate) struct Requantise<'a, V> {
    /// From sums to steps of the output.
    pub(crate) scaling: Scaling<'a>,
    /// Values laid out as the output row, and per channel what each is multiplied by before it is added.
    pub(crate) residual: Option<(&'a [V], &'a [f32])>,
    /// The lowest value: 0 after ReLU.
    pub(crate) lowest: f32,
}

/// Computes one block of output channels of a row of whole numbers.
///
/// # Panics
/// If the row, the taps or the weights reach beyond their slices, or the block has no whole number of vectors.
pub(crate) fn convolve_whole<V: Whole>(
    row: &mut Row<'_, V, V, Requantise<'_, V>>,
    packed: &Packed<V::Weight>,
    block: &Block,
    isa: Isa,
) {
    let written = row.check(packed, block);
    check_scaling(row.finish.scaling, block);
    assert!(block.channels == block.vectors * LANES);
    if let Some((residual, scale)) = row.finish.residual {
        assert!(written <= residual.len() && block.channel + block.channels <= scale.len());
    }
    let from = block.channel;
    let end = Map {
        scale: row.finish.scaling.scale[from..].as_ptr(),
        bias: row.finish.scaling.bias[from..].as_ptr(),
        residual: row
            .finish
            .residual
            .map(|(values, scale)| (values[from..].as_ptr(), scale[from..].as_ptr())),
        lowest: row.finish.lowest,
        output: row.output[from..].as_mut_ptr(),
    };
    // SAFETY: every index has just been checked.
    unsafe { run(end, row, packed, block, isa) };
}

/// Computes one block of output channels of a row as floating-point numbers.
///
/// # Panics
/// As for [`convolve_whole`], but for the vectors.
pub(crate) fn convolve_whole_to_floats<V: Whole>(
    row: &mut Row<'_, V, f32, Scaling<'_>>,
    packed: &Packed<V::Weight>,
    block: &Block,
    isa: Isa,
) {
    row.check(packed, block);
    check_scaling(row.finish, block);
    let from = block.channel;
    let end = Cells {
        scale: row.finish.scale[from..].as_ptr(),
        bias: row.finish.bias[from..].as_ptr(),
        output: row.output[from..].as_mut_ptr(),
    };
    // SAFETY: every index has just been checked.
    unsafe { run(end, row, packed, block, isa) };
}

/// Whole vectors are read.
fn check_scaling(scaling: Scaling<'_>, block: &Block) {
    let end = block.channel + block.vectors * LANES;
    assert!(end <= scaling.scale.len() && end <= scaling.bias.len());
}

/// Enters the kernel of an instruction set.
///
/// # Safety
/// The row must be checked, and `end` be valid for all it writes.
unsafe fn run<V: Whole, O, F, E: End<V>>(
    end: E,
    row: &Row<'_, V, O, F>,
    packed: &Packed<V::Weight>,
    block: &Block,
    isa: Isa,
) {
    match isa.or_best() {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the caller has checked the row; `or_best` answers only with what this CPU has.
        Isa::Avx2 => unsafe { run_avx2::<V, E>(&Job::new(Products::new(end), row, packed, block)) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Isa::Avx512 => unsafe {
            run_avx512::<V, E>(&Job::new(Products::new(end), row, packed, block));
        },
        // SAFETY: as above; plain Rust runs everywhere.
        _ => unsafe {
            Job::new(Products::<V::Portable, E>::new(end), row, packed, block).run::<1>();
        },
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn run_avx2<V: Whole, E: End<V>>(job: &Job<'_, Products<V::Avx2, E>>) {
    // SAFETY: the caller has checked the job and the CPU. 2 pixels fill 8 of 16 registers, the weights 4 more.
    unsafe { job.run::<2>() };
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,avx512vnni,avx2,fma")]
unsafe fn run_avx512<V: Whole, E: End<V>>(job: &Job<'_, Products<V::Avx512, E>>) {
    // SAFETY: the caller has checked the job and the CPU. 8 pixels of 3 vectors fill 24 of 32 registers.
    unsafe { job.run::<8>() };
}

/// How sums end.
///
/// # Safety
/// As for [`Arithmetic::finish`].
trait End<V> {
    unsafe fn store<L: WholeLanes<Value = V>>(
        &self,
        sum: L,
        channel: usize,
        at: usize,
        count: usize,
    );
}

/// As values of a map.
struct Map<V> {
    scale: *const f32,
    bias: *const f32,
    residual: Option<(*const V, *const f32)>,
    lowest: f32,
    output: *mut V,
}

impl<V: Whole> End<V> for Map<V> {
    #[inline(always)]
    unsafe fn store<L: WholeLanes<Value = V>>(&self, sum: L, channel: usize, at: usize, _: usize) {
        // SAFETY: the entry point has checked 16 values from here on. Products and sums are rounded one by one, as
        // a fused operation would give other bits where there is none.
        unsafe {
            let scale = L::Floats::load(self.scale.add(channel));
            let mut value = sum.floats().mul(scale);
            value = value.add(L::Floats::load(self.bias.add(channel)));
            if let Some((values, scale)) = self.residual {
                let residual = L::load_values(values.add(at + channel));
                value = value.add(residual.mul(L::Floats::load(scale.add(channel))));
            }
            let value = value.clamp(self.lowest, V::HIGHEST);
            L::store_values(value, self.output.add(at + channel));
        }
    }
}

/// As numbers of a head's cells.
struct Cells {
    scale: *const f32,
    bias: *const f32,
    output: *mut f32,
}

impl<V> End<V> for Cells {
    #[inline(always)]
    unsafe fn store<L: WholeLanes<Value = V>>(
        &self,
        sum: L,
        channel: usize,
        at: usize,
        count: usize,
    ) {
        // SAFETY: the entry point has checked whole vectors of the scaling and the first `count` outputs.
        unsafe {
            let scale = L::Floats::load(self.scale.add(channel));
            let bias = L::Floats::load(self.bias.add(channel));
            let value = sum.floats().mul(scale).add(bias);
            value.store_first(self.output.add(at + channel), count);
        }
    }
}

/// Products of whole numbers on one instruction set.
struct Products<L, E> {
    end: E,
    lanes: PhantomData<L>,
}

impl<L, E> Products<L, E> {
    fn new(end: E) -> Self {
        Self {
            end,
            lanes: PhantomData,
        }
    }
}

impl<L: WholeLanes, E: End<L::Value>> Arithmetic for Products<L, E> {
    type Input = L::Value;
    type Weight = L::Weight;
    const DEPTH: usize = L::DEPTH;
    type Factor = L::Factor;
    type Weights = L::Weights;
    type Sum = L;

    // SAFETY of every block below: the trait's callers guarantee the instruction set and the pointers.
    #[inline(always)]
    unsafe fn zero() -> L {
        unsafe { L::zero() }
    }
    #[inline(always)]
    unsafe fn factor(from: *const L::Value) -> L::Factor {
        unsafe { L::factor(from) }
    }
    #[inline(always)]
    unsafe fn weights(from: *const L::Weight) -> L::Weights {
        unsafe { L::weights(from) }
    }
    #[inline(always)]
    unsafe fn add_product(factor: L::Factor, weights: L::Weights, sum: L) -> L {
        unsafe { L::add_product(factor, weights, sum) }
    }
    #[inline(always)]
    unsafe fn finish(&self, sum: L, channel: usize, at: usize, count: usize) {
        unsafe { self.end.store(sum, channel, at, count) };
    }
}
