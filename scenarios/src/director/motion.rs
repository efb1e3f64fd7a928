//! How one actor moves: along a path, at a speed and an offset that may be on their way to other values.

use drive::frames::Point2;
use drive::math::{atan2, wrap_angle};

use super::idm;
use super::scene::{Body, Lead};
use crate::path::Path;
use crate::story::{ActorAction, Length, LengthSpan};
use crate::transition::{Shape, Transition};
use crate::world::ActorState;

/// An actor that synchronizes with ego changes its speed no faster than this, in metres per second squared.
const SYNCHRONIZE_ACCEL_MPS2: f64 = 4.0;
/// Below this step an actor keeps its heading, in metres.
const STANDING_STEP_M: f64 = 1e-5;
/// An actor that is this near the place to synchronize at, in seconds, keeps its speed.
const SYNCHRONIZED_S: f64 = 0.05;

/// One actor on its path.
#[derive(Debug, Clone)]
pub(crate) struct Motion {
    path: Path,
    stops_at_end: bool,
    along_m: f64,
    left_m: f64,
    speed_mps: f64,
    drift_rad: f64,
    travelled_m: f64,
    speed: SpeedPlan,
    offset: Option<OffsetPlan>,
    /// The event that started the longitudinal and the lateral movement, while it lasts.
    busy: [Option<usize>; 2],
}

/// What happens to an actor's speed.
#[derive(Debug, Clone)]
enum SpeedPlan {
    Keep,
    Change {
        to: Transition,
        gone_s: f64,
    },
    Traffic {
        set_speed_mps: f64,
    },
    Synchronize {
        actor_m: f64,
        ego_m: f64,
        at_most_mps: f64,
    },
}

/// An offset on its way.
#[derive(Debug, Clone)]
struct OffsetPlan {
    to: Transition,
    gone: f64,
    measured: Measured,
}

/// What an offset's way is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Measured {
    Seconds,
    Metres,
}

/// What an actor reacts to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Surroundings {
    pub(super) lead: Option<Lead>,
    pub(super) ego: Body,
}

/// Index of the longitudinal movement in [`Motion::busy`].
const SPEED: usize = 0;
/// Index of the lateral movement.
const OFFSET: usize = 1;

impl Motion {
    /// An actor that keeps its speed along a path from where it stands beside it.
    pub(crate) fn new(path: Path, start: Point2, speed_mps: f64) -> Self {
        let place = path.project(start);
        Self {
            path,
            stops_at_end: false,
            along_m: place.along_m,
            left_m: place.left_m,
            speed_mps,
            drift_rad: 0.0,
            travelled_m: 0.0,
            speed: SpeedPlan::Keep,
            offset: None,
            busy: [None; 2],
        }
    }

    /// Follows whoever is ahead from now on.
    pub(crate) fn drive_in_traffic(&mut self, set_speed_mps: f64) {
        self.speed = SpeedPlan::Traffic { set_speed_mps };
    }

