//! `understudy profile`: each network's latency on this machine, single frames, with the simulation and
//! its renderer running beside it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use drive::latency::{LatencyMode, LatencyProfile};
use perception::network::Backend;
use scenarios::catalog;

use super::{Status, say};
use crate::episode::Pictures;
use crate::files::{create_folder, write_whole};
use crate::machine::processor;
use crate::models::Who;
use crate::progress;
use crate::record::LatencyMs;
use crate::table::{Table, number};
use crate::theatre::{Cast, Theatre};

/// The story whose frames are timed: a full street.
const STORY: &str = "oncoming_and_pavement";
/// First inferences left out, while caches warm up.
const WARM_UP: usize = 10;

/// Options of `profile`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Folder for one file per network, as `--latency profile:FILE` reads them
    #[arg(long, default_value = "assets/latency")]
    out: PathBuf,
}

pub(super) fn execute(options: &Options, assets: Option<&Path>) -> Result<Status> {
    create_folder(&options.out)?;
    let networks = Who::ALL.into_iter().filter(Who::is_network);
    let bar = progress::bar(networks.clone().count() as u64, "timing networks");
    let mut table = Table::new(&["network", "frames", "p50 ms", "p95 ms", "p99 ms"]);
    let stop = progress::stop_flag()?;
    for who in networks {
        let cast = Cast {
            driver: Who::Truth,
            shadow: Some(who.clone()),
            latency: LatencyMode::None,
            backend: Backend::default(),
        };
        let played = Theatre::open(assets, cast, stop.clone())?.play(
            &catalog::load(STORY)?,
            1,
            Pictures::Forget,
        )?;
        let samples_ms: Vec<f64> = played.inference_ms[&*who.name()]
            .iter()
            .skip(WARM_UP)
            .copied()
            .collect();
        let latency = LatencyMs::of(&samples_ms).context("the story exposes hundreds of frames")?;
        table.row([
            who.to_string(),
            samples_ms.len().to_string(),
            number(Some(latency.p50), 2),
            number(Some(latency.p95), 2),
            number(Some(latency.p99), 2),
        ]);
        let profile = LatencyProfile {
            network: who.to_string(),
            machine: processor(),
            scale: 1.0,
            samples_ms,
        };
        let path = options.out.join(format!("{}.json", who.name()));
        write_whole(&path, &serde_json::to_vec_pretty(&profile)?)?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    say(&table.render());
    Ok(Status::Passed)
}
