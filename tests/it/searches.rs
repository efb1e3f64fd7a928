//! A search that was killed takes up what it had driven.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::stage_hands::understudy;

/// How often the journal is looked at, and how many times: longer than any story takes on a busy machine.
const LOOKS: (Duration, usize) = (Duration::from_millis(20), 6000);

#[test]
fn an_envelope_that_was_killed_goes_on_with_the_levels_it_had_driven() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("searches");
    let _ = fs::remove_dir_all(&folder);
    let result = folder.join("envelope.json");
    let journal = folder.join("envelope.json.journal");
    let out = result.to_str().expect("the path is plain");
    let search = [
        "envelope",
        "pedestrian_near",
        "--driver",
        "truth",
        "--out",
        out,
    ];
    let mut killed = Command::new(env!("CARGO_BIN_EXE_understudy"))
        .args(search)
        .stdout(Stdio::null())
        .spawn()
        .expect("the program starts");
    let first_line = (0..LOOKS.1).find_map(|_| {
        std::thread::sleep(LOOKS.0);
        let text = fs::read_to_string(&journal).ok()?;
        Some(text.split_once('\n')?.0.to_owned())
    });
    let first_line = first_line.expect("a level is driven");
    killed.kill().expect("it still runs");
    killed.wait().expect("it has ended");
    assert!(!result.exists());

    // What is remembered decides: the easiest level as a failure.
    let failure = r#""piece":{"criterion":"no_collision","value":null,"bound":null,"tick":7,"text":"remembered"}"#;
    let changed = first_line.replace(r#""piece":null"#, failure);
    assert_ne!(changed, first_line);
    fs::write(&journal, format!("{changed}\n{{\"cut off")).expect("the folder is writable");
    assert!(understudy(&search).status.success());
    let text = fs::read_to_string(&result).expect("the result is written");
    let records: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!(records[0]["passed_levels"], 0);
    assert_eq!(records[0]["broken"]["text"], "remembered");
    assert!(!journal.exists());
}
