//! `understudy soak`: the same stories over and over in one process: the same bits, no more memory, no slower.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Result, ensure};
use clap::Args;
use drive::latency::LatencyMode;
use perception::network::Backend;
use perception::ops::Isa;
use serde::Serialize;

use super::search_options::stories;
use super::{Status, say};
use crate::episode::Pictures;
use crate::machine::resident_bytes;
use crate::models::Who;
use crate::progress;
use crate::theatre::{Cast, Theatre};

/// Memory may grow by this share after the first runs, in which buffers find their sizes.
const MAX_GROWTH: f64 = 0.01;

/// Options of `soak`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Names from the catalog, or paths of story files, driven in turn (default: every story in which ego must react)
    stories: Vec<String>,
    /// Who drives
    #[arg(long, default_value = "student")]
    driver: Who,
    /// When percepts arrive, as in `run`
    #[arg(long, default_value = "own")]
    latency: LatencyMode,
    /// How many runs, all with seed 1, with one thread for a frame and with two in turn
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// How many runs before memory is watched
    #[arg(long, default_value_t = 50)]
    warm_up: u32,
    /// Print JSON instead of sentences
    #[arg(long)]
    json: bool,
}

/// What came out, for scripts.
#[derive(Debug, Serialize)]
struct SoakRecord {
    runs: usize,
    stories: usize,
    /// Runs whose hash chain is not that of the first run of the same story.
    other_bits: Vec<String>,
    /// Memory in use after the warm-up and at the end, in MiB; none where the system does not tell.
    resident_mib: Option<[f64; 2]>,
    /// How much it grew after the warm-up, as a share.
    growth: Option<f64>,
    /// Wall-clock time per simulated second, median of the last quarter over median of the first one.
    slowdown: f64,
}

/// One run.
struct Lap {
    resident_bytes: Option<u64>,
    real_time_factor: f64,
}

pub(super) fn execute(options: &Options, assets: Option<&Path>) -> Result<Status> {
    ensure!(
        options.latency.is_repeatable(),
        "a run with latency `live` cannot be repeated; choose another"
    );
    let stories = stories(&options.stories)?;
    let stop = progress::stop_flag()?;
    let theatre = |threads| {
        let backend = Backend::Engine {
            threads,
            isa: Isa::best(),
        };
        let cast = Cast::alone(options.driver.clone(), options.latency.clone(), backend);
        Theatre::open(assets, cast, stop.clone())
    };
    let theatres = [theatre(1)?, theatre(2)?];
    let bar = progress::bar(u64::from(options.runs), "runs");
    let mut digests = BTreeMap::new();
    let (mut laps, mut other_bits) = (Vec::new(), Vec::new());
    for index in 0..options.runs as usize {
        let (_, story) = &stories[index % stories.len()];
        let theatre = &theatres[(index / stories.len()) % theatres.len()];
        let record = theatre.play(story, 1, Pictures::Forget)?.record;
        let first = digests
            .entry(story.name.clone())
            .or_insert_with(|| record.digest.clone());
        if *first != record.digest {
            other_bits.push(format!("{} in run {}", story.name, index + 1));
        }
        laps.push(Lap {
            resident_bytes: resident_bytes(),
            real_time_factor: record.real_time_factor,
        });
        bar.inc(1);
    }
    bar.finish_and_clear();
    let record = SoakRecord::new(&laps, stories.len(), options.warm_up as usize, other_bits);
    if options.json {
        say(&serde_json::to_string(&record)?);
    } else {
        say(&record.sentences());
    }
    Ok(Status::of(record.holds()))
}

impl SoakRecord {
    fn new(laps: &[Lap], stories: usize, warm_up: usize, other_bits: Vec<String>) -> Self {
        let mib = |lap: &Lap| Some(lap.resident_bytes? as f64 / 1024.0 / 1024.0);
        let warm = laps.get(warm_up.max(1) - 1).and_then(mib);
        let resident_mib = warm.zip(laps.last().and_then(mib)).map(<[f64; 2]>::from);
        let quarter = (laps.len() / 4).max(1);
        Self {
            runs: laps.len(),
            stories,
            other_bits,
            growth: resident_mib.map(|[warm, end]| end / warm - 1.0),
            resident_mib,
            slowdown: median_factor(&laps[..quarter])
                / median_factor(&laps[laps.len() - quarter..]),
        }
    }

    fn holds(&self) -> bool {
        self.other_bits.is_empty() && self.growth.is_none_or(|growth| growth < MAX_GROWTH)
    }

    fn sentences(&self) -> String {
        let bits = match self.other_bits.first() {
            None => {
                "every run of a story had the same bits, with one thread and with two".to_owned()
            }
            Some(first) => format!(
                "{} runs had other bits than their story's first one, which is a defect of this program or this \
                 machine; first {first}",
                self.other_bits.len()
            ),
        };
        let memory = match (self.resident_mib, self.growth) {
            (Some([warm, end]), Some(growth)) => format!(
                "{warm:.1} MiB in use after the warm-up, {end:.1} MiB at the end: {:+.2} % (at most {:.0} % is right)",
                100.0 * growth,
                100.0 * MAX_GROWTH
            ),
            _ => format!("memory was not watched in {} runs", self.runs),
        };
        format!(
            "{} runs of {} stories: {bits}.\n{memory}.\nThe last quarter took {:.2} times as long as the first.",
            self.runs, self.stories, self.slowdown
        )
    }
}

fn median_factor(laps: &[Lap]) -> f64 {
    let mut factors: Vec<f64> = laps.iter().map(|lap| lap.real_time_factor).collect();
    factors.sort_by(f64::total_cmp);
    factors[factors.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn soaked(mib: impl Fn(usize) -> u64, other_bits: &[&str]) -> SoakRecord {
        let laps: Vec<Lap> = (0..100)
            .map(|index| Lap {
                resident_bytes: Some(mib(index) * 1024 * 1024),
                real_time_factor: if index < 50 { 4.0 } else { 2.0 },
            })
            .collect();
        let other_bits = other_bits.iter().map(|&text| text.to_owned()).collect();
        SoakRecord::new(&laps, 3, 50, other_bits)
    }

    #[test]
    fn memory_that_settles_in_the_warm_up_is_right_and_one_that_grows_is_not() {
        let settled = soaked(|index| 100 + index.min(40) as u64, &[]);
        assert!(settled.holds() && settled.growth == Some(0.0));
        let grown = soaked(|index| 1000 + index as u64, &[]);
        assert!(!grown.holds(), "{grown:?}");
    }

    #[test]
    fn other_bits_and_slowness_are_told() {
        let record = soaked(|_| 100, &["cut_in in run 7"]);
        assert!(!record.holds());
        let text = record.sentences();
        assert!(
            text.contains("first cut_in in run 7") && text.contains("2.00 times as long"),
            "{text}"
        );
    }
}
