//! The world stepped by hand: physics on every tick, a picture when one is asked for.

use drive::camera::{FRAME_HEIGHT, FRAME_WIDTH};
use drive::ego::VehicleCommand;
use drive::frame::CameraFrame;
use drive::labels::{Labels, LightState};
use drive::time::{TICK_S, Tick};
use scenarios::stage::{Stage, StageActor};
use scenarios::world::{ActorCommands, ActorState, WorldState};

use crate::app::VisibleWorld;
use crate::camera::{Adapter, AdapterChoice, Exposure};
use crate::dress::ActorMotion;
use crate::error::SimError;
use crate::labels::label;
use crate::physics::Physics;

/// Deceleration in m/s2 above which a road user brakes: less comes from the engine and the wind.
const BRAKING_MPS2: f64 = 0.7;

/// What a simulation is built with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SimOptions {
    /// What the camera draws with; `None` builds a world without a camera, which needs no Vulkan driver.
    pub camera: Option<AdapterChoice>,
}

impl Default for SimOptions {
    fn default() -> Self {
        Self {
            camera: Some(AdapterChoice::Software),
        }
    }
}

/// A world in motion.
pub struct Simulation {
    stage: Stage,
    physics: Physics,
    world: WorldState,
    /// How each actor has moved so far.
    motions: Vec<ActorMotion>,
    visible: VisibleWorld,
}

impl Simulation {
    /// Builds the world of a stage, at tick 0. Its lights stay dark until the first commands.
    ///
    /// # Errors
    /// When a camera is wanted and cannot be had.
    pub fn new(stage: &Stage, options: &SimOptions) -> Result<Self, SimError> {
        let visible = VisibleWorld::new(stage, options.camera)?;
        let mut physics = Physics::new(&stage.actors, visible.obstacles());
        physics.place_ego(stage.world_from_ego, stage.ego_speed_mps);
        let actors: Vec<_> = stage.actors.iter().map(opening).collect();
        let motions = actors.iter().map(put).collect();
        let world = WorldState {
            tick: Tick(0),
            ego: physics.ego(Tick(0)),
            actors,
            lights: vec![LightState::None; stage.lights.len()],
            contacts: Vec::new(),
        };
        Ok(Self {
            stage: stage.clone(),
            physics,
            world,
            motions,
            visible,
        })
    }

    /// The world as it is.
    pub fn world(&self) -> &WorldState {
        &self.world
    }

    /// How each actor has moved so far.
    pub fn motions(&self) -> &[ActorMotion] {
        &self.motions
    }

    /// Advances by one tick: ego obeys its command, actors and lights take their next states; those
    /// without a next state keep theirs.
    pub fn step(&mut self, ego: &VehicleCommand, others: &ActorCommands) -> &WorldState {
        self.physics.step(ego, &others.actors);
        for ((motion, now), next) in self
            .motions
            .iter_mut()
            .zip(&self.world.actors)
            .zip(&others.actors)
        {
            let from = now.world_from_actor.position();
            motion.travelled_m += from.distance_m(next.world_from_actor.position());
            let slowed_mps = now.speed_mps - next.speed_mps;
            motion.is_braking = slowed_mps > BRAKING_MPS2 * TICK_S;
        }
        let tick = Tick(self.world.tick.0 + 1);
        overwrite(&mut self.world.actors, &others.actors);
        overwrite(&mut self.world.lights, &others.lights);
        self.world.tick = tick;
        self.world.ego = self.physics.ego(tick);
        self.world.contacts = self.physics.contacts();
        &self.world
    }

    /// Exposes the world as it is: the picture, unless only labels are wanted, and what is true about it.
    ///
    /// # Errors
    /// [`SimError::NoCamera`] without a camera; [`SimError::Camera`] when the device fails.
    pub fn expose(
        &mut self,
        exposure: Exposure,
    ) -> Result<(Option<CameraFrame>, Labels), SimError> {
        let raw = self.visible.expose(&self.world, &self.motions, exposure)?;
        let frame = (exposure == Exposure::Picture).then(|| CameraFrame {
            tick: self.world.tick,
            width: FRAME_WIDTH,
            height: FRAME_HEIGHT,
            rgb: raw.rgb.clone(),
        });
        Ok((
            frame,
            label(&self.stage, self.visible.ground(), &self.world, raw),
        ))
    }

    /// What the camera draws with; `None` without a camera.
    pub fn adapter(&self) -> Option<&Adapter> {
        self.visible.adapter()
    }

    /// Puts the world into a state without driving there: tick, pose and speed of ego, actors, lights.
    /// Contacts are found on the next step.
    pub fn place(&mut self, state: &WorldState) -> &WorldState {
        let ego = &state.ego;
        self.physics
            .place_ego(ego.world_from_ego, ego.state.speed_mps);
        self.physics.place_actors(&state.actors);
        overwrite(&mut self.world.actors, &state.actors);
        overwrite(&mut self.world.lights, &state.lights);
        self.motions = self.world.actors.iter().map(put).collect();
        self.world.tick = state.tick;
        self.world.ego = self.physics.ego(state.tick);
        self.world.contacts.clear();
        &self.world
    }
}

/// The state an actor is in before the first tick.
fn opening(actor: &StageActor) -> ActorState {
    ActorState {
        world_from_actor: actor.world_from_actor,
        speed_mps: actor.speed_mps,
    }
}

