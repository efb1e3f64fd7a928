//! How far two runs of one story drift apart, against the tolerances between machines.

use serde::Serialize;

use crate::record::RunRecord;
use crate::trace::{TickRecord, TraceLine};

/// Largest distance between ego's positions that passes between machines, in metres.
const POSITION_M: f64 = 0.5;
/// Largest difference of ego's speeds that passes between machines, in metres per second.
const SPEED_MPS: f64 = 0.5;

/// The largest differences over the ticks that both runs have.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Drift {
    /// Between ego's positions, in metres.
    pub position_m: f64,
    /// Between ego's speeds, in metres per second.
    pub speed_mps: f64,
    /// Whether both passed, or both failed.
    pub same_verdict: bool,
}

impl Drift {
    /// How far two runs drift apart.
    pub fn between(a: (&RunRecord, &[TraceLine]), b: (&RunRecord, &[TraceLine])) -> Self {
        let largest = |of: &dyn Fn(&TickRecord, &TickRecord) -> f64| {
            let pairs = a.1.iter().zip(b.1);
            pairs.map(|(a, b)| of(&a.tick, &b.tick)).fold(0.0, f64::max)
        };
        Self {
            position_m: largest(&distance_m),
            speed_mps: largest(&|a, b| {
                (a.world.ego.state.speed_mps - b.world.ego.state.speed_mps).abs()
            }),
            same_verdict: a.0.verdict == b.0.verdict,
        }
    }

    /// Whether runs of two machines may differ like this.
    pub fn is_tolerable(&self) -> bool {
        self.same_verdict && self.position_m <= POSITION_M && self.speed_mps <= SPEED_MPS
    }

    /// In words, with the tolerances.
    pub fn words(&self) -> String {
        format!(
            "largest drift: {:.3} m (tolerance {POSITION_M} m), {:.3} m/s (tolerance {SPEED_MPS} m/s); {} verdict",
            self.position_m,
            self.speed_mps,
            if self.same_verdict {
                "the same"
            } else {
                "another"
            },
        )
    }
}

fn distance_m(a: &TickRecord, b: &TickRecord) -> f64 {
    let [a, b] = [a, b].map(|tick| tick.world.ego.world_from_ego.position());
    a.distance_m(b)
}
