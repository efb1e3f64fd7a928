//! `understudy frames`: one frame of a recorded run, and what everyone in the car makes of it.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use drive::latency::LatencyMode;
use drive::time::Tick;

use super::drive_options::EngineOptions;
use super::{Status, say};
use crate::files::{create_folder, write_whole};
use crate::frames::{Still, animation};
use crate::progress;
use crate::recorded::Fork;
use crate::theatre::{Cast, Theatre};

/// Options of `frames`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// A recorded run and a moment: RUN@TICK or RUN@SECONDSs
    #[arg(value_name = "RUN@TICK")]
    moment: String,
    /// Write this many seconds up to the moment as one animated GIF instead: animation.gif, every seat side by side
    #[arg(long, value_name = "SECONDS")]
    animate: Option<f64>,
    /// Folder for the pictures (default: frame-TICK in the run's folder)
    #[arg(long)]
    out: Option<PathBuf>,
    #[command(flatten)]
    engine: EngineOptions,
}

pub(super) fn execute(options: &Options, assets: Option<&Path>) -> Result<Status> {
    let fork = Fork::open(&options.moment)?;
    if let Some(seconds) = options.animate {
        return animate(options, &fork, seconds);
    }
    let record = &fork.run().record;
    let cast = Cast {
        latency: LatencyMode::None,
        faults: Vec::new(),
        ..Cast::recorded(record, options.engine.backend()?)?
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
            None => "drawn now; the run recorded no pixels of it, since no network took it",
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

/// Writes the stretch before the moment as an animated picture.
fn animate(options: &Options, fork: &Fork, seconds: f64) -> Result<Status> {
    let ticks = Tick::nearest(seconds.max(0.0)).0;
    let from = Tick(fork.origin().tick.0.saturating_sub(ticks));
    let gif = animation(fork, from)?;
    let folder = options.out.as_ref().unwrap_or(&fork.run().folder);
    create_folder(folder)?;
    let file = folder.join("animation.gif");
    write_whole(&file, &gif)?;
    say(&file.display().to_string());
    Ok(Status::Passed)
}
