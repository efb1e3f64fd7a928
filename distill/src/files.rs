//! JSON and folders with this crate's errors, and reading ahead.

use std::fs::{self, File};
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};

/// Writes a file so that no half-written one is ever seen under its name.
///
/// # Errors
/// If the file cannot be written.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    perception::files::write_whole(path, bytes).map_err(Error::file(path))
}

/// Writes a value as indented JSON, whole or not at all.
///
/// # Errors
/// If the file cannot be written.
pub fn write_json(path: &Path, value: &impl Serialize) -> Result<()> {
    let text = serde_json::to_vec_pretty(value)
        .map_err(|error| Error::content(path, &error, "report this as a fault of the program"))?;
    write_whole(path, &text)
}

/// Reads a value from JSON.
///
/// # Errors
/// If the file cannot be read or holds something else.
pub fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let text = fs::read(path).map_err(Error::file(path))?;
    serde_json::from_slice(&text)
        .map_err(|error| Error::content(path, &error, "delete it and make it again"))
}

/// Creates a folder and those above it.
///
/// # Errors
/// If it cannot be created.
pub fn create_folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(Error::file(path))
}

/// Has the system fetch a piece of a file without waiting for it. A hint: where there is no such call, or it fails,
/// the piece is fetched when it is read.
pub fn read_ahead(file: &File, offset: u64, bytes: usize) {
    #[cfg(target_os = "linux")]
    {
        let bytes = core::num::NonZeroU64::new(bytes as u64);
        let _ = rustix::fs::fadvise(file, offset, bytes, rustix::fs::Advice::WillNeed);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (file, offset, bytes);
}
