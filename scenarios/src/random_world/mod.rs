//! Random worlds to learn from: a random road, random weather, ego somewhere on a lane and random
//! road users around it, all in steady motion.

mod cast;
mod motion;
mod weather;

use core::f64::consts::TAU;
use std::sync::Arc;

use drive::ego::EgoState;
use drive::labels::LightState;
use drive::math::cos;
use drive::random::stream;
use drive::time::Tick;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use self::cast::{Casting, log_uniform};
use self::motion::{Candidate, EgoMotion, Motion, Wave};
pub use self::weather::is_held_out as is_held_out_weather;
use crate::path::Path;
use crate::random_road::{Topology, random_road};
use crate::road::{LaneInfo, LanePosition, Road};
use crate::stage::{Stage, StageActor};
use crate::world::{EgoBody, WorldState};

/// How long a random world lasts.
pub const LENGTH: Tick = Tick(600);

/// Largest offset of ego from its lane's centre.
const WEAVE_M: f64 = 1.0;
/// Largest turn of ego from its lane's direction: 6 degrees.
const TURN_RAD: f64 = 0.105;
/// Number of road users besides ego.
const CAST: core::ops::RangeInclusive<usize> = 3..=15;
/// Distance from ego to the end of an arm when it approaches a junction, nearest and farthest.
const APPROACH_M: [f64; 2] = [5.0, 110.0];
/// Road that ego keeps ahead of it at least.
const MIN_AHEAD_M: f64 = 60.0;
/// Time between two checks for collisions.
const CHECK_PERIOD_S: f64 = 0.25;

/// Which part of all random worlds to draw from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slice {
    /// What networks may learn from.
    Training,
    /// With models of road users kept out of training.
    UnseenModel,
    /// On a road topology kept out of training.
    UnseenTopology,
    /// In weather kept out of training.
    UnseenWeather,
}

/// A random world.
#[derive(Debug, Clone)]
pub struct RandomWorld {
    /// The world at its beginning.
    pub stage: Stage,
    ego: EgoMotion,
    cast: Vec<Candidate>,
    lights: Lights,
}

impl RandomWorld {
    /// The world of a seed and slice; equal ones give equal worlds.
    pub fn new(seed: u64, slice: Slice) -> Self {
        let topology = draw_topology(slice, &mut stream(seed, "topology"));
        let xodr = random_road(topology, &mut stream(seed, "road"));
        let road = Road::parse(&xodr).expect("generated roads are usable, which a test holds");
        let ego = draw_ego(&road, topology, &mut stream(seed, "ego"));
        let casting = Casting {
            road: &road,
            ego: &ego,
            slice,
        };
        let mut rng = stream(seed, "cast");
        let wanted = rng.random_range(CAST);
        let cast = casting.draw(wanted, &mut rng);
        let lights = Lights::draw(&mut stream(seed, "lights"));
        let weather = match slice {
            Slice::UnseenWeather => weather::held_out(&mut stream(seed, "weather")),
            _ => weather::training(&mut stream(seed, "weather")),
        };
        let stage = Stage {
            world_from_ego: ego.at(0.0),
            ego_speed_mps: ego.motion.speed_mps,
            actors: (0..).zip(&cast).map(stage_actor).collect(),
            lights: road.lights().to_vec(),
            road: Arc::new(road),
            weather,
            looks_seed: stream(seed, "looks").random(),
        };
        Self {
            stage,
            ego,
            cast,
            lights,
        }
    }

    /// The same world with rain or night in a part of all seeds, as [`RandomWorld::new`] never shows them.
    pub fn in_all_weathers(seed: u64, slice: Slice) -> Self {
        let mut world = Self::new(seed, slice);
        let mut rng = stream(seed, "rain and night");
        world.stage.weather = weather::roughened(world.stage.weather, &mut rng);
        world
    }

