//! The report of a run: small, true to the trace, and alive in a real browser; a frame of it can be had again.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;

use crate::stage_hands::understudy;

/// Short, and student and truth part in it.
const STORY: &str = "lead_brakes_hard";
/// A story of 20 s must stay below 6 MB.
const MOST_BYTES_PER_S: f64 = 6e6 / 20.0;
/// What the page has besides the run: script, style, tables.
const PAGE_BYTES: f64 = 80e3;
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];
/// How long the browser may take, in steps of [`BROWSER_STEP`].
const BROWSER_STEPS: usize = 600;
const BROWSER_STEP: Duration = Duration::from_millis(200);

fn scratch() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("report")
}

fn run(driver: &str, more: &[&str]) -> Value {
    let base = [
        "run",
        STORY,
        "--driver",
        driver,
        "--latency",
        "fixed:60",
        "--json",
    ];
    let output = understudy(&[&base[..], more].concat());
    serde_json::from_slice(&output.stdout).expect("--json prints an object")
}

/// A run of the student with the truth in shadow, driven once for all tests.
fn recorded() -> &'static (PathBuf, Value) {
    static RUN: OnceLock<(PathBuf, Value)> = OnceLock::new();
    RUN.get_or_init(|| {
        let folder = scratch().join("run");
        let out = folder.to_str().expect("the path is plain");
        let record = run("student", &["--shadow", "truth", "--out", out]);
        (folder, record)
    })
}

fn page() -> String {
    fs::read_to_string(recorded().0.join("report.html")).expect("a run has a report")
}

/// The data of the page's first player.
fn data(page: &str) -> Value {
    let (_, after) = page
        .split_once("id='run-1-data'>")
        .expect("the page has data");
    let (json, _) = after.split_once("</script>").expect("the data ends");
    serde_json::from_str(json).expect("the data is JSON")
}

fn trace() -> Vec<Value> {
    let text = fs::read_to_string(recorded().0.join("trace.jsonl")).expect("a run has a trace");
    let lines = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("lines are JSON"));
    lines.map(|line: Value| line["tick"].clone()).collect()
}

#[test]
fn a_story_of_20_s_makes_a_page_below_6_mb() {
    let page = page();
    let ticks = data(&page)["exposures"]["tick"].clone();
    let end_s = ticks
        .as_array()
        .and_then(|ticks| ticks.last()?.as_f64())
        .unwrap()
        / 100.0;
    let bytes = page.len() as f64;
    assert!(
        bytes - PAGE_BYTES <= MOST_BYTES_PER_S * end_s,
        "{bytes} bytes for {end_s} s"
    );
    assert!(
        !page.contains("http://") && !page.contains("https://"),
        "it opens offline"
    );
}

#[test]
fn the_page_shows_what_the_trace_says() {
    let (data, trace) = (data(&page()), trace());
    let ticks = data["exposures"]["tick"].as_array().unwrap();
    assert_eq!(
        ticks.len(),
        trace.len().div_ceil(5),
        "every exposure tick is there"
    );
    let mut seen = vec![Value::Null; 2];
    let near = |page: &Value, traced: &Value, off: f64| {
        (page.as_f64().unwrap() - traced.as_f64().unwrap()).abs() <= off
    };
    for (number, tick) in trace.iter().enumerate() {
        for (seat, seen) in seen.iter_mut().enumerate() {
            let percept = &tick["seats"][seat]["percept"];
            if !percept.is_null() {
                *seen = percept["exposure"].clone();
                let arrival = [percept["exposure"].clone(), Value::from(number)];
                let arrivals = data["seats"][seat]["arrivals"].as_array().unwrap();
                assert!(arrivals.contains(&arrival.to_vec().into()));
            }
        }
        if number % 5 != 0 {
            continue;
        }
        let k = number / 5;
        assert_eq!(ticks[k], number);
        let speed = &tick["world"]["ego"]["state"]["speed_mps"];
        assert!(near(&data["exposures"]["speed_mps"][k], speed, 0.0051));
        for (seat, seen) in seen.iter().enumerate() {
            let (page, decision) = (&data["seats"][seat], &tick["seats"][seat]["decision"]);
            let word = &data["words"]["actions"][page["action"][k].as_u64().unwrap() as usize];
            assert_eq!(word.as_str().unwrap().replace(' ', "_"), decision["action"]);
            assert!(near(
                &page["accel_mps2"][k],
                &decision["accel_mps2"],
                0.0051
            ));
            assert_eq!(page["seen"][k], *seen);
        }
    }
}

