//! A built-in story, with an ego that drives its route at a steady pace whatever happens.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use drive::time::Tick;
use scenarios::catalog;
use scenarios::director::{Director, opening_world};
use sim::{SimOptions, Simulation};

use crate::save;

/// Seconds between two pictures.
const PERIOD_S: f64 = 2.5;
/// Ego's speed as a share of the speed it is set to.
const PACE: f64 = 0.75;

/// Writes a picture of a story every few seconds.
pub(crate) fn render(folder: &Path, name: &str) -> Result<(), Box<dyn Error>> {
    let story = catalog::load(name)?.compile(1, &BTreeMap::new())?;
    let mut simulation = Simulation::new(&story.stage, &SimOptions::default())?;
    let mut director = Director::new(&story);
    let mut world = opening_world(&story);
    let period_ticks = Tick::at_or_after_micros((PERIOD_S * 1e6) as u64).0;
    while world.tick.seconds() < story.duration_s {
        if world.tick.0.is_multiple_of(period_ticks) {
            simulation.place(&world);
            let seconds = world.tick.seconds();
            save(&mut simulation, folder, &format!("{name}-{seconds:04.1}"))?;
        }
        let next = director.direct(&world);
        world.tick = Tick(world.tick.0 + 1);
        world.actors = next.actors;
        world.lights = next.lights;
        let speed_mps = PACE * story.set_speed_mps;
        world.ego.state.speed_mps = speed_mps;
        world.ego.world_from_ego = story.route.pose_at(speed_mps * world.tick.seconds(), 0.0);
    }
    Ok(())
}
