//! `understudy cliff`: the longest constant delay with which a driver still passes.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use clap::Args;
use drive::latency::{CAR_SCALE, LatencyMode};
use scenarios::verdict::Failure;
use serde::Serialize;

use super::drive_options::EngineOptions;
use super::field::Field;
use super::search_options::{SearchOptions, criterion};
use super::{Status, say};
use crate::files::write_whole;
use crate::models::{Assets, Who, read_profile};
use crate::parallel;
use crate::report::{DelayRow, delay_chart};
use crate::search::{Cliff, LONGEST_MS, cliff};
use crate::table::{Table, number};

/// Options of `cliff`.
#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    search: SearchOptions,
    /// What the recorded latencies are multiplied by for the margin
    #[arg(long, default_value_t = CAR_SCALE)]
    scale: f64,
    #[command(flatten)]
    engine: EngineOptions,
}

/// One driver in one story, for scripts.
#[derive(Serialize)]
struct CliffRecord {
    scenario: String,
    driver: String,
    seeds: u64,
    #[serde(flatten)]
    cliff: Cliff,
    /// What fails at the first delay that does.
    broken: Option<Failure>,
    /// 99th percentile of the recorded latencies times the scale; none for the truth and foreign networks.
    p99_ms: Option<f64>,
    /// From there to the cliff.
    margin_ms: Option<f64>,
}

pub(super) fn execute(options: &Options, assets: Option<&Path>) -> Result<Status> {
    let field = Field::open(
        &options.search.driver,
        &LatencyMode::None,
        &options.engine,
        assets,
        options.search.out.as_deref(),
    )?;
    let p99s_ms = options
        .search
        .driver
        .iter()
        .map(|driver| Ok((driver, p99_ms(driver, options.scale, assets)?)))
        .collect::<Result<BTreeMap<_, _>>>()?;
    let searches = options.search.searches()?;
    let records = parallel::for_each(&searches, "cliffs", |search| {
        let mut broken = BTreeMap::new();
        let cliff = cliff(|delay_ms| {
            let failure = search.failure(&field, options.search.seeds, |performance| {
                performance.latency = LatencyMode::Fixed(f64::from(delay_ms));
            })?;
            let passes = failure.is_none();
            broken.insert(delay_ms, failure);
            Ok(passes)
        })?;
        let first_fail_ms = cliff.first_fail_ms;
        let p99_ms = p99s_ms[&search.driver];
        Ok(CliffRecord {
            scenario: search.story.name.clone(),
            driver: search.driver.to_string(),
            seeds: options.search.seeds,
            margin_ms: p99_ms
                .zip(cliff.last_pass_ms)
                .map(|(p99_ms, last_ms)| f64::from(last_ms) - p99_ms),
            broken: first_fail_ms.and_then(|ms| broken.remove(&ms)?),
            cliff,
            p99_ms,
        })
    })?;
    if let Some(out) = &options.search.out {
        write_whole(out, &serde_json::to_vec_pretty(&records)?)?;
        let rows: Vec<DelayRow<'_>> = records.iter().map(CliffRecord::row).collect();
        write_whole(&out.with_extension("svg"), delay_chart(&rows).as_bytes())?;
        field.close()?;
    }
    if options.search.json {
        say(&serde_json::to_string(&records)?);
    } else {
        say(&table(&records));
        say(&format!(
            "Passed means on every seed from 1 to {}. Margin: from the 99th percentile of a network's recorded \
             latencies times {} to the longest delay that passes; truth has no latency.",
            options.search.seeds, options.scale
        ));
    }
    Ok(Status::Passed)
}

fn p99_ms(driver: &Who, scale: f64, assets: Option<&Path>) -> Result<Option<f64>> {
    if !driver.is_network() || matches!(driver, Who::Onnx(_)) {
        return Ok(None);
    }
    let profile = read_profile(&Assets::find(assets)?.latency_file(driver))?;
    Ok(profile.percentile_ms(99.0).map(|ms| ms * scale))
}

impl CliffRecord {
    fn row(&self) -> DelayRow<'_> {
        DelayRow {
            story: &self.scenario,
            driver: &self.driver,
            cliff_ms: self.cliff.last_pass_ms.map(f64::from),
            p99_ms: self.p99_ms,
        }
    }
}

fn table(records: &[CliffRecord]) -> String {
    let mut table = Table::new(&[
        "story",
        "driver",
        "passes up to ms",
        "p99 ms",
        "margin ms",
        "broken by",
    ]);
    for record in records {
        let longest = match record.cliff.last_pass_ms {
            None => "fails at 0".to_owned(),
            Some(LONGEST_MS) => format!("{LONGEST_MS}+"),
            Some(ms) => ms.to_string(),
        };
        table.row([
            record.scenario.clone(),
            record.driver.clone(),
            longest,
            number(record.p99_ms, 0),
            number(record.margin_ms, 0),
            criterion(record.broken.as_ref()),
        ]);
    }
    table.render()
}