    /// The world at a tick up to [`LENGTH`].
    pub fn at(&self, tick: Tick) -> WorldState {
        let time_s = tick.seconds();
        let lights = self.stage.lights.iter();
        WorldState {
            tick,
            ego: EgoBody {
                world_from_ego: self.ego.at(time_s),
                state: EgoState {
                    tick,
                    speed_mps: self.ego.motion.speed_mps,
                    ..EgoState::default()
                },
            },
            actors: self
                .cast
                .iter()
                .map(|actor| actor.motion.at(time_s))
                .collect(),
            lights: lights
                .map(|light| self.lights.at(tick, light.world_from_pole.yaw_rad))
                .collect(),
            contacts: Vec::new(),
        }
    }
}

fn stage_actor((number, candidate): (usize, &Candidate)) -> StageActor {
    let start = candidate.motion.at(0.0);
    StageActor {
        name: format!("{}_{number}", candidate.model.name),
        model: candidate.model,
        world_from_actor: start.world_from_actor,
        speed_mps: start.speed_mps,
    }
}

fn draw_topology(slice: Slice, rng: &mut ChaCha8Rng) -> Topology {
    match slice {
        Slice::UnseenTopology => Topology::TJunction,
        _ => Topology::TRAINING[rng.random_range(0..Topology::TRAINING.len())],
    }
}

/// Ego on a driving lane, often before a junction where there is one.
fn draw_ego(road: &Road, topology: Topology, rng: &mut ChaCha8Rng) -> EgoMotion {
    let has_junction = matches!(topology, Topology::Crossing | Topology::TJunction);
    let approaches = has_junction && rng.random_bool(0.75);
    let is_wanted =
        |lane: &LaneInfo| lane.is_driving && !lane.in_junction && (lane.lane < 0 || !approaches);
    let lanes: Vec<LaneInfo> = road.lanes().filter(is_wanted).collect();
    let lane = &lanes[rng.random_range(0..lanes.len())];
    let (start_m, end_m) = lane.s_range_m;
    let to_end_m = if approaches {
        log_uniform(rng, APPROACH_M)
    } else {
        rng.random_range(MIN_AHEAD_M..end_m - start_m)
    };
    let position = LanePosition {
        road: lane.road.clone(),
        lane: lane.lane,
        s_m: if lane.lane < 0 {
            end_m - to_end_m
        } else {
            start_m + to_end_m
        },
        offset_m: 0.0,
    };
    let path = road.lane_path(&position, f64::INFINITY);
    let path = Path::from(path.expect("the position lies on the lane"));
    let speed_mps: f64 = if rng.random_bool(0.25) {
        rng.random_range(0.0..3.0)
    } else {
        rng.random_range(3.0..20.0)
    };
    let top_mps = (path.length_m() - MIN_AHEAD_M / 2.0) / LENGTH.seconds();
    EgoMotion {
        motion: Motion {
            path,
            start_m: 0.0,
            left_m: 0.0,
            speed_mps: speed_mps.min(top_mps),
        },
        weave: draw_wave(WEAVE_M, rng),
        turn: draw_wave(TURN_RAD, rng),
    }
}

fn draw_wave(largest: f64, rng: &mut ChaCha8Rng) -> Wave {
    Wave {
        amplitude: rng.random_range(0.0..largest),
        rate_radps: rng.random_range(0.3..1.5),
        phase_rad: rng.random_range(0.0..TAU),
    }
}

/// The times at which nobody may touch anybody, in seconds.
fn check_times_s() -> impl Iterator<Item = f64> {
    let checks = (LENGTH.seconds() / CHECK_PERIOD_S) as usize;
    (0..=checks).map(|check| check as f64 * CHECK_PERIOD_S)
}

/// What the lights of a crossing show: those that face east or west change once, the others are red
/// until those are.
#[derive(Debug, Clone, Copy)]
struct Lights {
    before: LightState,
    others_before: LightState,
    change: Tick,
}

impl Lights {
    fn draw(rng: &mut ChaCha8Rng) -> Self {
        let lit = [LightState::Red, LightState::Amber, LightState::Green];
        let before = lit[rng.random_range(0..3)];
        let others_before = match before {
            LightState::Red => lit[rng.random_range(0..3)],
            _ => LightState::Red,
        };
        Self {
            before,
            others_before,
            change: Tick(rng.random_range(0..2 * LENGTH.0)),
        }
    }

