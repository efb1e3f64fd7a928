//! Where ego was: its pose on each of the last ticks, in a frame fixed to the ground at the start.

use std::collections::VecDeque;

use crate::ego::{EGO_WHEELBASE_M, EgoState};
use crate::frames::Pose2;
use crate::time::Tick;

/// How many ticks of poses are kept (4 s): percepts older than that are placed at the oldest.
const HISTORY_TICKS: usize = 400;

/// Dead reckoning with a short memory.
#[derive(Debug, Clone)]
pub(super) struct Odometry {
    history: VecDeque<(Tick, Pose2)>,
    last: EgoState,
}

impl Odometry {
    /// At the origin, before the first tick.
    pub(super) fn new() -> Self {
        Self {
            history: VecDeque::new(),
            last: EgoState::default(),
        }
    }

    /// The tick of the newest ego state.
    pub(super) fn now(&self) -> Tick {
        self.last.tick
    }

    /// The newest speed in metres per second.
    pub(super) fn speed_mps(&self) -> f64 {
        self.last.speed_mps
    }

    /// Moves on to a newer ego state; an older one is ignored.
    pub(super) fn advance(&mut self, ego: &EgoState) {
        let pose = match self.history.back() {
            None => Pose2::default(),
            Some((tick, _)) if ego.tick <= *tick => return,
            Some((tick, pose)) => pose.then(motion(&self.last, ego, ego.tick.seconds_since(*tick))),
        };
        self.last = *ego;
        self.history.push_back((ego.tick, pose));
        if self.history.len() > HISTORY_TICKS {
            self.history.pop_front();
        }
    }

    /// `odom_from_ego` at a tick, or at the nearest one remembered.
    pub(super) fn pose_at(&self, tick: Tick) -> Pose2 {
        let after = self.history.partition_point(|(past, _)| *past <= tick);
        self.history
            .get(after.saturating_sub(1))
            .map_or(Pose2::default(), |(_, pose)| *pose)
    }
}

/// The motion between two ego states, seen from the first. The rear axle does not slip sideways.
fn motion(from: &EgoState, to: &EgoState, dt_s: f64) -> Pose2 {
    let speed_mps = 0.5 * (from.speed_mps + to.speed_mps);
    let turn_rad = 0.5 * (from.yaw_rate_radps + to.yaw_rate_radps) * dt_s;
    let sideways_m = turn_rad * EGO_WHEELBASE_M / 2.0;
    let half = Pose2::new(0.0, 0.0, turn_rad / 2.0);
    half.then(Pose2::new(speed_mps * dt_s, sideways_m, 0.0))
        .then(half)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::hypot;

    #[test]
    fn a_full_circle_ends_where_it_began() {
        let mut odometry = Odometry::new();
        let ticks = 200;
        for tick in 0..=ticks {
            odometry.advance(&EgoState {
                tick: Tick(tick),
                speed_mps: 10.0,
                yaw_rate_radps: core::f64::consts::TAU / 2.0,
                ..EgoState::default()
            });
        }
        let end = odometry.pose_at(Tick(ticks));
        assert!(hypot(end.x_m, end.y_m) < 1e-6, "{end:?}");
    }

    #[test]
    fn past_poses_are_remembered() {
        let mut odometry = Odometry::new();
        for tick in 0..100 {
            odometry.advance(&EgoState {
                tick: Tick(tick),
                speed_mps: 20.0,
                ..EgoState::default()
            });
        }
        assert!((odometry.pose_at(Tick(50)).x_m - 10.0).abs() < 1e-9);
    }
}
