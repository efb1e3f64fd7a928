//! Random road users around ego.

use core::f64::consts::{FRAC_PI_2, PI};

use drive::ego::EGO_FRONT_M;
use drive::frames::{Point2, Pose2};
use drive::labels::ObjectClass;
use drive::math::powf;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::motion::{Candidate, EgoMotion, Motion};
use super::{LENGTH, Slice};
use crate::actor::{ACTOR_MODELS, ActorModel};
use crate::path::Path;
use crate::road::{LaneInfo, LanePosition, Road};

/// Gap to a lead vehicle, from the nearest to the farthest, in metres.
const LEAD_GAP_M: [f64; 2] = [3.0, 70.0];
/// Distance to people on the road, from the nearest to the farthest, in metres.
const PERSON_M: [f64; 2] = [5.0, 60.0];
/// Where around ego others are placed, in the ego frame: behind, ahead, aside.
const AROUND_M: [f64; 3] = [-8.0, 90.0, 50.0];
/// How often a place around ego is looked for.
const TRIES: usize = 16;
/// Length of a lane path that others follow.
const PATH_M: f64 = 250.0;
/// How often a model kept out of training is taken where they are shown.
const HELD_OUT_SHARE: f64 = 0.7;

/// What is known while road users are drawn.
pub(super) struct Casting<'a> {
    pub(super) road: &'a Road,
    pub(super) ego: &'a EgoMotion,
    pub(super) slice: Slice,
}

/// What a road user does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Lead,
    OtherLane,
    ParkedRow,
    OnPavement,
    Crossing,
    OnRoad,
    CyclistAhead,
}

/// Roles by how often they are drawn.
const ROLES: [Role; 16] = [
    Role::Lead,
    Role::OtherLane,
    Role::OtherLane,
    Role::OtherLane,
    Role::OtherLane,
    Role::ParkedRow,
    Role::ParkedRow,
    Role::OnPavement,
    Role::OnPavement,
    Role::OnPavement,
    Role::Crossing,
    Role::Crossing,
    Role::Crossing,
    Role::OnRoad,
    Role::CyclistAhead,
    Role::CyclistAhead,
];

