//! A stage in a Bevy world: built once, then posed from states of the world.
//!
//! The sensor camera looks at one; whoever wants to see the same entities drawn in another way builds one more.

use bevy::ecs::world::World;
use scenarios::stage::Stage;
use scenarios::world::WorldState;

use crate::dress::{self, ActorMotion, Dressing};
use crate::ground::Ground;
use crate::physics::obstacle::Obstacle;

/// Everything of a stage that can be seen, as entities of one Bevy world.
pub struct Staging {
    dressing: Dressing,
    ground: Ground,
}

impl Staging {
    /// Spawns everything that can be seen on a stage into a world that holds `Assets<Mesh>`.
    pub fn build(stage: &Stage, world: &mut World) -> Self {
        Self {
            dressing: dress::build(stage, world),
            ground: Ground::new(stage.road.strips()),
        }
    }

    /// Moves road users and lights to a state of the world; `motions` tell how each actor has moved so far.
    pub fn pose(&self, world: &mut World, state: &WorldState, motions: &[ActorMotion]) {
        let actors = self.dressing.actors.iter().zip(&state.actors);
        for ((body, actor), &motion) in actors.zip(motions) {
            let ground_m = self.ground.height_m(actor.world_from_actor.position());
            dress::pose_actor(world, body, actor, ground_m, motion);
        }
        for (lamps, &light) in self.dressing.lights.iter().zip(&state.lights) {
            dress::show_light(world, lamps, light);
        }
    }

    /// What a car can run into.
    pub(crate) fn obstacles(&self) -> &[Obstacle] {
        &self.dressing.obstacles
    }

    /// What road users stand on.
    pub(crate) fn ground(&self) -> &Ground {
        &self.ground
    }
}
