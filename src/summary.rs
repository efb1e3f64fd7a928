//! Runs as tables for people; the same numbers as in `--json`.

use anyhow::Result;
use scenarios::catalog;
use scenarios::naming::list;

use crate::record::{NetworkRecord, Outcome, RunRecord};
use crate::table::{Table, number, percent};

/// The stories of the catalog and the ladders, with their titles.
///
/// # Errors
/// When one of them does not load.
pub fn catalog_table() -> Result<String> {
    let stories = titles("story", catalog::names())?;
    let ladders = titles("ladder", catalog::ladder_names())?;
    Ok(format!("{stories}\n{ladders}"))
}

fn titles(kind: &str, names: impl Iterator<Item = &'static str>) -> Result<String> {
    let mut table = Table::new(&[kind, "title"]);
    for name in names {
        table.row([name.to_owned(), catalog::load(name)?.title]);
    }
    Ok(table.render())
}

/// One row a run: verdict, driving, agreement.
pub fn runs_table(runs: &[RunRecord]) -> String {
    let mut table = Table::new(&[
        "story",
        "seed",
        "driver",
        "verdict",
        "score",
        "min TTC s",
        "braking m/s2",
        "lane error m",
        "agreement",
        "dropped",
        "x real time",
    ]);
    for run in runs {
        table.row([
            run.scenario.clone(),
            run.seed.to_string(),
            run.driver.clone(),
            run.verdict.word().to_owned(),
            number(Some(run.metrics.driving_score_v2_0), 1),
            number(run.metrics.min_ttc_s, 2),
            number(Some(run.metrics.max_decel_mps2), 1),
            number(Some(run.metrics.lane_error_m), 2),
            percent(run.agreement),
            dropped(run),
            number(Some(run.real_time_factor), 1),
        ]);
    }
    table.render()
}

fn dropped(run: &RunRecord) -> String {
    run.networks
        .get(&run.driver)
        .map_or_else(|| "-".to_owned(), |network| network.dropped.to_string())
}

/// The networks of some runs: size, and latency pooled over the runs by their medians.
pub fn networks_table(runs: &[RunRecord]) -> String {
    let mut table = Table::new(&[
        "story",
        "driver",
        "network",
        "p50 ms",
        "p95 ms",
        "p99 ms",
        "applied ms",
        "frames",
        "dropped",
    ]);
    for run in runs {
        for (name, network) in &run.networks {
            table.row(network_row(run, name, network));
        }
    }
    table.render()
}

fn network_row(run: &RunRecord, name: &str, network: &NetworkRecord) -> [String; 9] {
    let latency = network.latency_ms;
    [
        run.scenario.clone(),
        run.driver.clone(),
        name.to_owned(),
        number(latency.map(|latency| latency.p50), 1),
        number(latency.map(|latency| latency.p95), 1),
        number(latency.map(|latency| latency.p99), 1),
        number(network.applied_latency_ms, 1),
        network.frames.to_string(),
        network.dropped.to_string(),
    ]
}

/// A line per run with events whose condition never held.
pub fn idle_events(runs: &[RunRecord]) -> impl Iterator<Item = String> {
    runs.iter().filter_map(|run| {
        let events = run.events.iter().filter(|event| event.began_s.is_none());
        let names: Vec<String> = events.map(|event| format!("`{}`", event.name)).collect();
        let is_idle = !names.is_empty();
        is_idle.then(|| format!("{}: {} never began", run.name(), list(names.into_iter())))
    })
}

/// One line per failure, with number and bound; empty when everything passed.
pub fn failures(runs: &[RunRecord]) -> String {
    let lines = runs
        .iter()
        .filter(|run| run.verdict == Outcome::Fail)
        .flat_map(|run| {
            let failures = run.failures.iter();
            failures.map(|failure| format!("{}: {}", run.name(), failure.text))
        });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::LINE_WIDTH;

    #[test]
    fn the_catalog_fits_a_terminal() {
        for line in catalog_table().unwrap().lines() {
            assert!(line.chars().count() <= LINE_WIDTH, "{line}");
        }
    }
}
