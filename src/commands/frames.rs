//! `understudy frames`: one frame of a recorded run, and what everyone in the car makes of it.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use drive::latency::LatencyMode;

use super::drive_options::EngineOptions;
use super::{Status, say};
use crate::frames::Still;
use crate::models::Who;
use crate::progress;
use crate::recorded::Fork;
use crate::theatre::{Cast, Theatre};

/// Options of `frames`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// A recorded run and a moment: RUN@TICK or RUN@SECONDSs
    #[arg(value_name = "RUN@TICK")]
    moment: String,
    /// Folder for the pictures (default: frame-TICK in the run's folder)
    #[arg(long)]
    out: Option<PathBuf>,
    #[command(flatten)]
    engine: EngineOptions,
}

pub(super) fn execute(options: &Options, assets: Option<&Path>) -> Result<Status> {
    let fork = Fork::open(&options.moment)?;
    let record = &fork.run().record;
    let who = |name: &String| name.parse::<Who>();
    let cast = Cast {
        driver: who(&record.driver)?,
        shadow: record.shadow.as_ref().map(who).transpose()?,
        latency: LatencyMode::None,
        faults: Vec::new(),
        backend: options.engine.backend()?,
    };
    let theatre = Theatre::open(assets, cast.clone(), progress::stop_flag()?)?;
    let still = Still::of(&fork)?;
    let tick = still.exposure.tick;
    let mut looks = Vec::new();
    for (seat, who) in cast.everyone().enumerate() {
        let mut perceiver = theatre.perceiver(who)?;
        looks.push(still.look(&fork, seat, perceiver.as_mut())?);
    }
    let folder = options.out.clone();
    let folder = folder.unwrap_or_else(|| fork.run().folder.join(format!("frame-{:06}", tick.0)));
    let files = still.write(&folder, &looks)?;
    say(&format!(
        "{}, seed {}: the frame of tick {} ({:.2} s), {}",
        record.scenario,
        record.seed,
        tick.0,
        tick.seconds(),
        match still.is_recorded {
            Some(true) => "to the bit the recorded one",
            Some(false) => "NOT the recorded one: another camera driver, program or machine",
            None => "drawn now; the run recorded no pixels, since only the truth saw",
        }
    ));
    for look in &looks {
        say(&format!("  {}: {}", look.name, look.fate));
    }
    for file in files {
        say(&format!("  {}", file.display()));
    }
    Ok(Status::Passed)
}
