//! Recorded runs: forks keep the world up to their tick, and `diff` names where two runs part.

use std::path::{Path, PathBuf};

use crate::stage_hands::understudy;

const STORY: &str = "stationary_lead";
const FORK_TICK: u64 = 300;

/// Records a run into a folder of its own under the build's scratch folder.
fn recorded(name: &str, arguments: &[&str]) -> String {
    let folder: PathBuf = [env!("CARGO_TARGET_TMPDIR"), "recorded", name]
        .iter()
        .collect();
    let folder = folder.to_str().expect("the path is plain").to_owned();
    let output = understudy(&[arguments, &["--out", &folder]].concat());
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(folder_is_whole(&folder), "{arguments:?}: {complaint}");
    folder
}

fn folder_is_whole(folder: &str) -> bool {
    Path::new(folder).join("run.json").is_file()
}

fn difference(a: &str, b: &str) -> serde_json::Value {
    let output = understudy(&["diff", a, b, "--json"]);
    serde_json::from_slice(&output.stdout).expect("--json prints an object")
}

#[test]
fn a_fork_keeps_the_world_up_to_its_tick_and_is_driven_by_another_from_there() {
    let run = ["run", STORY, "--driver", "truth", "--latency", "fixed:40"];
    let prompt = recorded("prompt", &run);
    let from = format!("{prompt}@{FORK_TICK}");
    let run = ["run", "--from", &from, "--driver", "truth", "--latency"];
    let same = recorded("same", &[&run[..], &["fixed:40"]].concat());
    assert_eq!(difference(&prompt, &same)["equal"], true);

    let late = recorded("late", &[&run[..], &["fixed:400"]].concat());
    let found = difference(&prompt, &late);
    assert_eq!(found["equal"], false);
    let first = &found["first_difference"];
    assert_eq!(
        first["layer"], "percept",
        "what arrives late differs first: {first}"
    );
    let worlds = [&prompt, &late].map(|folder| worlds_before(folder, FORK_TICK));
    assert_eq!(
        worlds[0], worlds[1],
        "the world before the fork is the recorded one"
    );
    let drift = found["drift"]["position_m"].as_f64().unwrap();
    assert!(drift > 0.1, "the late driver drives differently: {drift} m");
}

#[test]
fn a_fork_has_the_faults_of_the_run_it_leaves() {
    let run = ["run", STORY, "--driver", "truth", "--fault", "dirt:0.3@2"];
    let dirty = recorded("dirty", &run);
    let from = format!("{dirty}@{FORK_TICK}");
    let fork = recorded("dirty_fork", &["run", "--from", &from, "--driver", "truth"]);
    assert_eq!(difference(&dirty, &fork)["equal"], true);
}

#[test]
fn a_run_leaves_nothing_of_an_older_one_in_its_folder() {
    let run = ["run", STORY, "--driver", "truth"];
    let folder = recorded("anew", &[&run[..], &["--frames"]].concat());
    let frames = Path::new(&folder).join("frames");
    let count = |frames: &Path| std::fs::read_dir(frames).map_or(0, Iterator::count);
    std::fs::write(frames.join("mine.txt"), "not of a run").expect("the folder is writable");
    assert!(count(&frames) > 1);
    recorded("anew", &run);
    assert_eq!(count(&frames), 1, "what is no picture of a run stays");
}

fn worlds_before(folder: &str, tick: u64) -> Vec<serde_json::Value> {
    let trace = std::fs::read_to_string(Path::new(folder).join("trace.jsonl"));
    let trace = trace.expect("a recorded run has a trace");
    let lines = trace.lines().take(tick as usize + 1);
    let worlds = lines.map(|line| {
        let line: serde_json::Value = serde_json::from_str(line).expect("every line is JSON");
        line["tick"]["world"].clone()
    });
    worlds.collect()
}

#[test]
fn a_fork_of_no_run_or_beyond_its_end_is_told_what_to_write() {
    for (from, wanted) in [("nowhere@3s", "no finished run"), ("nowhere", "RUN@TICK")] {
        let output = understudy(&["run", "--from", from]);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2));
        assert!(error.contains(wanted), "{error}");
    }
}

#[test]
fn a_run_that_is_verified_was_driven_twice() {
    let output = understudy(&["run", STORY, "--driver", "truth", "--verify"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("equal to the bit"),
        "{text}"
    );
    let live = [
        "run",
        STORY,
        "--driver",
        "truth",
        "--latency",
        "live",
        "--verify",
    ];
    let error = understudy(&live).stderr;
    assert!(String::from_utf8_lossy(&error).contains("live"));
}
