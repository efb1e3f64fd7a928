//! Work in parallel on candle's own pool, so that two pools never fight for the cores.

use std::sync::{Mutex, OnceLock};

use candle_core::utils::{barrier_pool, get_num_threads};

/// How many threads take part in [`run_all`].
pub(crate) fn threads() -> usize {
    // candle reads the environment and the system's files at every question.
    static THREADS: OnceLock<usize> = OnceLock::new();
    *THREADS.get_or_init(|| get_num_threads().max(1))
}

/// In how many tasks work is cut: enough that a thread that is held up leaves some to the others, few enough that
/// what all tasks read is read seldom.
pub(crate) fn tasks() -> usize {
    4 * threads()
}

/// Hands every item to `work`, on all cores and in no particular order.
///
/// Items own what they write (pieces of a slice), so the result cannot depend on the number of threads.
pub(crate) fn run_all<I: Send>(items: impl IntoIterator<Item = I>, work: impl Fn(I) + Sync) {
    let slots: Vec<Mutex<Option<I>>> = items.into_iter().map(|i| Mutex::new(Some(i))).collect();
    if slots.len() < 2 || threads() < 2 {
        for slot in slots {
            let item = slot.into_inner().expect("nobody else has locked it");
            work(item.expect("each item is taken once"));
        }
        return;
    }
    barrier_pool().execute_chunked(slots.len(), |range| {
        for slot in &slots[range] {
            let item = slot
                .lock()
                .expect("no worker panics while it takes an item")
                .take();
            work(item.expect("each item is taken once"));
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_piece_is_worked_on_once() {
        let mut numbers = vec![0u32; 1000];
        run_all(numbers.chunks_mut(7).enumerate(), |(index, piece)| {
            for number in piece {
                *number += index as u32 + 1;
            }
        });
        assert!(
            numbers
                .iter()
                .enumerate()
                .all(|(i, &n)| n == i as u32 / 7 + 1)
        );
    }
}
