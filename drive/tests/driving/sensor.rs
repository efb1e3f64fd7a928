//! A sensor on paper: what a network would say of the toy world, with the errors it would make.

use drive::camera::CameraModel;
use drive::frames::{Point2, Pose2};
use drive::labels::{BoxPx, LightState};
use drive::math::wrap_angle;
use drive::percept::{Boundary, BoundaryPoint, ObjectPercept, Percept, StopLinePercept};
use drive::random::stream;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::world::{Actor, Toy};

const LANE_HALF_WIDTH_M: f64 = 1.75;
/// How much of a depth error stays from one frame to the next.
const MEMORY: f64 = 0.8;

/// How well it sees.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sensor {
    pub(crate) depth_share: f64,
    pub(crate) lateral_m: f64,
    pub(crate) miss_share: f64,
    pub(crate) probability: f64,
}

impl Sensor {
    /// As decoded truth.
    pub(crate) const TRUTH: Sensor = Sensor {
        depth_share: 0.014,
        lateral_m: 0.05,
        miss_share: 0.0,
        probability: 0.99,
    };
    /// As a fair network.
    pub(crate) const NETWORK: Sensor = Sensor {
        depth_share: 0.05,
        lateral_m: 0.15,
        miss_share: 0.08,
        probability: 0.9,
    };
}

/// The sensor with its errors of the moment.
pub(crate) struct View {
    sensor: Sensor,
    depth_errors: Vec<f64>,
    rng: ChaCha8Rng,
}

impl View {
    pub(crate) fn new(world: &Toy) -> Self {
        Self {
            sensor: world.sensor,
            depth_errors: vec![0.0; world.actors.len() + 1],
            rng: stream(1, "toy"),
        }
    }

    /// What is seen of the world now.
    pub(crate) fn percept(&mut self, world: &Toy) -> Percept {
        for i in 0..self.depth_errors.len() {
            let fresh = self.normal() * (1.0 - MEMORY * MEMORY).sqrt();
            self.depth_errors[i] = MEMORY * self.depth_errors[i] + fresh;
        }
        let t_s = world.ego.tick.seconds();
        let mut objects = Vec::new();
        for (i, actor) in world.actors.iter().enumerate() {
            let pose = (actor.motion)(t_s);
            objects.extend(pose.and_then(|pose| self.object(actor, world, pose, i)));
        }
        let ghosts = world.ghosts.iter().filter(|g| g.0 == world.ego.tick);
        objects.extend(ghosts.map(|ghost| ghost.1));
        objects.sort_by(|a, b| a.near_x_m.total_cmp(&b.near_x_m));
        let state = world
            .light
            .as_ref()
            .map_or(LightState::None, |light| (light.state)(t_s));
        let mut light = [0.02; 4];
        light[state as usize] = 0.94;
        Percept {
            exposure: world.ego.tick,
            objects,
            lanes: [
                vec![],
                self.boundary(world, LANE_HALF_WIDTH_M),
                self.boundary(world, -LANE_HALF_WIDTH_M),
                vec![],
            ],
            light,
            stop_line: self.stop_line(world),
        }
    }

    fn object(
        &mut self,
        actor: &Actor,
        world: &Toy,
        pose: Pose2,
        index: usize,
    ) -> Option<ObjectPercept> {
        let ego_from_actor = world.world_from_ego.inverse().then(pose);
        let corners = actor.corners(ego_from_actor);
        let fold = |f: fn(f64, f64) -> f64, v: fn(Point2) -> f64| {
            corners
                .map(v)
                .into_iter()
                .reduce(f)
                .expect("a box has corners")
        };
        let near_x_m = fold(f64::min, |p| p.x_m);
        let (left_y_m, right_y_m) = (fold(f64::max, |p| p.y_m), fold(f64::min, |p| p.y_m));
        let distance_m = near_x_m - CameraModel::standard().forward_m;
        let bearing = 0.5 * (left_y_m + right_y_m) / distance_m.max(0.1);
        let missed = self.rng.random::<f64>() < self.sensor.miss_share;
        if !(2.0..75.0).contains(&distance_m) || bearing.abs() > 0.55 || missed {
            return None;
        }
        let scale = 1.0 + self.sensor.depth_share * self.depth_errors[index];
        let shift_m = self.normal() * self.sensor.lateral_m;
        Some(ObjectPercept {
            class: actor.class,
            belief: drive::belief::Belief::surely(actor.class, ego_from_actor.yaw_rad),
            probability: self.sensor.probability,
            box_px: BoxPx::default(),
            near_x_m: near_x_m - distance_m + distance_m * scale,
            near_x_std_m: distance_m * self.sensor.depth_share,
            left_y_m: left_y_m * scale + shift_m,
            right_y_m: right_y_m * scale + shift_m,
            y_std_m: self.sensor.lateral_m + 0.002 * distance_m,
            yaw_rad: wrap_angle(ego_from_actor.yaw_rad + 0.1 * self.normal()),
        })
    }

    fn boundary(&mut self, world: &Toy, side_m: f64) -> Boundary {
        (0..16)
            .map(|row| {
                let ahead_m = 4.5 * drive::math::powf(12.0, f64::from(row) / 15.0);
                let lane = world.road.pose_at(world.s_m + ahead_m);
                let point = lane.transform(Point2::new(0.0, side_m));
                let mut point_in_ego = world.world_from_ego.inverse_transform(point);
                let y_std_m = 0.003 * ahead_m + 0.2 * self.sensor.lateral_m;
                point_in_ego.y_m += y_std_m * self.normal();
                BoundaryPoint {
                    point_in_ego,
                    y_std_m,
                    probability: self.sensor.probability,
                }
            })
            .collect()
    }

    fn stop_line(&mut self, world: &Toy) -> Option<StopLinePercept> {
        let x_m = world.light.as_ref()?.line_m - world.s_m;
        let error = self.depth_errors.last().copied().unwrap_or_default();
        (4.5..45.0).contains(&x_m).then_some(StopLinePercept {
            x_m: x_m * (1.0 + self.sensor.depth_share * error),
            x_std_m: x_m * self.sensor.depth_share,
            probability: self.sensor.probability,
        })
    }

    /// A standard normal number, nearly.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.rng.random::<f64>()).sum::<f64>() - 6.0
    }
}
