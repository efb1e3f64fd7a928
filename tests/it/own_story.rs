//! A story of one's own: checked without driving, one level of it driven, and told when nothing happens in it.

use std::path::PathBuf;

use crate::stage_hands::understudy;

/// A car stands far ahead, and an event waits for a time that never comes.
const STORY: &str = r#"Story(
    title: "A car stands far ahead.",
    kind: negative,
    road: "straight",
    ego: (at: (road: "main", lane: -1, s_m: 50.0), speed_mps: "$speed"),
    set_speed_mps: "$speed",
    parameters: {"speed": (about: "ego's speed in m/s", default: 10.0, range: (5.0, 20.0), jitter: 2.0)},
    difficulty: (parameter: "speed", levels: [5.0, 10.0]),
    actors: [(name: "lead", models: ["sedan"], at: gap(m: 300.0))],
    storyboard: [
        (name: "at_once", when: simulation_time(less_than(9.0)), actions: [speed(actor: "lead", to_mps: 1.0)]),
        (name: "too_fast", when: speed(of: "lead", is: greater_than(60.0)), actions: [speed(actor: "lead", to_mps: 2.0)]),
    ],
    duration_s: 1.0,
    route_m: 10.0,
    criteria: [no_collision],
)"#;

fn written(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("understudy-{name}-{}.ron", std::process::id()));
    std::fs::write(&path, STORY).expect("the temporary folder is writable");
    path
}

/// What the program prints about the story.
fn said(name: &str, arguments: &[&str]) -> String {
    let path = written(name);
    let file = path
        .to_str()
        .expect("the temporary folder has a plain name");
    let output = understudy(&[&["run", file, "--driver", "truth"], arguments].concat());
    std::fs::remove_file(&path).expect("it was just written");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{errors}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn an_event_that_never_begins_is_named() {
    let table = said("idle", &[]);
    assert!(table.contains("`too_fast` never began"), "{table}");
    assert!(!table.contains("at_once"), "{table}");
}

#[test]
fn the_record_holds_when_events_began_and_what_the_seed_drew() {
    let json = said("record", &["--json", "--seed", "3"]);
    let record: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(record["events"][0]["began_s"], 0.0);
    assert!(record["events"][1]["began_s"].is_null());
    let drawn = record["values"]["speed"].as_f64().unwrap();
    assert!((8.0..=12.0).contains(&drawn) && drawn != 10.0, "{drawn}");
}

#[test]
fn a_level_can_be_set_and_a_file_checked_without_driving() {
    let plan = said("plan", &["--dry-run", "--set", "speed=17.5"]);
    assert!(plan.contains("17.50") && plan.contains("5..20"), "{plan}");
    assert!(!plan.contains("verdict"), "{plan}");
}

#[test]
fn a_road_of_ones_own_lies_beside_the_story() {
    let folder = std::env::temp_dir().join(format!("understudy-road-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("the temporary folder is writable");
    let road = include_str!("../../scenarios/roads/straight.xodr");
    std::fs::write(folder.join("mine.xodr"), road).expect("the folder is writable");
    let path = folder.join("on_my_road.ron");
    let story = STORY.replace("road: \"straight\"", "road: \"mine.xodr\"");
    std::fs::write(&path, story).expect("the folder is writable");
    let file = path.to_str().expect("the path is plain");
    let output = understudy(&["run", file, "--driver", "truth"]);
    std::fs::remove_dir_all(&folder).expect("it was just made");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{errors}");
}

#[test]
fn a_story_named_twice_is_refused_where_runs_are_paired() {
    let output = understudy(&["grid", "cut_in", "cut_in", "--seeds", "1"]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert!(errors.contains("is there twice"), "{errors}");
}
