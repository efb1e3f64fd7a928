//! Claims about directed actors, on small stories written here.

use std::collections::BTreeMap;

use drive::labels::LightState;
use drive::math::{cos, wrap_angle};
use drive::time::{TICK_S, Tick};

use super::{Director, opening_world};
use crate::road::LanePosition;
use crate::story::{CompiledStory, Story, StoryError};
use crate::world::WorldState;

/// A story on a road with the given actors, events and further fields.
fn story(road: &str, lane: i32, actors: &str, events: &str) -> CompiledStory {
    let text = format!(
        r#"Story(
            title: "A test.", kind: negative, road: "{road}",
            ego: (at: (road: "main", lane: {lane}, s_m: 100.0), speed_mps: 10.0),
            set_speed_mps: 10.0,
            parameters: {{"none": (about: "nothing", default: 0.0, range: (0.0, 0.0))}},
            difficulty: (parameter: "none", levels: [0.0]),
            actors: [{actors}], storyboard: [{events}],
            duration_s: "30 + $none", route_m: 100.0, criteria: [no_collision],
        )"#
    );
    compile(&text)
}

fn compile(text: &str) -> CompiledStory {
    let no_base = |name: &str| {
        Err(StoryError::Unknown {
            name: name.to_owned(),
            known: String::new(),
        })
    };
    let story = Story::parse("test", "test.ron", text, no_base).unwrap();
    story
        .compile(1, &BTreeMap::new())
        .unwrap_or_else(|error| panic!("{error}"))
}

/// The worlds of a drive of ego along its lane, at a speed given for each time.
fn play(story: &CompiledStory, seconds: f64, ego_mps: impl Fn(f64) -> f64) -> Vec<WorldState> {
    let mut director = Director::new(story);
    let mut worlds = vec![opening_world(story)];
    let mut along_m = 0.0;
    for tick in 1..=(seconds / TICK_S).round() as u64 {
        let commands = director.direct(worlds.last().unwrap());
        let speed_mps = ego_mps(Tick(tick).seconds());
        along_m += speed_mps * TICK_S;
        let mut world = WorldState {
            tick: Tick(tick),
            actors: commands.actors,
            lights: commands.lights,
            ..WorldState::default()
        };
        world.ego.world_from_ego = story.route.pose_at(along_m, 0.0);
        world.ego.state.speed_mps = speed_mps;
        worlds.push(world);
    }
    worlds
}

/// When the first actor first stands, in seconds.
fn stands_at_s(worlds: &[WorldState]) -> f64 {
    let standing = worlds.iter().find(|world| world.actors[0].speed_mps == 0.0);
    standing.expect("the actor stops").tick.seconds()
}

const CAR: &str = r#"(name: "car", models: ["sedan"], at: ahead(m: 50.0), speed_mps: 10.0)"#;

/// An event that stops the car at once.
fn stop_when(trigger: &str) -> String {
    format!(r#"(name: "stop", when: {trigger}, actions: [speed(actor: "car", to_mps: 0.0)])"#)
}

#[test]
fn a_sinusoidal_speed_change_follows_its_closed_form() {
    let events = r#"(name: "slow", when: simulation_time(greater_than(0.995)), actions: [
        speed(actor: "car", to_mps: 4.0, over: (shape: sinusoidal, span: time_s(3.0)))])"#;
    let worlds = play(&story("straight", -1, CAR, events), 6.0, |_| 10.0);
    for world in &worlds[100..] {
        let gone = (world.tick.seconds() - 1.0).min(3.0) / 3.0;
        let expected_mps = 10.0 - 6.0 * (0.5 - 0.5 * cos(core::f64::consts::PI * gone));
        let speed_mps = world.actors[0].speed_mps;
        assert!((speed_mps - expected_mps).abs() < 1e-9, "{:?}", world.tick);
    }
    let [start, end] = [0, 600].map(|i: usize| worlds[i].actors[0].world_from_actor.position());
    let expected_m = 10.0 + 3.0 * 7.0 + 2.0 * 4.0;
    assert!((start.distance_m(end) - expected_m).abs() < 1e-3);
}

