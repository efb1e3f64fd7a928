//! The whole way of learning, from frames to a report card, on a handful of frames and steps: nothing is learned, but
//! every file is written, read by the next command, and taken up again.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::stage_hands::understudy;

const SWEEP: &str = "(
    base: (temperature: 2.0, soft_share: 0.7),
    proxy: (steps: 2),
    axes: [label_share([0.5]), form],
    finals: (steps: 3, seeds: [1]),
)";

/// A folder that is gone when the test is over.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        let folder =
            std::env::temp_dir().join(format!("understudy-learning-{}", std::process::id()));
        fs::create_dir_all(folder.join("assets/models")).expect("the temporary folder is writable");
        Self(folder)
    }

    /// A path in it, as text.
    fn at(&self, path: &str) -> String {
        self.0.join(path).display().to_string()
    }

    /// Runs a command line; `@` stands for this folder.
    fn run(&self, line: &str) -> String {
        let line = line.replace('@', &self.at(""));
        let arguments: Vec<&str> = line.split_whitespace().collect();
        let output = understudy(&arguments);
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{line}: {told}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Ships what a training left, under its name.
    fn ship(&self, folder: &str, name: &str) {
        for ending in ["safetensors", "json"] {
            let file = format!("{name}.{ending}");
            let from = Path::new(&self.at(folder)).join(&file);
            fs::copy(from, self.0.join("assets/models").join(file)).expect("the training wrote it");
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed is the system's to remove.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn from_frames_to_a_report_card_every_command_takes_up_what_the_one_before_left() {
    let scratch = Scratch::new();
    scratch.run("capture --worlds 10 --frames 2 --out @data");
    trains(&scratch);
    judges(&scratch);
    prunes(&scratch);
    learns_from_its_own_driving(&scratch);
    sweeps_and_takes_up(&scratch);
}

fn trains(scratch: &Scratch) {
    let told = scratch.run("train teacher --data @data --steps 2 --out @teacher");
    assert!(told.contains("doctor: "), "{told}");
    scratch.run("train hard_label_student --data @data --steps 2 --out @control");
    let told =
        scratch.run("targets --data @data --teacher @teacher/teacher.safetensors --out @said.bin");
    assert!(
        told.contains("temperatures that make the teacher's confidence true"),
        "{told}"
    );
    // With this seed the untaught student hits nobody on its own drives: no world ends early.
    scratch.run("distill --seed 2 --data @data --targets @said.bin --steps 2 --out @student");
    scratch.ship("teacher", "teacher");
    scratch.ship("control", "hard_label_student");
    scratch.ship("student", "student");
}

fn judges(scratch: &Scratch) {
    let card = scratch.run("evaluate --assets @assets --data @data --out @card --explain --json");
    let card: Value = serde_json::from_str(&card).expect("--json prints JSON");
    // Of one test world: it has no stop line, and who answers nothing to nothing has no figure.
    assert_eq!(card["heads"].as_object().map(serde_json::Map::len), Some(7));
    assert!(card["heads"]["stop_line"].is_null());
    assert!(card["retention_macro"].is_f64());
    assert!(card["heads"]["lanes"]["hard_label_student"].is_f64());
    let page = fs::read_to_string(scratch.at("card/report.html")).expect("the page is there");
    assert!(page.contains("What the teacher tells besides the label"));
}

fn prunes(scratch: &Scratch) {
    let told = scratch.run(
        "prune @student/student.safetensors --data @data --frames 2 --keep 0.95 --out @pruned",
    );
    assert!(told.contains("taken"), "{told}");
    scratch.run("distill --data @data --targets @said.bin --from @pruned/student.safetensors --steps 1 --out @again");
    let card = fs::read_to_string(scratch.at("again/student.json")).expect("the card is there");
    assert!(card.contains("begins_with"), "{card}");
}

fn learns_from_its_own_driving(scratch: &Scratch) {
    let told = scratch.run(
        "distill --seed 2 --data @data --targets @said.bin --steps 2 --out @student --rounds 1 --round-worlds 2 \
         --round-steps 1 --round-stories slow_lead --teacher @teacher/teacher.safetensors",
    );
    assert!(told.contains("round 1: 8 frames kept"), "{told}");
    assert!(told.contains("after round 1: slow_lead"), "{told}");
    let card =
        fs::read_to_string(scratch.at("student/round_1/student.json")).expect("the card is there");
    let first = fs::read_to_string(scratch.at("student/student.json")).expect("the card is there");
    let digest = |card: &str| -> Value { serde_json::from_str(card).expect("a card is JSON") };
    let (card, first) = (digest(&card), digest(&first));
    assert_eq!(card["recipe"]["begins_with"], first["weights_digest"]);
    assert_ne!(card["data_digest"], first["data_digest"]);
}

/// A sweep trains everything once; given again it only reads.
fn sweeps_and_takes_up(scratch: &Scratch) {
    fs::write(scratch.at("sweep.ron"), SWEEP).expect("the temporary folder is writable");
    let sweep = || {
        scratch.run(
            "sweep @sweep.ron --finals --data @data --targets @said.bin --teacher @teacher/teacher.safetensors \
             --out @sweep",
        );
        fs::read_to_string(scratch.at("sweep/sweep.json")).expect("the summary is there")
    };
    let first = sweep();
    let summary: Value = serde_json::from_str(&first).expect("a summary is JSON");
    let places = |axis: usize| summary["axes"][axis]["places"].as_array().map(Vec::len);
    assert_eq!((places(0), places(1)), (Some(1), Some(6)));
    assert!(summary["axes"][0]["places"][0]["gain"]["low"].is_f64());
    assert!(summary["finals"]["standings"]["retention_worst"]["value"].is_f64());
    assert_eq!(sweep(), first);
}
