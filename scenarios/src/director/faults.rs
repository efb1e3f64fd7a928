//! The faults that are active now: begun by events, ended by their own duration.

use drive::time::Tick;

use crate::story::Fault;

/// A fault that has begun and is not over.
#[derive(Debug, Clone, PartialEq)]
pub struct ActiveFault {
    /// What is wrong.
    pub fault: Fault<f64>,
    /// Index of the event that began it; each draws from random streams of its own.
    pub event: usize,
    /// The first tick it is over; `None` when it stays to the end of the story.
    pub until: Option<Tick>,
}

/// The active faults, in the order they began.
#[derive(Debug, Clone, Default)]
pub(super) struct Faults {
    active: Vec<ActiveFault>,
}

impl Faults {
    pub(super) fn begin(&mut self, fault: Fault<f64>, event: usize, now: Tick) {
        let until = fault.lasts_ticks().map(|ticks| Tick(now.0 + ticks));
        self.active.push(ActiveFault {
            fault,
            event,
            until,
        });
    }

    /// Ends those whose time is up.
    pub(super) fn expire(&mut self, now: Tick) {
        self.active
            .retain(|fault| fault.until.is_none_or(|until| now < until));
    }

    pub(super) fn is_busy_with(&self, event: usize) -> bool {
        self.active.iter().any(|fault| fault.event == event)
    }

    pub(super) fn active(&self) -> &[ActiveFault] {
        &self.active
    }
}
