//! Claims about the catalog as a whole: who passes which story, driven without camera or physics.

mod drivers;

use std::collections::BTreeMap;

use drivers::{Driver, Outcome, play};
use scenarios::catalog;
use scenarios::geometry::Footprint;
use scenarios::story::{CompiledStory, Kind};
use scenarios::world::ActorCommands;

fn compile(name: &str, seed: u64) -> CompiledStory {
    let story = catalog::load(name).unwrap_or_else(|error| panic!("{error}"));
    story
        .compile(seed, &BTreeMap::new())
        .unwrap_or_else(|error| panic!("{error}"))
}

fn of_kind(kind: Kind) -> impl Iterator<Item = &'static str> {
    catalog::names().filter(move |name| catalog::load(name).is_ok_and(|story| story.kind == kind))
}

fn describe(name: &str, seed: u64, outcome: &Outcome) -> String {
    let texts: Vec<&str> = outcome
        .verdict
        .failures
        .iter()
        .map(|f| f.text.as_str())
        .collect();
    format!(
        "{name}, seed {seed}: {texts:?} {:?}",
        outcome.verdict.metrics
    )
}

#[test]
fn an_attentive_driver_passes_every_story_at_five_seeds() {
    for name in catalog::names() {
        for seed in 1..=5 {
            let outcome = play(&compile(name, seed), Driver::Attentive);
            assert!(outcome.verdict.pass, "{}", describe(name, seed, &outcome));
        }
    }
}

#[test]
fn an_attentive_driver_never_needs_all_of_its_brakes() {
    for name in catalog::names() {
        let outcome = play(&compile(name, 1), Driver::Attentive);
        let decel_mps2 = outcome.verdict.metrics.max_decel_mps2;
        assert!(decel_mps2 < 7.0, "{}", describe(name, 1, &outcome));
    }
}

#[test]
fn a_blind_driver_that_keeps_its_lane_fails_every_story_that_needs_a_reaction() {
    for name in of_kind(Kind::Reaction) {
        for seed in 1..=5 {
            let outcome = play(&compile(name, seed), Driver::Blind);
            let caught = outcome.verdict.failures.iter().any(|failure| {
                failure.criterion == "no_collision" || failure.criterion == "obeys_lights"
            });
            assert!(caught, "{}", describe(name, seed, &outcome));
        }
    }
}

#[test]
fn a_blind_driver_that_keeps_its_lane_passes_every_negative_story() {
    for name in of_kind(Kind::Negative) {
        for seed in 1..=5 {
            let outcome = play(&compile(name, seed), Driver::Blind);
            assert!(outcome.verdict.pass, "{}", describe(name, seed, &outcome));
        }
    }
}

#[test]
fn a_driver_that_always_brakes_passes_no_story() {
    for name in catalog::names() {
        let outcome = play(&compile(name, 1), Driver::AlwaysBrakes);
        assert!(!outcome.verdict.pass, "{name}");
    }
}

#[test]
fn an_equal_seed_gives_equal_commands_and_another_seed_another_story() {
    for name in catalog::names() {
        let (one, same, other) = (compile(name, 3), compile(name, 3), compile(name, 4));
        let commands = |story| play(story, Driver::Attentive).commands;
        assert_eq!(commands(&one), commands(&same), "{name}");
        assert_ne!(one.parameters, other.parameters, "{name}");
    }
}

/// Names of two actors that overlap.
fn overlapping(story: &CompiledStory, commands: &ActorCommands) -> Option<[String; 2]> {
    let actors = commands.actors.iter().zip(&story.stage.actors);
    let bodies: Vec<(&str, Footprint)> = actors
        .map(|(state, actor)| {
            let footprint = Footprint::of_actor(state.world_from_actor, actor.model);
            (actor.name.as_str(), footprint)
        })
        .collect();
    bodies.iter().enumerate().find_map(|(index, (name, one))| {
        let mut later = bodies[index + 1..].iter();
        let (other, _) = later.find(|(_, other)| one.overlaps(other))?;
        Some([(*name).to_owned(), (*other).to_owned()])
    })
}

