//! Finished pieces of a long command, kept beside its result until that is written: given again after it was stopped, the
//! command takes them from there.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use anyhow::{Context, Result};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::files::{create_folder, unwritable};

/// What is appended to the result's name.
const ENDING: &str = "journal";

/// Pieces by their keys; a key names everything that decides its piece.
#[derive(Debug, Default)]
pub struct Journal {
    known: BTreeMap<String, Value>,
    file: Option<(PathBuf, Mutex<File>)>,
}

/// One line of the file.
#[derive(Serialize, Deserialize)]
struct Line {
    key: String,
    piece: Value,
}

impl Journal {
    /// The journal of the command that writes `result`, with what an earlier one left; a line that was cut off is none.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn beside(result: &Path) -> Result<Self> {
        let mut name = result.as_os_str().to_owned();
        name.push(".");
        name.push(ENDING);
        let path = PathBuf::from(name);
        let folder = path.parent();
        if let Some(folder) = folder.filter(|folder| !folder.as_os_str().is_empty()) {
            create_folder(folder)?;
        }
        let text = fs::read_to_string(&path).unwrap_or_default();
        let lines = text
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        let known = lines.map(|Line { key, piece }| (key, piece)).collect();
        let file = OpenOptions::new().create(true).append(true).open(&path);
        let mut file = file.with_context(|| unwritable(&path))?;
        if !text.is_empty() && !text.ends_with('\n') {
            file.write_all(b"\n").with_context(|| unwritable(&path))?;
        }
        Ok(Self {
            known,
            file: Some((path, Mutex::new(file))),
        })
    }

    /// The piece of this key: one that is known, or `make`'s, which is kept.
    ///
    /// # Errors
    /// Those of `make`, and when the file cannot be written.
    pub fn once<T: Serialize + DeserializeOwned>(
        &self,
        key: &str,
        make: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        let known = self.known.get(key);
        if let Some(piece) = known.and_then(|piece| serde_json::from_value(piece.clone()).ok()) {
            return Ok(piece);
        }
        let piece = make()?;
        if let Some((path, file)) = &self.file {
            let line = Line {
                key: key.to_owned(),
                piece: serde_json::to_value(&piece)?,
            };
            let mut bytes = serde_json::to_vec(&line)?;
            bytes.push(b'\n');
            let mut file = file.lock().expect("no thread panics with the lock held");
            file.write_all(&bytes).with_context(|| unwritable(path))?;
        }
        Ok(piece)
    }

    /// Where pieces are kept, if anywhere.
    pub fn place(&self) -> Option<&Path> {
        self.file.as_ref().map(|(path, _)| path.as_path())
    }

    /// Removes the file: the result is written.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn close(self) -> Result<()> {
        let Some((path, _)) = self.file else {
            return Ok(());
        };
        fs::remove_file(&path)
            .with_context(|| format!("cannot remove {}; is it read-only?", path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A piece that must not be made again.
    fn made() -> Result<u32> {
        anyhow::bail!("made again")
    }

    #[test]
    fn what_was_finished_before_a_stop_is_not_made_again_and_what_was_cut_off_is() {
        let folder =
            std::env::temp_dir().join(format!("understudy-journal-{}", std::process::id()));
        let result = folder.join("cliff.json");
        let first = Journal::beside(&result).unwrap();
        assert_eq!(first.once("a", || Ok(1)).unwrap(), 1);
        let path = first.place().unwrap().to_owned();
        drop(first);
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(br#"{"key":"b","pie"#).unwrap();

        let second = Journal::beside(&result).unwrap();
        assert_eq!(second.once("a", made).unwrap(), 1);
        assert_eq!(second.once("b", || Ok(2)).unwrap(), 2);
        drop(second);
        let third = Journal::beside(&result).unwrap();
        assert_eq!(third.once("b", made).unwrap(), 2);
        third.close().unwrap();
        assert!(!path.exists());
        fs::remove_dir_all(&folder).unwrap();
    }
}
