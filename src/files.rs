//! Files that are either whole or not there: written beside their place, then renamed into it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Creates a folder and its parents.
///
/// # Errors
/// When it cannot be created; the message names it and the remedy.
pub fn create_folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).with_context(|| {
        format!(
            "cannot create the folder {}; choose another place with --out",
            path.display()
        )
    })
}

/// Writes a file so that no half-written one is ever seen under its name.
///
/// # Errors
/// When the folder is not writable or the disk is full; the message names the file.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let written = fs::write(&partial, bytes).and_then(|()| fs::rename(&partial, path));
    if written.is_err() {
        // The message below tells what happened; the remnant would only mislead.
        let _ = fs::remove_file(&partial);
    }
    written.with_context(|| {
        format!(
            "cannot write {}; is the disk full or the folder read-only?",
            path.display()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_file_is_whole_and_leaves_no_remnant() {
        let folder = std::env::temp_dir().join(format!("understudy-files-{}", std::process::id()));
        create_folder(&folder).unwrap();
        write_whole(&folder.join("a.txt"), b"whole").unwrap();
        let names: Vec<_> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(names, ["a.txt"]);
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_place_that_cannot_be_written_is_named() {
        let error = write_whole(Path::new("/proc/nowhere/a.txt"), b"x").unwrap_err();
        assert!(error.to_string().contains("/proc/nowhere/a.txt"));
    }
}
