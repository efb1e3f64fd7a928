//! Claims about the whole dressing.

use bevy::asset::Assets;
use bevy::ecs::world::World;
use bevy::mesh::{Mesh, Mesh3d, VertexAttributeValues};
use bevy::transform::components::GlobalTransform;
use drive::frames::{Point2, Pose2};
use scenarios::actor::ACTOR_MODELS;
use scenarios::road::{Ground, Marking, Sign, SignKind, Strip};
use scenarios::stage::{StageActor, StageLight, Weather};
use scenarios::world::ActorState;

use super::checks::assert_sound;
use super::models::{self, Far};
use super::plan::{Footprint, Plan};
use super::solids::bounds;
use super::{ActorMotion, Dressing, Site, pose_actor};
use crate::physics::obstacle::Obstacle;
use crate::scene::{Surface, Tag};

/// Length of the test street in metres.
const STREET_M: f64 = 200.0;

fn band(ground: Ground, height_m: f64, right_m: f64, left_m: f64) -> Strip {
    let line = |y_m: f64| {
        (0..=8)
            .map(|i| Point2::new(f64::from(i) * STREET_M / 8.0, y_m))
            .collect()
    };
    Strip {
        ground,
        height_m,
        left: line(left_m),
        right: line(right_m),
    }
}

/// A straight street along x: two lanes, kerbs, footways.
pub(super) fn straight_street() -> Vec<Strip> {
    vec![
        band(Ground::Carriageway, 0.0, -3.25, 0.0),
        band(Ground::Carriageway, 0.0, 0.0, 3.25),
        band(Ground::Kerb, 0.12, 3.25, 3.45),
        band(Ground::Footway, 0.12, 3.45, 5.95),
        band(Ground::Kerb, 0.12, -3.45, -3.25),
        band(Ground::Footway, 0.12, -5.95, -3.45),
    ]
}

/// A straight country road along x: two lanes and verges.
fn country_road() -> Vec<Strip> {
    vec![
        band(Ground::Carriageway, 0.0, -3.25, 0.0),
        band(Ground::Carriageway, 0.0, 0.0, 3.25),
        band(Ground::Verge, 0.0, 3.25, 5.0),
        band(Ground::Verge, 0.0, -5.0, -3.25),
    ]
}

fn dress(strips: &[Strip], seed: u64) -> (World, Dressing) {
    let markings = [Marking {
        centre: vec![Point2::new(0.0, 0.0), Point2::new(STREET_M, 0.0)],
        width_m: 0.12,
        dashes_m: Some((3.0, 6.0)),
        yellow: false,
    }];
    let signs = [Sign {
        world_from_pole: Pose2::new(30.0, -6.3, core::f64::consts::PI),
        kind: SignKind::SpeedLimit(50),
    }];
    let lights = [StageLight {
        world_from_pole: Pose2::new(100.0, -6.3, core::f64::consts::PI),
        red_height_m: 3.0,
        stop_line: [Point2::new(97.0, 0.0), Point2::new(97.0, -3.25)],
    }];
    let actors: Vec<StageActor> = (0..)
        .zip(ACTOR_MODELS)
        .map(|(i, model)| StageActor {
            name: model.name.to_owned(),
            model,
            world_from_actor: Pose2::new(5.0 + 10.0 * f64::from(i), 1.6, core::f64::consts::PI),
            speed_mps: 1.0,
        })
        .collect();
    let site = Site {
        strips,
        markings: &markings,
        signs: &signs,
        lights: &lights,
        actors: &actors,
        world_from_ego: Pose2::new(0.0, -1.6, 0.0),
        weather: Weather::default(),
        seed,
    };
    let mut world = World::new();
    let dressing = site.build(&mut world);
    (world, dressing)
}

