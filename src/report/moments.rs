//! Which moments of a run are worth a picture.

use crate::record::FrameRecord;

/// A frame to show, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Moment {
    /// Index into the run's frame records.
    pub(super) frame: usize,
    /// Why it is shown.
    pub(super) why: &'static str,
}

/// Frames without anything particular shown when a run has nothing else to show, as shares of its length.
const MIDDLE_SHARE: f64 = 0.5;

/// The first fault, the first disagreement, the hardest braking, the middle and the end, in order of time, each frame once.
pub(super) fn moments(frames: &[FrameRecord]) -> Vec<Moment> {
    let Some(last) = frames.len().checked_sub(1) else {
        return Vec::new();
    };
    let mut found = vec![Moment {
        frame: last,
        why: "the end",
    }];
    let first_fault = frames.iter().position(|frame| !frame.faults.is_empty());
    found.extend(first_fault.map(|frame| Moment {
        frame,
        why: "the first fault",
    }));
    found.extend(first_disagreement(frames).map(|frame| Moment {
        frame,
        why: "first disagreement",
    }));
    found.extend(hardest_braking(frames).map(|frame| Moment {
        frame,
        why: "hardest braking",
    }));
    found.push(Moment {
        frame: (last as f64 * MIDDLE_SHARE) as usize,
        why: "half way",
    });
    found.sort_by_key(|moment| moment.frame);
    found.dedup_by_key(|moment| moment.frame);
    found
}

fn first_disagreement(frames: &[FrameRecord]) -> Option<usize> {
    frames
        .iter()
        .position(|frame| match frame.seats.as_slice() {
            [driver, shadow, ..] => driver.decision.action != shadow.decision.action,
            _ => false,
        })
}

/// The frame with the hardest braking.
pub fn hardest_braking(frames: &[FrameRecord]) -> Option<usize> {
    let braking = |frame: &FrameRecord| -frame.world.ego.state.accel_mps2;
    (0..frames.len()).max_by(|&a, &b| braking(&frames[a]).total_cmp(&braking(&frames[b])))
}
