//! What there is to drive: every story of a pack with every seed, and what decides how each run goes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use drive::latency::LatencyMode;
use perception::files::digest;
use perception::quantization::Ranges;
use scenarios::story::Story;

use crate::models::{Assets, Who, profile_file};
use crate::theatre::Cast;

/// One run to drive.
#[derive(Debug, Clone)]
pub struct Job {
    /// Which of the stage's theatres drives it.
    pub theatre: usize,
    /// When percepts arrive.
    pub latency: LatencyMode,
    /// Where in the folder its result is kept; empty for the folder of runs itself.
    pub shelf: String,
    /// What its story is called on the command line.
    pub called: String,
    /// Its story.
    pub story: Arc<Story>,
    /// Its seed.
    pub seed: u64,
    /// How long it lasts at most, in simulated seconds.
    pub duration_s: f64,
    /// Digest of everything that decides the run besides program and machine.
    pub inputs: String,
}

impl Job {
    /// Shelf, story and seed, unique in its pack.
    pub fn id(&self) -> String {
        let id = id(&self.story.name, self.seed);
        if self.shelf.is_empty() {
            id
        } else {
            format!("{}/{id}", self.shelf)
        }
    }
}

/// Story and seed in one word.
pub fn id(story: &str, seed: u64) -> String {
    format!("{story}.{seed}")
}

/// Every story with every seed from 1 to `seeds`, stories first, for the first theatre.
///
/// # Errors
/// When a story does not compile, or a file that the cast needs is missing.
pub fn jobs(
    stories: &[(String, Story)],
    seeds: u64,
    cast: &Cast,
    assets: Option<&Path>,
) -> Result<Vec<Job>> {
    let cast_inputs = cast_inputs(cast, assets)?;
    let mut jobs = Vec::new();
    for (called, story) in stories {
        let shared = Arc::new(story.clone());
        let story_inputs = story_inputs(story)?;
        for seed in 1..=seeds {
            let inputs = digest([
                story_inputs.as_bytes(),
                &seed.to_le_bytes(),
                cast_inputs.as_bytes(),
            ]);
            jobs.push(Job {
                theatre: 0,
                latency: cast.latency.clone(),
                shelf: String::new(),
                called: called.clone(),
                story: Arc::clone(&shared),
                seed,
                duration_s: story.compile(seed, &BTreeMap::new())?.duration_s,
                inputs,
            });
        }
    }
    Ok(jobs)
}

/// Digest of a story's texts, and of its road where that is a file.
///
/// # Errors
/// When a file cannot be read.
pub(crate) fn story_inputs(story: &Story) -> Result<String> {
    let mut parts: Vec<Vec<u8>> = story.texts().map(|text| text.as_bytes().to_vec()).collect();
    let road = Path::new(&story.road);
    if road.is_file() {
        parts.push(read(road)?);
    }
    Ok(digest(parts.iter().map(Vec::as_slice)))
}

/// Digest of who drives, who watches, how late, what computes them, and the files they come from.
///
/// # Errors
/// When a file cannot be read.
pub(crate) fn cast_inputs(cast: &Cast, assets: Option<&Path>) -> Result<String> {
    let Cast {
        latency, backend, ..
    } = cast;
    let mode = match latency {
        LatencyMode::Profile(_) => "profile".to_owned(),
        mode => mode.to_string(),
    };
    let mut parts = vec![format!("{mode} {backend:?}").into_bytes()];
    parts.extend(
        cast.faults
            .iter()
            .map(|fault| fault.to_string().into_bytes()),
    );
    for who in cast.everyone() {
        let role = match who {
            Who::Onnx(_) => "onnx".to_owned(),
            who => who.to_string(),
        };
        parts.push(role.into_bytes());
        for file in files(who, latency, assets)? {
            parts.push(read(&file)?);
        }
    }
    let digests: Vec<String> = parts.iter().map(|part| digest([part.as_slice()])).collect();
    Ok(digest(digests.iter().map(String::as_bytes)))
}

/// The files that decide what somebody sees and when.
fn files(who: &Who, latency: &LatencyMode, assets: Option<&Path>) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    if let Who::Onnx(file) = who {
        files.push(file.clone());
    } else if who.is_network() {
        let weights = Assets::find(assets)?.weights(who);
        if who.single().is_some() {
            files.push(Ranges::path(&weights));
        }
        files.push(weights);
        if matches!(
            latency,
            LatencyMode::FixedOwn | LatencyMode::Recorded { of: None, .. }
        ) {
            files.push(Assets::find(assets)?.latency_file(who));
        }
    }
    match latency {
        LatencyMode::Recorded { of: Some(of), .. } => {
            files.push(Assets::find(assets)?.latency_file(&of.parse()?));
        }
        LatencyMode::Profile(place) if place.is_dir() && !who.is_network() => {}
        LatencyMode::Profile(place) => files.push(profile_file(place, who)?),
        _ => {}
    }
    Ok(files)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}
