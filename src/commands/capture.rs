//! `understudy capture`: labelled frames of random worlds. The one place where world and data set meet.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use distill::dataset::{DatasetWriter, Plan, ShardWriter, Split, WorldMeta};
use drive::random::stream;
use drive::time::{CAMERA_PERIOD_TICKS, Tick};
use indicatif::ProgressBar;
use rand::Rng;
use scenarios::random_world::{LENGTH, RandomWorld, Slice};
use scenarios::stage::Weather;
use sim::{Exposure, SimOptions, Simulation};

use super::worlds::Worlds;
use super::{Status, say};
use crate::camera::CameraKind;
use crate::parallel;
use crate::progress;

/// Version of the generator in the data set's plan; raise it when equal seeds give other worlds or moments.
const GENERATOR: &str = "random worlds 2";
/// Below this height of the sun it is dusk, in radians.
const DUSK_RAD: f64 = 0.12;
/// Above this cloud cover it is overcast.
const OVERCAST: f64 = 0.7;

/// Exposures there are in a world's time.
const MOST_FRAMES: i64 = (LENGTH.0 / CAMERA_PERIOD_TICKS) as i64;

/// Options of `capture`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Folder for the frames; an interrupted capture goes on where it stopped
    #[arg(long, default_value = "data/frames")]
    out: PathBuf,
    /// How many random worlds
    #[arg(long, default_value_t = 10_000)]
    worlds: u32,
    /// How many frames of each
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=MOST_FRAMES))]
    frames: u32,
    /// Seed of all worlds
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Which weathers the worlds have
    #[arg(long, value_enum, default_value_t = Weathers::All)]
    weathers: Weathers,
    /// Which camera takes the pictures; labels are the sensor camera's
    #[arg(long, value_enum, default_value_t = CameraKind::Sensor)]
    camera: CameraKind,
    /// Only the worlds of a split
    #[arg(long, value_enum)]
    split: Option<Worlds>,
}

/// Which weathers random worlds have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Weathers {
    /// Day and dusk, clear, cloudy or foggy
    Day,
    /// Also night and rain
    All,
}

impl Weathers {
    /// The generator's name in a data set's plan.
    fn generator(self) -> String {
        match self {
            Self::Day => GENERATOR.to_owned(),
            Self::All => format!("{GENERATOR}, all weathers"),
        }
    }

    fn world(self, seed: u64, slice: Slice) -> RandomWorld {
        match self {
            Self::All if slice != Slice::UnseenWeather => RandomWorld::in_all_weathers(seed, slice),
            _ => RandomWorld::new(seed, slice),
        }
    }
}

impl Options {
    /// What the data set's plan says of how its worlds came about.
    fn description(&self) -> String {
        let mut text = self.weathers.generator();
        if self.camera == CameraKind::Bevy {
            text.push_str(", Bevy's pictures");
        }
        if let Some(split) = self.split {
            text.push_str(split.words());
        }
        text
    }

    fn wants(&self, id: u32) -> bool {
        let wanted = self.split.map(Worlds::split);
        wanted.is_none_or(|wanted| wanted == Split::of_world(id))
    }
}

pub(super) fn execute(options: &Options) -> Result<Status> {
    let plan = Plan {
        seed: options.seed,
        worlds: options.worlds,
        frames_per_world: options.frames,
        description: options.description(),
    };
    let writer = DatasetWriter::open(&options.out, &plan)?;
    let missing: Vec<u32> = (0..plan.shards())
        .filter(|&shard| !writer.is_whole(shard))
        .collect();
    let worlds_missing: usize = missing.iter().map(|&s| plan.worlds_of(s).len()).sum();
    let bar = progress::bar(u64::from(options.worlds), "worlds");
    bar.set_position(u64::from(options.worlds) - worlds_missing as u64);
    let stop = progress::stop_flag()?;
    let capturing = Capturing {
        writer: &writer,
        plan: &plan,
        options,
        stop: &stop,
        bar: &bar,
    };
    parallel::spread(&missing, |&number| capturing.shard(number))?;
    bar.finish_and_clear();
    if stop.load(Ordering::Relaxed) {
        bail!("interrupted; the same command goes on where it stopped");
    }
    let worlds = (0..options.worlds).filter(|&id| options.wants(id)).count();
    say(&format!(
        "{} frames of {worlds} worlds in {}",
        worlds * options.frames as usize,
        options.out.display()
    ));
    Ok(Status::Passed)
}

/// A capture on its way.
struct Capturing<'a> {
    writer: &'a DatasetWriter,
    plan: &'a Plan,
    options: &'a Options,
    stop: &'a AtomicBool,
    bar: &'a ProgressBar,
}

