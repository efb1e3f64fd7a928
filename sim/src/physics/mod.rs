//! Rapier physics: the ego car drives, scripted road users are moved, contacts are reported.
//!
//! The world is the simulation's own, z up; the ground is the plane z = 0.

mod actuators;
mod car;
pub mod obstacle;

use drive::ego::VehicleCommand;
use drive::frames::Pose2;
use drive::math::{cos, sin};
use drive::time::{TICK_S, Tick};
use rapier3d::prelude::*;
use scenarios::stage::StageActor;
use scenarios::world::{ActorState, Contact, EgoBody};

use self::car::Car;
use self::obstacle::Obstacle;

/// What the wheels roll on.
const GROUND: Group = Group::GROUP_1;
/// Everything ego can touch.
const SOLID: Group = Group::GROUP_2;
/// The ego car.
const EGO: Group = Group::GROUP_3;
/// `user_data` of standing colliders; those of actors carry their index.
const SCENERY: u128 = u128::MAX;
/// Gap in metres below which two bodies touch.
const TOUCH_M: f32 = 0.005;

/// Bodies and their motion.
pub struct Physics {
    world: PhysicsWorld,
    car: Car,
    actors: Vec<MovedBody>,
}

/// A kinematic body that follows the storyboard.
struct MovedBody {
    handle: RigidBodyHandle,
    half_height_m: f32,
}

impl Physics {
    /// A world with the ego car at rest at the origin, the stage's actors and everything that stands.
    pub fn new(actors: &[StageActor], obstacles: &[Obstacle]) -> Self {
        let mut world = PhysicsWorld {
            gravity: Vector::Z * -9.81,
            ..PhysicsWorld::default()
        };
        world.integration_parameters.dt = TICK_S as f32;
        let ground = ColliderBuilder::halfspace(rapier3d::na::Unit::new_unchecked(Vector::Z))
            .collision_groups(groups(GROUND, Group::ALL));
        world.insert_collider(ground, None);
        for obstacle in obstacles {
            let collider = obstacle.collider();
            world.insert_collider(
                collider
                    .collision_groups(groups(SOLID, EGO))
                    .user_data(SCENERY),
                None,
            );
        }
        let actors = actors.iter().enumerate();
        let actors = actors
            .map(|(index, actor)| insert_actor(&mut world, index, actor))
            .collect();
        let car = Car::insert(&mut world);
        let mut physics = Self { world, car, actors };
        // Rapier finds colliders to cast rays at only after a step.
        physics.world.step();
        physics
    }

    /// Puts ego at a pose with a forward speed, its wheels straight, as if it had long been driving so.
    pub fn place_ego(&mut self, world_from_ego: Pose2, speed_mps: f64) {
        self.car.place(&mut self.world, world_from_ego, speed_mps);
    }

    /// Puts actors where they are to be, without a motion there; what touches is found on the next step.
    pub fn place_actors(&mut self, states: &[ActorState]) {
        for (actor, state) in self.actors.iter().zip(states) {
            let pose = pose_3d(state.world_from_actor, actor.half_height_m);
            self.world.bodies[actor.handle].set_position(pose, true);
        }
    }

    /// Advances by one tick: ego obeys the command, actors move to their next states; actors without
    /// one stay where they are.
    pub fn step(&mut self, command: &VehicleCommand, next: &[ActorState]) {
        for (actor, state) in self.actors.iter().zip(next) {
            let pose = pose_3d(state.world_from_actor, actor.half_height_m);
            self.world.bodies[actor.handle].set_next_kinematic_position(pose);
        }
        self.car.drive(&mut self.world, command);
        self.world.step();
        self.car.measure(&self.world);
    }

    /// The ego car as it is on `tick`.
    pub fn ego(&self, tick: Tick) -> EgoBody {
        self.car.body(&self.world, tick)
    }

    /// What ego touches, each once, actors first.
    pub fn contacts(&self) -> Vec<Contact> {
        let own = self.car.collider();
        // Rapier stops a body just before what it would hit: then only the push tells.
        let touching = |pair: &&ContactPair| {
            pair.total_impulse_magnitude() > 0.0
                || pair
                    .find_deepest_contact()
                    .is_some_and(|(_, contact)| contact.dist < TOUCH_M)
        };
        let pairs = self.world.narrow_phase.contact_pairs_with(own);
        let mut contacts: Vec<Contact> = pairs
            .filter(touching)
            .map(|pair| {
                if pair.collider1 == own {
                    pair.collider2
                } else {
                    pair.collider1
                }
            })
            .map(|other| match self.world.colliders[other].user_data {
                SCENERY => Contact::Scenery,
                index => Contact::Actor(index as usize),
            })
            .collect();
        contacts.sort_unstable();
        contacts.dedup();
        contacts
    }
}

/// Membership and filter of a collider.
fn groups(member_of: Group, touches: Group) -> InteractionGroups {
    InteractionGroups::new(member_of, touches, InteractionTestMode::And)
}

/// Adds an actor's box, moved by the storyboard alone.
fn insert_actor(world: &mut PhysicsWorld, index: usize, actor: &StageActor) -> MovedBody {
    let model = actor.model;
    let half_m = [model.length_m, model.width_m, model.height_m].map(|side_m| side_m as f32 / 2.0);
    let body = RigidBodyBuilder::kinematic_position_based()
        .pose(pose_3d(actor.world_from_actor, half_m[2]));
    let collider = ColliderBuilder::cuboid(half_m[0], half_m[1], half_m[2])
        .collision_groups(groups(SOLID, EGO))
        .user_data(index as u128);
    let (handle, _) = world.insert(body, collider);
    MovedBody {
        handle,
        half_height_m: half_m[2],
    }
}

/// A pose on the ground, lifted by `z_m`, for Rapier.
fn pose_3d(world_from_body: Pose2, z_m: f32) -> Pose {
    let half_rad = world_from_body.yaw_rad / 2.0;
    let rotation = Rotation::from_xyzw(0.0, 0.0, sin(half_rad) as f32, cos(half_rad) as f32);
    let translation = Vector::new(world_from_body.x_m as f32, world_from_body.y_m as f32, z_m);
    Pose::from_parts(translation, rotation)
}

#[cfg(test)]
mod tests;