impl Casting<'_> {
    /// Road users who touch neither each other nor ego, `wanted` of them if there is room.
    pub(super) fn draw(&self, wanted: usize, rng: &mut ChaCha8Rng) -> Vec<Candidate> {
        let mut cast: Vec<Candidate> = Vec::new();
        for attempt in 0..4 * wanted {
            let role = if attempt == 0 && rng.random_bool(0.7) {
                Role::Lead
            } else {
                ROLES[rng.random_range(0..ROLES.len())]
            };
            for candidate in self.play(role, rng) {
                if cast.len() < wanted && self.has_room(&candidate, &cast) {
                    cast.push(candidate);
                }
            }
        }
        cast
    }

    /// Whether a candidate stays on its path and touches nobody as long as the world lasts.
    fn has_room(&self, candidate: &Candidate, cast: &[Candidate]) -> bool {
        let path_m = candidate.motion.path.length_m();
        let runs_out = path_m > 0.0 && candidate.motion.along_m(LENGTH.seconds()) > path_m;
        !runs_out
            && super::check_times_s().all(|time_s| {
                let footprint = candidate.footprint(time_s);
                let ego = crate::geometry::Footprint::of_ego(self.ego.at(time_s));
                let mut others = cast.iter();
                !footprint.overlaps(&ego)
                    && others.all(|other| !footprint.overlaps(&other.footprint(time_s)))
            })
    }

    fn play(&self, role: Role, rng: &mut ChaCha8Rng) -> Vec<Candidate> {
        match role {
            Role::Lead => vec![self.lead(rng)],
            Role::OtherLane => self.on_other_lane(rng).into_iter().collect(),
            Role::ParkedRow => self.parked_row(rng),
            Role::OnPavement => self.on_pavement(rng),
            Role::Crossing => vec![self.crossing(rng)],
            Role::OnRoad => vec![self.on_road(rng)],
            Role::CyclistAhead => vec![self.cyclist_ahead(rng)],
        }
    }

    /// A vehicle ahead in ego's lane that ego does not reach.
    fn lead(&self, rng: &mut ChaCha8Rng) -> Candidate {
        let model = self.vehicle(rng);
        let gap_m = log_uniform(rng, LEAD_GAP_M);
        let closing_mps = 0.8 * gap_m / LENGTH.seconds();
        let ego_mps = self.ego.motion.speed_mps;
        let speed_mps: f64 = ego_mps + rng.random_range(-closing_mps..3.0);
        Candidate {
            model,
            motion: Motion {
                start_m: self.ego.motion.start_m + EGO_FRONT_M + gap_m + model.length_m / 2.0,
                left_m: rng.random_range(-0.4..0.4),
                speed_mps: speed_mps.max(0.0),
                ..self.ego.motion.clone()
            },
        }
    }

    /// A vehicle or cyclist on any lane, oncoming ones among them.
    fn on_other_lane(&self, rng: &mut ChaCha8Rng) -> Option<Candidate> {
        let model = if rng.random_bool(0.12) {
            self.model(ObjectClass::Cyclist, rng)
        } else {
            self.vehicle(rng)
        };
        let (position, _) = self.place(|lane| lane.is_driving && !lane.in_junction, rng)?;
        let path = Path::from(self.road.lane_path(&position, PATH_M).ok()?);
        let is_cyclist = model.class == ObjectClass::Cyclist;
        let top_mps = if is_cyclist { 7.0 } else { 18.0 };
        let stands = rng.random_bool(0.2);
        let speed_mps = if stands {
            0.0
        } else {
            rng.random_range(2.0..top_mps)
        };
        Some(Candidate {
            model,
            motion: Motion {
                path,
                start_m: 0.0,
                left_m: if is_cyclist {
                    -1.1
                } else {
                    rng.random_range(-0.4..0.4)
                },
                speed_mps,
            },
        })
    }

    /// Parked vehicles in a row, on a parking lane or else half on the verge.
    fn parked_row(&self, rng: &mut ChaCha8Rng) -> Vec<Candidate> {
        let parking = self.place(|lane| lane.kind == "parking", rng);
        let Some((_, mut at)) = parking.or_else(|| self.place(|lane| lane.kind == "shoulder", rng))
        else {
            return Vec::new();
        };
        let mut row = Vec::new();
        for _ in 0..rng.random_range(1..=4) {
            let model = self.vehicle(rng);
            let at_m = model.length_m / 2.0;
            let askew = Pose2::new(
                at_m,
                rng.random_range(-0.15..0.15),
                rng.random_range(-0.05..0.05),
            );
            row.push(Candidate {
                model,
                motion: Motion::standing(at.then(askew)),
            });
            let next_m = model.length_m + rng.random_range(0.7..3.0);
            at = at.then(Pose2::new(next_m, 0.0, 0.0));
        }
        row
    }

    /// People on the pavement, or on the verge where there is none.
    fn on_pavement(&self, rng: &mut ChaCha8Rng) -> Vec<Candidate> {
        let pavement = self.place(|lane| lane.kind == "sidewalk", rng);
        let Some((_, at)) = pavement.or_else(|| self.place(|lane| lane.kind == "shoulder", rng))
        else {
            return Vec::new();
        };
        let turn_rad = if rng.random_bool(0.5) { PI } else { 0.0 };
        let speed_mps = if rng.random_bool(0.3) {
            0.0
        } else {
            rng.random_range(0.6..1.8)
        };
        (0..rng.random_range(1..=3))
            .map(|_| {
                let aside = Pose2::new(
                    rng.random_range(-2.0..2.0),
                    rng.random_range(-0.6..0.6),
                    turn_rad + rng.random_range(-0.2..0.2),
                );
                Candidate {
                    model: self.model(ObjectClass::Pedestrian, rng),
                    motion: Motion::straight(at.then(aside), speed_mps),
                }
            })
            .collect()
    }

    /// Someone who crosses ego's lane, on foot or by bicycle.
    fn crossing(&self, rng: &mut ChaCha8Rng) -> Candidate {
        let (class, speed_mps) = if rng.random_bool(0.25) {
            (ObjectClass::Cyclist, rng.random_range(2.0..6.0))
        } else {
            (ObjectClass::Pedestrian, rng.random_range(0.5..2.5))
        };
        let side = if rng.random_bool(0.5) { 1.0 } else { -1.0 };
        let turn_rad = -side * FRAC_PI_2 + rng.random_range(-0.4..0.4);
        let at = self.ahead(
            log_uniform(rng, PERSON_M),
            side * rng.random_range(-2.0..8.0),
        );
        Candidate {
            model: self.model(class, rng),
            motion: Motion::straight(at.then(Pose2::new(0.0, 0.0, turn_rad)), speed_mps),
        }
    }

    /// Someone on foot who stands or walks on the road.
    fn on_road(&self, rng: &mut ChaCha8Rng) -> Candidate {
        let at = self.ahead(log_uniform(rng, PERSON_M), rng.random_range(-3.0..3.0));
        let turned = Pose2::new(0.0, 0.0, rng.random_range(-PI..PI));
        Candidate {
            model: self.model(ObjectClass::Pedestrian, rng),
            motion: Motion::straight(at.then(turned), rng.random_range(0.0..1.2)),
        }
    }

    /// A cyclist in the right half of ego's lane.
    fn cyclist_ahead(&self, rng: &mut ChaCha8Rng) -> Candidate {
        Candidate {
            model: self.model(ObjectClass::Cyclist, rng),
            motion: Motion {
                start_m: self.ego.motion.start_m + EGO_FRONT_M + log_uniform(rng, PERSON_M),
                left_m: -rng.random_range(0.3..1.5),
                speed_mps: rng.random_range(2.0..8.0),
                ..self.ego.motion.clone()
            },
        }
    }

    /// The pose on ego's lane some metres ahead of its front and to the left.
    fn ahead(&self, gap_m: f64, left_m: f64) -> Pose2 {
        let along_m = self.ego.motion.start_m + EGO_FRONT_M + gap_m;
        self.ego.motion.path.pose_at(along_m, left_m)
    }

    /// A place around ego on a lane of some kind, heading as its traffic does.
    fn place(
        &self,
        wanted: impl Fn(&LaneInfo) -> bool,
        rng: &mut ChaCha8Rng,
    ) -> Option<(LanePosition, Pose2)> {
        let lanes: Vec<LaneInfo> = self.road.lanes().filter(|lane| wanted(lane)).collect();
        let world_from_ego = self.ego.at(0.0);
        let [behind_m, ahead_m, aside_m] = AROUND_M;
        for _ in 0..TRIES * lanes.len() {
            let lane = &lanes[rng.random_range(0..lanes.len())];
            let (start_m, end_m) = lane.s_range_m;
            let position = LanePosition {
                road: lane.road.clone(),
                lane: lane.lane,
                s_m: rng.random_range(start_m..end_m),
                offset_m: 0.0,
            };
            let pose = self.road.pose(&position).ok()?;
            let Point2 { x_m, y_m } = world_from_ego.inverse_transform(pose.position());
            if (behind_m..ahead_m).contains(&x_m) && y_m.abs() < aside_m {
                return Some((position, pose));
            }
        }
        None
    }

    fn vehicle(&self, rng: &mut ChaCha8Rng) -> &'static ActorModel {
        let is_truck = rng.random_bool(0.22);
        let class = if is_truck {
            ObjectClass::Truck
        } else {
            ObjectClass::Car
        };
        self.model(class, rng)
    }

    /// A model of a class that the slice may show.
    fn model(&self, class: ObjectClass, rng: &mut ChaCha8Rng) -> &'static ActorModel {
        let of_class = |held_out: bool| -> Vec<&'static ActorModel> {
            let models = ACTOR_MODELS.iter();
            models
                .filter(|model| model.class == class && model.held_out == held_out)
                .collect()
        };
        let unseen = of_class(true);
        let shows_unseen = self.slice == Slice::UnseenModel && rng.random_bool(HELD_OUT_SHARE);
        let models = if shows_unseen && !unseen.is_empty() {
            unseen
        } else {
            of_class(false)
        };
        models[rng.random_range(0..models.len())]
    }
}

/// A number between two others, as likely to double as to double again.
pub(super) fn log_uniform(rng: &mut ChaCha8Rng, [low, high]: [f64; 2]) -> f64 {
    low * powf(high / low, rng.random_range(0.0..1.0))
}
