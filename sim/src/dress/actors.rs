//! Road users on stage: spawned once, posed on every tick.

use bevy::ecs::entity::Entity;
use bevy::ecs::world::World;
use bevy::math::{Affine3A, Quat};
use bevy::transform::components::{GlobalTransform, Transform};
use drive::labels::{Class, ObjectClass};
use scenarios::stage::StageActor;
use scenarios::world::ActorState;

use super::car_lights::{self, LAMPS_LIT};
use super::models::{self, Far as PartFar, Joint, swing};
use super::stagehand::{Far, Stagehand, Thing};
use crate::axes::{bevy_from_world, transform_from_pose};
use crate::scene::Surface;

/// Distance at which road users change to their coarse shapes.
const COARSE_M: f32 = 45.0;
/// Length of two steps of a person, or of one turn of the cranks, in metres.
const STRIDE_M: f64 = 1.45;
const CRANK_TURN_M: f64 = 4.0;
/// Speed from which limbs swing fully.
const WALK_MPS: f64 = 1.1;

/// What decides how road users look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Look {
    /// Seed of their colours.
    pub(crate) seed: u64,
    /// Whether their lamps are lit.
    pub(crate) is_lit: bool,
}

/// The entities of one road user.
#[derive(Debug, Clone, PartialEq)]
pub struct ActorBody {
    parts: Vec<Entity>,
    joints: Vec<Joint>,
    stride_m: f64,
    /// Its lamps, if they light their surroundings.
    lamps: Option<Entity>,
}

/// How a road user has moved so far.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ActorMotion {
    /// How far it has gone, in metres: where its limbs are in their stride.
    pub travelled_m: f64,
    /// Whether it slows down as only braking does.
    pub is_braking: bool,
}

/// Spawns a road user whose pixels carry `instance`, coloured by chance.
pub(crate) fn spawn(
    hand: &mut Stagehand<'_>,
    actor: &StageActor,
    instance: u16,
    look: Look,
) -> ActorBody {
    let mut rng = drive::random::stream(look.seed, &format!("look of actor {instance}"));
    let class = if actor.model.class.is_vulnerable() {
        Class::Person
    } else {
        Class::Vehicle
    };
    let mut body = ActorBody {
        parts: Vec::new(),
        joints: Vec::new(),
        stride_m: if actor.model.class == ObjectClass::Cyclist {
            CRANK_TURN_M
        } else {
            STRIDE_M
        },
        lamps: None,
    };
    for part in models::build(actor.model, &mut rng) {
        let is_lit = part.is_lamp && look.is_lit;
        let lamps = is_lit.then(|| car_lights::of_vehicle(&part.near));
        let surface = Surface {
            emission: if is_lit {
                LAMPS_LIT
            } else {
                part.surface.emission
            },
            ..part.surface
        };
        let far = match part.far {
            PartFar::Same => Far::Same,
            PartFar::Coarse(shape) => Far::Coarse(shape, COARSE_M),
        };
        let prop = hand.prop(Thing::new(part.near, surface, class).seen_afar(far));
        let entity = hand.cast(&prop, instance);
        if let Some(lamps) = lamps
            && hand.hang(entity, lamps)
        {
            body.lamps = Some(entity);
        }
        body.parts.push(entity);
        body.joints.push(part.joint);
    }
    body
}

/// Moves a road user's entities to its pose, on ground raised by `ground_m`; limbs swing with the
/// distance it has travelled so far, and hang still when it stands; lit tail lamps brighten as it brakes.
pub fn pose_actor(
    world: &mut World,
    body: &ActorBody,
    state: &ActorState,
    ground_m: f64,
    motion: ActorMotion,
) {
    if let Some(lamps) = body.lamps {
        car_lights::show_brakes(world, lamps, motion.is_braking);
    }
    let stride_rad = core::f64::consts::TAU * motion.travelled_m / body.stride_m;
    let vigour = (state.speed_mps.abs() / WALK_MPS).min(1.0);
    let world_from_body = transform_from_pose(state.world_from_actor, ground_m);
    for (&entity, motion) in body
        .parts
        .iter()
        .zip(swing(&body.joints, stride_rad, vigour))
    {
        let transform = world_from_body * in_bevy(&motion);
        world
            .entity_mut(entity)
            .insert((transform, GlobalTransform::from(transform)));
    }
}

/// A rigid motion of the simulation's axes in Bevy's.
fn in_bevy(motion: &Affine3A) -> Transform {
    let (_, turn, offset) = motion.to_scale_rotation_translation();
    Transform {
        translation: bevy_from_world(offset.to_array()),
        rotation: Quat::from_xyzw(turn.x, turn.z, -turn.y, turn.w),
        ..Transform::IDENTITY
    }
}
