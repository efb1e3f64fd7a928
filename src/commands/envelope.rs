//! `understudy envelope`: the hardest level of each story that a driver still passes.

use std::path::Path;

use anyhow::Result;
use clap::Args;
use drive::latency::LatencyMode;
use scenarios::verdict::Failure;
use serde::Serialize;

use super::drive_options::EngineOptions;
use super::field::Field;
use super::search_options::{SearchOptions, criterion};
use super::{Status, say};
use crate::files::write_whole;
use crate::parallel;
use crate::report::{EnvelopeRow, envelope_chart};
use crate::table::Table;

/// Options of `envelope`.
#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    search: SearchOptions,
    /// When percepts arrive, as in `run`
    #[arg(long, default_value = "none")]
    latency: LatencyMode,
    #[command(flatten)]
    engine: EngineOptions,
}

/// One driver in one story, for scripts.
#[derive(Serialize)]
struct EnvelopeRecord {
    scenario: String,
    driver: String,
    latency: String,
    seeds: u64,
    /// The parameter that makes it hard.
    parameter: String,
    /// What that is, with its unit.
    about: String,
    /// Its values, easy to hard.
    levels: Vec<f64>,
    /// How many levels pass, counted from the easiest.
    passed_levels: usize,
    /// The hardest value up to which every level passes.
    hardest: Option<f64>,
    /// What fails at the next level; those beyond it are not driven.
    broken: Option<Failure>,
}

pub(super) fn execute(options: &Options, assets: Option<&Path>) -> Result<Status> {
    let field = Field::open(
        &options.search.driver,
        &options.latency,
        &options.engine,
        assets,
        options.search.out.as_deref(),
    )?;
    let searches = options.search.searches()?;
    let records = parallel::for_each(&searches, "envelopes", |search| {
        let difficulty = &search.story.difficulty;
        let (passed_levels, broken) = search.passed_levels(&field, options.search.seeds)?;
        Ok(EnvelopeRecord {
            scenario: search.story.name.clone(),
            driver: search.driver.to_string(),
            latency: options.latency.to_string(),
            seeds: options.search.seeds,
            parameter: difficulty.parameter.clone(),
            about: search.story.parameters[&difficulty.parameter].about.clone(),
            levels: difficulty.levels.clone(),
            passed_levels,
            hardest: passed_levels
                .checked_sub(1)
                .map(|last| difficulty.levels[last]),
            broken,
        })
    })?;
    let terms = format!(
        "Passed means on every seed from 1 to {}; latency {}.",
        options.search.seeds, options.latency
    );
    let legend = "# passes, x fails, . is harder still and was not driven.";
    if let Some(out) = &options.search.out {
        write_whole(out, &serde_json::to_vec_pretty(&records)?)?;
        let rows: Vec<EnvelopeRow<'_>> = records.iter().map(EnvelopeRecord::row).collect();
        let picture = envelope_chart(&rows, &terms);
        write_whole(&out.with_extension("svg"), picture.as_bytes())?;
        field.close()?;
    }
    if options.search.json {
        say(&serde_json::to_string(&records)?);
    } else {
        say(&table(&records));
        say(&format!("{terms} {legend}"));
    }
    Ok(Status::Passed)
}

impl EnvelopeRecord {
    fn row(&self) -> EnvelopeRow<'_> {
        EnvelopeRow {
            story: &self.scenario,
            driver: &self.driver,
            about: &self.about,
            levels: &self.levels,
            passed_levels: self.passed_levels,
        }
    }
}

/// A row a story and driver, a character a level.
fn table(records: &[EnvelopeRecord]) -> String {
    let mut table = Table::new(&[
        "story",
        "driver",
        "easy to hard",
        "passes up to",
        "hardest",
        "parameter",
        "broken by",
    ]);
    for record in records {
        let beyond = record.levels.len() - record.passed_levels;
        let levels = match beyond.checked_sub(1) {
            Some(undriven) => "#".repeat(record.passed_levels) + "x" + &".".repeat(undriven),
            None => "#".repeat(record.passed_levels),
        };
        let hardest = record.levels.last().copied().unwrap_or_default();
        table.row([
            record.scenario.clone(),
            record.driver.clone(),
            levels,
            record
                .hardest
                .map_or_else(|| "-".to_owned(), |level| level.to_string()),
            hardest.to_string(),
            record.parameter.clone(),
            criterion(record.broken.as_ref()),
        ]);
    }
    table.render()
}
