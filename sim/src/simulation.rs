//! The world stepped by hand: physics on every tick, a picture when one is asked for.

use drive::ego::VehicleCommand;
use drive::labels::LightState;
use drive::time::Tick;
use scenarios::stage::Stage;
use scenarios::world::{ActorCommands, ActorState, WorldState};

use crate::error::SimError;
use crate::physics::Physics;

/// What a simulation is built with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SimOptions {
    /// Whether frames and labels can be exposed; needs a Vulkan driver.
    pub camera: bool,
    /// Whether the sun throws shadows.
    pub shadows: bool,
}

impl Default for SimOptions {
    fn default() -> Self {
        Self {
            camera: true,
            shadows: true,
        }
    }
}

/// A world in motion.
pub struct Simulation {
    physics: Physics,
    world: WorldState,
}

impl Simulation {
    /// Builds the world of a stage, at tick 0. Its lights stay dark until the first commands.
    ///
    /// # Errors
    /// When a camera is wanted and cannot be had.
    pub fn new(stage: &Stage, _options: &SimOptions) -> Result<Self, SimError> {
        let mut physics = Physics::new(&stage.actors, &[]);
        physics.place_ego(stage.world_from_ego, stage.ego_speed_mps);
        let actors = stage.actors.iter().map(|actor| ActorState {
            world_from_actor: actor.world_from_actor,
            speed_mps: actor.speed_mps,
        });
        let world = WorldState {
            tick: Tick(0),
            ego: physics.ego(Tick(0)),
            actors: actors.collect(),
            lights: vec![LightState::None; stage.lights.len()],
            contacts: Vec::new(),
        };
        Ok(Self { physics, world })
    }

    /// The world as it is.
    pub fn world(&self) -> &WorldState {
        &self.world
    }

    /// Advances by one tick: ego obeys its command, actors and lights take their next states; those
    /// without a next state keep theirs.
    pub fn step(&mut self, ego: &VehicleCommand, others: &ActorCommands) -> &WorldState {
        self.physics.step(ego, &others.actors);
        let tick = Tick(self.world.tick.0 + 1);
        overwrite(&mut self.world.actors, &others.actors);
        overwrite(&mut self.world.lights, &others.lights);
        self.world.tick = tick;
        self.world.ego = self.physics.ego(tick);
        self.world.contacts = self.physics.contacts();
        &self.world
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
        self.world.tick = state.tick;
        self.world.ego = self.physics.ego(state.tick);
        self.world.contacts.clear();
        &self.world
    }
}

/// Replaces the leading elements by those given.
fn overwrite<T: Copy>(current: &mut [T], next: &[T]) {
    for (current, &next) in current.iter_mut().zip(next) {
        *current = next;
    }
}
