//! `understudy profile`: each network's latency on this machine, single frames, one and two threads, with the
//! simulation and its renderer running beside it and without.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::Result;
use clap::Args;
use drive::latency::{LatencyMode, LatencyProfile};
use perception::network::Backend;
use perception::ops::Isa;
use scenarios::catalog;

use super::{Status, say};
use crate::episode::Pictures;
use crate::files::{create_folder, in_file_name, write_whole};
use crate::machine::processor;
use crate::models::Who;
use crate::perceiver::Exposure;
use crate::progress;
use crate::report::latency_chart;
use crate::table::{Table, number};
use crate::theatre::{Cast, Theatre};
use crate::worker::timed;

/// The story whose frames are timed: a full street.
const STORY: &str = "oncoming_and_pavement";
/// First inferences left out, while caches warm up.
const WARM_UP: usize = 10;
/// How many threads share a frame.
const THREADS: [usize; 2] = [1, 2];

/// Options of `profile`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Networks to time, as in `student,int8_student` (default: all that are shipped)
    #[arg(long, value_delimiter = ',')]
    networks: Vec<Who>,
    /// Folder for the files, as `--latency profile:FILE` reads them, and latency.svg. NAME.json is the one that
    /// `--latency fixed` takes the median of: one thread, the renderer beside it
    #[arg(long, default_value = "assets/latency")]
    out: PathBuf,
}

/// What a network is timed with.
#[derive(Debug, Clone, Copy)]
struct Conditions {
    threads: usize,
    renderer_beside: bool,
}

impl Conditions {
    fn in_words(self) -> String {
        let threads = if self.threads == 1 {
            "thread"
        } else {
            "threads"
        };
        let beside = if self.renderer_beside {
            "renderer beside it"
        } else {
            "alone"
        };
        format!("{} {threads}, {beside}", self.threads)
    }

    /// What follows the network's name in the file's.
    fn suffix(self) -> String {
        let threads = match self.threads {
            1 => String::new(),
            more => format!(".{more}_threads"),
        };
        let alone = if self.renderer_beside { "" } else { ".alone" };
        format!("{threads}{alone}.json")
    }

    fn backend(self) -> Backend {
        Backend::Engine {
            threads: self.threads,
            isa: Isa::best(),
        }
    }
}

pub(super) fn execute(options: &Options, assets: Option<&Path>) -> Result<Status> {
    create_folder(&options.out)?;
    let mut networks = options.networks.clone();
    if networks.is_empty() {
        networks = Who::ALL.into_iter().filter(Who::is_network).collect();
    }
    let stop = progress::stop_flag()?;
    let bar = progress::bar(
        2 * (networks.len() * THREADS.len()) as u64,
        "timing networks",
    );
    let street = street(assets, &stop)?;
    let mut profiles = Vec::new();
    for who in &networks {
        for renderer_beside in [true, false] {
            for threads in THREADS {
                let conditions = Conditions {
                    threads,
                    renderer_beside,
                };
                let cast = Cast {
                    shadow: Some(who.clone()),
                    ..Cast::alone(Who::Truth, LatencyMode::None, conditions.backend())
                };
                let theatre = Theatre::open(assets, cast, Arc::clone(&stop))?;
                let samples_ms = if renderer_beside {
                    beside_renderer(&theatre, who)?
                } else {
                    alone(&theatre, who, &street)?
                };
                let profile = LatencyProfile {
                    network: who.to_string(),
                    machine: processor(),
                    conditions: Some(conditions.in_words()),
                    scale: 1.0,
                    samples_ms: samples_ms.into_iter().skip(WARM_UP).collect(),
                };
                let name = in_file_name(&who.to_string()) + &conditions.suffix();
                let path = options.out.join(name);
                write_whole(&path, &serde_json::to_vec_pretty(&profile)?)?;
                profiles.push(profile);
                bar.inc(1);
            }
        }
    }
    bar.finish_and_clear();
    let chart = options.out.join("latency.svg");
    write_whole(&chart, latency_chart(&profiles).as_bytes())?;
    say(&table(&profiles));
    say(&format!(
        "every sample in {}, a picture in {}",
        options.out.display(),
        chart.display()
    ));
    Ok(Status::Passed)
}

/// The frames of the story, with nobody but the truth looking at them.
fn street(assets: Option<&Path>, stop: &Arc<AtomicBool>) -> Result<Vec<Exposure>> {
    let cast = Cast::alone(Who::Truth, LatencyMode::None, Backend::default());
    let theatre = Theatre::open(assets, cast, Arc::clone(stop))?;
    let played = theatre.play(&catalog::load(STORY)?, 1, Pictures::Keep)?;
    Ok(played.episode.pictures.into_iter().flatten().collect())
}

/// The times of a network that watches the story while it is rendered.
fn beside_renderer(theatre: &Theatre, who: &Who) -> Result<Vec<f64>> {
    let played = theatre.play(&catalog::load(STORY)?, 1, Pictures::Forget)?;
    Ok(played.inference_ms[&*who.name()].clone())
}

/// The times of a network on frames that lie ready.
fn alone(theatre: &Theatre, who: &Who, street: &[Exposure]) -> Result<Vec<f64>> {
    let mut perceiver = theatre.perceiver(who)?;
    let look = |exposure| {
        let sight = timed(perceiver.as_mut(), exposure)?;
        Ok(sight.wall.as_secs_f64() * 1000.0)
    };
    street.iter().map(look).collect()
}

fn table(profiles: &[LatencyProfile]) -> String {
    let mut table = Table::new(&[
        "network",
        "conditions",
        "frames",
        "p50 ms",
        "p95 ms",
        "p99 ms",
        "max ms",
    ]);
    for profile in profiles {
        let percentiles = [50.0, 95.0, 99.0, 100.0];
        let latencies = percentiles.map(|percent| number(profile.percentile_ms(percent), 2));
        let first = [
            profile.network.clone(),
            profile.conditions.clone().unwrap_or_default(),
            profile.samples_ms.len().to_string(),
        ];
        table.row(first.into_iter().chain(latencies));
    }
    table.render()
}