#[test]
fn a_speed_change_over_a_distance_takes_that_distance() {
    let events = r#"(name: "stop", when: simulation_time(greater_than(0.995)), actions: [
        speed(actor: "car", to_mps: 0.0, over: (span: distance_m(25.0)))])"#;
    let worlds = play(&story("straight", -1, CAR, events), 10.0, |_| 10.0);
    let [start, end] = [100, 1000].map(|i: usize| worlds[i].actors[0].world_from_actor.position());
    assert!((start.distance_m(end) - 25.0).abs() < 1e-3);
}

#[test]
fn a_cut_in_ends_in_the_centre_of_ego_s_lane() {
    let actors =
        r#"(name: "car", models: ["sedan"], at: ahead(m: 280.0, lanes: 1), speed_mps: 10.0)"#;
    let events = r#"(name: "cut in", when: simulation_time(greater_than(1.0)), actions: [
        lane_change(actor: "car", lanes: -1, over: (shape: sinusoidal, span: time_s(3.0)))])"#;
    let story = story("multilane", -2, actors, events);
    let worlds = play(&story, 6.0, |_| 10.0);
    let end = worlds[600].actors[0].world_from_actor;
    let place = story.route.project(end.position());
    assert!(place.left_m.abs() < 1e-3, "{place:?}");
    assert!(wrap_angle(end.yaw_rad - place.yaw_rad).abs() < 1e-3);
    let steepest_rad = 3.5 * core::f64::consts::FRAC_PI_2 / 3.0 / 10.0;
    let middle = worlds[250].actors[0].world_from_actor;
    let turned_rad = wrap_angle(story.route.project(middle.position()).yaw_rad - middle.yaw_rad);
    assert!((turned_rad - steepest_rad).abs() < 0.01, "{turned_rad}");
}

#[test]
fn who_faces_against_its_lane_goes_back_along_its_bends() {
    let actors = r#"
        (name: "right", models: ["sedan"], at: lane(road: "main", lane: -1, s_m: 480.0), facing: against, speed_mps: 12.0),
        (name: "left", models: ["sedan"], at: lane(road: "main", lane: 1, s_m: 230.0), facing: against, speed_mps: 12.0)"#;
    let story = story("curve", -1, actors, "");
    let worlds = play(&story, 20.0, |_| 0.0);
    for (actor, lane_m) in [(0, 0.0), (1, 3.5)] {
        let places = worlds.iter().map(|world| {
            let at = world.actors[actor].world_from_actor.position();
            story.route.project(at)
        });
        let places: Vec<_> = places.collect();
        let strayed = places.iter().find(|at| (at.left_m - lane_m).abs() > 0.05);
        assert_eq!(strayed, None, "actor {actor}");
        let gone_m = places.last().unwrap().along_m - places[0].along_m;
        assert!(
            gone_m.abs() > 200.0 && (gone_m < 0.0) == (actor == 0),
            "{gone_m}"
        );
    }
}

#[test]
fn a_synchronized_actor_arrives_within_a_tenth_of_a_second_of_ego() {
    let actors = r#"(name: "car", models: ["city_cyclist"], at: ahead(m: 90.0, left_m: -20.0), facing: left, speed_mps: 1.0)"#;
    let events = r#"(name: "meet", when: simulation_time(greater_than(0.5)), actions: [
        synchronize(actor: "car", actor_at: (ahead_m: 90.0), ego_at_m: 89.0, at_most_mps: 8.0)])"#;
    let story = story("straight", -1, actors, events);
    let worlds = play(&story, 14.0, |time_s| {
        (10.0 + time_s).min(13.0) - (time_s - 4.0).clamp(0.0, 2.0)
    });
    let place = |world: &WorldState| {
        let actor = story
            .route
            .project(world.actors[0].world_from_actor.position());
        let ego = story.route.project(world.ego.world_from_ego.position());
        (
            actor.left_m >= 0.0,
            ego.along_m + drive::ego::EGO_FRONT_M >= 89.0,
        )
    };
    let actor_s = worlds
        .iter()
        .find(|world| place(world).0)
        .unwrap()
        .tick
        .seconds();
    let ego_s = worlds
        .iter()
        .find(|world| place(world).1)
        .unwrap()
        .tick
        .seconds();
    assert!((actor_s - ego_s).abs() < 0.1, "{actor_s} {ego_s}");
}

