//! [`WholeLanes`] in vector registers of x86.
#![expect(
    unsafe_code,
    reason = "loads and stores go through raw pointers and vector instructions, which only checked callers may reach"
)]
#![expect(
    clippy::inline_always,
    reason = "a vector operation that is not inlined into its kernel is compiled without the instruction set"
)]

use super::WholeLanes;
use crate::ops::lanes::{Avx2, Avx512};
use core::arch::x86_64::{
    __m256i, __m512i, _mm_loadu_si64, _mm_loadu_si128, _mm_packus_epi16, _mm_set1_epi32,
    _mm_storeu_si128, _mm256_add_epi32, _mm256_castsi256_si128, _mm256_cvtepi8_epi16,
    _mm256_cvtepi16_epi32, _mm256_cvtepi32_ps, _mm256_cvtepu8_epi16, _mm256_cvtepu8_epi32,
    _mm256_cvtps_epi32, _mm256_extracti128_si256, _mm256_hadd_epi32, _mm256_loadu_si256,
    _mm256_madd_epi16, _mm256_packs_epi32, _mm256_packus_epi32, _mm256_permute4x64_epi64,
    _mm256_set1_epi32, _mm256_setzero_si256, _mm256_storeu_si256, _mm512_cvtepi16_epi32,
    _mm512_cvtepi32_epi8, _mm512_cvtepi32_epi16, _mm512_cvtepi32_ps, _mm512_cvtepu8_epi32,
    _mm512_cvtps_epi32, _mm512_dpbusd_epi32, _mm512_dpwssd_epi32, _mm512_loadu_si512,
    _mm512_set1_epi32, _mm512_setzero_si512,
};

/// [`WholeLanes`] in one AVX-512 register, with the product instruction of VNNI.
#[derive(Clone, Copy)]
pub(crate) struct VnniBytes(__m512i);

// SAFETY of every block below: the trait's callers guarantee the instruction set and the pointers.
impl WholeLanes for VnniBytes {
    type Value = u8;
    type Weight = i8;
    const DEPTH: usize = 4;
    type Factor = __m512i;
    type Weights = __m512i;
    type Floats = Avx512;

    #[inline(always)]
    unsafe fn zero() -> Self {
        Self(unsafe { _mm512_setzero_si512() })
    }
    #[inline(always)]
    unsafe fn factor(from: *const u8) -> __m512i {
        unsafe { _mm512_set1_epi32(from.cast::<i32>().read_unaligned()) }
    }
    #[inline(always)]
    unsafe fn weights(from: *const i8) -> __m512i {
        unsafe { _mm512_loadu_si512(from.cast()) }
    }
    #[inline(always)]
    unsafe fn add_product(factor: __m512i, weights: __m512i, sum: Self) -> Self {
        Self(unsafe { _mm512_dpbusd_epi32(sum.0, factor, weights) })
    }
    #[inline(always)]
    unsafe fn floats(self) -> Avx512 {
        unsafe { Avx512(_mm512_cvtepi32_ps(self.0)) }
    }
    #[inline(always)]
    unsafe fn load_values(from: *const u8) -> Avx512 {
        unsafe {
            let numbers = _mm512_cvtepu8_epi32(_mm_loadu_si128(from.cast()));
            Avx512(_mm512_cvtepi32_ps(numbers))
        }
    }
    #[inline(always)]
    unsafe fn store_values(numbers: Avx512, to: *mut u8) {
        unsafe {
            let bytes = _mm512_cvtepi32_epi8(_mm512_cvtps_epi32(numbers.0));
            _mm_storeu_si128(to.cast(), bytes);
        }
    }
}

/// [`WholeLanes`] in four AVX2 registers of four outputs each, whose products are added up in pairs.
#[derive(Clone, Copy)]
pub(crate) struct Avx2Bytes([__m256i; 4]);

/// The halves of two registers whose 64-bit quarters are out of order.
#[inline(always)]
unsafe fn in_order(quarters: __m256i) -> __m256i {
    unsafe { _mm256_permute4x64_epi64::<0b11_01_10_00>(quarters) }
}

// SAFETY of every block below: the trait's callers guarantee the instruction set and the pointers.
impl WholeLanes for Avx2Bytes {
    type Value = u8;
    type Weight = i8;
    const DEPTH: usize = 4;
    type Factor = __m256i;
    type Weights = [__m256i; 4];
    type Floats = Avx2;