#[test]
fn actors_never_drive_through_each_other() {
    for name in catalog::names() {
        for driver in [Driver::Attentive, Driver::Blind] {
            let story = compile(name, 2);
            for (tick, commands) in play(&story, driver).commands.iter().enumerate() {
                assert_eq!(overlapping(&story, commands), None, "{name} at tick {tick}");
            }
        }
    }
}

#[test]
fn actors_move_as_far_as_their_speeds_say() {
    for name in catalog::names() {
        let story = compile(name, 1);
        let commands = play(&story, Driver::Attentive).commands;
        for (tick, pair) in commands.windows(2).enumerate() {
            for (index, (before, after)) in pair[0].actors.iter().zip(&pair[1].actors).enumerate() {
                let from = before.world_from_actor.position();
                let moved_m = from.distance_m(after.world_from_actor.position());
                let most_m = 0.01 * before.speed_mps.max(after.speed_mps) * 1.15 + 0.003;
                let actor = &story.stage.actors[index].name;
                assert!(
                    moved_m <= most_m,
                    "{name}: `{actor}` jumped {moved_m} m at tick {tick}"
                );
            }
        }
    }
}

#[test]
fn every_level_of_difficulty_compiles() {
    for name in catalog::names() {
        let story = catalog::load(name).unwrap();
        for &level in &story.difficulty.levels {
            let overrides = BTreeMap::from([(story.difficulty.parameter.clone(), level)]);
            let compiled = story
                .compile(1, &overrides)
                .unwrap_or_else(|error| panic!("{error}"));
            assert!(
                (5.0..40.0).contains(&compiled.duration_s),
                "{name} at {level}"
            );
        }
    }
}

#[test]
fn titles_are_sentences() {
    for name in catalog::names() {
        let title = catalog::load(name).unwrap().title;
        assert!(
            title.ends_with('.') && title.starts_with(char::is_uppercase),
            "{name}: {title}"
        );
    }
}

#[test]
fn the_child_comes_into_view_when_its_story_says() {
    let story = catalog::load("child_from_parked_cars").unwrap();
    for &reveal_s in &story.difficulty.levels {
        let overrides = BTreeMap::from([("reveal".to_owned(), reveal_s)]);
        let compiled = story.compile(1, &overrides).unwrap();
        let hidden_s = drivers::hidden_before_collision_s(&compiled, 0);
        assert!(
            (hidden_s - reveal_s).abs() < 0.2,
            "{hidden_s} instead of {reveal_s}"
        );
    }
}

#[test]
fn running_the_red_light_into_crossing_traffic_costs_both_penalties_once() {
    let metrics = play(&compile("red_light", 1), Driver::Blind)
        .verdict
        .metrics;
    assert_eq!(metrics.infractions.red_lights, 1);
    assert_eq!(metrics.infractions.vehicle_collisions, 1);
    let expected = 100.0 * metrics.route_completion * 0.7 * 0.6;
    assert!(
        (metrics.driving_score_v2_0 - expected).abs() < 1e-9,
        "{metrics:?}"
    );
}

#[test]
fn hitting_a_pedestrian_ends_the_story_and_halves_what_was_driven() {
    let outcome = play(&compile("pedestrian_near", 1), Driver::Blind);
    let Outcome { verdict, .. } = &outcome;
    let metrics = &verdict.metrics;
    assert_eq!(metrics.infractions.pedestrian_collisions, 1);
    assert_eq!(metrics.infractions.vehicle_collisions, 0);
    let expected = 100.0 * metrics.route_completion * 0.5 * 0.7;
    assert!(
        (metrics.driving_score_v2_0 - expected).abs() < 1e-9,
        "{metrics:?}"
    );
    assert_eq!(metrics.min_gap_m, Some(0.0));
    assert!(verdict.failures[0].text.starts_with("hit `walker` ("));
    assert_eq!(verdict.failures[0].tick.0 as usize, outcome.commands.len());
}

#[test]
fn a_pedestrian_that_was_let_pass_leaves_a_post_encroachment_time() {
    let metrics = play(&compile("pedestrian_near", 1), Driver::Attentive)
        .verdict
        .metrics;
    assert!(
        metrics.min_pet_s.is_some_and(|pet_s| pet_s > 0.5),
        "{metrics:?}"
    );
    assert!(
        metrics.min_gap_m.is_some_and(|gap_m| gap_m > 0.5),
        "{metrics:?}"
    );
}