#[test]
fn every_box_over_a_picture_is_one_of_the_trace() {
    let (data, trace) = (data(&page()), trace());
    let mut boxes = 0;
    for seat in 0..2 {
        for percept in data["seats"][seat]["percepts"].as_array().unwrap() {
            let traced = trace.iter().map(|tick| &tick["seats"][seat]["percept"]);
            let traced = traced.filter(|traced| !traced.is_null());
            let mut traced = traced.filter(|traced| traced["exposure"] == percept["tick"]);
            let objects = traced.next().expect("it arrived")["objects"]
                .as_array()
                .unwrap();
            let drawn = percept["boxes"].as_array().unwrap();
            assert_eq!(drawn.len(), objects.len());
            for (drawn, object) in drawn.iter().zip(objects) {
                let left_px = object["box_px"]["left"].as_f64().unwrap();
                assert_eq!(drawn["sides_px"][0].as_f64().unwrap(), left_px.round());
                let percent = 100.0 * object["probability"].as_f64().unwrap();
                assert_eq!(drawn["percent"].as_f64().unwrap(), percent.round());
                boxes += 1;
            }
        }
    }
    assert!(boxes > 20, "the lead is seen in many pictures: {boxes}");
}

#[test]
fn filming_a_run_changes_no_bit_of_it() {
    let filmed = &recorded().1["digest"];
    assert_eq!(*filmed, run("student", &["--shadow", "truth"])["digest"]);
    let out = scratch().join("truth");
    let filmed = run(
        "truth",
        &["--out", out.to_str().expect("the path is plain")],
    );
    assert_eq!(filmed["digest"], run("truth", &[])["digest"]);
}

#[test]
fn a_failed_run_that_nobody_watched_tells_what_its_driver_decided_then() {
    let out = scratch().join("late");
    let folder = out.to_str().expect("the path is plain");
    let late = ["--driver", "truth", "--latency", "fixed:1500"];
    let output = understudy(&[&["run", STORY, "--out", folder][..], &late].concat());
    assert_eq!(output.status.code(), Some(1));
    let page = fs::read_to_string(out.join("report.html")).expect("a run has a report");
    let (_, cause) = page.split_once("<h3>Cause</h3>").expect("it has a cause");
    let (cause, _) = cause.split_once("</div>").expect("which ends");
    assert_eq!(cause.matches(" s truth decides: ").count(), 1, "{cause}");
    assert!(cause.contains("--shadow teacher"), "{cause}");
}

#[test]
fn a_frame_of_a_recorded_run_can_be_had_again_to_the_bit() {
    let folder = &recorded().0;
    let out = scratch().join("frame");
    let arrivals = data(&page())["seats"][0]["arrivals"].clone();
    let used = arrivals[20][0].as_u64().expect("20 frames were used");
    let moment = format!("{}@{}", folder.display(), used + 2);
    let output = understudy(&["frames", &moment, "--out", out.to_str().unwrap()]);
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(
        told.contains(&format!("the frame of tick {used} ")),
        "{told}"
    );
    assert!(told.contains("to the bit the recorded one"), "{told}");
    assert_eq!(
        told.matches("equal to the recorded percept").count(),
        2,
        "{told}"
    );
    for file in ["input", "labels", "depth", "student-overlay", "truth-lanes"] {
        let picture = image::open(out.join(format!("{file}.png"))).expect("it is a picture");
        assert_eq!((picture.width(), picture.height()), (1024, 512));
    }
}

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn the_player_passes_its_own_test_in_a_real_browser() {
    let Some(browser) = browser() else {
        eprintln!("skipped: none of {} is installed", BROWSERS.join(", "));
        return;
    };
    let page = recorded().0.join("report.html");
    let dump = scratch().join("dump.html");
    let profile = scratch().join("browser");
    let mut child = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"])
        .args(["--virtual-time-budget=60000", "--window-size=1280,720"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(format!("file://{}#selftest", page.display()))
        .stdout(File::create(&dump).expect("the scratch folder is writable"))
        .stderr(Stdio::null())
        .spawn()
        .expect("the browser was found");
    let mut waits = 0..BROWSER_STEPS;
    while child.try_wait().expect("it is our child").is_none() {
        if waits.next().is_none() {
            child.kill().expect("it is our child");
        }
        sleep(BROWSER_STEP);
    }
    let dumped = fs::read_to_string(&dump).expect("it was written");
    let title = dumped
        .split_once("<title>")
        .and_then(|(_, after)| after.split_once("</title>"));
    let title = title.map(|(title, _)| title);
    assert!(
        title.is_some_and(|title| title.starts_with("selftest passed")),
        "{title:?}"
    );
}

fn browser() -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&folders).collect();
    let places = BROWSERS
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    places.into_iter().find(|place| place.is_file())
}
