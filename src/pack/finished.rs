//! A finished run, and the folder that keeps them one by one, so that a check goes on where it stopped.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::job::Job;
use crate::files::{create_folder, write_whole};
use crate::record::RunRecord;

/// A run with what decided it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FinishedRun {
    /// The run.
    #[serde(flatten)]
    pub run: RunRecord,
    /// How long it lasted on the simulation clock, in seconds.
    pub simulated_s: f64,
    /// Digest of everything that decided it besides program and machine.
    pub inputs: String,
    /// Digest of the program's file.
    pub program: String,
    /// What computed the networks.
    pub engine: String,
}

/// Tells that a folder's command has not finished; gone when it has.
const UNFINISHED: &str = "UNFINISHED";
const UNFINISHED_TEXT: &str =
    "This has not finished. Give the same command again and it goes on.\n";

/// The folder of a command that drives many runs.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    program: String,
}

impl Store {
    /// Opens a folder for the program of that digest, and marks it unfinished. Earlier `results` are
    /// removed, finished runs stay.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub fn open(folder: &Path, program: &str, results: &[&str]) -> Result<Self> {
        create_folder(&folder.join("runs"))?;
        write_whole(&folder.join(UNFINISHED), UNFINISHED_TEXT.as_bytes())?;
        for name in results {
            remove(&folder.join(name))?;
        }
        Ok(Self {
            folder: folder.to_owned(),
            program: program.to_owned(),
        })
    }

    /// The runs of these jobs that are there already, by the jobs' ids: whole ones that the same program
    /// drove from the same inputs. Others are removed, to be driven again.
    ///
    /// # Errors
    /// When a file cannot be removed.
    pub fn finished<'a>(
        &self,
        jobs: impl IntoIterator<Item = &'a Job>,
    ) -> Result<BTreeMap<String, FinishedRun>> {
        let mut found = BTreeMap::new();
        for job in jobs {
            let path = self.path(&job.id());
            let Ok(bytes) = fs::read(&path) else { continue };
            match serde_json::from_slice::<FinishedRun>(&bytes) {
                Ok(run) if run.inputs == job.inputs && run.program == self.program => {
                    found.insert(job.id(), run);
                }
                _ => remove(&path)?,
            }
        }
        Ok(found)
    }

    /// Keeps a job's finished run.
    ///
    /// # Errors
    /// When it cannot be written; then nothing of it is there.
    pub fn keep(&self, job: &Job, finished: &FinishedRun) -> Result<()> {
        let path = self.path(&job.id());
        create_folder(path.parent().unwrap_or(&self.folder))?;
        write_whole(&path, &serde_json::to_vec_pretty(finished)?)
    }

    fn path(&self, id: &str) -> PathBuf {
        self.folder.join("runs").join(format!("{id}.json"))
    }
}

/// Writes results by their names into a folder, in that order; then the folder is finished.
///
/// # Errors
/// When a file cannot be written.
pub fn write_results(folder: &Path, results: &[(&str, Vec<u8>)]) -> Result<()> {
    create_folder(folder)?;
    for (name, bytes) in results {
        write_whole(&folder.join(name), bytes)?;
    }
    remove(&folder.join(UNFINISHED))
}

fn remove(path: &Path) -> Result<()> {
    if path.exists() {
        fs::remove_file(path)
            .with_context(|| format!("cannot remove {}; is it read-only?", path.display()))?;
    }
    Ok(())
}
