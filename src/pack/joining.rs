//! Joins the parts of a check into one result.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use scenarios::naming::list;

use super::job::id;
use super::judging::JudgedRun;
use super::result::CheckRecord;

/// A part and the folder it was read from.
struct Part {
    folder: PathBuf,
    record: CheckRecord,
}

/// Reads the results in these folders and joins them.
///
/// # Errors
/// When one has not finished, they are of different packs, or a run is missing or there twice.
pub fn join(folders: &[PathBuf]) -> Result<CheckRecord> {
    let parts: Vec<Part> = folders
        .iter()
        .map(|folder| read(folder))
        .collect::<Result<_>>()?;
    let first = parts.first().context("name the folders of the parts")?;
    for part in &parts {
        ensure!(
            part.record.pack.digest == first.record.pack.digest,
            "{} and {} are parts of different checks: pack, stories, options, weights or baseline differ \
             ({:.12} and {:.12})",
            first.folder.display(),
            part.folder.display(),
            first.record.pack.digest,
            part.record.pack.digest,
        );
    }
    let mut runs = runs_by_id(&parts)?;
    let pack = first.record.pack.clone();
    let missing: Vec<&String> = pack
        .jobs
        .iter()
        .filter(|id| !runs.contains_key(*id))
        .collect();
    if !missing.is_empty() {
        bail!(
            "{} of {} runs are missing: {}{}",
            missing.len(),
            pack.jobs.len(),
            list(missing.into_iter().cloned()),
            missing_parts(&parts)
        );
    }
    let runs: Vec<JudgedRun> = pack.jobs.iter().filter_map(|id| runs.remove(id)).collect();
    let notes = parts
        .iter()
        .flat_map(|part| part.record.notes.iter().cloned());
    let mut notes: BTreeSet<String> = notes.collect();
    notes.extend(several_programs(&runs));
    Ok(CheckRecord {
        notes: notes.into_iter().collect(),
        ..CheckRecord::new(pack, runs)
    })
}

fn read(folder: &Path) -> Result<Part> {
    let path = folder.join("check.json");
    let text = std::fs::read(&path).with_context(|| {
        format!(
            "{} has no check.json: no check was written there, or it has not finished; \
             give its command again and it goes on",
            folder.display()
        )
    })?;
    let record = serde_json::from_slice(&text)
        .with_context(|| format!("{} is no result of a check", path.display()))?;
    Ok(Part {
        folder: folder.to_owned(),
        record,
    })
}

fn runs_by_id(parts: &[Part]) -> Result<BTreeMap<String, JudgedRun>> {
    let mut found: BTreeMap<String, (&Part, &JudgedRun)> = BTreeMap::new();
    for part in parts {
        for run in &part.record.runs {
            let id = id(&run.finished.run.scenario, run.finished.run.seed);
            if let Some((other, _)) = found.insert(id.clone(), (part, run)) {
                bail!(
                    "{id} is there twice: in {} and {}",
                    other.folder.display(),
                    part.folder.display()
                );
            }
        }
    }
    let runs = found.into_iter();
    Ok(runs.map(|(id, (_, run))| (id, run.clone())).collect())
}

/// Which parts are missing, where the folders tell how many there should be.
fn missing_parts(parts: &[Part]) -> String {
    let there: Vec<_> = parts.iter().filter_map(|part| part.record.part).collect();
    let Some(count) = there.first().map(|part| part.count) else {
        return String::new();
    };
    let missing: Vec<String> = (1..=count)
        .filter(|&index| there.iter().all(|part| part.index != index))
        .map(|index| format!("{index}/{count}"))
        .collect();
    if missing.is_empty() {
        String::new()
    } else {
        format!(
            "; part {} is not among the folders",
            list(missing.into_iter())
        )
    }
}

/// A line when the runs were driven by different builds.
fn several_programs(runs: &[JudgedRun]) -> Option<String> {
    let programs: BTreeSet<&str> = runs
        .iter()
        .map(|run| run.finished.program.as_str())
        .collect();
    (programs.len() > 1).then(|| {
        format!(
            "the parts were driven by {} different builds of the program",
            programs.len()
        )
    })
}
