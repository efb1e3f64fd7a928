//! The results are not hollow: who sees nothing fails, and who always brakes fails too.

use drive::percept::Percept;
use drive::time::Tick;
use perception::nets::{Net, NetConfig};
use perception::network::{Backend, Network};
use scenarios::story::{Kind, Story};
use sim::Exposure as Pass;
use understudy::perceiver::{Blind, Frozen, Perceiver, Trained};

use crate::stage_hands::{
    all_stories, always_braking_fails, average_percept, play, straight_lanes,
};

/// Share of the stories that need a reaction which a blind driver must fail.
const LEAST_FAILED_SHARE: f64 = 0.8;

/// Stories that need a reaction, without their variants: who sees nothing sees no weather and no fault either.
fn reaction_stories() -> Vec<Story> {
    let is_variant = |story: &Story| story.texts().count() > 1;
    all_stories()
        .into_iter()
        .filter(|story| story.kind == Kind::Reaction && !is_variant(story))
        .collect()
}

fn assert_mostly_fails(who: &str, pass: Pass, perceiver: impl Fn() -> Box<dyn Perceiver>) {
    let stories = reaction_stories();
    let passed: Vec<&str> = stories
        .iter()
        .filter(|story| play(story, 1, perceiver(), pass).verdict.pass)
        .map(|story| story.name.as_str())
        .collect();
    let failed_share = 1.0 - passed.len() as f64 / stories.len() as f64;
    assert!(
        failed_share >= LEAST_FAILED_SHARE,
        "{who} passed {passed:?}"
    );
}

/// What a driver sees who always sees an empty straight road.
fn empty_road() -> Percept {
    Percept {
        exposure: Tick(0),
        objects: Vec::new(),
        lanes: straight_lanes(),
        light: [1.0, 0.0, 0.0, 0.0],
        stop_line: None,
    }
}

#[test]
fn a_driver_who_always_sees_an_empty_road_fails() {
    assert_mostly_fails("the empty road", Pass::Labels, || {
        Box::new(Blind::new(empty_road()))
    });
}

#[test]
fn a_driver_who_always_sees_the_average_of_many_frames_fails() {
    let average = average_percept();
    assert_mostly_fails("the average percept", Pass::Labels, move || {
        Box::new(Blind::new(average.clone()))
    });
}

#[test]
fn a_driver_frozen_on_the_first_frame_fails() {
    assert_mostly_fails("the frozen first frame", Pass::Labels, || {
        Box::new(Frozen::default())
    });
}

#[test]
fn a_student_who_has_learned_nothing_fails() {
    assert_mostly_fails("the untrained student", Pass::Picture, || {
        let net = Net::new(&NetConfig::student(), 1).expect("the student's sizes make a network");
        let network = Network::new(net, Backend::default()).expect("it takes camera frames");
        Box::new(Trained::new(network))
    });
}

#[test]
fn a_driver_who_always_brakes_fails_every_story_without_danger() {
    for story in all_stories()
        .into_iter()
        .filter(|story| story.kind == Kind::Negative)
    {
        assert!(
            always_braking_fails(&story),
            "always braking passed {}",
            story.name
        );
    }
}