    #[inline(always)]
    unsafe fn zero() -> Self {
        Self([unsafe { _mm256_setzero_si256() }; 4])
    }
    #[inline(always)]
    unsafe fn factor(from: *const u8) -> __m256i {
        // Sixteen bits each: products of bytes added in pairs would not fit into less.
        unsafe { _mm256_cvtepu8_epi16(_mm_set1_epi32(from.cast::<i32>().read_unaligned())) }
    }
    #[inline(always)]
    unsafe fn weights(from: *const i8) -> [__m256i; 4] {
        core::array::from_fn(|quarter| unsafe {
            _mm256_cvtepi8_epi16(_mm_loadu_si128(from.add(16 * quarter).cast()))
        })
    }
    #[inline(always)]
    unsafe fn add_product(factor: __m256i, weights: [__m256i; 4], sum: Self) -> Self {
        Self(core::array::from_fn(|quarter| unsafe {
            let pairs = _mm256_madd_epi16(factor, weights[quarter]);
            _mm256_add_epi32(sum.0[quarter], pairs)
        }))
    }
    #[inline(always)]
    unsafe fn floats(self) -> Avx2 {
        let [a, b, c, d] = self.0;
        unsafe {
            let low = in_order(_mm256_hadd_epi32(a, b));
            let high = in_order(_mm256_hadd_epi32(c, d));
            Avx2(_mm256_cvtepi32_ps(low), _mm256_cvtepi32_ps(high))
        }
    }
    #[inline(always)]
    unsafe fn load_values(from: *const u8) -> Avx2 {
        let half = |at: usize| unsafe {
            _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadu_si64(from.add(at))))
        };
        Avx2(half(0), half(8))
    }
    #[inline(always)]
    unsafe fn store_values(numbers: Avx2, to: *mut u8) {
        let Avx2(low, high) = numbers;
        let whole = |half| unsafe { _mm256_cvtps_epi32(half) };
        unsafe {
            let words = in_order(_mm256_packus_epi32(whole(low), whole(high)));
            let bytes = _mm_packus_epi16(
                _mm256_castsi256_si128(words),
                _mm256_extracti128_si256::<1>(words),
            );
            _mm_storeu_si128(to.cast(), bytes);
        }
    }
}

/// [`WholeLanes`] of words in one AVX-512 register.
#[derive(Clone, Copy)]
pub(crate) struct VnniWords(__m512i);

// SAFETY of every block below: the trait's callers guarantee the instruction set and the pointers.
impl WholeLanes for VnniWords {
    type Value = i16;
    type Weight = i16;
    const DEPTH: usize = 2;
    type Factor = __m512i;
    type Weights = __m512i;
    type Floats = Avx512;

    #[inline(always)]
    unsafe fn zero() -> Self {
        Self(unsafe { _mm512_setzero_si512() })
    }
    #[inline(always)]
    unsafe fn factor(from: *const i16) -> __m512i {
        unsafe { _mm512_set1_epi32(from.cast::<i32>().read_unaligned()) }
    }
    #[inline(always)]
    unsafe fn weights(from: *const i16) -> __m512i {
        unsafe { _mm512_loadu_si512(from.cast()) }
    }
    #[inline(always)]
    unsafe fn add_product(factor: __m512i, weights: __m512i, sum: Self) -> Self {
        Self(unsafe { _mm512_dpwssd_epi32(sum.0, factor, weights) })
    }
    #[inline(always)]
    unsafe fn floats(self) -> Avx512 {
        unsafe { Avx512(_mm512_cvtepi32_ps(self.0)) }
    }
    #[inline(always)]
    unsafe fn load_values(from: *const i16) -> Avx512 {
        unsafe {
            let numbers = _mm512_cvtepi16_epi32(_mm256_loadu_si256(from.cast()));
            Avx512(_mm512_cvtepi32_ps(numbers))
        }
    }
    #[inline(always)]
    unsafe fn store_values(numbers: Avx512, to: *mut i16) {
        unsafe {
            let words = _mm512_cvtepi32_epi16(_mm512_cvtps_epi32(numbers.0));
            _mm256_storeu_si256(to.cast(), words);
        }
    }
}

/// [`WholeLanes`] of words in two AVX2 registers.
#[derive(Clone, Copy)]
pub(crate) struct Avx2Words([__m256i; 2]);

// SAFETY of every block below: the trait's callers guarantee the instruction set and the pointers.
impl WholeLanes for Avx2Words {
    type Value = i16;
    type Weight = i16;
    const DEPTH: usize = 2;
    type Factor = __m256i;
    type Weights = [__m256i; 2];
    type Floats = Avx2;

    #[inline(always)]
    unsafe fn zero() -> Self {
        Self([unsafe { _mm256_setzero_si256() }; 2])
    }
    #[inline(always)]
    unsafe fn factor(from: *const i16) -> __m256i {
        unsafe { _mm256_set1_epi32(from.cast::<i32>().read_unaligned()) }
    }
    #[inline(always)]
    unsafe fn weights(from: *const i16) -> [__m256i; 2] {
        core::array::from_fn(|half| unsafe { _mm256_loadu_si256(from.add(16 * half).cast()) })
    }
    #[inline(always)]
    unsafe fn add_product(factor: __m256i, weights: [__m256i; 2], sum: Self) -> Self {
        Self(core::array::from_fn(|half| unsafe {
            let pairs = _mm256_madd_epi16(factor, weights[half]);
            _mm256_add_epi32(sum.0[half], pairs)
        }))
    }
    #[inline(always)]
    unsafe fn floats(self) -> Avx2 {
        let [low, high] = self.0;
        unsafe { Avx2(_mm256_cvtepi32_ps(low), _mm256_cvtepi32_ps(high)) }
    }
    #[inline(always)]
    unsafe fn load_values(from: *const i16) -> Avx2 {
        let half = |at: usize| unsafe {
            let numbers = _mm256_cvtepi16_epi32(_mm_loadu_si128(from.add(at).cast()));
            _mm256_cvtepi32_ps(numbers)
        };
        Avx2(half(0), half(8))
    }
    #[inline(always)]
    unsafe fn store_values(numbers: Avx2, to: *mut i16) {
        let Avx2(low, high) = numbers;
        unsafe {
            let words = _mm256_packs_epi32(_mm256_cvtps_epi32(low), _mm256_cvtps_epi32(high));
            _mm256_storeu_si256(to.cast(), in_order(words));
        }
    }
}
