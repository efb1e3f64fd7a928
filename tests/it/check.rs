//! `understudy check`: a baseline holds or names what moved; parts joined are the whole; a check that was
//! stopped goes on.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;

/// A folder of its own with a pack of two short stories, the truth at the wheel.
struct Bench {
    folder: PathBuf,
}

impl Bench {
    fn new(name: &str) -> Self {
        let folder = format!("understudy-check-{}-{name}", std::process::id());
        let folder = std::env::temp_dir().join(folder);
        fs::create_dir_all(&folder).expect("the temporary folder is writable");
        let pack = r#"Pack(
    title: "Two short stories.",
    stories: ["pedestrian_near", "stationary_lead"],
    seeds: 2,
    driver: "truth",
    latency: "fixed:30",
    baseline: "two.baseline.json",
)"#;
        fs::write(folder.join("two.ron"), pack).unwrap();
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

    fn merge(&self, folders: &[&str], out: &str) -> Output {
        Command::new(env!("CARGO_BIN_EXE_understudy"))
            .arg("merge")
            .args(folders)
            .args(["--out", out])
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
    let entry = &mut baseline["runs"]["stationary_lead"]["2"];
    let gap_m = entry["quantities"]["min_gap_m"].as_f64().unwrap();
    entry["quantities"]["min_gap_m"] = (gap_m + 10.0).into();
    entry["digest"] = "0000".into();
    let expected = [
        format!(
            "stationary_lead seed 2: min_gap_m is {gap_m:.2}, the baseline has {:.2}",
            gap_m + 10.0
        ),
        "and allows".to_owned(),
        "stationary_lead seed 2: digest is".to_owned(),
        "3 passed, 1 failed".to_owned(),
    ];
    baseline["runs"]
        .as_object_mut()
        .unwrap()
        .remove("pedestrian_near");
    fs::write(&path, baseline.to_string()).unwrap();
    let expected = expected.each_ref().map(String::as_str);
    assert_code(&bench.check(&["--only", "stationary"]), 1, &expected[..3]);
    let new = [
        "pedestrian_near seed 1: the baseline does not know it",
        "--bless",
    ];
    assert_code(&bench.check(&["--only", "pedestrian"]), 1, &new);
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
        &bench.merge(&[&second, &first], &joined),
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
    assert_code(&bench.merge(&[&first], &joined), 2, &missing);
    assert_code(
        &bench.merge(&[&first, &whole], &joined),
        2,
        &["there twice", &first],
    );

    fs::write(bench.folder.join("two.baseline.json"), "{").unwrap();
    assert_code(&bench.check(&[]), 2, &["two.baseline.json:1:", "--bless"]);
}

#[test]
fn a_killed_check_shows_it_and_goes_on_where_it_was() {
    let bench = Bench::blessed("killed");
    let out = bench.path("out");
    let mut child = bench
        .command(&["--out", &out])
        .stdout(Stdio::null())
        .spawn()
        .expect("the program starts");
    wait_for_a_run(&bench.folder.join("out/runs"), &mut child);
    child.kill().expect("the check is still running");
    child.wait().unwrap();
    assert!(bench.folder.join("out/UNFINISHED").is_file());
    assert_code(
        &bench.merge(&[&out], &out),
        2,
        &["no check.json", "goes on"],
    );

    assert_code(&bench.check(&["--out", &out]), 0, &["4 passed, 0 failed"]);
    assert!(!bench.folder.join("out/UNFINISHED").exists());
    let driven = bench.result("out")["timing"]["driven"].as_u64().unwrap();
    assert!(
        (1..4).contains(&driven),
        "{driven} of 4 runs were driven again"
    );
    assert_code(
        &bench.check(&["--out", &out]),
        0,
        &["had been finished before"],
    );
}

/// Waits until one run is finished while the check goes on.
fn wait_for_a_run(folder: &Path, child: &mut Child) {
    let is_finished = |file: fs::DirEntry| {
        file.path()
            .extension()
            .is_some_and(|extension| extension == "json")
    };
    while child.try_wait().unwrap().is_none() {
        let files = fs::read_dir(folder).into_iter().flatten().flatten();
        if files.into_iter().any(is_finished) {
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("the check ended before it could be killed");
}