/// Everything drawn, in spawn order: places, looks and mesh contents, as bits.
fn fingerprint(world: &mut World) -> Vec<u32> {
    let mut query = world.query::<(&Mesh3d, &GlobalTransform, &Surface, &Tag)>();
    let meshes = world.resource::<Assets<Mesh>>();
    let mut bits = Vec::new();
    for (mesh, pose, surface, tag) in query.iter(world) {
        bits.extend(pose.to_matrix().to_cols_array().map(f32::to_bits));
        bits.extend([
            surface.emission.to_bits(),
            u32::from(tag.instance),
            tag.class as u32,
        ]);
        let mesh = meshes.get(mesh.id()).unwrap();
        for id in [Mesh::ATTRIBUTE_POSITION, Mesh::ATTRIBUTE_NORMAL] {
            let values = mesh.attribute(id).unwrap().as_float3().unwrap();
            bits.extend(values.iter().flatten().map(|x| x.to_bits()));
        }
        if let Some(VertexAttributeValues::Float32x4(colours)) =
            mesh.attribute(Mesh::ATTRIBUTE_COLOR)
        {
            bits.extend(colours.iter().flatten().map(|x| x.to_bits()));
        }
    }
    bits
}

#[test]
fn every_model_fills_its_box_with_sound_and_spare_shapes() {
    for model in ACTOR_MODELS {
        for seed in 0..4 {
            let parts = models::build(model, &mut drive::random::stream(seed, "test"));
            let (low, high) = bounds(parts.iter().map(|part| &part.near));
            let half = [model.length_m, model.width_m].map(|side_m| side_m as f32 / 2.0);
            let name = model.name;
            for (got, expected) in [
                (low.x, -half[0]),
                (high.x, half[0]),
                (low.y, -half[1]),
                (high.y, half[1]),
                (low.z, 0.0),
                (high.z, model.height_m as f32),
            ] {
                assert!((got - expected).abs() < 0.03, "{name}: {low} {high}");
            }
            let near: usize = parts.iter().map(|part| part.near.positions.len()).sum();
            assert!((150..1500).contains(&near), "{name} has {near} vertices");
            for part in &parts {
                assert_sound(&part.near, name);
                if let Far::Coarse(far) = &part.far {
                    assert_sound(far, name);
                    assert!(far.positions.len() < 300, "{name} from afar");
                }
            }
        }
    }
}

#[test]
fn equal_seeds_dress_equally_and_others_differ() {
    let [first, second, other] =
        [7, 7, 8].map(|seed| fingerprint(&mut dress(&straight_street(), seed).0));
    assert_eq!(first, second);
    assert_ne!(first, other);
}

#[test]
fn nothing_solid_stands_on_carriageway_or_footway() {
    for (strips, seed) in [
        (straight_street(), 1),
        (straight_street(), 2),
        (country_road(), 3),
    ] {
        let plan = Plan::new(&strips);
        let (_, dressing) = dress(&strips, seed);
        assert!(dressing.obstacles.len() > 15);
        for obstacle in &dressing.obstacles {
            let footprint = match *obstacle {
                Obstacle::Box {
                    world_from_centre,
                    length_m,
                    width_m,
                    ..
                } => Footprint {
                    world_from_centre,
                    half_x_m: length_m / 2.0,
                    half_y_m: width_m / 2.0,
                },
                Obstacle::Cylinder {
                    centre, radius_m, ..
                } => Footprint::around(centre, radius_m),
            };
            let on = footprint
                .test_points()
                .find_map(|point| plan.ground_at(point));
            assert!(
                on.is_none_or(|ground| ground == Ground::Verge),
                "{obstacle:?} on {on:?}"
            );
        }
    }
}

#[test]
fn a_walker_steps_and_a_posed_actor_stands_where_it_was_told() {
    let (mut world, dressing) = dress(&straight_street(), 4);
    let walker = ACTOR_MODELS
        .iter()
        .position(|model| model.name == "adult_slim")
        .unwrap();
    let body = &dressing.actors[walker];
    let state = ActorState {
        world_from_actor: Pose2::new(50.0, 4.5, 1.0),
        speed_mps: 1.4,
    };
    pose_actor(&mut world, body, &state, 0.0, ActorMotion::default());
    let before = fingerprint(&mut world);
    let motion = ActorMotion {
        travelled_m: 0.3,
        is_braking: false,
    };
    pose_actor(&mut world, body, &state, 0.0, motion);
    assert_ne!(before, fingerprint(&mut world));
    let mut query = world.query::<(&GlobalTransform, &Tag)>();
    let instance = walker as u16 + 1;
    let torso = query
        .iter(&world)
        .find(|(_, tag)| tag.instance == instance)
        .unwrap()
        .0;
    assert_eq!(
        torso.translation(),
        crate::axes::bevy_from_world([50.0, 4.5, 0.0])
    );
}
