//! How everyone in a random world moves: steadily along a path.

use drive::frames::Pose2;
use drive::math::sin;

use crate::actor::ActorModel;
use crate::geometry::Footprint;
use crate::path::Path;
use crate::world::ActorState;

/// Room that road users leave each other, in metres.
const ROOM_M: f64 = 0.3;

/// Steady motion along a path.
#[derive(Debug, Clone)]
pub(super) struct Motion {
    pub(super) path: Path,
    /// Distance along the path at the beginning.
    pub(super) start_m: f64,
    /// Offset to the left of the path.
    pub(super) left_m: f64,
    pub(super) speed_mps: f64,
}

impl Motion {
    /// Standing still at a pose.
    pub(super) fn standing(pose: Pose2) -> Self {
        Self::straight(pose, 0.0)
    }

    /// Straight ahead from a pose.
    pub(super) fn straight(pose: Pose2, speed_mps: f64) -> Self {
        Self {
            path: Path::straight_from(pose),
            start_m: 0.0,
            left_m: 0.0,
            speed_mps,
        }
    }

    pub(super) fn along_m(&self, time_s: f64) -> f64 {
        self.start_m + self.speed_mps * time_s
    }

    pub(super) fn at(&self, time_s: f64) -> ActorState {
        ActorState {
            world_from_actor: self.path.pose_at(self.along_m(time_s), self.left_m),
            speed_mps: self.speed_mps,
        }
    }
}

/// Ego's motion: steadily along its lane, but to and fro across it and turned from it, so that
/// cameras see the road as a car sees it that has to find its way back.
#[derive(Debug, Clone)]
pub(super) struct EgoMotion {
    pub(super) motion: Motion,
    pub(super) weave: Wave,
    pub(super) turn: Wave,
}

/// A sine over time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wave {
    pub(super) amplitude: f64,
    pub(super) rate_radps: f64,
    pub(super) phase_rad: f64,
}

impl Wave {
    fn at(self, time_s: f64) -> f64 {
        self.amplitude * sin(self.phase_rad + self.rate_radps * time_s)
    }
}

impl EgoMotion {
    pub(super) fn at(&self, time_s: f64) -> Pose2 {
        let along_m = self.motion.along_m(time_s);
        let on_lane = self.motion.path.pose_at(along_m, self.weave.at(time_s));
        on_lane.then(Pose2::new(0.0, 0.0, self.turn.at(time_s)))
    }
}

/// A road user of a model in motion.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub(super) model: &'static ActorModel,
    pub(super) motion: Motion,
}

impl Candidate {
    /// Its footprint with room around it.
    pub(super) fn footprint(&self, time_s: f64) -> Footprint {
        let exact = Footprint::of_actor(self.motion.at(time_s).world_from_actor, self.model);
        Footprint {
            length_m: exact.length_m + ROOM_M,
            width_m: exact.width_m + ROOM_M,
            ..exact
        }
    }
}
