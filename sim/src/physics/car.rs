//! The ego car: a rigid body on four ray-cast wheels with springs, dampers and tyres.
//!
//! Rapier's conventions: `engine_force` is in newtons, `brake` is an impulse per step and wheel, and a
//! tyre's longitudinal grip is twice its `friction_slip`, its lateral grip once (rendering.md, section 6).

use drive::ego::{
    EGO_HEIGHT_M, EGO_LENGTH_M, EGO_WHEELBASE_M, EGO_WIDTH_M, EgoState, VehicleCommand,
};
use drive::frames::Pose2;
use drive::math::{atan2, cos, sin};
use drive::time::{TICK_S, Tick};
use rapier3d::control::{DynamicRayCastVehicleController, WheelTuning};
use rapier3d::prelude::*;
use scenarios::world::EgoBody;

use super::actuators::Actuators;
use super::{EGO, GROUND, SOLID, groups, pose_3d};

/// Mass in kilograms.
const MASS_KG: f32 = 1500.0;
/// Moments of inertia about x, y, z in kilogram square metres (a compact car's).
const INERTIA_KGM2: [f32; 3] = [550.0, 2400.0, 2600.0];
/// Height of the centre of mass above the ground in metres.
const MASS_HEIGHT_M: f32 = 0.55;
/// Height of the body's underside above the ground in metres.
const CLEARANCE_M: f32 = 0.2;
/// Distance between the wheels of an axle in metres.
const TRACK_M: f32 = 1.55;
/// Radius of a wheel in metres.
const WHEEL_RADIUS_M: f32 = 0.32;
/// Length of an unloaded spring in metres.
const SPRING_M: f32 = 0.35;
/// How far the car's weight presses its springs together, in metres.
const SAG_M: f32 = 0.12;
/// Damping of a spring per mass of the car, in 1/s (about a third of critical).
const DAMPING_PER_S: f32 = 3.0;
/// Lateral grip of the tyres, as a multiple of their load.
const GRIP: f32 = 1.0;
/// Below this speed in metres per second a car that is not told to go is held by its parking brake.
const HOLD_SPEED_MPS: f64 = 0.05;

/// The ego car.
pub(super) struct Car {
    vehicle: DynamicRayCastVehicleController,
    collider: ColliderHandle,
    actuators: Actuators,
    speed_mps: f64,
    accel_mps2: f64,
}

impl Car {
    /// Adds a car at rest at the origin.
    pub(super) fn insert(world: &mut PhysicsWorld) -> Self {
        let inertia = Vector::from_array(INERTIA_KGM2);
        let body = RigidBodyBuilder::dynamic()
            .pose(pose_3d(Pose2::default(), MASS_HEIGHT_M))
            .additional_mass_properties(MassProperties::new(Vector::ZERO, MASS_KG, inertia))
            .can_sleep(false);
        let half_height_m = (EGO_HEIGHT_M as f32 - CLEARANCE_M) / 2.0;
        let shell = ColliderBuilder::cuboid(
            EGO_LENGTH_M as f32 / 2.0,
            EGO_WIDTH_M as f32 / 2.0,
            half_height_m,
        )
        .translation(Vector::Z * (CLEARANCE_M + half_height_m - MASS_HEIGHT_M))
        .density(0.0)
        .collision_groups(groups(EGO, SOLID));
        let (body, collider) = world.insert(body, shell);
        Self {
            vehicle: on_four_wheels(body),
            collider,
            actuators: Actuators::default(),
            speed_mps: 0.0,
            accel_mps2: 0.0,
        }
    }

    /// Its body's collider.
    pub(super) fn collider(&self) -> ColliderHandle {
        self.collider
    }

    /// Puts it at a pose with a forward speed.
    pub(super) fn place(
        &mut self,
        world: &mut PhysicsWorld,
        world_from_ego: Pose2,
        speed_mps: f64,
    ) {
        let heading = [cos(world_from_ego.yaw_rad), sin(world_from_ego.yaw_rad)];
        let velocity_mps = heading.map(|along| (along * speed_mps) as f32);
        let body = &mut world.bodies[self.vehicle.chassis];
        hold(body, false);
        body.set_position(pose_3d(world_from_ego, MASS_HEIGHT_M), true);
        body.set_linvel(Vector::new(velocity_mps[0], velocity_mps[1], 0.0), true);
        body.set_angvel(Vector::ZERO, true);
        self.actuators = Actuators::default();
        self.speed_mps = speed_mps;
        self.accel_mps2 = 0.0;
    }

