//! Every source file says what it is for and holds one idea.

use std::fs;
use std::path::{Path, PathBuf};

/// Longest source file allowed, in lines.
const MOST_LINES: usize = 400;
const SOURCE_FOLDERS: [&str; 8] = [
    "src",
    "drive",
    "scenarios",
    "sim",
    "perception",
    "distill",
    "examples",
    "tests",
];

fn source_files() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in SOURCE_FOLDERS {
        collect(&root.join(folder), &mut files);
    }
    files
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("source folders exist") {
        let path = entry.expect("source folders can be read").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

#[test]
fn every_file_begins_with_what_it_is_for() {
    for path in source_files() {
        let text = fs::read_to_string(&path).unwrap();
        assert!(
            text.starts_with("//! "),
            "{} must begin with a `//!` sentence",
            path.display()
        );
    }
}

#[test]
fn no_file_outgrows_one_idea() {
    for path in source_files() {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!(
            lines <= MOST_LINES,
            "{} has {lines} lines, more than {MOST_LINES}",
            path.display()
        );
    }
}
