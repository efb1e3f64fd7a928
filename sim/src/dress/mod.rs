//! How the world looks: meshes and textures for everything on a stage, drawn by chance from its looks seed.
//!
//! [`build`] spawns the standing world and the road users; [`pose_actor`] and [`show_light`] move them on.

mod actors;
mod buildings;
mod car_lights;
#[cfg(test)]
mod checks;
mod country;
mod furniture;
mod ground;
mod lights;
mod markings;
mod models;
mod noise;
mod palette;
mod plan;
mod plants;
mod shape;
mod signs;
mod solids;
mod stagehand;
mod street_lamp;
#[cfg(test)]
mod tests;
pub mod textures;
mod town;

use bevy::ecs::world::World;
use drive::frames::{Point2, Pose2};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use scenarios::road::{Marking, Sign, Strip};
use scenarios::stage::{Stage, StageActor, StageLight, Weather};

use self::actors::Look;
pub use self::actors::{ActorBody, ActorMotion, pose_actor};
use self::buildings::LitWindows;
use self::ground::GroundColours;
pub use self::lights::{LAMP_FORWARD_M, LAMP_PITCH_M, LAMP_RADIUS_M, LightLamps, show_light};
use self::palette::{GRASS, varied};
use self::plan::{Footprint, Plan};
use self::plants::Nursery;
use self::stagehand::Stagehand;
use self::street_lamp::StreetLamp;
use crate::physics::obstacle::Obstacle;

/// Elevation of the sun in radians below which lamps shine.
const DUSK_RAD: f64 = 0.12;
/// Visibility in metres below which lamps shine.
const MURK_M: f64 = 120.0;

/// What was built: the entities that move or change, and what a car can run into.
#[derive(Debug, Clone, Default)]
pub struct Dressing {
    /// Everything solid beside the road.
    pub obstacles: Vec<Obstacle>,
    /// Road users, in the stage's order.
    pub actors: Vec<ActorBody>,
    /// Traffic lights, in the stage's order; dark until shown.
    pub lights: Vec<LightLamps>,
}

/// Spawns everything that is seen on a stage, actors at their first poses.
pub fn build(stage: &Stage, world: &mut World) -> Dressing {
    let site = Site {
        strips: stage.road.strips(),
        markings: stage.road.markings(),
        signs: stage.road.signs(),
        lights: &stage.lights,
        actors: &stage.actors,
        world_from_ego: stage.world_from_ego,
        weather: stage.weather,
        seed: stage.looks_seed,
    };
    let dressing = site.build(world);
    for (body, actor) in dressing.actors.iter().zip(&stage.actors) {
        let state = scenarios::world::ActorState {
            world_from_actor: actor.world_from_actor,
            speed_mps: actor.speed_mps,
        };
        pose_actor(world, body, &state, 0.0, ActorMotion::default());
    }
    dressing
}

/// What there is to dress, and how.
struct Site<'a> {
    strips: &'a [Strip],
    markings: &'a [Marking],
    signs: &'a [Sign],
    lights: &'a [StageLight],
    actors: &'a [StageActor],
    world_from_ego: Pose2,
    weather: Weather,
    seed: u64,
}

