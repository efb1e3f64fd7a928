//! Which moments of a run the page can jump to.

use drive::time::Tick;

use super::parting::Parting;
use crate::record::{FrameRecord, RunRecord};

/// A moment, and why one wants to see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Moment {
    /// When.
    pub(super) tick: Tick,
    /// What it is; its name in links, with hyphens.
    pub(super) why: &'static str,
    /// The key that jumps there.
    pub(super) key: &'static str,
}

/// The first fault, the first disagreement, the hardest braking, the verdict and the end.
pub(super) fn moments(
    frames: &[FrameRecord],
    record: &RunRecord,
    parting: Option<&Parting>,
) -> Vec<Moment> {
    let Some(last) = frames.last() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut add = |tick, why, key| found.push(Moment { tick, why, key });
    if let Some(frame) = frames.iter().find(|frame| !frame.faults.is_empty()) {
        add(frame.tick, "first fault", "F");
    }
    if let Some(parting) = parting {
        add(parting.tick, "first disagreement", "D");
    }
    if let Some(index) = hardest_braking(frames) {
        add(frames[index].tick, "hardest braking", "B");
    }
    let broken = record.failures.iter().map(|failure| failure.tick).min();
    add(broken.unwrap_or(last.tick).min(last.tick), "verdict", "V");
    add(last.tick, "the end", "End");
    found
}

/// The frame with the hardest braking.
fn hardest_braking(frames: &[FrameRecord]) -> Option<usize> {
    let braking = |frame: &FrameRecord| -frame.world.ego.state.accel_mps2;
    (0..frames.len()).max_by(|&a, &b| braking(&frames[a]).total_cmp(&braking(&frames[b])))
}
