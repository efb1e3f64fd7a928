//! Sixteen sums of products of whole numbers side by side, with the same bits on every instruction set.
#![expect(
    unsafe_code,
    reason = "loads and stores go through raw pointers and vector instructions, which only checked callers may reach"
)]

use super::lanes::{LANES, Lanes, Portable};

/// The whole number next to one whose magnitude is below 2^22, half to even.
#[inline(always)]
pub(crate) fn nearest(number: f32) -> i32 {
    /// Adding it leaves the whole number in the lowest bits.
    const ROUND: f32 = 12_582_912.0;
    (number + ROUND).to_bits() as i32 - ROUND.to_bits() as i32
}

/// Sixteen sums, each of products of several values with as many weights, and their way to floating-point numbers
/// and back to values.
///
/// # Safety
/// Every function must be called only where the CPU has the instruction set of the type; pointers must be valid for
/// what is read or written: `DEPTH` values, 16 times `DEPTH` weights, 16 values of a map.
pub(crate) trait WholeLanes: Copy {
    /// What maps hold.
    type Value: Copy;
    /// What weights are.
    type Weight: Copy;
    /// Values that one product takes together.
    const DEPTH: usize;
    /// `DEPTH` values, the same in all lanes.
    type Factor: Copy;
    /// `DEPTH` weights in each lane.
    type Weights: Copy;
    /// The lanes as floating-point numbers.
    type Floats: Lanes;

    /// All zeros.
    unsafe fn zero() -> Self;
    /// Reads `DEPTH` values.
    unsafe fn factor(from: *const Self::Value) -> Self::Factor;
    /// Reads `DEPTH` weights for each lane.
    unsafe fn weights(from: *const Self::Weight) -> Self::Weights;
    /// Adds the products.
    unsafe fn add_product(factor: Self::Factor, weights: Self::Weights, sum: Self) -> Self;
    /// The sums, rounded to single precision.
    unsafe fn floats(self) -> Self::Floats;
    /// Reads 16 values as numbers.
    unsafe fn load_values(from: *const Self::Value) -> Self::Floats;
    /// Writes 16 numbers between the lowest and the highest value, rounded half to even.
    unsafe fn store_values(numbers: Self::Floats, to: *mut Self::Value);
}

/// [`WholeLanes`] of bytes in plain Rust.
#[derive(Clone, Copy)]
pub(crate) struct PortableBytes([i32; LANES]);

/// [`WholeLanes`] of 16-bit words in plain Rust.
#[derive(Clone, Copy)]
pub(crate) struct PortableWords([i32; LANES]);

/// Implements [`WholeLanes`] in plain Rust for values and weights of these types.
macro_rules! portable {
    ($lanes:ident, $value:ty, $weight:ty, $depth:literal) => {
        impl WholeLanes for $lanes {
            type Value = $value;
            type Weight = $weight;
            const DEPTH: usize = $depth;
            type Factor = [$value; $depth];
            type Weights = [$weight; $depth * LANES];
            type Floats = Portable;

            // SAFETY of every block below: the caller vouches for the pointers.
            #[inline(always)]
            unsafe fn zero() -> Self {
                Self([0; LANES])
            }
            #[inline(always)]
            unsafe fn factor(from: *const $value) -> Self::Factor {
                unsafe { from.cast::<Self::Factor>().read_unaligned() }
            }
            #[inline(always)]
            unsafe fn weights(from: *const $weight) -> Self::Weights {
                unsafe { from.cast::<Self::Weights>().read_unaligned() }
            }
            #[inline(always)]
            unsafe fn add_product(
                factor: Self::Factor,
                weights: Self::Weights,
                mut sum: Self,
            ) -> Self {
                for (sum, weights) in sum.0.iter_mut().zip(weights.as_chunks::<$depth>().0) {
                    for (&factor, &weight) in factor.iter().zip(weights) {
                        *sum += i32::from(factor) * i32::from(weight);
                    }
                }
                sum
            }
            #[inline(always)]
            unsafe fn floats(self) -> Portable {
                Portable(self.0.map(|sum| sum as f32))
            }
            #[inline(always)]
            unsafe fn load_values(from: *const $value) -> Portable {
                let values = unsafe { from.cast::<[$value; LANES]>().read_unaligned() };
                Portable(values.map(f32::from))
            }
            #[inline(always)]
            unsafe fn store_values(numbers: Portable, to: *mut $value) {
                let values = numbers.0.map(|n| nearest(n) as $value);
                unsafe { to.cast::<[$value; LANES]>().write_unaligned(values) };
            }
        }
    };
}

portable!(PortableBytes, u8, i8, 4);
portable!(PortableWords, i16, i16, 2);

#[cfg(target_arch = "x86_64")]
pub(crate) use x86::{Avx2Bytes, Avx2Words, VnniBytes, VnniWords};

#[cfg(target_arch = "x86_64")]
mod x86;

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn halves_are_rounded_to_even() {
        assert_eq!(
            [-1.5, 0.5, 1.5, 2.5, 254.7].map(nearest),
            [-2, 0, 2, 2, 255]
        );
    }
}
