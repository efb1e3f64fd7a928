//! The same seed gives the same run, in another process too.

use std::path::Path;
use std::process::Command;

/// Runs a story in a process of its own; returns the digest it printed.
fn digest_of_a_process(driver: &str, seed: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_understudy"))
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .args([
            "run",
            "cut_in",
            "--driver",
            driver,
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
    let first = digest_of_a_process("truth", "3");
    assert_eq!(first, digest_of_a_process("truth", "3"));
    assert_ne!(
        first,
        digest_of_a_process("truth", "4"),
        "another seed is another run"
    );
}

#[test]
fn a_network_at_the_wheel_drives_the_same_run_twice_to_the_bit() {
    let first = digest_of_a_process("student", "3");
    assert_eq!(first, digest_of_a_process("student", "3"));
    assert_ne!(first, digest_of_a_process("truth", "3"));
}
