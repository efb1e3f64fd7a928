//! A toy world on paper: a bicycle with lags, a road, and scripted boxes.

use drive::decision::Decision;
use drive::driver::Driver;
use drive::ego::{EGO_FRONT_M, EGO_WHEELBASE_M, EGO_WIDTH_M, EgoState, VehicleCommand};
use drive::frames::{Point2, Pose2};
use drive::labels::{LightState, ObjectClass};
use drive::latency::{Durations, Event, Pipeline};
use drive::math::{cos, sin, tan, wrap_angle};
use drive::percept::ObjectPercept;
use drive::time::{TICK_S, Tick};

use crate::sensor::{Sensor, View};

/// Time constants of the toy car, as of the simulated one, in seconds.
const STEERING_LAG_S: f64 = 0.1;
const BRAKE_LAG_S: f64 = 0.2;

/// A road: straight, then an arc.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Road {
    pub(crate) straight_m: f64,
    pub(crate) curvature_per_m: f64,
}

impl Road {
    /// Pose of the lane's middle after `s` metres.
    pub(crate) fn pose_at(self, s: f64) -> Pose2 {
        if s <= self.straight_m || self.curvature_per_m == 0.0 {
            return Pose2::new(s, 0.0, 0.0);
        }
        let angle = (s - self.straight_m) * self.curvature_per_m;
        let x = self.straight_m + sin(angle) / self.curvature_per_m;
        let y = (1.0 - cos(angle)) / self.curvature_per_m;
        Pose2::new(x, y, wrap_angle(angle))
    }
}

/// Pose of a box's centre by time in seconds; `None` while it cannot be seen.
type Motion = Box<dyn Fn(f64) -> Option<Pose2>>;

/// A scripted box.
pub(crate) struct Actor {
    pub(crate) class: ObjectClass,
    pub(crate) length_m: f64,
    pub(crate) width_m: f64,
    pub(crate) motion: Motion,
}

impl Actor {
    pub(crate) fn new(class: ObjectClass, motion: impl Fn(f64) -> Option<Pose2> + 'static) -> Self {
        let (length_m, width_m) = match class {
            ObjectClass::Car => (4.6, 1.85),
            ObjectClass::Truck => (9.0, 2.5),
            ObjectClass::Pedestrian => (0.5, 0.5),
            ObjectClass::Cyclist => (1.8, 0.6),
        };
        Self {
            class,
            length_m,
            width_m,
            motion: Box::new(motion),
        }
    }

    /// One that goes straight on at constant speed.
    pub(crate) fn cruising(class: ObjectClass, start: Pose2, speed_mps: f64) -> Self {
        Self::new(class, move |t| {
            Some(start.then(Pose2::new(speed_mps * t, 0.0, 0.0)))
        })
    }

    /// Its corners in a frame.
    pub(crate) fn corners(&self, frame_from_actor: Pose2) -> [Point2; 4] {
        let (l, w) = (self.length_m / 2.0, self.width_m / 2.0);
        [(l, w), (l, -w), (-l, w), (-l, -w)]
            .map(|(x, y)| frame_from_actor.transform(Point2::new(x, y)))
    }
}

/// A light with its stop line `line_m` along the road.
pub(crate) struct Light {
    pub(crate) line_m: f64,
    pub(crate) state: fn(f64) -> LightState,
}

/// What happened on one tick.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) t_s: f64,
    pub(crate) decision: Decision,
    pub(crate) speed_mps: f64,
    pub accel_mps2: f64,
    pub(crate) steering_rad: f64,
    pub(crate) lane_error_m: f64,
    /// Free room ahead in ego's track, infinite without anybody there.
    pub(crate) gap_m: f64,
    /// Way along the road.
    pub(crate) s_m: f64,
}

/// Everything a toy story consists of.
pub(crate) struct Toy {
    pub(crate) road: Road,
    pub(crate) actors: Vec<Actor>,
    pub(crate) light: Option<Light>,
    pub(crate) sensor: Sensor,
    pub(crate) ghosts: Vec<(Tick, ObjectPercept)>,
    pub(crate) latency_ms: f64,
    pub(crate) set_speed_mps: f64,
    pub(crate) world_from_ego: Pose2,
    pub(crate) ego: EgoState,
    pub(crate) s_m: f64,
}

