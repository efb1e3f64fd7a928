//! What `cliff`, `envelope` and `ladder` share: stories by name or the whole catalog, drivers and seeds.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Result, ensure};
use clap::Args;
use scenarios::catalog;
use scenarios::story::{Kind, Story};
use scenarios::verdict::Failure;

use super::drive_options::load_story;
use super::field::Field;
use crate::models::Who;
use crate::record::RunRecord;
use crate::search::hardest_level;
use crate::theatre::Performance;

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
    /// Write the result as JSON, and a picture of it beside it as SVG, into this file; what was driven when it was
    /// stopped is kept beside it
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
        field: &Field,
        seeds: u64,
    ) -> Result<(usize, Option<Failure>)> {
        let difficulty = &self.story.difficulty;
        let mut broken = None;
        let hardest = hardest_level(&difficulty.levels, |level| {
            broken = self.failure(field, seeds, |performance| {
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
        field: &Field,
        seeds: u64,
        change: impl Fn(&mut Performance<'_>),
    ) -> Result<Option<Failure>> {
        for seed in 1..=seeds {
            let theatre = field.theatre(&self.driver);
            let mut performance = theatre.performance(&self.story, seed);
            change(&mut performance);
            let first_failure = |run: RunRecord| run.failures.into_iter().next();
            let failure = field.drive(&self.driver, &performance, first_failure)?;
            if failure.is_some() {
                return Ok(failure);
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