    /// Its pose and speed.
    pub(crate) fn state(&self) -> ActorState {
        let mut pose = self.path.pose_at(self.along_m, self.left_m);
        pose.yaw_rad = wrap_angle(pose.yaw_rad + self.drift_rad);
        ActorState {
            world_from_actor: pose,
            speed_mps: self.speed_mps,
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn travelled_m(&self) -> f64 {
        self.travelled_m
    }

    pub(super) fn minds_traffic(&self) -> bool {
        matches!(self.speed, SpeedPlan::Traffic { .. })
    }

    pub(super) fn is_busy_with(&self, event: usize) -> bool {
        self.busy.contains(&Some(event))
    }

    /// Starts what an event asks of it.
    pub(super) fn begin(&mut self, action: ActorAction, event: usize, route: &Path) {
        let movement = match action {
            ActorAction::Speed { to_mps, over } => self.change_speed(to_mps, over),
            ActorAction::LaneChange { path, over } => {
                self.move_to(path);
                self.change_offset(0.0, over)
            }
            ActorAction::LaneOffset { left_m, over } => self.change_offset(left_m, over),
            ActorAction::Cross {
                to_left_m,
                speed_mps,
            } => {
                let here = route.project(self.state().world_from_actor.position());
                let there = route.pose_at(here.along_m, to_left_m).position();
                self.walk(&[there], speed_mps)
            }
            ActorAction::FollowTrajectory { through, speed_mps } => self.walk(&through, speed_mps),
            ActorAction::Synchronize {
                actor_at,
                ego_at_m,
                at_most_mps,
            } => {
                self.speed = SpeedPlan::Synchronize {
                    actor_m: self.path.project(actor_at).along_m,
                    ego_m: ego_at_m,
                    at_most_mps,
                };
                SPEED
            }
        };
        self.busy[movement] = Some(event);
    }

    /// Moves on by one tick of `dt_s` seconds.
    pub(super) fn step(&mut self, surroundings: &Surroundings, dt_s: f64) {
        let before_mps = self.speed_mps;
        self.speed_mps = self.next_speed_mps(surroundings, dt_s);
        let mut step_m = 0.5 * (before_mps + self.speed_mps) * dt_s;
        if self.stops_at_end && self.along_m + step_m >= self.path.length_m() {
            step_m = self.path.length_m() - self.along_m;
            self.speed_mps = 0.0;
            self.speed = SpeedPlan::Keep;
            self.busy[SPEED] = None;
        }
        self.along_m += step_m;
        self.travelled_m += step_m;
        self.drift(step_m, dt_s);
    }

    fn next_speed_mps(&mut self, surroundings: &Surroundings, dt_s: f64) -> f64 {
        match &mut self.speed {
            SpeedPlan::Keep => self.speed_mps,
            SpeedPlan::Change { to, gone_s } => {
                *gone_s += dt_s;
                let (speed_mps, done) = (to.at(*gone_s), *gone_s >= to.span);
                if done {
                    self.speed = SpeedPlan::Keep;
                    self.busy[SPEED] = None;
                }
                speed_mps
            }
            SpeedPlan::Traffic { set_speed_mps } => {
                let accel_mps2 = idm::accel_mps2(self.speed_mps, *set_speed_mps, surroundings.lead);
                (self.speed_mps + accel_mps2 * dt_s).max(0.0)
            }
            SpeedPlan::Synchronize {
                actor_m,
                ego_m,
                at_most_mps,
            } => {
                let ego = &surroundings.ego;
                let ego_left_m = *ego_m - ego.place.along_m - ego.half_length_m;
                let time_s = ego_left_m / ego.along_mps().max(1e-3);
                let own_left_m = *actor_m - self.along_m;
                if time_s < SYNCHRONIZED_S || own_left_m <= 0.0 {
                    self.speed = SpeedPlan::Keep;
                    self.busy[SPEED] = None;
                    return self.speed_mps;
                }
                let wanted_mps = (own_left_m / time_s).min(*at_most_mps);
                let most = SYNCHRONIZE_ACCEL_MPS2 * dt_s;
                self.speed_mps + (wanted_mps - self.speed_mps).clamp(-most, most)
            }
        }
    }

    fn drift(&mut self, step_m: f64, dt_s: f64) {
        let Some(plan) = &mut self.offset else {
            return;
        };
        plan.gone += match plan.measured {
            Measured::Seconds => dt_s,
            Measured::Metres => step_m,
        };
        let left_m = plan.to.at(plan.gone);
        let stepped = plan.to.shape == Shape::Step;
        if step_m > STANDING_STEP_M && !stepped {
            self.drift_rad = atan2(left_m - self.left_m, step_m);
        }
        self.left_m = left_m;
        if plan.gone >= plan.to.span {
            self.drift_rad = 0.0;
            self.offset = None;
            self.busy[OFFSET] = None;
        }
    }

    fn change_speed(&mut self, to_mps: f64, over: Length) -> usize {
        let change = to_mps - self.speed_mps;
        let span = match over.span {
            LengthSpan::AtOnce => 0.0,
            LengthSpan::TimeS(time_s) => time_s,
            LengthSpan::Rate(rate) => over.shape.duration_s(change, rate),
            // Every shape passes its middle half way, so the mean speed is that of both ends.
            LengthSpan::DistanceM(way_m) => 2.0 * way_m / (self.speed_mps + to_mps).max(0.1),
        };
        let to = Transition {
            from: self.speed_mps,
            to: to_mps,
            shape: over.shape,
            span,
        };
        self.speed = SpeedPlan::Change { to, gone_s: 0.0 };
        SPEED
    }

    fn change_offset(&mut self, to_left_m: f64, over: Length) -> usize {
        let change = to_left_m - self.left_m;
        let (span, measured) = match over.span {
            LengthSpan::AtOnce => (0.0, Measured::Seconds),
            LengthSpan::TimeS(time_s) => (time_s, Measured::Seconds),
            LengthSpan::Rate(rate) => (over.shape.duration_s(change, rate), Measured::Seconds),
            LengthSpan::DistanceM(way_m) => (way_m, Measured::Metres),
        };
        let to = Transition {
            from: self.left_m,
            to: to_left_m,
            shape: over.shape,
            span,
        };
        self.offset = Some(OffsetPlan {
            to,
            gone: 0.0,
            measured,
        });
        OFFSET
    }

    /// Continues on another path from where it is.
    fn move_to(&mut self, path: Path) {
        let place = path.project(self.state().world_from_actor.position());
        self.path = path;
        self.along_m = place.along_m;
        self.left_m = place.left_m;
    }

    fn walk(&mut self, through: &[Point2], speed_mps: f64) -> usize {
        let mut points = vec![self.state().world_from_actor.position()];
        points.extend_from_slice(through);
        self.path = Path::through(&points);
        self.stops_at_end = true;
        (self.along_m, self.left_m, self.drift_rad) = (0.0, 0.0, 0.0);
        self.speed_mps = speed_mps;
        self.speed = SpeedPlan::Keep;
        self.offset = None;
        self.busy[OFFSET] = None;
        SPEED
    }
}
