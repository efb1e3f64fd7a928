//! `understudy ladder`: Euro NCAP's tests at every test speed, each impact in the protocol's colours.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Args;
use drive::latency::LatencyMode;
use scenarios::catalog;
use scenarios::story::Story;

use super::drive_options::{EngineOptions, load_story};
use super::field::Field;
use super::{Status, say};
use crate::files::write_whole;
use crate::ladder::record::{LadderRecord, Rung, SPEED_PARAMETER, score_percent};
use crate::models::Who;
use crate::parallel;
use crate::record::RunRecord;
use crate::report::ladder_chart;
use crate::table::{Table, number};
use crate::theatre::Performance;

/// Options of `ladder`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// ccrs, ccrm, ccrb, cpna, cpfa, cpnco or cbna, or paths of story files with a parameter `ego_speed_kph` (default:
    /// these seven)
    ladders: Vec<String>,
    /// Who drives; several are divided by commas
    #[arg(long, value_delimiter = ',', default_value = "truth,teacher,student")]
    driver: Vec<Who>,
    /// When percepts arrive, as in `run`
    #[arg(long, default_value = "none")]
    latency: LatencyMode,
    /// How many seeds per test, from 1 on; the worst decides
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    seeds: u64,
    /// Write the result as JSON, and a picture of it beside it as SVG, into this file; what was driven when it was
    /// stopped is kept beside it
    #[arg(long)]
    out: Option<PathBuf>,
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    engine: EngineOptions,
}

/// One drive.
struct Climb<'a> {
    ladder: &'a Story,
    driver: &'a Who,
    level: f64,
    seed: u64,
}

pub(super) fn execute(options: &Options, assets: Option<&Path>) -> Result<Status> {
    let ladders = ladders(&options.ladders)?;
    let field = Field::open(
        &options.driver,
        &options.latency,
        &options.engine,
        assets,
        options.out.as_deref(),
    )?;
    let climbs = climbs(&ladders, options);
    let rungs = parallel::for_each(&climbs, "tests", |climb| drive(&field, climb))?;
    let records = records(&ladders, rungs, options);
    if let Some(out) = &options.out {
        write_whole(out, &serde_json::to_vec_pretty(&records)?)?;
        let picture = ladder_chart(&records);
        write_whole(&out.with_extension("svg"), picture.as_bytes())?;
        field.close()?;
    }
    if options.json {
        say(&serde_json::to_string(&records)?);
    } else {
        say(&table(&records));
        say(&format!(
            "A test is its parameter's value, the colour (G green, Y yellow, O orange, B brown, R red; - ego never came \
             near), and the impact speed in km/h where there was an impact. The worst of {} seeds decides; latency {}.",
            options.seeds, options.latency
        ));
    }
    Ok(Status::Passed)
}

/// The ladders by name or path, or without any all of them.
fn ladders(names: &[String]) -> Result<Vec<Story>> {
    let ladders = if names.is_empty() {
        let all = catalog::ladder_names().map(load_story);
        all.collect::<Result<Vec<_>>>()?
    } else {
        let named = names.iter().map(|name| load_story(name));
        named.collect::<Result<Vec<_>>>()?
    };
    for ladder in &ladders {
        ensure!(
            ladder.parameters.contains_key(SPEED_PARAMETER),
            "{} is not a ladder: it has no parameter `{SPEED_PARAMETER}`; the ladders are {}",
            ladder.name,
            catalog::ladder_names().collect::<Vec<_>>().join(", ")
        );
    }
    Ok(ladders)
}

/// Every drive, seeds of one test together.
fn climbs<'a>(ladders: &'a [Story], options: &'a Options) -> Vec<Climb<'a>> {
    let mut climbs = Vec::new();
    for ladder in ladders {
        for driver in &options.driver {
            for &level in &ladder.difficulty.levels {
                climbs.extend((1..=options.seeds).map(|seed| Climb {
                    ladder,
                    driver,
                    level,
                    seed,
                }));
            }
        }
    }
    climbs
}

fn drive(field: &Field, climb: &Climb<'_>) -> Result<Rung> {
    let ladder = climb.ladder;
    let parameter = &ladder.difficulty.parameter;
    let test_speed_kph = if parameter == SPEED_PARAMETER {
        climb.level
    } else {
        ladder.parameters[SPEED_PARAMETER].default
    };
    let performance = Performance {
        parameters: BTreeMap::from([
            (SPEED_PARAMETER.to_owned(), test_speed_kph),
            (parameter.clone(), climb.level),
        ]),
        ..field.theatre(climb.driver).performance(ladder, climb.seed)
    };
    let rung = |run: RunRecord| Rung::of(climb.level, test_speed_kph, &run);
    field
        .drive(climb.driver, &performance, rung)
        .with_context(|| format!("{} at {parameter} {}", ladder.name, climb.level))
}

/// One record a ladder and driver; of each test's seeds the worst is kept.
fn records(ladders: &[Story], rungs: Vec<Rung>, options: &Options) -> Vec<LadderRecord> {
    let mut rungs = rungs.into_iter();
    let mut records = Vec::new();
    for ladder in ladders {
        let difficulty = &ladder.difficulty;
        for driver in &options.driver {
            let tests = difficulty.levels.iter().filter_map(|_| {
                let seeds = rungs.by_ref().take(options.seeds as usize);
                seeds.reduce(Rung::worse)
            });
            let tests: Vec<Rung> = tests.collect();
            records.push(LadderRecord {
                ladder: ladder.name.clone(),
                title: ladder.title.clone(),
                driver: driver.to_string(),
                latency: options.latency.to_string(),
                seeds: options.seeds,
                parameter: difficulty.parameter.clone(),
                about: ladder.parameters[&difficulty.parameter].about.clone(),
                score_percent: score_percent(&tests),
                rungs: tests,
            });
        }
    }
    records
}

/// A row a test, easy to hard, and one for the score; a column a driver.
fn table(records: &[LadderRecord]) -> String {
    let drivers: Vec<&str> = drivers(records).collect();
    let mut table = Table::new(&[&["ladder", "test by", "value"], &drivers[..]].concat());
    for ladder in records.chunk_by(|a, b| a.ladder == b.ladder) {
        let first = &ladder[0];
        for (index, rung) in first.rungs.iter().enumerate() {
            let climbed = [&first.ladder, &first.parameter, &rung.level.to_string()];
            let answers = ladder.iter().map(|record| record.rungs[index].words());
            table.row(climbed.map(String::clone).into_iter().chain(answers));
        }
        let scored = [first.ladder.clone(), "score %".to_owned(), String::new()];
        let scores = ladder.iter();
        let scores = scores.map(|record| number(Some(record.score_percent), 1));
        table.row(scored.into_iter().chain(scores));
    }
    table.render()
}

/// Those who drove the first ladder, and so every other.
fn drivers(records: &[LadderRecord]) -> impl Iterator<Item = &str> {
    let of_first = records.chunk_by(|a, b| a.ladder == b.ladder).next();
    let of_first = of_first.into_iter().flatten();
    of_first.map(|record| record.driver.as_str())
}
