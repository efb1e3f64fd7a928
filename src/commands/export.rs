//! `understudy export`: a network as an ONNX file, for other engines and other cars.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Args;
use drive::frame::CameraFrame;
use drive::time::Tick;
use perception::foreign::Foreign;
use perception::heads::Head;
use perception::nets::Net;
use perception::network::{Backend, Network};
use perception::onnx::{self, InputSize};
use perception::weights;
use scenarios::naming::unknown_of;
use scenarios::random_world::{RandomWorld, Slice};
use sim::{Exposure, SimOptions, Simulation};

use super::{Status, say};
use crate::files::{create_folder, write_whole};
use crate::models::{Assets, Who};
use crate::npy::npy;
use crate::table::Table;

/// Random worlds of the samples; none of them is trained on.
const FIRST_WORLD: u64 = 700_000;

/// Options of `export`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// A shipped network (teacher, student, `hard_label_student`) or a weights file with its card beside it
    network: String,
    /// The file to write (default: NAME.onnx here)
    #[arg(long)]
    out: Option<PathBuf>,
    /// Also write this many camera frames and their logits as .npy files, to compare other engines with
    #[arg(long, default_value_t = 0)]
    samples: u64,
}

pub(super) fn execute(options: &Options, assets: Option<&Path>) -> Result<Status> {
    let weights_path = weights_path(&options.network, assets)?;
    let (card, net) = weights::load(&weights_path)?;
    let out = options
        .out
        .clone()
        .unwrap_or_else(|| PathBuf::from(format!("{}.onnx", card.origin.name)));
    write_whole(&out, &onnx::export(&net, &card)?)?;
    say(&format!("{} in {}", card.origin.name, out.display()));
    if options.samples > 0 {
        let folder = out.with_extension("samples");
        let frames = (FIRST_WORLD..FIRST_WORLD + options.samples).map(frame_of_world);
        let frames = frames.collect::<Result<Vec<_>>>()?;
        let logits = write_samples(&folder, &frames, net)?;
        say(&format!(
            "{} frames and their logits in {}",
            frames.len(),
            folder.display()
        ));
        say(&errors_in_tract(&out, &frames, &logits)?);
    }
    Ok(Status::Passed)
}

/// The weights of a shipped network in single precision, or the file itself.
fn weights_path(network: &str, assets: Option<&Path>) -> Result<PathBuf> {
    let shipped = Who::ALL.into_iter();
    let shipped = shipped.filter(|who| who.is_network() && who.single().is_none());
    if let Some(who) = shipped.clone().find(|who| who.name() == network) {
        return Ok(Assets::find(assets)?.weights(&who));
    }
    let path = PathBuf::from(network);
    let known: Vec<String> = shipped.map(|who| who.to_string()).collect();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    ensure!(
        path.exists(),
        "{}, or name a .safetensors file with its card beside it",
        unknown_of("network", network, "there is", &known)
    );
    Ok(path)
}

/// Writes inputs and outputs as the contract has them, one file each, the samples along the first axis; returns the
/// outputs by head.
fn write_samples(folder: &Path, frames: &[CameraFrame], net: Net) -> Result<[Vec<f32>; 8]> {
    let mut network = Network::new(net, Backend::default())?;
    let (mut pictures, mut logits) = (Vec::new(), Head::ALL.map(|_| Vec::new()));
    for frame in frames {
        pictures.extend(InputSize::Shrunk.picture(frame)?);
        let output = network.infer(frame)?;
        for head in Head::ALL {
            logits[head as usize].extend_from_slice(output.head(head));
        }
    }
    create_folder(folder)?;
    let write = |name: &str, shape: &[usize], values: &[f32]| {
        write_whole(&folder.join(format!("{name}.npy")), &npy(shape, values))
    };
    let [_, channels, height, width] = InputSize::Shrunk.shape();
    let count = frames.len();
    write(onnx::INPUT, &[count, channels, height, width], &pictures)?;
    for head in Head::ALL {
        let shape = [count, head.positions(), head.classes()];
        write(head.name(), &shape, &logits[head as usize])?;
    }
    Ok(logits)
}

/// How far the written file, run as a foreign network, is from this product's engine.
fn errors_in_tract(file: &Path, frames: &[CameraFrame], wanted: &[Vec<f32>; 8]) -> Result<String> {
    let mut foreign = Foreign::load(file)?;
    let found = frames.iter().map(|frame| foreign.infer(frame));
    let found = found.collect::<Result<Vec<_>, _>>()?;
    let mut table = Table::new(&["head", "largest error in tract / standard deviation"]);
    for head in Head::ALL {
        let wanted = &wanted[head as usize];
        let found = found.iter().flat_map(|logits| logits.head(head));
        let errors = found.zip(wanted).map(|(f, w)| f64::from((f - w).abs()));
        let share = errors.fold(0.0, f64::max) / deviation(wanted);
        table.row([head.name().to_owned(), format!("{share:.1e}")]);
    }
    Ok(table.render())
}

fn deviation(values: &[f32]) -> f64 {
    let count = values.len() as f64;
    let mean = values.iter().map(|&v| f64::from(v)).sum::<f64>() / count;
    let squares = values.iter().map(|&v| (f64::from(v) - mean).powi(2));
    (squares.sum::<f64>() / count).sqrt()
}

/// The first frame of a random world.
fn frame_of_world(seed: u64) -> Result<CameraFrame> {
    let world = RandomWorld::new(seed, Slice::Training);
    let mut simulation = Simulation::new(&world.stage, &SimOptions::default())?;
    simulation.place(&world.at(Tick(0)));
    let (frame, _) = simulation.expose(Exposure::Picture)?;
    frame.context("a picture was asked for")
}
