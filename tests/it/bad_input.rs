//! Bad input gets one clear message with the remedy and exit code 2; nothing half-written stays.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::stage_hands::understudy;

/// Asserts exit code 2 and one message that holds every one of `parts`.
fn assert_refused(arguments: &[&str], parts: &[&str]) {
    let output = understudy(arguments);
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {message}");
    assert!(!message.contains("panicked"), "{message}");
    for part in parts {
        assert!(message.contains(part), "`{part}` is missing in: {message}");
    }
}

fn scratch(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("understudy-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("the temporary folder is writable");
    folder
}

#[test]
fn an_unknown_story_is_answered_with_the_known_ones() {
    assert_refused(
        &["run", "cut_inn", "--driver", "truth"],
        &["cut_inn", "cut_in", "red_light"],
    );
}

#[test]
fn a_broken_story_names_file_line_and_column() {
    let folder = scratch("broken");
    let path = folder.join("broken.ron");
    std::fs::write(&path, "Story(\n  title: \"x\",\n  nonsense: 3,\n)\n").unwrap();
    assert_refused(
        &["run", path.to_str().unwrap(), "--driver", "truth"],
        &["broken.ron:3:", "nonsense", "title"],
    );
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn an_unknown_pack_is_answered_with_the_shipped_ones_and_a_broken_one_with_its_place() {
    assert_refused(&["check", "catalogue"], &["`catalogue`", "catalog"]);
    assert_refused(
        &["check", "--only", "cut_inn"],
        &["`cut_inn`", "cut_in_fog"],
    );
    assert_refused(&["check", "--partition", "5/4"], &["5/4", "auto/N"]);
    let folder = scratch("pack");
    let path = folder.join("mine.ron");
    let pack = "Pack(\n  title: \"x\",\n  stories: [\"cut_inn\"],\n  driver: \"truth\",\n)\n";
    std::fs::write(&path, pack).unwrap();
    let path = path.to_str().unwrap();
    assert_refused(
        &["check", path],
        &["mine.ron:3:14:", "`cut_inn`", "cut_in,"],
    );
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn missing_weights_name_the_file_and_the_remedy() {
    let folder = scratch("weights");
    let assets = folder.to_str().unwrap();
    assert_refused(
        &["run", "cut_in", "--driver", "student", "--assets", assets],
        &["student.safetensors"],
    );
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_place_that_cannot_be_written_is_named() {
    assert_refused(
        &[
            "run",
            "cut_in",
            "--driver",
            "truth",
            "--out",
            "/proc/nowhere",
        ],
        &["/proc/nowhere", "--out"],
    );
}

#[test]
fn an_unknown_driver_or_latency_lists_what_there_is() {
    assert_refused(
        &["run", "cut_in", "--driver", "techer"],
        &["did you mean `teacher`?", "`truth`, `teacher`, `student`"],
    );
    assert_refused(&["run", "cut_in", "--latency", "fast"], &["fixed:MS"]);
}

#[test]
fn a_foreign_network_without_a_file_or_a_median_is_told_what_to_give() {
    let missing = ["run", "cut_in", "--driver", "onnx:nowhere.onnx"];
    assert_refused(&missing, &["nowhere.onnx", "understudy export student"]);
    let folder = scratch("foreign");
    let file = folder.join("student.onnx");
    let file = file.to_str().unwrap();
    let output = understudy(&["export", "student", "--out", file]);
    assert!(output.status.success());
    let driver = format!("onnx:{file}");
    assert_refused(
        &["run", "cut_in", "--driver", &driver, "--latency", "fixed"],
        &[file, "no recorded median", "fixed:MS", "profile:FILE"],
    );
    std::fs::remove_dir_all(folder).unwrap();
    for network in ["studnet", "int8_student"] {
        let quoted = format!("`{network}`");
        assert_refused(
            &["export", network],
            &[
                &quoted,
                "there is `teacher`, `student` and `hard_label_student`, or name",
            ],
        );
    }
}

#[test]
fn a_missing_vulkan_driver_is_told_with_the_package_to_install() {
    let output = Command::new(env!("CARGO_BIN_EXE_understudy"))
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .env("VK_DRIVER_FILES", "/nonexistent.json")
        .env("VK_ICD_FILENAMES", "/nonexistent.json")
        .args(["run", "cut_in", "--driver", "truth"])
        .output()
        .expect("the program starts");
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(message.contains("mesa-vulkan-drivers"), "{message}");
}
