//! The threads that share a frame: they wait for the next layer without sleeping, and sleep between frames.
#![expect(
    unsafe_code,
    reason = "the work borrows the caller's frame, which the threads' type cannot say; the caller outwaits them"
)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle, Thread};

/// How often a thread looks for the next layer before it sleeps: some 200 microseconds, longer than a layer's
/// imbalance, a small part of the 50 ms between frames.
const LOOKS: u32 = 5_000;
/// How often the caller looks whether a layer is done before it lets other threads have its core.
const LOOKS_BEFORE_YIELD: u32 = 20_000;

/// Helpers of one thread that calls.
pub(super) struct Crew {
    board: Arc<Board>,
    helpers: Vec<JoinHandle<()>>,
    wake: Vec<Thread>,
}

/// Where work is announced.
struct Board {
    /// Counts announcements.
    number: AtomicUsize,
    job: Mutex<Option<Arc<Job>>>,
    closing: AtomicBool,
}

/// Items `0..items` that whoever comes first takes.
struct Job {
    /// Only called for items below `items`, each taken once; the caller waits until all taken ones are done.
    work: *const (dyn Fn(usize) + Sync),
    items: usize,
    next: AtomicUsize,
    done: AtomicUsize,
    failed: AtomicBool,
}

// SAFETY: `work` points to a `Sync` closure, and is only followed while `Crew::run` keeps that closure alive.
unsafe impl Send for Job {}
// SAFETY: as above; all else is atomic.
unsafe impl Sync for Job {}

impl Job {
    /// Takes items until none is left.
    fn help(&self) {
        loop {
            let item = self.next.fetch_add(1, Ordering::Relaxed);
            if item >= self.items {
                return;
            }
            // SAFETY: this item is taken and not yet done, so `Crew::run` still waits and the closure lives.
            let work = unsafe { &*self.work };
            if catch_unwind(AssertUnwindSafe(|| work(item))).is_err() {
                self.failed.store(true, Ordering::Relaxed);
            }
            self.done.fetch_add(1, Ordering::Release);
        }
    }
}

impl Crew {
    /// A crew of `threads` threads, the caller's among them.
    pub(super) fn new(threads: usize) -> Self {
        let board = Arc::new(Board {
            number: AtomicUsize::new(0),
            job: Mutex::new(None),
            closing: AtomicBool::new(false),
        });
        let helpers: Vec<JoinHandle<()>> = (1..threads)
            .map(|_| {
                let board = Arc::clone(&board);
                thread::spawn(move || board.serve())
            })
            .collect();
        Self {
            wake: helpers.iter().map(|h| h.thread().clone()).collect(),
            board,
            helpers,
        }
    }

    /// How many threads it has.
    pub(super) fn threads(&self) -> usize {
        self.helpers.len() + 1
    }

    /// Hands every item to `work`, on all threads and in no particular order. A helper that is kept from its core
    /// holds nobody up: the others take its share.
    ///
    /// # Panics
    /// If `work` does.
    pub(super) fn run_all<I: Send>(&self, items: Vec<I>, work: impl Fn(I) + Sync) {
        if self.helpers.is_empty() || items.len() < 2 {
            items.into_iter().for_each(work);
            return;
        }
        let slots: Vec<Mutex<Option<I>>> = items.into_iter().map(|i| Mutex::new(Some(i))).collect();
        self.run(slots.len(), &|index| {
            let item = slots[index].lock().ok().and_then(|mut slot| slot.take());
            work(item.expect("each item is taken once"));
        });
    }

    fn run(&self, items: usize, work: &(dyn Fn(usize) + Sync)) {
        // SAFETY: only the lifetime changes; this function returns after every taken item is done, and no item can be
        // taken later.
        let work: *const (dyn Fn(usize) + Sync) = unsafe { std::mem::transmute(work) };
        let job = Arc::new(Job {
            work,
            items,
            next: AtomicUsize::new(0),
            done: AtomicUsize::new(0),
            failed: AtomicBool::new(false),
        });
        *self
            .board
            .job
            .lock()
            .expect("nobody panics with the board in hand") = Some(Arc::clone(&job));
        self.board.number.fetch_add(1, Ordering::Release);
        self.wake.iter().for_each(Thread::unpark);
        job.help();
        let mut looks = 0;
        while job.done.load(Ordering::Acquire) < items {
            looks += 1;
            if looks % LOOKS_BEFORE_YIELD == 0 {
                thread::yield_now();
            }
            core::hint::spin_loop();
        }
        assert!(!job.failed.load(Ordering::Relaxed), "a layer failed");
    }
}

impl Board {
    /// A helper's life.
    fn serve(&self) {
        let mut seen = 0;
        while self.wait(&mut seen) {
            let job = self.job.lock().ok().and_then(|job| job.clone());
            if let Some(job) = job {
                job.help();
            }
        }
    }

    /// Waits for an announcement after `seen`; false when there will be none.
    fn wait(&self, seen: &mut usize) -> bool {
        let mut looks = 0;
        loop {
            if self.closing.load(Ordering::Relaxed) {
                return false;
            }
            let number = self.number.load(Ordering::Acquire);
            if number != *seen {
                *seen = number;
                return true;
            }
            looks += 1;
            if looks < LOOKS {
                core::hint::spin_loop();
            } else {
                // A wake-up that comes before is kept, and makes this return at once.
                thread::park();
                looks = 0;
            }
        }
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.board.closing.store(true, Ordering::Relaxed);
        self.wake.iter().for_each(Thread::unpark);
        for helper in self.helpers.drain(..) {
            // A helper catches the panics of its work.
            let _ = helper.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_is_worked_on_once_layer_after_layer() {
        let crew = Crew::new(3);
        let mut numbers = vec![0u32; 100];
        for layer in 1..200 {
            crew.run_all(numbers.iter_mut().collect(), |number| *number += 1);
            assert!(numbers.iter().all(|&n| n == layer));
        }
    }

    #[test]
    fn a_panic_of_the_work_reaches_the_caller_and_the_crew_lives_on() {
        let crew = Crew::new(2);
        let fails = || crew.run_all((0..8).collect(), |i: usize| assert!(i != 5));
        assert!(catch_unwind(AssertUnwindSafe(fails)).is_err());
        let sum = AtomicUsize::new(0);
        crew.run_all((0..8).collect(), |i: usize| {
            sum.fetch_add(i, Ordering::Relaxed);
        });
        assert_eq!(sum.into_inner(), 28);
    }
}