#[test]
fn triggers_fire_when_their_quantity_passes_the_bound() {
    // Ego at 15 m/s closes in on a car at 10 m/s whose centre is 50 m ahead: gap 45.4 m, 5 m/s closing.
    for (trigger, at_s) in [
        (
            r#"relative_distance(from: "ego", to: "car", is: less_than(25.4))"#,
            4.0,
        ),
        (
            r#"relative_distance(from: "ego", to: "car", axis: euclidean, is: less_than(25.4))"#,
            4.0,
        ),
        (
            r#"time_headway(from: "ego", to: "car", is: less_than(2.0))"#,
            3.08,
        ),
        (
            r#"time_to_collision(from: "ego", to: "car", is: less_than(5.0))"#,
            4.08,
        ),
        (
            r#"time_to_arrival(of: "ego", at_m: 62.25, is: less_than(2.0))"#,
            2.0,
        ),
        (
            r#"traveled_distance(of: "car", is: greater_than(20.0))"#,
            2.0,
        ),
        (
            r#"traveled_distance(of: "ego", is: greater_than(30.0))"#,
            2.0,
        ),
        (
            r#"reach_position(of: "car", at: (ahead_m: 75.0), within_m: 5.0)"#,
            2.0,
        ),
        (r#"speed(of: "ego", is: greater_than(14.0))"#, 0.01),
        (
            r#"all([simulation_time(greater_than(1.0)), traveled_distance(of: "car", is: greater_than(20.0))])"#,
            2.0,
        ),
        (
            r#"any([simulation_time(greater_than(1.0)), traveled_distance(of: "car", is: greater_than(20.0))])"#,
            1.0,
        ),
    ] {
        let worlds = play(
            &story("straight", -1, CAR, &stop_when(trigger)),
            8.0,
            |_| 15.0,
        );
        let stands_s = stands_at_s(&worlds);
        assert!(
            (stands_s - at_s).abs() < 0.035,
            "{trigger}: {stands_s} instead of {at_s}"
        );
    }
}

#[test]
fn an_event_waits_for_its_delay_and_for_the_event_before_it() {
    let events = r#"
        (name: "slow", when: simulation_time(greater_than(0.995)), actions: [
            speed(actor: "car", to_mps: 6.0, over: (span: rate(2.0)))]),
        (name: "stop", when: storyboard_element_state(event: "slow", is: completed), delay_s: 1.5, actions: [
            speed(actor: "car", to_mps: 0.0)])"#;
    let worlds = play(&story("straight", -1, CAR, events), 8.0, |_| 10.0);
    let stands_s = stands_at_s(&worlds);
    assert!((stands_s - 4.5).abs() < 0.035, "{stands_s}");
}

#[test]
fn a_rising_edge_does_not_count_what_holds_from_the_start() {
    let events = r#"(name: "stop", edge: rising, when: speed(of: "ego", is: greater_than(9.0)), actions: [
        speed(actor: "car", to_mps: 0.0)])"#;
    let dip = |time_s: f64| {
        if (2.0..3.0).contains(&time_s) {
            8.0
        } else {
            10.0
        }
    };
    let worlds = play(&story("straight", -1, CAR, events), 5.0, dip);
    assert!((stands_at_s(&worlds) - 3.0).abs() < 0.035);
}

