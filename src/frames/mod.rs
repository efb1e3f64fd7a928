//! One frame of a recorded run again: what the camera delivered, what is true of it, and what each seat makes of it.

mod animation;
mod font;
mod heads;
mod overlay;
mod sheet;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use drive::frame::CameraFrame;
use drive::percept::Percept;
use perception::encode::encode;
use perception::probabilities::{Probabilities, softmax};
use scenarios::director::{Director, opening_world};
use sim::{Exposure as Pass, SimOptions, Simulation};

use crate::camera::expose_by;
use crate::digest::hex_of;
use crate::faults::FaultyCamera;
use crate::files::{create_folder, in_file_name, write_whole};
use crate::perceiver::{Exposure, Perceiver};
use crate::recorded::Fork;
pub use animation::animation;
pub use overlay::CLASS_COLOURS;
use sheet::Sheet;

/// A frame of a recorded run.
pub struct Still {
    /// What the camera delivered.
    pub exposure: Exposure,
    /// Whether its pixels are the recorded ones to the bit; `None` where the run recorded no pixels.
    pub is_recorded: Option<bool>,
}

/// What a seat makes of a frame.
pub struct Look {
    /// Who.
    pub name: String,
    /// The percept.
    pub percept: Percept,
    /// What it was decoded from.
    pub probabilities: Probabilities,
    /// What became of the frame at this seat during the run, in words.
    pub fate: String,
}

impl Still {
    /// Drives the run again by its recorded commands up to the tick; the newest frame then.
    ///
    /// # Errors
    /// When the world is not the recorded one any more, or no frame has arrived by then.
    pub fn of(fork: &Fork) -> Result<Self> {
        let exposure = newest_exposure(fork)?;
        let line = &fork.run().lines[exposure.tick.0 as usize];
        let recorded = line.tick.exposed.as_ref();
        let pixels = recorded.and_then(|exposed| exposed.pixels.as_ref());
        let frame = exposure.frame.as_ref();
        Ok(Self {
            is_recorded: pixels
                .zip(frame)
                .map(|(pixels, frame)| *pixels == hex_of(&frame.rgb)),
            exposure,
        })
    }

    /// What a seat of the run makes of the frame; `seat` is its number, the driver's being 0.
    ///
    /// # Errors
    /// When its network fails.
    pub fn look(&self, fork: &Fork, seat: usize, perceiver: &mut dyn Perceiver) -> Result<Look> {
        let percept = perceiver.perceive(&self.exposure)?;
        let probabilities = match perceiver.logits() {
            Some(logits) => softmax(logits.as_ref().clone()),
            None => encode(&self.exposure.labels).one_hot(),
        };
        Ok(Look {
            name: fork.run().record.seats()[seat].clone(),
            fate: fate(fork, seat, &percept),
            percept,
            probabilities,
        })
    }

    /// Writes the frame, its labels and what the seats make of it as PNG; returns the files.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write(&self, folder: &Path, looks: &[Look]) -> Result<Vec<PathBuf>> {
        create_folder(folder)?;
        let frame = self.exposure.frame.as_ref();
        let frame = frame.context("a frame of a network's run has a picture")?;
        let picture = Sheet::of_frame(frame)?;
        let labels = &self.exposure.labels;
        let mut sheets = vec![
            ("input".to_owned(), picture.clone()),
            ("labels".to_owned(), overlay::labels(labels)),
            ("depth".to_owned(), overlay::depth(labels)),
        ];
        for look in looks {
            let name = in_file_name(&look.name);
            let mut add = |what: &str, sheet| sheets.push((format!("{name}-{what}"), sheet));
            add(
                "overlay",
                overlay::percept(&picture, &look.name, &look.percept),
            );
            add("segmentation", heads::segmentation(&look.probabilities));
            add("objects", heads::objects(&look.probabilities));
            add("depth", heads::depth(&look.probabilities));
            add("lanes", heads::lanes(&picture, &look.probabilities));
        }
        let files = sheets.into_iter().map(|(name, sheet)| {
            let file = folder.join(format!("{name}.png"));
            write_whole(&file, &sheet.png()?)?;
            Ok(file)
        });
        files.collect()
    }
}

/// A frame under what somebody saw in it, as a JPEG file.
///
/// # Errors
/// When it cannot be encoded.
pub fn overlaid(frame: &CameraFrame, name: &str, percept: &Percept) -> Result<Vec<u8>> {
    overlay::percept(&Sheet::of_frame(frame)?, name, percept).jpeg()
}

fn newest_exposure(fork: &Fork) -> Result<Exposure> {
    let mut newest = None;
    replay(fork, |exposure| {
        newest = Some(exposure);
        Ok(())
    })?;
    newest.with_context(|| {
        let tick = fork.origin().tick.0;
        format!("no frame has arrived by tick {tick}; name a later one")
    })
}

/// Drives a run again by its recorded commands up to the fork's tick; hands on everything the camera delivers.
fn replay(fork: &Fork, mut hand_on: impl FnMut(Exposure) -> Result<()>) -> Result<()> {
    let (run, record) = (fork.run(), &fork.run().record);
    let mut story = run.story()?;
    for fault in record.timed_faults()? {
        fault.lay_over(&mut story);
    }
    let compiled = story.compile(record.seed, &record.parameters)?;
    let mut painter = record.camera.painter(&compiled.stage)?;
    let mut simulation = Simulation::new(&compiled.stage, &SimOptions::default())?;
    let mut director = Director::new(&compiled);
    simulation.place(&opening_world(&compiled));
    let mut camera = FaultyCamera::new(compiled.seed);
    loop {
        let world = simulation.world().clone();
        let cues = director.direct(&world);
        let taken = camera.take(world.tick, director.faults(), || {
            expose_by(&mut simulation, Pass::Picture, painter.as_deref_mut())
        })?;
        if let Some(exposure) = taken {
            hand_on(exposure)?;
        }
        let Some(command) = fork.command(&world)? else {
            return Ok(());
        };
        simulation.step(&command, &cues);
    }
}

/// What became of the frame at a seat.
fn fate(fork: &Fork, seat: usize, percept: &Percept) -> String {
    let arrived = fork.run().lines.iter().find_map(|line| {
        let recorded = line.tick.seats[seat].percept.as_ref()?;
        (recorded.exposure == percept.exposure).then_some((line.tick.tick, recorded))
    });
    let Some((tick, recorded)) = arrived else {
        return "never used in the run: dropped, or the run ended before".to_owned();
    };
    let late_ms = 1000.0 * tick.seconds_since(percept.exposure);
    let equal = if recorded == percept {
        "equal to the recorded percept"
    } else {
        "NOT equal to the recorded percept: other weights, engine or machine"
    };
    format!("usable {late_ms:.0} ms later in the run; {equal}")
}
