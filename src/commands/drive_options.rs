//! What every command that drives stories asks for.

use std::path::Path;

use anyhow::{Result, anyhow, ensure};
use clap::Args;
use drive::latency::LatencyMode;
use perception::network::Backend;
use perception::ops::Isa;
use scenarios::catalog;
use scenarios::story::{Story, StoryError};

use crate::camera::CameraKind;
use crate::faults::TimedFault;
use crate::models::Who;
use crate::theatre::Cast;

/// Who drives, who watches, how late.
#[derive(Debug, Clone, Args)]
pub(crate) struct DriveOptions {
    /// Who drives: truth, teacher, student, `hard_label_student`, `int8_teacher`, `int8_student` or onnx:FILE
    #[arg(long, default_value = "student")]
    pub(crate) driver: Who,
    /// Who watches the same frames without a say
    #[arg(long)]
    pub(crate) shadow: Option<Who>,
    /// When percepts arrive: none (the default), own (each network's recorded samples), of:NETWORK, either times a
    /// scale as in own*4, car (own*11), fixed (the recorded median), fixed:MS, profile:FILE, profile:FOLDER or live
    #[arg(long)]
    pub(crate) latency: Option<LatencyMode>,
    /// What goes wrong and when, in seconds: `NAME[:SIZE]@START[+DURATION]`, for example `camera_dies@6` or
    /// dirt:0.3@2+4; can be given several times
    #[arg(long = "fault", value_name = "FAULT")]
    pub(crate) faults: Vec<TimedFault>,
    /// What the networks look through: the sensor camera, or Bevy's renderer (builds with the window; slow)
    #[arg(long, default_value = "sensor")]
    pub(crate) camera: CameraKind,
    #[command(flatten)]
    pub(crate) engine: EngineOptions,
}

impl DriveOptions {
    /// The cast these options ask for.
    ///
    /// # Errors
    /// When this machine lacks the instruction set that is asked for.
    pub(crate) fn cast(&self) -> Result<Cast> {
        Ok(Cast {
            driver: self.driver.clone(),
            shadow: self.shadow.clone(),
            latency: self.latency.clone().unwrap_or_default(),
            faults: self.faults.clone(),
            camera: self.camera,
            backend: self.engine.backend()?,
        })
    }
}

/// What computes the networks.
#[derive(Debug, Clone, Args)]
pub(crate) struct EngineOptions {
    /// What the networks run on: native, or candle as the reference
    #[arg(long, default_value = "native")]
    engine: Engine,
    /// The instruction set of the native engine (default: the fastest of this machine)
    #[arg(long)]
    isa: Option<InstructionSet>,
    /// Threads of the native engine for one frame; they change no bit
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=8))]
    threads: u8,
}

impl EngineOptions {
    /// The backend these options ask for.
    ///
    /// # Errors
    /// When this machine lacks the instruction set that is asked for.
    pub(crate) fn backend(&self) -> Result<Backend> {
        if self.engine == Engine::Candle {
            return Ok(Backend::Candle);
        }
        let isa = self.isa.map_or_else(Isa::best, Isa::from);
        ensure!(
            isa.is_available(),
            "this machine has no {isa:?}; leave out --isa, or name portable"
        );
        Ok(Backend::Engine {
            threads: usize::from(self.threads),
            isa,
        })
    }
}

/// What runs the networks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Engine {
    /// The engine of this product.
    Native,
    /// candle with the same weights, slower; the reference.
    Candle,
}

/// What the kernels of the native engine are compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum InstructionSet {
    /// Plain Rust.
    Portable,
    /// AVX2 with FMA.
    Avx2,
    /// AVX-512 with VNNI.
    Avx512,
}

impl From<InstructionSet> for Isa {
    fn from(set: InstructionSet) -> Self {
        match set {
            InstructionSet::Portable => Self::Portable,
            InstructionSet::Avx2 => Self::Avx2,
            InstructionSet::Avx512 => Self::Avx512,
        }
    }
}

/// A story by its name in the catalog, or by the path of its file.
///
/// # Errors
/// When there is no such story, or its file has a mistake; the message names line and remedy.
pub(crate) fn load_story(name: &str) -> Result<Story> {
    let path = Path::new(name);
    let is_file = path.extension().is_some_and(|extension| extension == "ron");
    let story = if is_file {
        catalog::load_path(path)?
    } else {
        catalog::load(name).map_err(|error| file_was_meant(name, error))?
    };
    Ok(story)
}

/// What is said of a name that is no story's: perhaps the ending of a file was left out.
fn file_was_meant(name: &str, error: StoryError) -> anyhow::Error {
    let file = format!("{name}.ron");
    match error {
        StoryError::Unknown { .. } if Path::new(&file).exists() => {
            anyhow!("the catalog has no {name}, but here is a file of that name; say {file}")
        }
        error => error.into(),
    }
}
