//! The same seed gives the same run, in another process too.

use std::path::Path;
use std::process::Command;

/// Runs a story with truth at the wheel in a process of its own; returns the digest it printed.
fn digest_of_a_process(seed: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_understudy"))
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .args([
            "run",
            "cut_in",
            "--driver",
            "truth",
            "--latency",
            "fixed:80",
            "--json",
            "--seed",
            seed,
        ])
        .output()
        .expect("the program starts");
    let record: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("--json prints one object per run");
    record["digest"]
        .as_str()
        .expect("a run has a digest")
        .to_owned()
}

#[test]
fn the_same_seed_gives_the_same_digest_in_two_processes() {
    let first = digest_of_a_process("3");
    assert_eq!(first, digest_of_a_process("3"));
    assert_ne!(
        first,
        digest_of_a_process("4"),
        "another seed is another run"
    );
}
