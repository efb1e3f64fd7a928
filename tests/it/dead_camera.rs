//! A dead camera ends in a safe stop in every story.

use drive::random::stream;
use drive::time::Tick;
use rand::Rng;
use scenarios::world::ActorState;
use sim::Exposure as Pass;
use understudy::episode::Episode;
use understudy::faults::TimedFault;
use understudy::perceiver::Truth;

use crate::stage_hands::{all_stories, play, seeds};

/// The camera dies between these times, in seconds.
const DIES_S: (f64, f64) = (1.0, 8.0);
/// Somebody who is this far from where its last motion led did something else, in metres.
const ELSEWHERE_M: f64 = 1.0;
/// An actor this near to ego's centre at the end is the one that was hit, in metres.
const NEAR_M: f64 = 8.0;

/// Where an actor would be if it had gone straight on.
fn gone_on(actor: &ActorState, seconds: f64) -> drive::frames::Point2 {
    let way = drive::frames::Pose2::new(actor.speed_mps * seconds, 0.0, 0.0);
    actor.world_from_actor.then(way).position()
}

/// Whether somebody beside ego at the end did something after the camera died that nobody could foresee.
fn was_surprised(episode: &Episode, dies: Tick) -> bool {
    let last = episode.frames.last().expect("a run has frames");
    let before = episode
        .frames
        .iter()
        .rfind(|frame| frame.tick <= dies)
        .expect("it lived at first");
    let seconds = last.tick.seconds_since(before.tick);
    let ego = last.world.ego.world_from_ego.position();
    let pairs = before.world.actors.iter().zip(&last.world.actors);
    pairs
        .filter(|(_, end)| end.world_from_actor.position().distance_m(ego) < NEAR_M)
        .any(|(then, end)| {
            let expected = gone_on(then, seconds);
            expected.distance_m(end.world_from_actor.position()) > ELSEWHERE_M
        })
}

#[test]
fn a_dead_camera_ends_in_a_safe_stop_in_every_story() {
    let mut failures = Vec::new();
    for original in all_stories() {
        for seed in seeds() {
            let mut story = original.clone();
            let name = format!("dead camera/{}", story.name);
            let dies_s: f64 = stream(seed, &name).random_range(DIES_S.0..DIES_S.1);
            let fault: TimedFault = format!("camera_dies@{dies_s:.2}")
                .parse()
                .expect("it is written right");
            fault.lay_over(&mut story);
            let episode = play(&story, seed, Box::new(Truth::new()), Pass::Labels);
            let dies = Tick((dies_s * 100.0) as u64);
            let failed = &episode.verdict.failures;
            let collided_only = failed.iter().all(|one| one.criterion == "no_collision");
            let is_safe = failed.is_empty() || (collided_only && was_surprised(&episode, dies));
            if !is_safe {
                failures.push(format!(
                    "{} seed {seed} at {dies_s:.2} s: {failed:?}",
                    story.name
                ));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