    /// What a light shows whose lamps face a direction.
    fn at(self, tick: Tick, facing_rad: f64) -> LightState {
        let faces_east_or_west = cos(facing_rad).abs() > 0.7;
        let state = if faces_east_or_west {
            self.before
        } else {
            self.others_before
        };
        if tick < self.change {
            return state;
        }
        match state {
            LightState::Green => LightState::Amber,
            LightState::Amber => LightState::Red,
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Footprint;
    use drive::math::wrap_angle;

    fn worlds(slice: Slice) -> impl Iterator<Item = RandomWorld> {
        (0..40).map(move |seed| RandomWorld::new(seed, slice))
    }

    #[test]
    fn training_never_shows_what_is_held_out() {
        for world in worlds(Slice::Training) {
            assert!(world.stage.actors.iter().all(|actor| !actor.model.held_out));
            assert!(!is_held_out_weather(&world.stage.weather));
            let is_arm = |name: &str| world.stage.road.lanes().any(|lane| lane.road == name);
            assert!(is_arm("main") || (is_arm("south") && is_arm("north")));
        }
    }

    #[test]
    fn unseen_slices_show_what_is_held_out() {
        let shows =
            |world: &RandomWorld| world.stage.actors.iter().any(|actor| actor.model.held_out);
        assert!(worlds(Slice::UnseenModel).filter(shows).count() > 30);
        assert!(
            worlds(Slice::UnseenWeather).all(|world| is_held_out_weather(&world.stage.weather))
        );
        let is_t = |world: &RandomWorld| world.stage.road.lanes().all(|lane| lane.road != "north");
        assert!(worlds(Slice::UnseenTopology).all(|world| is_t(&world)));
    }

    #[test]
    fn nobody_touches_anybody() {
        for world in worlds(Slice::Training) {
            for time_s in check_times_s() {
                let state = world.at(Tick((time_s * 100.0) as u64));
                let mut boxes = vec![Footprint::of_ego(state.ego.world_from_ego)];
                for (actor, now) in world.stage.actors.iter().zip(&state.actors) {
                    boxes.push(Footprint::of_actor(now.world_from_actor, actor.model));
                }
                for (index, one) in boxes.iter().enumerate() {
                    assert!(
                        boxes[..index].iter().all(|other| !one.overlaps(other)),
                        "{time_s}"
                    );
                }
            }
        }
    }

    #[test]
    fn rain_and_night_come_only_where_they_are_asked_for() {
        assert!(worlds(Slice::Training).all(|world| !world.stage.weather.is_rough()));
        let asked = (0..40).map(|seed| RandomWorld::in_all_weathers(seed, Slice::Training));
        let rough = asked.filter(|world| world.stage.weather.is_rough()).count();
        assert!((10..35).contains(&rough), "{rough}");
    }

    #[test]
    fn ego_stays_near_a_lane_and_looks_roughly_along_it() {
        for world in worlds(Slice::Training) {
            for tick in [0, 150, 300, 600] {
                let ego = world.at(Tick(tick)).ego.world_from_ego;
                let hit = world.stage.road.locate_pose(ego).unwrap();
                let turn_rad = wrap_angle(ego.yaw_rad - hit.world_from_lane.yaw_rad);
                assert!(hit.position.offset_m.abs() < 1.9, "{hit:?}");
                assert!(
                    hit.in_junction || turn_rad.abs() < TURN_RAD + 0.01,
                    "{hit:?} {turn_rad}"
                );
            }
        }
    }

    #[test]
    fn worlds_are_populated_and_repeatable() {
        let counts: Vec<usize> = worlds(Slice::Training)
            .map(|world| world.stage.actors.len())
            .collect();
        assert!(
            counts.iter().sum::<usize>() > 5 * counts.len(),
            "{counts:?}"
        );
        let (one, same) = (
            RandomWorld::new(5, Slice::Training),
            RandomWorld::new(5, Slice::Training),
        );
        assert_eq!(one.at(Tick(250)), same.at(Tick(250)));
        assert_eq!(one.stage.actors, same.stage.actors);
    }
}
