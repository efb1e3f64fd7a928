//! Sixteen `f32` side by side: one register of AVX-512, two of AVX2, or an array.
#![expect(
    unsafe_code,
    reason = "loads and stores go through raw pointers and vector instructions, which only checked callers may reach"
)]
#![expect(
    clippy::inline_always,
    reason = "a vector operation that is not inlined into its kernel is compiled without the instruction set"
)]

/// How many numbers a [`Lanes`] holds.
pub(crate) const LANES: usize = 16;

/// Sixteen numbers and the few operations the convolution kernels need.
///
/// # Safety
/// Every function must be called only where the CPU has the instruction set of the type; pointers must be
/// valid for the 16 (or `count`) numbers read or written.
pub(crate) trait Lanes: Copy {
    /// All zeros.
    unsafe fn zero() -> Self;
    /// The same number everywhere.
    unsafe fn splat(value: f32) -> Self;
    /// Reads 16 numbers.
    unsafe fn load(from: *const f32) -> Self;
    /// Reads the first `count <= 16` numbers; the others are zero.
    unsafe fn load_first(from: *const f32, count: usize) -> Self;
    /// Writes 16 numbers.
    unsafe fn store(self, to: *mut f32);
    /// Writes the first `count <= 16` numbers.
    unsafe fn store_first(self, to: *mut f32, count: usize);
    /// `self * factor + sum`.
    unsafe fn mul_add(self, factor: Self, sum: Self) -> Self;
    /// `self * other`.
    unsafe fn mul(self, other: Self) -> Self;
    /// `self + other`.
    unsafe fn add(self, other: Self) -> Self;
    /// The larger of each number and zero.
    unsafe fn relu(self) -> Self;
    /// Each number, or the nearer of these two if it lies outside.
    unsafe fn clamp(self, lowest: f32, highest: f32) -> Self;
}

/// [`Lanes`] in plain Rust.
#[derive(Clone, Copy)]
pub(crate) struct Portable(pub(crate) [f32; LANES]);

impl Lanes for Portable {
    #[inline(always)]
    unsafe fn zero() -> Self {
        Self([0.0; LANES])
    }
    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        Self([value; LANES])
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller vouches for 16 readable numbers.
        Self(unsafe { from.cast::<[f32; LANES]>().read_unaligned() })
    }
    #[inline(always)]
    unsafe fn load_first(from: *const f32, count: usize) -> Self {
        let mut lanes = [0.0; LANES];
        // SAFETY: the caller vouches for `count <= 16` readable numbers.
        unsafe { from.copy_to_nonoverlapping(lanes.as_mut_ptr(), count) };
        Self(lanes)
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: the caller vouches for 16 writable numbers.
        unsafe { to.cast::<[f32; LANES]>().write_unaligned(self.0) };
    }
    #[inline(always)]
    unsafe fn store_first(self, to: *mut f32, count: usize) {
        // SAFETY: the caller vouches for `count <= 16` writable numbers.
        unsafe { to.copy_from_nonoverlapping(self.0.as_ptr(), count) };
    }
    #[inline(always)]
    unsafe fn mul_add(self, factor: Self, mut sum: Self) -> Self {
        for lane in 0..LANES {
            sum.0[lane] += self.0[lane] * factor.0[lane];
        }
        sum
    }
    #[inline(always)]
    unsafe fn mul(mut self, other: Self) -> Self {
        for lane in 0..LANES {
            self.0[lane] *= other.0[lane];
        }
        self
    }
    #[inline(always)]
    unsafe fn add(mut self, other: Self) -> Self {
        for lane in 0..LANES {
            self.0[lane] += other.0[lane];
        }
        self
    }
    #[inline(always)]
    unsafe fn relu(mut self) -> Self {
        for value in &mut self.0 {
            *value = value.max(0.0);
        }
        self
    }
    #[inline(always)]
    unsafe fn clamp(mut self, lowest: f32, highest: f32) -> Self {
        for value in &mut self.0 {
            *value = value.max(lowest).min(highest);
        }
        self
    }
}

