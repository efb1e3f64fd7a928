//! `understudy check`: a baseline holds or names what moved; parts joined are the whole; a check that was
//! stopped goes on.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;

/// A story of three seconds.
const STORY: &str = r#"Story(
    title: "A car stands ahead.",
    kind: reaction,
    road: "straight",
    ego: (at: (road: "main", lane: -1, s_m: 50.0), speed_mps: "$speed"),
    set_speed_mps: "$speed",
    parameters: {"speed": (about: "m/s", default: 10.0, range: (5.0, 20.0), jitter: 2.0)},
    difficulty: (parameter: "speed", levels: [5.0, 10.0]),
    actors: [(name: "lead", models: ["sedan"], at: gap(m: 60.0))],
    duration_s: 3.0,
    route_m: 20.0,
    criteria: [no_collision],
)"#;
const PACK: &str = r#"Pack(
    title: "Two short stories.",
    stories: ["near.ron", "far.ron"],
    seeds: 2,
    driver: "truth",
    latency: "fixed:30",
    baseline: "two.baseline.json",
)"#;

/// A folder of its own with a pack of two short stories, the truth at the wheel.
struct Bench {
    folder: PathBuf,
}

impl Bench {
    fn new(name: &str) -> Self {
        let folder = format!("understudy-check-{}-{name}", std::process::id());
        let folder = std::env::temp_dir().join(folder);
        fs::create_dir_all(&folder).expect("the temporary folder is writable");
        let near = STORY.replace("gap(m: 60.0)", "gap(m: 45.0)");
        for (name, text) in [("far.ron", STORY), ("near.ron", &near), ("two.ron", PACK)] {
            fs::write(folder.join(name), text).expect("the folder is writable");
        }
        Self { folder }
    }

    fn path(&self, name: &str) -> String {
        let path = self.folder.join(name);
        path.to_str().expect("the path is plain text").to_owned()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_understudy"));
        command
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
            .args(["check", &self.path("two.ron")])
            .args(arguments);
        command
    }

    fn check(&self, arguments: &[&str]) -> Output {
        self.command(arguments)
            .output()
            .expect("the program starts")
    }

    fn blessed(name: &str) -> Self {
        let bench = Self::new(name);
        let output = bench.check(&["--bless"]);
        assert_code(&output, 1, &["4 entries added", "fails on purpose"]);
        bench
    }