/// How a road user that was put somewhere is taken to have moved: the place decides how far, so that people
/// are seen at every point of their stride.
fn put(actor: &ActorState) -> ActorMotion {
    let place = actor.world_from_actor;
    ActorMotion {
        travelled_m: place.x_m.abs() + place.y_m.abs(),
        is_braking: false,
    }
}

/// Replaces the leading elements by those given.
fn overwrite<T: Copy>(current: &mut [T], next: &[T]) {
    for (current, &next) in current.iter_mut().zip(next) {
        *current = next;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use drive::frames::Pose2;
    use scenarios::actor::actor_model;
    use scenarios::road::{LanePosition, Road};
    use scenarios::stage::Weather;
    use scenarios::world::Contact;

    use super::*;

    const WITHOUT_CAMERA: SimOptions = SimOptions { camera: None };

    /// Ego behind a standing van on the straight road.
    fn stage() -> Stage {
        let road = Road::named("straight").unwrap();
        let at = |s_m| {
            let lane = LanePosition {
                road: "main".to_owned(),
                lane: -1,
                s_m,
                offset_m: 0.0,
            };
            road.pose(&lane).unwrap()
        };
        let van = StageActor {
            name: "van".to_owned(),
            model: actor_model("van").unwrap(),
            world_from_actor: at(140.0),
            speed_mps: 0.0,
        };
        Stage {
            world_from_ego: at(100.0),
            ego_speed_mps: 12.0,
            actors: vec![van],
            lights: road.lights().to_vec(),
            weather: Weather::default(),
            looks_seed: 1,
            road: Arc::new(road),
        }
    }

    fn drive(ticks: u64, ego: VehicleCommand) -> Vec<WorldState> {
        let mut simulation = Simulation::new(&stage(), &WITHOUT_CAMERA).unwrap();
        let others = ActorCommands {
            actors: simulation.world().actors.clone(),
            lights: Vec::new(),
        };
        (0..ticks)
            .map(|_| simulation.step(&ego, &others).clone())
            .collect()
    }

    #[test]
    fn equal_commands_lead_to_equal_worlds_on_every_tick() {
        let ego = VehicleCommand {
            accel_mps2: 0.7,
            steering_rad: 0.01,
        };
        assert_eq!(drive(300, ego), drive(300, ego));
    }

    #[test]
    fn the_van_ahead_and_the_lane_are_labelled_in_the_exposure() {
        let mut simulation = Simulation::new(&stage(), &SimOptions::default()).unwrap();
        let (frame, labels) = simulation.expose(Exposure::Picture).unwrap();
        assert_eq!(frame.unwrap().rgb.len(), FRAME_WIDTH * FRAME_HEIGHT * 3);
        let [van] = labels.objects[..] else {
            panic!("{:?}", labels.objects)
        };
        assert!(
            (f64::from(van.depth_m) - (40.0 - 2.6 - 0.45)).abs() < 0.3,
            "{van:?}"
        );
        assert!(
            labels.lanes[1].iter().flatten().count() > 12,
            "{:?}",
            labels.lanes
        );
        let (none, same) = simulation.expose(Exposure::Labels).unwrap();
        assert!(none.is_none());
        assert_eq!(same, labels);
    }

    #[test]
    fn a_placed_world_looks_the_same_to_the_last_pixel_whatever_went_before() {
        let look = |drive_first: bool| {
            let mut simulation = Simulation::new(&stage(), &SimOptions::default()).unwrap();
            let placed = simulation.world().clone();
            if drive_first {
                let others = ActorCommands::default();
                for _ in 0..30 {
                    simulation.step(&VehicleCommand::default(), &others);
                }
                simulation.expose(Exposure::Picture).unwrap();
            }
            simulation.place(&placed);
            simulation.expose(Exposure::Picture).unwrap()
        };
        assert!(look(false) == look(true));
    }

    #[test]
    fn a_car_that_does_not_brake_touches_the_van_ahead() {
        let worlds = drive(400, VehicleCommand::default());
        let touch = worlds
            .iter()
            .find(|world| !world.contacts.is_empty())
            .unwrap();
        assert_eq!(touch.contacts, [Contact::Actor(0)]);
        let seconds = (40.0 - 5.2 / 2.0 - 4.5 / 2.0) / 12.0;
        assert!(
            (touch.tick.seconds() - seconds).abs() < 0.05,
            "{:?}",
            touch.tick
        );
    }

    #[test]
    fn a_placed_world_is_as_it_was_told_to_be_and_drives_on_from_there() {
        let mut simulation = Simulation::new(&stage(), &WITHOUT_CAMERA).unwrap();
        let mut wanted = simulation.world().clone();
        wanted.tick = Tick(700);
        wanted.ego.world_from_ego = wanted.ego.world_from_ego.then(Pose2::new(60.0, 0.3, 0.1));
        wanted.ego.state.speed_mps = 5.0;
        let placed = simulation.place(&wanted).clone();
        let (found, told) = (placed.ego.world_from_ego, wanted.ego.world_from_ego);
        assert!(found.position().distance_m(told.position()) < 1e-4);
        assert!((found.yaw_rad - told.yaw_rad).abs() < 1e-6);
        assert_eq!((placed.tick, placed.ego.state.speed_mps), (Tick(700), 5.0));
        let next = simulation.step(&VehicleCommand::default(), &ActorCommands::default());
        assert_eq!(next.tick, Tick(701));
        assert!(
            (next
                .ego
                .world_from_ego
                .position()
                .distance_m(told.position())
                - 0.05)
                .abs()
                < 1e-3
        );
    }
}