#[cfg(target_arch = "x86_64")]
pub(crate) use x86::{Avx2, Avx512};

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{LANES, Lanes};
    use core::arch::x86_64::{
        __m256, __m512, _mm256_add_ps, _mm256_castps_si256, _mm256_fmadd_ps, _mm256_loadu_ps,
        _mm256_maskload_ps, _mm256_max_ps, _mm256_min_ps, _mm256_mul_ps, _mm256_set1_ps,
        _mm256_setzero_ps, _mm256_storeu_ps, _mm512_add_ps, _mm512_fmadd_ps, _mm512_loadu_ps,
        _mm512_mask_storeu_ps, _mm512_maskz_loadu_ps, _mm512_max_ps, _mm512_min_ps, _mm512_mul_ps,
        _mm512_set1_ps, _mm512_setzero_ps, _mm512_storeu_ps,
    };

    /// [`Lanes`] in one AVX-512 register.
    #[derive(Clone, Copy)]
    pub(crate) struct Avx512(pub(crate) __m512);

    /// A mask of the first `count <= 16` lanes.
    #[inline(always)]
    fn first(count: usize) -> u16 {
        ((1u32 << count) - 1) as u16
    }

    // SAFETY of every block below: the trait's callers guarantee the instruction set and the pointers.
    impl Lanes for Avx512 {
        #[inline(always)]
        unsafe fn zero() -> Self {
            Self(unsafe { _mm512_setzero_ps() })
        }
        #[inline(always)]
        unsafe fn splat(value: f32) -> Self {
            Self(unsafe { _mm512_set1_ps(value) })
        }
        #[inline(always)]
        unsafe fn load(from: *const f32) -> Self {
            Self(unsafe { _mm512_loadu_ps(from) })
        }
        #[inline(always)]
        unsafe fn load_first(from: *const f32, count: usize) -> Self {
            Self(unsafe { _mm512_maskz_loadu_ps(first(count), from) })
        }
        #[inline(always)]
        unsafe fn store(self, to: *mut f32) {
            unsafe { _mm512_storeu_ps(to, self.0) };
        }
        #[inline(always)]
        unsafe fn store_first(self, to: *mut f32, count: usize) {
            unsafe { _mm512_mask_storeu_ps(to, first(count), self.0) };
        }
        #[inline(always)]
        unsafe fn mul_add(self, factor: Self, sum: Self) -> Self {
            Self(unsafe { _mm512_fmadd_ps(self.0, factor.0, sum.0) })
        }
        #[inline(always)]
        unsafe fn mul(self, other: Self) -> Self {
            Self(unsafe { _mm512_mul_ps(self.0, other.0) })
        }
        #[inline(always)]
        unsafe fn add(self, other: Self) -> Self {
            Self(unsafe { _mm512_add_ps(self.0, other.0) })
        }
        #[inline(always)]
        unsafe fn relu(self) -> Self {
            Self(unsafe { _mm512_max_ps(self.0, _mm512_setzero_ps()) })
        }
        #[inline(always)]
        unsafe fn clamp(self, lowest: f32, highest: f32) -> Self {
            unsafe {
                let raised = _mm512_max_ps(self.0, _mm512_set1_ps(lowest));
                Self(_mm512_min_ps(raised, _mm512_set1_ps(highest)))
            }
        }
    }

    /// From the `count`th before the middle on, masks of the first `count` lanes.
    static MASKS: [f32; 2 * LANES] = {
        let mut masks = [0.0; 2 * LANES];
        let mut lane = 0;
        while lane < LANES {
            masks[lane] = f32::from_bits(u32::MAX);
            lane += 1;
        }
        masks
    };

    /// [`Lanes`] in two AVX2 registers.
    #[derive(Clone, Copy)]
    pub(crate) struct Avx2(pub(crate) __m256, pub(crate) __m256);

    // SAFETY of every block below: the trait's callers guarantee the instruction set and the pointers.
    impl Lanes for Avx2 {
        #[inline(always)]
        unsafe fn zero() -> Self {
            unsafe { Self(_mm256_setzero_ps(), _mm256_setzero_ps()) }
        }
        #[inline(always)]
        unsafe fn splat(value: f32) -> Self {
            let half = unsafe { _mm256_set1_ps(value) };
            Self(half, half)
        }
        #[inline(always)]
        unsafe fn load(from: *const f32) -> Self {
            unsafe { Self(_mm256_loadu_ps(from), _mm256_loadu_ps(from.add(8))) }
        }
        #[inline(always)]
        unsafe fn load_first(from: *const f32, count: usize) -> Self {
            unsafe {
                let mask = Self::load(MASKS.as_ptr().add(LANES - count));
                Self(
                    _mm256_maskload_ps(from, _mm256_castps_si256(mask.0)),
                    _mm256_maskload_ps(from.wrapping_add(8), _mm256_castps_si256(mask.1)),
                )
            }
        }
        #[inline(always)]
        unsafe fn store(self, to: *mut f32) {
            unsafe {
                _mm256_storeu_ps(to, self.0);
                _mm256_storeu_ps(to.add(8), self.1);
            }
        }
        #[inline(always)]
        unsafe fn store_first(self, to: *mut f32, count: usize) {
            unsafe {
                // Masked stores are slow on some processors.
                if count == LANES {
                    return self.store(to);
                }
                let mut lanes = [0.0; LANES];
                self.store(lanes.as_mut_ptr());
                to.copy_from_nonoverlapping(lanes.as_ptr(), count);
            }
        }
        #[inline(always)]
        unsafe fn mul_add(self, factor: Self, sum: Self) -> Self {
            unsafe {
                Self(
                    _mm256_fmadd_ps(self.0, factor.0, sum.0),
                    _mm256_fmadd_ps(self.1, factor.1, sum.1),
                )
            }
        }
        #[inline(always)]
        unsafe fn mul(self, other: Self) -> Self {
            unsafe {
                Self(
                    _mm256_mul_ps(self.0, other.0),
                    _mm256_mul_ps(self.1, other.1),
                )
            }
        }
        #[inline(always)]
        unsafe fn add(self, other: Self) -> Self {
            unsafe {
                Self(
                    _mm256_add_ps(self.0, other.0),
                    _mm256_add_ps(self.1, other.1),
                )
            }
        }
        #[inline(always)]
        unsafe fn relu(self) -> Self {
            unsafe {
                let zero = _mm256_setzero_ps();
                Self(_mm256_max_ps(self.0, zero), _mm256_max_ps(self.1, zero))
            }
        }
        #[inline(always)]
        unsafe fn clamp(self, lowest: f32, highest: f32) -> Self {
            let half = |numbers| unsafe {
                let raised = _mm256_max_ps(numbers, _mm256_set1_ps(lowest));
                _mm256_min_ps(raised, _mm256_set1_ps(highest))
            };
            Self(half(self.0), half(self.1))
        }
    }
}
