//! JSON and folders with this crate's errors.

use std::fs;
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
