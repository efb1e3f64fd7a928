//! A network drives the same whatever computes it: this product's engine, candle, or tract from its ONNX file.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use drive::decision::Decision;
use drive::latency::LatencyMode;
use perception::network::Backend;
use perception::{onnx, weights};
use scenarios::catalog;
use understudy::episode::Pictures;
use understudy::models::{Assets, Who};
use understudy::theatre::{Cast, Played, Theatre};

/// A story of twenty seconds in which the student follows, slows and stops.
const STORY: &str = "pedestrian_near";
/// Largest difference of the wanted acceleration, in metres per second squared: what rounding makes of itself in a loop.
const ACCEL_TOLERANCE_MPS2: f64 = 0.05;

fn exported_student() -> PathBuf {
    let file = std::env::temp_dir().join(format!("understudy-drives-{}.onnx", std::process::id()));
    let student = Assets::find(None)
        .expect("assets are here")
        .weights(&Who::Student);
    let (card, net) = weights::load(&student).expect("the student is shipped");
    let bytes = onnx::export(&net, &card).expect("its tensors can be read");
    std::fs::write(&file, bytes).expect("the temporary folder is writable");
    file
}

fn played_by(driver: Who, backend: Backend) -> Played {
    let cast = Cast::alone(driver, LatencyMode::Fixed(80.0), backend);
    let theatre =
        Theatre::open(None, cast, Arc::new(AtomicBool::new(false))).expect("the network loads");
    let story = catalog::load(STORY).expect("the catalog is whole");
    theatre
        .play(&story, 1, Pictures::Forget)
        .expect("the story plays to its end")
}

fn decisions(played: &Played) -> Vec<Decision> {
    let frames = played.episode.frames.iter();
    frames.map(|frame| frame.seats[0].decision).collect()
}

/// The same action for the same kind of reason on every frame, and nearly the same wanted acceleration.
fn assert_same_decisions(wanted: &[Decision], found: &[Decision]) {
    assert_eq!(wanted.len(), found.len());
    for (wanted, found) in wanted.iter().zip(found) {
        let same = wanted.action == found.action
            && std::mem::discriminant(&wanted.reason) == std::mem::discriminant(&found.reason)
            && (wanted.accel_mps2 - found.accel_mps2).abs() < ACCEL_TOLERANCE_MPS2;
        assert!(same, "{wanted:?}\n{found:?}");
    }
    let mut actions: Vec<_> = wanted.iter().map(|decision| decision.action).collect();
    actions.dedup();
    assert!(
        actions.len() > 2,
        "a story that asks for something: {actions:?}"
    );
}

#[test]
fn the_student_decides_the_same_in_candle_on_every_frame_of_a_story() {
    let own = played_by(Who::Student, Backend::default());
    let candle = played_by(Who::Student, Backend::Candle);
    assert_same_decisions(&decisions(&own), &decisions(&candle));
}

#[test]
fn the_exported_student_decides_as_the_student_on_every_frame_of_a_story() {
    let file = exported_student();
    let student = played_by(Who::Student, Backend::default());
    let foreign = played_by(Who::Onnx(file.clone()), Backend::default());
    let bytes = std::fs::read(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    assert_same_decisions(&decisions(&student), &decisions(&foreign));
    let record = &foreign.record.networks[&format!("onnx:{}", file.display())];
    assert_eq!(
        record.weights_digest,
        perception::files::digest([&bytes[..]])
    );
    assert_eq!(record.flops, student.record.networks["student"].flops);
}