#[test]
fn a_walker_crosses_in_a_straight_line_and_stops_on_the_other_side() {
    let actors =
        r#"(name: "walker", models: ["child"], at: ahead(m: 40.0, left_m: -5.0), facing: left)"#;
    let events = r#"(name: "cross", when: simulation_time(greater_than(1.0)), actions: [
        cross(actor: "walker", to_left_m: 7.0, speed_mps: 1.5)])"#;
    let story = story("curve", -1, actors, events);
    let worlds = play(&story, 12.0, |_| 0.0);
    let place = |index: usize| {
        story
            .route
            .project(worlds[index].actors[0].world_from_actor.position())
    };
    assert!(
        (place(500).left_m - (-5.0 + 1.5 * 3.99)).abs() < 0.02,
        "{:?}",
        place(500)
    );
    assert!((place(1200).left_m - 7.0).abs() < 0.01 && worlds[1200].actors[0].speed_mps == 0.0);
    assert!((place(1200).along_m - 40.0).abs() < 0.1);
}

#[test]
fn background_traffic_queues_behind_a_standing_ego() {
    let actors = r#"(name: "car", models: ["sedan"], at: gap(m: -30.0), speed_mps: 10.0,
        behaviour: traffic(set_speed_mps: 12.0))"#;
    let story = story("straight", -1, actors, "");
    let worlds = play(&story, 25.0, |_| 0.0);
    let end = worlds.last().unwrap().actors[0];
    let place = story.route.project(end.world_from_actor.position());
    let gap_m = -place.along_m - f64::midpoint(drive::ego::EGO_LENGTH_M, 4.7);
    assert!(
        end.speed_mps < 0.1 && (1.5..3.5).contains(&gap_m),
        "{gap_m} {end:?}"
    );
}

#[test]
fn lights_run_their_program_until_an_event_overrides_it() {
    let text = r#"Story(
        title: "A test.", kind: negative, road: "crossing",
        ego: (at: (road: "west", lane: -1, s_m: 200.0), speed_mps: 10.0),
        set_speed_mps: 10.0,
        parameters: {"none": (about: "nothing", default: 0.0, range: (0.0, 0.0))},
        difficulty: (parameter: "none", levels: [0.0]),
        lights: (along: [(show: green, for_s: 3.0), (show: amber, for_s: 1.0), (show: red, for_s: 9.0)]),
        storyboard: [
            (name: "switch", when: traffic_signal(group: along, is: red), delay_s: 1.0, actions: [
                traffic_signal(group: along, show: green)]),
        ],
        until: simulation_time(greater_than(7.0)),
        duration_s: "30 + $none", route_m: 100.0, criteria: [no_collision],
    )"#;
    let story = compile(text);
    assert_eq!(story.stop_lines.len(), 1);
    assert!(
        (story.stop_lines[0].along_m - 114.0).abs() < 3.0,
        "{:?}",
        story.stop_lines
    );
    let worlds = play(&story, 8.0, |_| 0.0);
    let light = story.stop_lines[0].light;
    let states = [0, 299, 300, 400, 499, 502].map(|tick: usize| worlds[tick].lights[light]);
    let (green, amber, red) = (LightState::Green, LightState::Amber, LightState::Red);
    assert_eq!(states, [green, green, amber, red, red, green]);
    assert_eq!(
        worlds[0]
            .lights
            .iter()
            .filter(|state| **state == green)
            .count(),
        2
    );
    let mut director = Director::new(&story);
    let end = worlds.iter().find(|world| {
        director.direct(world);
        director.finished(world)
    });
    assert!((end.unwrap().tick.seconds() - 7.0).abs() < 0.015);
}

#[test]
fn an_actor_on_the_other_lane_starts_where_the_road_says() {
    let actors =
        r#"(name: "car", models: ["sedan"], at: ahead(m: 100.0, lanes: 1), speed_mps: 10.0)"#;
    let story = story("straight", -1, actors, "");
    let lane = LanePosition {
        road: "main".to_owned(),
        lane: 1,
        s_m: 200.0,
        offset_m: 0.0,
    };
    let expected = story.stage.road.pose(&lane).unwrap();
    let actor = story.stage.actors[0].world_from_actor;
    assert!(actor.position().distance_m(expected.position()) < 0.01);
    assert!(wrap_angle(actor.yaw_rad - expected.yaw_rad).abs() < 1e-6);
}