    /// Lets the actuators follow the command and puts the wheels' forces on the body.
    pub(super) fn drive(&mut self, world: &mut PhysicsWorld, command: &VehicleCommand) {
        self.actuators = self.actuators.follow(command, self.speed_mps);
        let standing = self.speed_mps.abs() < HOLD_SPEED_MPS && command.accel_mps2 <= 0.0;
        hold(&mut world.bodies[self.vehicle.chassis], standing);
        self.set_wheels();
        let filter = QueryFilter::new().groups(groups(Group::ALL, GROUND));
        let queries = world.broad_phase.as_query_pipeline_mut(
            world.narrow_phase.query_dispatcher(),
            &mut world.bodies,
            &mut world.colliders,
            filter,
        );
        self.vehicle.update_vehicle(TICK_S as f32, queries);
    }

    /// Steers the front wheels; shares the driving force evenly and the braking by load, as an
    /// electronic brake distribution does.
    fn set_wheels(&mut self) {
        let force_n = MASS_KG * self.actuators.accel_mps2 as f32;
        let wheels = self.vehicle.wheels_mut();
        let load_n: f32 = wheels
            .iter()
            .map(|wheel| wheel.wheel_suspension_force)
            .sum();
        for (index, wheel) in wheels.iter_mut().enumerate() {
            let share = if load_n > 0.0 {
                wheel.wheel_suspension_force / load_n
            } else {
                0.25
            };
            wheel.engine_force = force_n.max(0.0) / 4.0;
            wheel.brake = (-force_n).max(0.0) * share * TICK_S as f32;
            wheel.steering = if index < 2 {
                self.actuators.steering_rad as f32
            } else {
                0.0
            };
        }
    }

    /// Takes the speed after a step, and with it the acceleration.
    pub(super) fn measure(&mut self, world: &PhysicsWorld) {
        let body = &world.bodies[self.vehicle.chassis];
        let yaw_rad = yaw(body);
        let velocity = body.linvel();
        let speed_mps = cos(yaw_rad) * f64::from(velocity.x) + sin(yaw_rad) * f64::from(velocity.y);
        self.accel_mps2 = (speed_mps - self.speed_mps) / TICK_S;
        self.speed_mps = speed_mps;
    }

    /// Its pose and motion.
    pub(super) fn body(&self, world: &PhysicsWorld, tick: Tick) -> EgoBody {
        let body = &world.bodies[self.vehicle.chassis];
        let place = body.translation();
        EgoBody {
            world_from_ego: Pose2::new(f64::from(place.x), f64::from(place.y), yaw(body)),
            state: EgoState {
                tick,
                speed_mps: self.speed_mps,
                accel_mps2: self.accel_mps2,
                yaw_rate_radps: f64::from(body.angvel().z),
                steering_rad: self.actuators.steering_rad,
            },
        }
    }
}

/// Four wheels, the front ones first.
fn on_four_wheels(body: RigidBodyHandle) -> DynamicRayCastVehicleController {
    let mut vehicle = DynamicRayCastVehicleController::new(body);
    vehicle.index_up_axis = 2;
    vehicle.index_forward_axis = 0;
    let tuning = WheelTuning {
        suspension_stiffness: 9.81 / (4.0 * SAG_M),
        suspension_compression: DAMPING_PER_S,
        suspension_damping: DAMPING_PER_S,
        max_suspension_travel: SPRING_M,
        side_friction_stiffness: 1.0,
        friction_slip: GRIP,
        max_suspension_force: MASS_KG * 30.0,
    };
    let x_m = EGO_WHEELBASE_M as f32 / 2.0;
    let z_m = SPRING_M - SAG_M + WHEEL_RADIUS_M - MASS_HEIGHT_M;
    for (x_m, y_m) in [(x_m, 1.0), (x_m, -1.0), (-x_m, 1.0), (-x_m, -1.0)] {
        let top = Vector::new(x_m, y_m * TRACK_M / 2.0, z_m);
        vehicle.add_wheel(
            top,
            -Vector::Z,
            -Vector::Y,
            SPRING_M,
            WHEEL_RADIUS_M,
            &tuning,
        );
    }
    vehicle
}

/// Sets or releases the parking brake: a held car neither creeps nor turns.
fn hold(body: &mut RigidBody, held: bool) {
    if held {
        body.set_linvel(Vector::ZERO, true);
        body.set_angvel(Vector::ZERO, true);
    }
    body.set_enabled_translations(!held, !held, true, false);
    body.set_enabled_rotations(true, true, !held, false);
}

/// Heading of a body about the vertical, in radians.
fn yaw(body: &RigidBody) -> f64 {
    let forward = *body.rotation() * Vector::X;
    atan2(f64::from(forward.y), f64::from(forward.x))
}
