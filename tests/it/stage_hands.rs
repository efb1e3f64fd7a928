//! What several tests need: playing a story with any perceiver at the wheel.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use drive::camera::CameraModel;
use drive::driver::Driver;
use drive::ego::VehicleCommand;
use drive::frames::Point2;
use drive::labels::LANE_BOUNDARIES;
use drive::latency::Durations;
use drive::percept::{Boundary, BoundaryPoint, Percept};
use drive::time::Tick;
use perception::decode::decode;
use perception::encode::encode;
use perception::probabilities::Probabilities;
use scenarios::catalog;
use scenarios::director::Director;
use scenarios::judge::Judge;
use scenarios::random_world::{RandomWorld, Slice};
use scenarios::story::Story;
use sim::{Exposure as Pass, SimOptions, Simulation};
use understudy::audience::Nobody;
use understudy::camera::CameraKind;
use understudy::episode::{Episode, EpisodeOptions, Pictures, drive};
use understudy::perceiver::Perceiver;
use understudy::seat::Seat;

/// Runs the program to its end.
pub(crate) fn understudy(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_understudy"))
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .args(arguments)
        .output()
        .expect("the program starts")
}

/// Every story of the catalog.
pub(crate) fn all_stories() -> Vec<Story> {
    catalog::names()
        .map(|name| catalog::load(name).expect("the catalog is whole"))
        .collect()
}

/// Drives a story without latency on the given pass.
pub(crate) fn play(story: &Story, seed: u64, perceiver: Box<dyn Perceiver>, pass: Pass) -> Episode {
    let compiled = story
        .compile(seed, &BTreeMap::new())
        .expect("stories of the catalog compile");
    let seat = Seat::new(
        "driver",
        perceiver,
        Durations::fixed_ms(0.0),
        Driver::new(compiled.set_speed_mps),
    )
    .expect("a thread starts");
    let options = EpisodeOptions {
        camera: CameraKind::Sensor,
        pass,
        pictures: Pictures::Forget,
        chains_pixels: false,
        keep_logits: false,
        fork: None,
        real_time: false,
        stop: Arc::new(AtomicBool::new(false)),
    };
    drive(&compiled, &mut [seat], &options, &mut Nobody).expect("the story plays to its end")
}

/// How many seeds a claim is tested with: 1, or what `UNDERSTUDY_TEST_SEEDS` says.
pub(crate) fn seeds() -> std::ops::RangeInclusive<u64> {
    let count = std::env::var("UNDERSTUDY_TEST_SEEDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(1);
    1..=count
}

/// Four boundaries of straight 3.5 m lanes, as seen from the middle of one.
pub(crate) fn straight_lanes() -> [Boundary; LANE_BOUNDARIES] {
    [5.25, 1.75, -1.75, -5.25].map(|y_m| {
        (1..=10)
            .map(|step| BoundaryPoint {
                point_in_ego: Point2::new(5.0 * f64::from(step), y_m),
                y_std_m: 0.1,
                probability: 1.0,
            })
            .collect()
    })
}

/// Whether a story fails when the car brakes from the first tick on.
pub(crate) fn always_braking_fails(story: &Story) -> bool {
    let compiled = story
        .compile(1, &BTreeMap::new())
        .expect("stories of the catalog compile");
    let options = SimOptions { camera: None };
    let mut simulation =
        Simulation::new(&compiled.stage, &options).expect("physics needs no driver");
    let mut director = Director::new(&compiled);
    let mut judge = Judge::new(&compiled);
    let brake = VehicleCommand {
        accel_mps2: -4.0,
        steering_rad: 0.0,
    };
    while !director.finished(simulation.world()) {
        let world = simulation.world().clone();
        judge.observe(&world);
        simulation.step(&brake, &director.direct(&world));
    }
    !judge.verdict(&director.events().collect::<Vec<_>>()).pass
}

/// What the average of the truth over random worlds decodes to: a driver who knows only what is usual.
pub(crate) fn average_percept() -> Percept {
    const WORLDS: u64 = 12;
    let frames = (0..WORLDS).map(|seed| {
        let world = RandomWorld::new(seed, Slice::Training);
        let mut simulation =
            Simulation::new(&world.stage, &SimOptions::default()).expect("a driver is installed");
        simulation.place(&world.at(Tick(0)));
        let (_, labels) = simulation.expose(Pass::Labels).expect("the camera works");
        encode(&labels).one_hot()
    });
    let average = Probabilities::average(frames).expect("there is at least one world");
    decode(&average, &CameraModel::standard(), Tick(0))
}
