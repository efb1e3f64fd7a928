//! New memory that tasks clear piece by piece while it is in their caches, and memory that stays with the program.
#![expect(
    unsafe_code,
    reason = "a vector that is cleared by its tasks skips a pass over memory; the allocator is tuned by a C call"
)]

use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A vector whose numbers are not there yet.
pub(crate) struct Fresh {
    numbers: Vec<f32>,
    len: usize,
    cleared: AtomicUsize,
}

/// A piece of a [`Fresh`] vector, not yet cleared.
pub(crate) struct Piece<'a> {
    memory: &'a mut [MaybeUninit<f32>],
    cleared: &'a AtomicUsize,
}

impl Fresh {
    pub(crate) fn new(len: usize) -> Self {
        Self {
            numbers: Vec::with_capacity(len),
            len,
            cleared: AtomicUsize::new(0),
        }
    }

    /// All of it in pieces of `size` numbers; the last may be smaller.
    pub(crate) fn pieces(&mut self, size: usize) -> impl Iterator<Item = Piece<'_>> {
        self.cleared = AtomicUsize::new(0);
        let memory = &mut self.numbers.spare_capacity_mut()[..self.len];
        let cleared = &self.cleared;
        memory
            .chunks_mut(size)
            .map(move |memory| Piece { memory, cleared })
    }

    /// The vector.
    ///
    /// # Panics
    /// If a piece has not been cleared.
    pub(crate) fn finish(mut self) -> Vec<f32> {
        assert_eq!(*self.cleared.get_mut(), self.len, "a piece was left out");
        // SAFETY: pieces do not overlap, each is cleared at most once, and together they had `len` numbers.
        unsafe { self.numbers.set_len(self.len) };
        self.numbers
    }
}

impl<'a> Piece<'a> {
    /// The piece in smaller ones of `size` numbers.
    pub(crate) fn pieces(self, size: usize) -> impl Iterator<Item = Piece<'a>> {
        let cleared = self.cleared;
        self.memory
            .chunks_mut(size)
            .map(move |memory| Piece { memory, cleared })
    }

    /// Its numbers, all zero.
    pub(crate) fn clear(self) -> &'a mut [f32] {
        let count = self.memory.len();
        let start = self.memory.as_mut_ptr().cast::<f32>();
        self.cleared.fetch_add(count, Ordering::Relaxed);
        // SAFETY: the memory is lent to this piece alone, and zero bytes are the number 0.
        unsafe {
            start.write_bytes(0, count);
            core::slice::from_raw_parts_mut(start, count)
        }
    }
}

/// Asks the allocator to keep what is freed: a training step needs the same memory as the one before, and
/// getting it from the system costs a page fault every 4 KiB.
pub fn keep_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: glibc's `mallopt` takes any parameter at any time.
    unsafe {
        libc::mallopt(libc::M_MMAP_MAX, 0);
        libc::mallopt(libc::M_TRIM_THRESHOLD, libc::c_int::MAX);
        libc::mallopt(libc::M_TOP_PAD, 64 << 20);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cleared_pieces_make_a_vector_of_what_was_written() {
        let mut fresh = Fresh::new(7);
        for (index, piece) in fresh.pieces(3).enumerate() {
            for part in piece.pieces(2) {
                part.clear()[0] = index as f32;
            }
        }
        assert_eq!(fresh.finish(), [0.0, 0.0, 0.0, 1.0, 0.0, 1.0, 2.0]);
    }

    #[test]
    #[should_panic(expected = "a piece was left out")]
    fn a_piece_that_nobody_cleared_is_noticed() {
        let mut fresh = Fresh::new(4);
        fresh.pieces(2).take(1).for_each(|piece| {
            piece.clear();
        });
        fresh.finish();
    }
}