    fn result(&self, out: &str) -> Value {
        let text = fs::read(self.folder.join(out).join("check.json")).expect("a result is there");
        serde_json::from_slice(&text).expect("the result is whole")
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        // What is left in the temporary folder does no harm.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn merge(folders: &[&str], out: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_understudy"))
        .arg("merge")
        .args(folders)
        .args(["--out", out])
        .output()
        .expect("the program starts")
}

/// Asserts the exit code, and that everything said together holds every one of `parts`.
fn assert_code(output: &Output, code: i32, parts: &[&str]) {
    let said = [&output.stdout[..], &output.stderr[..]].concat();
    let said = String::from_utf8_lossy(&said);
    assert_eq!(output.status.code(), Some(code), "{said}");
    for part in parts {
        assert!(said.contains(part), "`{part}` is missing in: {said}");
    }
}

/// The runs without what the wall clock says.
fn timeless(mut result: Value) -> Value {
    for run in result["runs"].as_array_mut().expect("a result has runs") {
        run["real_time_factor"] = Value::Null;
    }
    result["runs"].take()
}

#[test]
fn what_was_blessed_passes_and_a_moved_number_is_named_with_its_bound() {
    let bench = Bench::blessed("bless");
    assert_code(&bench.check(&[]), 0, &["4 passed, 0 failed", "x real time"]);

    let path = bench.folder.join("two.baseline.json");
    let mut baseline: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let entry = &mut baseline["runs"]["near"]["2"];
    let gap_m = entry["quantities"]["min_gap_m"].as_f64().unwrap();
    entry["quantities"]["min_gap_m"] = (gap_m + 10.0).into();
    entry["digest"] = "0000".into();
    let expected = [
        format!(
            "near seed 2: min_gap_m is {gap_m:.2}, the baseline has {:.2}",
            gap_m + 10.0
        ),
        "and allows".to_owned(),
        "near seed 2: digest is".to_owned(),
        "far seed 1: the baseline does not know it".to_owned(),
        "1 passed, 3 failed".to_owned(),
    ];
    baseline["runs"].as_object_mut().unwrap().remove("far");
    fs::write(&path, baseline.to_string()).unwrap();
    let expected = expected.each_ref().map(String::as_str);
    assert_code(&bench.check(&[]), 1, &expected);
}

#[test]
fn a_baseline_counts_for_its_cast_however_that_is_written_and_for_no_other() {
    let bench = Bench::blessed("cast");
    assert_code(
        &bench.check(&["--latency", "fixed:30.0"]),
        0,
        &["4 passed, 0 failed"],
    );
    assert_code(
        &bench.check(&["--latency", "fixed:40"]),
        0,
        &["baseline is of another cast"],
    );
    let later = PACK.replace("fixed:30", "fixed:40");
    fs::write(bench.folder.join("two.ron"), later).expect("the folder is writable");
    assert_code(&bench.check(&[]), 1, &["nothing of it counts", "--bless"]);
    assert_code(&bench.check(&["--bless"]), 1, &["4 entries added"]);
    assert_code(&bench.check(&[]), 0, &["4 passed, 0 failed"]);
}

#[test]
fn parts_joined_are_the_whole_and_a_missing_one_is_named() {
    let bench = Bench::blessed("parts");
    let [whole, first, second, joined] =
        ["whole", "first", "second", "joined"].map(|name| bench.path(name));
    assert_code(&bench.check(&["--out", &whole]), 0, &[]);
    assert_code(
        &bench.check(&["--out", &first, "--partition", "1/2"]),
        0,
        &["part 1 of 2"],
    );
    let kubernetes = bench
        .command(&["--out", &second, "--partition", "auto/2"])
        .env_remove("CI_NODE_INDEX")
        .env_remove("SLURM_ARRAY_TASK_ID")
        .env("JOB_COMPLETION_INDEX", "1")
        .output()
        .unwrap();
    assert_code(&kubernetes, 0, &["part 2 of 2"]);

    assert_code(
        &merge(&[&second, &first], &joined),
        0,
        &["4 passed, 0 failed"],
    );
    assert_eq!(
        timeless(bench.result("joined")),
        timeless(bench.result("whole"))
    );
    for name in ["junit.xml", "report.html"] {
        assert!(bench.folder.join("joined").join(name).is_file(), "{name}");
    }
    let missing = ["2 of 4 runs are missing", "part 2/2"];
    assert_code(&merge(&[&first], &joined), 2, &missing);
    assert_code(
        &merge(&[&first, &whole], &joined),
        2,
        &["there twice", &first],
    );

    fs::write(bench.folder.join("two.baseline.json"), "{").unwrap();
    assert_code(&bench.check(&[]), 2, &["two.baseline.json:1:", "--bless"]);
}

#[test]
fn a_killed_check_shows_it_and_goes_on_where_it_was() {
    let bench = Bench::new("killed");
    fs::write(
        bench.folder.join("two.ron"),
        PACK.replace("    baseline: \"two.baseline.json\",\n", ""),
    )
    .unwrap();
    let out = bench.path("out");
    // More runs than cores, so that some wait when the first is finished.
    let seeds = std::thread::available_parallelism().map_or(1, usize::from) + 1;
    let (runs, seeds) = (2 * seeds as u64, seeds.to_string());
    let arguments = ["--seeds", &seeds, "--out", &out];
    let mut child = bench
        .command(&arguments)
        .stdout(Stdio::null())
        .spawn()
        .expect("the program starts");
    wait_for_a_run(&bench.folder.join("out/runs"), &mut child);
    child.kill().expect("the check is still running");
    child.wait().unwrap();
    assert!(bench.folder.join("out/UNFINISHED").is_file());
    assert_code(&merge(&[&out], &out), 2, &["no check.json", "goes on"]);

    assert_code(
        &bench.check(&arguments),
        0,
        &[&format!("{runs} passed, 0 failed")],
    );
    assert!(!bench.folder.join("out/UNFINISHED").exists());
    let driven = bench.result("out")["timing"]["driven"].as_u64().unwrap();
    assert!(
        (1..runs).contains(&driven),
        "{driven} of {runs} runs were driven again"
    );
    assert_code(&bench.check(&arguments), 0, &["had been finished before"]);
}

/// Waits until one run is finished while the check goes on.
fn wait_for_a_run(folder: &Path, child: &mut Child) {
    let is_finished = |file: fs::DirEntry| {
        file.path()
            .extension()
            .is_some_and(|extension| extension == "json")
    };
    while child.try_wait().expect("the child is ours").is_none() {
        let files = fs::read_dir(folder).into_iter().flatten().flatten();
        if files.into_iter().any(is_finished) {
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("the check ended before it could be killed");
}