impl Capturing<'_> {
    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Captures a shard, unless somebody stops it; then it never was.
    fn shard(&self, number: u32) -> Result<()> {
        if self.stopped() {
            return Ok(());
        }
        let mut shard = self.writer.begin_shard(number)?;
        for id in self.plan.worlds_of(number) {
            if self.stopped() {
                return Ok(());
            }
            self.world(&mut shard, id)
                .with_context(|| format!("world {id}"))?;
            self.bar.inc(1);
        }
        Ok(shard.finish()?)
    }

    fn world(&self, shard: &mut ShardWriter, id: u32) -> Result<()> {
        let seed = self.plan.seed << 32 | u64::from(id);
        let (split, slice) = (Split::of_world(id), slice_of(id));
        if !self.options.wants(id) {
            return Ok(());
        }
        let world = self.options.weathers.world(seed, slice);
        let mut painter = self.options.camera.painter(&world.stage)?;
        let mut simulation = Simulation::new(&world.stage, &SimOptions::default())?;
        let slices = slice_names(slice, &world.stage.weather);
        let meta = WorldMeta {
            id,
            seed,
            split,
            slices,
        };
        for (index, tick) in exposures(seed, self.plan.frames_per_world).enumerate() {
            simulation.place(&world.at(tick));
            let (frame, labels) = simulation.expose(Exposure::Picture)?;
            let mut frame = frame.context("a picture was asked for")?;
            if let Some(painter) = &mut painter {
                frame.rgb = painter.paint(simulation.world(), simulation.motions())?;
            }
            shard.push(&meta, index, (&frame, &labels))?;
        }
        Ok(())
    }
}

/// Exposures spread evenly over the world's time, from a moment on that differs from world to world; on camera ticks.
fn exposures(seed: u64, frames: u32) -> impl Iterator<Item = Tick> {
    let spacing = LENGTH.0 / u64::from(frames);
    let first = stream(seed, "exposures").random_range(0..spacing);
    (0..u64::from(frames)).map(move |index| {
        let tick = first + index * spacing;
        Tick(tick - tick % CAMERA_PERIOD_TICKS)
    })
}

/// Held-out kinds appear in test worlds alone: half of these are ordinary, the others take turns.
fn slice_of(id: u32) -> Slice {
    const TURNS: [Slice; 6] = [
        Slice::Training,
        Slice::UnseenModel,
        Slice::Training,
        Slice::UnseenTopology,
        Slice::Training,
        Slice::UnseenWeather,
    ];
    match Split::of_world(id) {
        Split::Train | Split::Validation => Slice::Training,
        Split::Test => TURNS[(id / 10) as usize % TURNS.len()],
    }
}

/// The tags under which evaluations report a world apart.
fn slice_names(slice: Slice, weather: &Weather) -> Vec<String> {
    let kind = match slice {
        Slice::Training => "seen kinds",
        Slice::UnseenModel => "unseen model",
        Slice::UnseenTopology => "unseen topology",
        Slice::UnseenWeather => "unseen weather",
    };
    let light = if weather.sun_elevation_rad < 0.0 {
        "night"
    } else if weather.sun_elevation_rad < DUSK_RAD {
        "dusk"
    } else if weather.overcast > OVERCAST {
        "overcast"
    } else {
        "sun"
    };
    let fog = weather.visibility_m.map(|_| "fog");
    let rain = (weather.rain_mm_per_h > 0.0).then_some("rain");
    [Some(kind), Some(light), fog, rain]
        .into_iter()
        .flatten()
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn held_out_kinds_never_enter_training_worlds() {
        for id in 0..1000 {
            if Split::of_world(id) != Split::Test {
                assert_eq!(slice_of(id), Slice::Training);
            }
        }
    }

    #[test]
    fn every_held_out_slice_has_test_worlds() {
        for slice in [
            Slice::UnseenModel,
            Slice::UnseenTopology,
            Slice::UnseenWeather,
        ] {
            assert!((0..100).any(|id| slice_of(id) == slice));
        }
    }

    #[test]
    fn exposures_fall_on_camera_ticks_within_the_world() {
        for seed in 0..50 {
            let ticks: Vec<Tick> = exposures(seed, 2).collect();
            assert!(
                ticks
                    .iter()
                    .all(|tick| tick.is_exposure() && *tick < LENGTH)
            );
            assert!(ticks[0] < ticks[1]);
        }
    }

    #[test]
    fn every_moment_of_a_worlds_time_is_somebodys_exposure() {
        let early = |seed: &u64| exposures(*seed, 2).any(|tick| tick.0 < LENGTH.0 / 8);
        assert!((80..170).contains(&(0..500).filter(early).count()));
    }
}
