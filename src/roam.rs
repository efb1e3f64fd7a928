//! A student alone in random worlds: frames of where its own driving takes it, and where its teacher would have
//! decided otherwise.
//!
//! A network that learned from frames of good driving has never seen what follows its own mistakes (Ross et al.
//! 2011). Roaming shows it.

use anyhow::Result;
use drive::driver::Driver;
use drive::latency::Durations;
use drive::time::Tick;
use scenarios::random_world::{LENGTH, RandomWorld};
use scenarios::world::ActorCommands;
use sim::{Exposure as Pass, SimOptions, Simulation};

use crate::episode::expose;
use crate::perceiver::{Exposure, Perceiver};
use crate::seat::Seat;

/// Slowest speed that ego strives for, so that it comes to something.
const LEAST_SET_SPEED_MPS: f64 = 8.0;
/// What another action adds to how far two decisions are apart, in metres per second squared.
const OTHER_ACTION_MPS2: f64 = 10.0;

/// What a student came to in one world.
pub struct Roamed {
    /// The frames worth learning from, in order of time.
    pub frames: Vec<Exposure>,
    /// Frames in all.
    pub exposures: usize,
    /// Of these, with another action of the teacher's.
    pub disagreements: usize,
    /// Whether the student hit somebody or something.
    pub has_collided: bool,
}

/// Lets a student drive a random world while its teacher watches, both without latency. Keeps one frame of each
/// `parts`-th of the time: the one on which their decisions are farthest apart.
///
/// # Errors
/// When the world cannot be built or a network fails.
pub fn roam(
    world: &RandomWorld,
    [student, teacher]: [Box<dyn Perceiver>; 2],
    parts: usize,
) -> Result<Roamed> {
    let mut simulation = Simulation::new(&world.stage, &SimOptions::default())?;
    simulation.place(&world.at(Tick(0)));
    let set_speed_mps = world.stage.ego_speed_mps.max(LEAST_SET_SPEED_MPS);
    let seat = |name, perceiver| {
        let durations = Durations::fixed_ms(0.0);
        Seat::new(name, perceiver, durations, Driver::new(set_speed_mps))
    };
    let mut seats = [seat("student", student)?, seat("teacher", teacher)?];
    let mut kept: Vec<Option<(f64, Exposure)>> = (0..parts).map(|_| None).collect();
    let (mut exposures, mut disagreements) = (0, 0);
    while simulation.world().tick < LENGTH && simulation.world().contacts.is_empty() {
        let now = simulation.world().clone();
        let exposure = if now.tick.is_exposure() {
            Some(expose(&mut simulation, Pass::Picture)?)
        } else {
            None
        };
        for seat in &mut seats {
            seat.step(&now.ego.state, exposure.as_ref())?;
        }
        if let Some(exposure) = exposure {
            let [student, teacher] = seats.each_ref().map(Seat::decision);
            let is_other = student.action != teacher.action;
            exposures += 1;
            disagreements += usize::from(is_other);
            let apart = (student.accel_mps2 - teacher.accel_mps2).abs()
                + if is_other { OTHER_ACTION_MPS2 } else { 0.0 };
            let part = (now.tick.0 as usize * parts / LENGTH.0 as usize).min(parts - 1);
            if kept[part].as_ref().is_none_or(|(other, _)| apart > *other) {
                kept[part] = Some((apart, exposure));
            }
        }
        let next = world.at(Tick(now.tick.0 + 1));
        let others = ActorCommands {
            actors: next.actors,
            lights: next.lights,
        };
        simulation.step(&seats[0].command(), &others);
    }
    Ok(Roamed {
        frames: kept
            .into_iter()
            .flatten()
            .map(|(_, exposure)| exposure)
            .collect(),
        exposures,
        disagreements,
        has_collided: !simulation.world().contacts.is_empty(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::perceiver::Truth;
    use scenarios::random_world::Slice;

    #[test]
    fn who_sees_alike_decides_alike_and_frames_come_from_the_whole_way() {
        let world = RandomWorld::new(3, Slice::Training);
        let truth = || -> Box<dyn Perceiver> { Box::new(Truth::new()) };
        let roamed = roam(&world, [truth(), truth()], 4).unwrap();
        assert_eq!(roamed.disagreements, 0);
        assert!(!roamed.frames.is_empty() && roamed.frames.len() <= 4);
        let ticks: Vec<u64> = roamed
            .frames
            .iter()
            .map(|exposure| exposure.tick.0)
            .collect();
        assert!(ticks.is_sorted(), "{ticks:?}");
        if !roamed.has_collided {
            assert_eq!((roamed.frames.len(), roamed.exposures), (4, 120));
        }
    }
}