impl Site<'_> {
    fn build(&self, world: &mut World) -> Dressing {
        let mut hand = Stagehand::new(world).with_lamps(self.weather.is_rough());
        let mut rng = drive::random::stream(self.seed, "looks");
        let colours = ground_colours(&mut rng);
        ground::lay_strips(&mut hand, self.strips, &colours);
        ground::lay_meadows(&mut hand, self.strips, &colours);
        ground::raise_hills(&mut hand, self.strips, rng.random());
        markings::paint(&mut hand, self.markings);
        let lights: Vec<LightLamps> = self
            .lights
            .iter()
            .map(|light| lights::stand(&mut hand, light))
            .collect();
        for sign in self.signs {
            signs::stand(&mut hand, sign);
        }
        let lit = self.lit(&mut rng);
        let mut scenery = Scenery {
            nursery: Nursery::grow(&mut hand, &mut rng),
            plan: self.plan(),
            obstacles: self.poles(),
            lit,
            paving: palette::shaded(colours.paving, 0.85),
            lamp: StreetLamp::new(&mut hand, lit),
            hand,
        };
        for run in scenery.plan.outer_edges(self.strips) {
            if run.is_town {
                town::line(&mut scenery, &run.edges, &mut rng);
            } else {
                country::line(&mut scenery, &run.edges, &mut rng);
            }
        }
        let Scenery {
            obstacles,
            mut hand,
            ..
        } = scenery;
        let look = Look {
            seed: self.seed,
            is_lit: lit.share > 0.0,
        };
        let actors = (1..).zip(self.actors);
        let spawn = |(instance, actor)| actors::spawn(&mut hand, actor, instance, look);
        Dressing {
            obstacles,
            actors: actors.map(spawn).collect(),
            lights,
        }
    }

    /// The road's ground, with the places reserved that the stage itself needs.
    fn plan(&self) -> Plan {
        let mut plan = Plan::new(self.strips);
        let ego = core::iter::once((self.world_from_ego.position(), 3.0));
        let actors = self.actors.iter().map(|actor| {
            (
                actor.world_from_actor.position(),
                actor.model.length_m / 2.0 + 1.0,
            )
        });
        let poles = self.pole_places().map(|point| (point, 0.8));
        for (point, half_m) in ego.chain(actors).chain(poles) {
            plan.take(Footprint::around(point, half_m));
        }
        plan
    }

    fn pole_places(&self) -> impl Iterator<Item = Point2> + '_ {
        let signs = self.signs.iter().map(|sign| sign.world_from_pole);
        let lights = self.lights.iter().map(|light| light.world_from_pole);
        signs.chain(lights).map(Pose2::position)
    }

    /// The poles of signs and traffic lights.
    fn poles(&self) -> Vec<Obstacle> {
        let pole = |centre| Obstacle::Cylinder {
            centre,
            radius_m: 0.07,
            height_m: 2.5,
        };
        self.pole_places().map(pole).collect()
    }

    /// Lit windows and lamps: by dusk and night, in fog and rain.
    fn lit(&self, rng: &mut ChaCha8Rng) -> LitWindows {
        let is_dusk = self.weather.sun_elevation_rad < DUSK_RAD;
        let is_murky = self
            .weather
            .visibility_m
            .is_some_and(|visibility_m| visibility_m < MURK_M);
        let is_raining = self.weather.rain_mm_per_h > 0.0;
        LitWindows {
            share: if is_dusk || is_murky || is_raining {
                rng.random_range(0.2..0.4)
            } else {
                0.0
            },
            seed: rng.random_range(0..1_000_000),
        }
    }
}

/// The world beside the road, as it fills.
pub(crate) struct Scenery<'w> {
    hand: Stagehand<'w>,
    nursery: Nursery,
    plan: Plan,
    obstacles: Vec<Obstacle>,
    lit: LitWindows,
    paving: palette::Colour,
    lamp: StreetLamp,
}

impl Scenery<'_> {
    /// Makes a box of this height solid.
    fn solid_box(&mut self, footprint: Footprint, height_m: f64) {
        self.obstacles.push(Obstacle::Box {
            world_from_centre: footprint.world_from_centre,
            length_m: 2.0 * footprint.half_x_m,
            width_m: 2.0 * footprint.half_y_m,
            height_m,
        });
    }

    /// Makes a pole or trunk solid.
    fn solid_pole(&mut self, centre: Point2, radius_m: f64) {
        self.obstacles.push(Obstacle::Cylinder {
            centre,
            radius_m,
            height_m: 2.5,
        });
    }
}

fn ground_colours(rng: &mut ChaCha8Rng) -> GroundColours {
    GroundColours {
        asphalt: varied(
            rng,
            &[0x6c_6d_6e, 0x7b_7b_7a, 0x5f_61_63, 0x86_84_7f, 0x6b_6a_68],
        ),
        paving: varied(
            rng,
            &[0xa8_a4_9c, 0xb5_ad_a0, 0x9c_9a_98, 0xae_9a_88, 0x96_91_8a],
        ),
        kerb: varied(rng, &[0xb0_ae_a8, 0x9d_9b_96, 0xa7_a2_9a]),
        grass: varied(rng, GRASS),
        field: varied(rng, &[0xa8_9c_6c, 0x8f_92_62, 0x7d_8a_58, 0x9c_96_74]),
    }
}
