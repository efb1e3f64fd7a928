//! What the onlooker asks of the run: how far it may go, and who is to drive.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use drive::time::Tick;

/// Shared between the onlooker and the run's thread.
#[derive(Debug, Default)]
pub struct Gate {
    wishes: Mutex<Wishes>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Wishes {
    may_run_to: Tick,
    at_wheel: usize,
    is_closed: bool,
}

impl Gate {
    /// Lets the run go on up to a tick.
    pub fn allow(&self, tick: Tick) {
        let mut wishes = self.lock();
        if wishes.may_run_to != tick {
            wishes.may_run_to = tick;
            self.changed.notify_all();
        }
    }

    /// Puts a seat at the wheel, from the next tick on.
    pub fn seat_at_wheel(&self, number: usize) {
        self.lock().at_wheel = number;
    }

    /// Ends the run at its next tick.
    pub fn close(&self) {
        self.lock().is_closed = true;
        self.changed.notify_all();
    }

    /// Waits until the run may go on past `tick`; the seat at the wheel, or `None` when it is to end.
    pub(super) fn pass(&self, tick: Tick) -> Option<usize> {
        let waits = |wishes: &mut Wishes| !wishes.is_closed && wishes.may_run_to < tick;
        let wishes = self.changed.wait_while(self.lock(), waits);
        let wishes = wishes.unwrap_or_else(PoisonError::into_inner);
        (!wishes.is_closed).then_some(wishes.at_wheel)
    }

    fn lock(&self) -> MutexGuard<'_, Wishes> {
        self.wishes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
