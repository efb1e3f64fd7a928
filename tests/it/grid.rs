//! The attribution grid names planted faults: a student that is only late, and one that only sees badly.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use perception::network::Backend;
use perception::ops::Isa;
use scenarios::story::{Story, StoryError};
use understudy::grid::cause::Cause;
use understudy::grid::cells::Cells;
use understudy::grid::contestant::Contestant;
use understudy::grid::plan::{GridPlan, Programme};
use understudy::grid::record::GridRecord;
use understudy::pack::playing::Stage;

/// A car stands ahead: whoever is late hits it, and whoever sees cars everywhere does not get there.
const STORY: &str = r#"Story(
    title: "A car stands ahead.",
    kind: reaction,
    road: "straight",
    ego: (at: (road: "main", lane: -1, s_m: 50.0), speed_mps: "$speed"),
    set_speed_mps: "$speed",
    parameters: {"speed": (about: "m/s", default: 14.0, range: (5.0, 20.0), jitter: 0.5)},
    difficulty: (parameter: "speed", levels: [5.0, 14.0]),
    actors: [(name: "lead", models: ["sedan"], at: gap(m: 36.0))],
    duration_s: 5.0,
    route_m: 20.0,
    criteria: [no_collision, reaches(distance_m: 22.0)],
)"#;

#[test]
fn a_student_that_is_only_late_and_one_that_only_sees_badly_are_told_apart() {
    let story = Story::parse("car", "car.ron", STORY, |name| {
        Err(StoryError::Unknown {
            name: name.to_owned(),
            known: String::new(),
        })
    });
    let contestant = |text: &str, faults: &[&str]| Contestant {
        faults: faults.iter().map(|fault| fault.parse().unwrap()).collect(),
        ..text.parse().unwrap()
    };
    let contestants = vec![
        contestant("student", &[]),
        contestant("student@fixed:900", &[]),
        contestant("student", &["noise:120@0"]),
    ];
    let cells = Cells::grid(&contestants, 0, 1.0).unwrap();
    let backend = Backend::Engine {
        threads: 1,
        isa: Isa::best(),
    };
    let programme = Programme {
        stories: vec![("car".to_owned(), story.unwrap())],
        seeds: 4,
    };
    let plan = GridPlan::new(contestants, cells, programme, backend, None).unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let stage = Stage {
        theatres: &plan.theatres(None, &stop).unwrap(),
        store: None,
        program: "",
        engine: "",
    };
    let runs = stage.play_all(&plan.jobs()).unwrap();
    let record = GridRecord::new(&plan, &runs).unwrap();
    let causes: Vec<Cause> = record.stories[0]
        .attributions
        .iter()
        .map(|line| line.attribution.cause)
        .collect();
    assert_eq!(
        causes,
        [Cause::Latency, Cause::Quality],
        "{:#?}",
        record.stories
    );
}