impl Toy {
    /// A straight empty road, ego at its set speed.
    pub(crate) fn new(set_speed_mps: f64) -> Self {
        Self {
            road: Road {
                straight_m: 1e4,
                curvature_per_m: 0.0,
            },
            actors: Vec::new(),
            light: None,
            sensor: Sensor::TRUTH,
            ghosts: Vec::new(),
            latency_ms: 0.0,
            set_speed_mps,
            world_from_ego: Pose2::default(),
            ego: EgoState {
                speed_mps: set_speed_mps,
                ..EgoState::default()
            },
            s_m: 0.0,
        }
    }

    /// Drives for some seconds; ends at a collision.
    pub(crate) fn drive(&mut self, seconds: f64) -> Vec<Row> {
        let mut driver = Driver::new(self.set_speed_mps);
        let mut pipeline = Pipeline::new(Durations::fixed_ms(self.latency_ms));
        let mut view = View::new(self);
        let mut under_way = None;
        let mut rows = Vec::new();
        for _ in 0..(seconds / TICK_S) as usize {
            let now = self.ego.tick;
            if now.is_exposure() {
                pipeline.expose(now, view.percept(self));
            }
            let mut arrived = None;
            for event in pipeline.advance(now) {
                match event {
                    Event::Start { frame, .. } => under_way = Some(frame),
                    Event::Finish { .. } => arrived = under_way.take(),
                }
            }
            let (decision, command) = driver.step(&self.ego, arrived.as_ref());
            rows.push(self.row(decision));
            if self.gap_m() <= 0.0 {
                break;
            }
            self.step(&command);
        }
        rows
    }

    fn row(&self, decision: Decision) -> Row {
        let lane = self.road.pose_at(self.s_m);
        Row {
            t_s: self.ego.tick.seconds(),
            decision,
            speed_mps: self.ego.speed_mps,
            accel_mps2: self.ego.accel_mps2,
            steering_rad: self.ego.steering_rad,
            lane_error_m: lane.inverse_transform(self.world_from_ego.position()).y_m,
            gap_m: self.gap_m(),
            s_m: self.s_m,
        }
    }

    /// Room between the front bumper and the nearest box that overlaps ego's track.
    fn gap_m(&self) -> f64 {
        let half = EGO_WIDTH_M / 2.0;
        let mut gap_m = f64::INFINITY;
        for actor in &self.actors {
            let Some(pose) = (actor.motion)(self.ego.tick.seconds()) else {
                continue;
            };
            let corners = actor.corners(self.world_from_ego.inverse().then(pose));
            let least = |f: fn(Point2) -> f64| corners.map(f).into_iter().fold(f64::MAX, f64::min);
            let (back, front) = (least(|p| p.x_m), -least(|p| -p.x_m));
            let (right, left) = (least(|p| p.y_m), -least(|p| -p.y_m));
            if front > -EGO_FRONT_M && left > -half && right < half {
                gap_m = gap_m.min(back - EGO_FRONT_M);
            }
        }
        gap_m
    }

    /// Moves ego by one tick.
    fn step(&mut self, command: &VehicleCommand) {
        let ego = &mut self.ego;
        ego.steering_rad += TICK_S / STEERING_LAG_S * (command.steering_rad - ego.steering_rad);
        ego.accel_mps2 +=
            TICK_S / BRAKE_LAG_S * (command.accel_mps2.clamp(-9.5, 4.0) - ego.accel_mps2);
        ego.speed_mps = (ego.speed_mps + ego.accel_mps2 * TICK_S).max(0.0);
        if ego.speed_mps == 0.0 {
            ego.accel_mps2 = ego.accel_mps2.max(0.0);
        }
        ego.yaw_rate_radps = ego.speed_mps * tan(ego.steering_rad) / EGO_WHEELBASE_M;
        ego.tick = Tick(ego.tick.0 + 1);
        let turn_rad = ego.yaw_rate_radps * TICK_S;
        let motion = Pose2::new(
            ego.speed_mps * TICK_S,
            turn_rad * EGO_WHEELBASE_M / 2.0,
            turn_rad,
        );
        self.world_from_ego = self.world_from_ego.then(motion);
        let lane = self.road.pose_at(self.s_m);
        self.s_m += lane.inverse_transform(self.world_from_ego.position()).x_m;
    }
}
