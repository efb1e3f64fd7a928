//! What `cliff`, `envelope` and `ladder` share: stories by name or the whole catalog, drivers and seeds.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use clap::Args;
use drive::latency::LatencyMode;
use scenarios::catalog;
use scenarios::story::{Kind, Story};
use scenarios::verdict::Failure;

use super::drive_options::{EngineOptions, load_story};
use crate::models::Who;
use crate::progress;
use crate::search::hardest_level;
use crate::theatre::{Cast, Performance, Theatre};

/// Stories, drivers and seeds.
#[derive(Debug, Args)]
pub(super) struct SearchOptions {
    /// Names from the catalog, or paths of story files (default: every story in which ego must react)
    pub(super) stories: Vec<String>,
    /// Who drives; several are divided by commas
    #[arg(long, value_delimiter = ',', default_value = "truth,teacher,student")]
    pub(super) driver: Vec<Who>,
    /// How many seeds per story, from 1 on; a story is passed when every seed is
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) seeds: u64,
    /// Write the result as JSON, and a picture of it beside it as SVG, into this file
    #[arg(long)]
    pub(super) out: Option<PathBuf>,
    /// Print JSON instead of a table
    #[arg(long)]
    pub(super) json: bool,
}

/// One driver in one story.
pub(super) struct Search {
    /// Who drives.
    pub(super) driver: Who,
    /// In which story.
    pub(super) story: Story,
}

impl Search {
    /// How many levels of the story's difficulty pass, counted from the easiest, and the first failure of the next; see
    /// [`hardest_level`].
    ///
    /// # Errors
    /// The first error of a run.
    pub(super) fn passed_levels(
        &self,
        theatre: &Theatre,
        seeds: u64,
    ) -> Result<(usize, Option<Failure>)> {
        let difficulty = &self.story.difficulty;
        let mut broken = None;
        let hardest = hardest_level(&difficulty.levels, |level| {
            broken = self.failure(theatre, seeds, |performance| {
                performance.parameters = BTreeMap::from([(difficulty.parameter.clone(), level)]);
            })?;
            Ok(broken.is_none())
        })?;
        Ok((hardest.map_or(0, |index| index + 1), broken))
    }

    /// The first failure of the first seed that does not pass with a `change` of how it is driven; seeds beyond are not
    /// driven.
    ///
    /// # Errors
    /// The first error of a run.
    pub(super) fn failure(
        &self,
        theatre: &Theatre,
        seeds: u64,
        change: impl Fn(&mut Performance<'_>),
    ) -> Result<Option<Failure>> {
        for seed in 1..=seeds {
            let mut performance = theatre.performance(&self.story, seed);
            change(&mut performance);
            let failures = theatre.perform(&performance)?.record.failures;
            if let Some(failure) = failures.into_iter().next() {
                return Ok(Some(failure));
            }
        }
        Ok(None)
    }
}

impl SearchOptions {
    /// Every driver in every story.
    ///
    /// # Errors
    /// When a story cannot be read.
    pub(super) fn searches(&self) -> Result<Vec<Search>> {
        let stories = stories(&self.stories)?;
        ensure!(!self.driver.is_empty(), "name a driver with --driver");
        let of = |driver: &Who| {
            let driver = driver.clone();
            stories.iter().map(move |(_, story)| Search {
                driver: driver.clone(),
                story: story.clone(),
            })
        };
        Ok(self.driver.iter().flat_map(of).collect())
    }
}

/// Stories by name or path with their names, or without any every story of the catalog in which ego must react.
///
/// # Errors
/// When there is no such story, or its file has a mistake.
pub(super) fn stories(names: &[String]) -> Result<Vec<(String, Story)>> {
    let load = |name: &str| Ok((name.to_owned(), load_story(name)?));
    if !names.is_empty() {
        let mut named: Vec<(String, Story)> = Vec::new();
        for name in names {
            let (called, story) = load(name)?;
            ensure!(
                named.iter().all(|(_, other)| other.name != story.name),
                "{called}: the story {} is there twice; name each once",
                story.name
            );
            named.push((called, story));
        }
        return Ok(named);
    }
    let mut stories = catalog::names().map(load).collect::<Result<Vec<_>>>()?;
    stories.retain(|(_, story)| story.kind == Kind::Reaction);
    Ok(stories)
}

/// The criterion that was broken, for a table.
pub(super) fn criterion(broken: Option<&Failure>) -> String {
    broken.map_or_else(|| "-".to_owned(), |failure| failure.criterion.clone())
}

/// A theatre for each driver.
///
/// # Errors
/// When a network is missing or damaged.
pub(super) fn theatres(
    drivers: &[Who],
    latency: &LatencyMode,
    engine: &EngineOptions,
    assets: Option<&Path>,
) -> Result<BTreeMap<Who, Theatre>> {
    let stop = progress::stop_flag()?;
    let theatre = |driver: &Who| {
        let cast = Cast::alone(driver.clone(), latency.clone(), engine.backend()?);
        Ok((driver.clone(), Theatre::open(assets, cast, stop.clone())?))
    };
    drivers.iter().map(theatre).collect()
}
