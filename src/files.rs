//! Folders and files with messages that name the remedy.

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
    perception::files::write_whole(path, bytes).with_context(|| unwritable(path))
}

/// What to say of a file that cannot be written.
pub(crate) fn unwritable(path: &Path) -> String {
    format!(
        "cannot write {}; is the disk full or the folder read-only?",
        path.display()
    )
}

/// A network's name, or words about one, as part of a file's name.
pub fn in_file_name(words: &str) -> String {
    words.replace(['/', ':', ' '], "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_that_cannot_be_written_is_named() {
        let error = write_whole(Path::new("/proc/nowhere/a.txt"), b"x").unwrap_err();
        assert!(error.to_string().contains("/proc/nowhere/a.txt"));
    }
}
