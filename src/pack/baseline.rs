//! The baseline: how each run of a pack went when it was last blessed, and where.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use super::file::CastWords;
use super::finished::FinishedRun;
use super::tolerance::QUANTITIES;
use crate::files::write_whole;
use crate::record::{Machine, Outcome};

/// Numbers are stored with this many decimals: finer than every tolerance, readable in a review.
const DECIMALS: f64 = 1e4;
/// Origins are named by this many digits of their digest.
const ORIGIN_DIGITS: usize = 12;

/// Every blessed run by story and seed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// Who drove, who watched, how late.
    pub cast: CastWords,
    /// Where runs were driven, by the names their entries use.
    pub origins: BTreeMap<String, Origin>,
    /// The runs by story, then by seed.
    pub runs: BTreeMap<String, BTreeMap<u64, Entry>>,
}

/// What drove a run: bits are promised between equal ones only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// Digest of the program's file.
    pub program: String,
    /// What computed the networks.
    pub engine: String,
    /// The machine.
    pub machine: Machine,
}

/// One blessed run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Passed or not.
    pub verdict: Outcome,
    /// Every quantity of the table.
    pub quantities: BTreeMap<String, Option<f64>>,
    /// End of the hash chain.
    pub digest: String,
    /// Digest of everything that decided the run besides program and machine.
    pub inputs: String,
    /// Where it was driven.
    pub origin: String,
}

/// What a blessing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Blessing {
    /// Entries that are new.
    pub added: usize,
    /// Entries that were there with other values.
    pub changed: usize,
    /// Entries with the verdict and the numbers they had.
    pub unchanged: usize,
}

impl Origin {
    /// What drove a run.
    pub fn of(run: &FinishedRun) -> Self {
        Self {
            program: run.program.clone(),
            engine: run.engine.clone(),
            machine: run.run.machine.clone(),
        }
    }

    fn name(&self) -> String {
        let text = serde_json::to_string(self).expect("plain data serializes");
        let mut name = perception::files::digest([text.as_bytes()]);
        name.truncate(ORIGIN_DIGITS);
        name
    }
}

impl Entry {
    fn of(run: &FinishedRun, origin: String) -> Self {
        let quantities = QUANTITIES.iter().map(|quantity| {
            let value = (quantity.of)(&run.run);
            let rounded = value.map(|value| (value * DECIMALS).round() / DECIMALS);
            (quantity.name.to_owned(), rounded)
        });
        Self {
            verdict: run.run.verdict,
            quantities: quantities.collect(),
            digest: run.run.digest.clone(),
            inputs: run.inputs.clone(),
            origin,
        }
    }
}

impl Entry {
    fn says_the_same(&self, other: &Self) -> bool {
        (self.verdict, &self.quantities) == (other.verdict, &other.quantities)
    }
}

impl Baseline {
    /// A baseline without entries.
    pub fn empty(cast: CastWords) -> Self {
        Self {
            cast,
            origins: BTreeMap::new(),
            runs: BTreeMap::new(),
        }
    }

    /// Reads a baseline; `None` where there is no file yet.
    ///
    /// # Errors
    /// When it cannot be read or is damaged.
    pub fn read(path: &Path) -> Result<Option<Self>> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                let context = format!("cannot read the baseline {}", path.display());
                return Err(error).context(context);
            }
        };
        let baseline: Self = serde_json::from_str(&text).map_err(|error| {
            anyhow::anyhow!(
                "{}:{}:{}: not a baseline: {error}; restore it, or delete it and write it anew with --bless",
                path.display(),
                error.line(),
                error.column()
            )
        })?;
        for (story, seeds) in &baseline.runs {
            if let Some(entry) = seeds
                .values()
                .find(|entry| !baseline.origins.contains_key(&entry.origin))
            {
                bail!(
                    "{}: {story} names the unknown origin `{}`",
                    path.display(),
                    entry.origin
                );
            }
        }
        Ok(Some(baseline))
    }

    /// Writes it.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<()> {
        let mut json = serde_json::to_vec_pretty(self)?;
        json.push(b'\n');
        write_whole(path, &json)
    }

    /// The entry of a run.
    pub fn entry(&self, story: &str, seed: u64) -> Option<&Entry> {
        self.runs.get(story)?.get(&seed)
    }

    /// Where an entry was driven.
    pub fn origin(&self, entry: &Entry) -> &Origin {
        &self.origins[&entry.origin]
    }

    /// Takes these runs as what is expected from now on.
    pub fn bless<'a>(&mut self, runs: impl Iterator<Item = &'a FinishedRun>) -> Blessing {
        let mut blessing = Blessing::default();
        for run in runs {
            let origin = Origin::of(run);
            let entry = Entry::of(run, origin.name());
            self.origins.insert(origin.name(), origin);
            let seeds = self.runs.entry(run.run.scenario.clone()).or_default();
            match seeds.insert(run.run.seed, entry.clone()) {
                None => blessing.added += 1,
                Some(old) if old.says_the_same(&entry) => blessing.unchanged += 1,
                Some(_) => blessing.changed += 1,
            }
        }
        self.drop_unused_origins();
        blessing
    }

    /// Keeps only the entries that `is_kept` says; returns how many went.
    pub fn retain(&mut self, is_kept: impl Fn(&str, u64) -> bool) -> usize {
        let mut dropped = 0;
        for (story, seeds) in &mut self.runs {
            let before = seeds.len();
            seeds.retain(|&seed, _| is_kept(story, seed));
            dropped += before - seeds.len();
        }
        self.runs.retain(|_, seeds| !seeds.is_empty());
        self.drop_unused_origins();
        dropped
    }

    /// Story and seed of every entry.
    pub fn entries(&self) -> impl Iterator<Item = (&str, u64)> {
        let runs = self.runs.iter();
        runs.flat_map(|(story, seeds)| seeds.keys().map(move |&seed| (story.as_str(), seed)))
    }

    fn drop_unused_origins(&mut self) {
        let runs = &self.runs;
        self.origins.retain(|name, _| {
            let mut entries = runs.values().flat_map(BTreeMap::values);
            entries.any(|entry| entry.origin == *name)
        });
    }
}
