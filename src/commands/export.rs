//! `understudy export`: a network as an ONNX file, for other engines and other cars.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Args;
use drive::frame::CameraFrame;
use drive::time::Tick;
use perception::heads::Head;
use perception::nets::Net;
use perception::network::{Backend, Network};
use perception::onnx::{self, InputSize};
use perception::weights;
use scenarios::random_world::{RandomWorld, Slice};
use sim::{Exposure, SimOptions, Simulation};

use super::{Status, say};
use crate::files::{create_folder, write_whole};
use crate::models::{Assets, Who};
use crate::npy::npy;

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
        write_samples(&folder, net, options.samples)?;
        say(&format!(
            "{} frames and their logits in {}",
            options.samples,
            folder.display()
        ));
    }
    Ok(Status::Passed)
}

/// The weights of a shipped network, or the file itself.
fn weights_path(network: &str, assets: Option<&Path>) -> Result<PathBuf> {
    let shipped = Who::ALL.into_iter().filter(|who| who.is_network());
    if let Some(who) = shipped.clone().find(|who| who.name() == network) {
        return Ok(Assets::find(assets)?.weights(who));
    }
    let path = PathBuf::from(network);
    let known: Vec<&str> = shipped.map(Who::name).collect();
    ensure!(
        path.exists(),
        "there is no network `{network}`; name {} or a .safetensors file with its card beside it",
        known.join(", ")
    );
    Ok(path)
}

/// Writes inputs and outputs as the contract has them, one file each, the samples along the first axis.
fn write_samples(folder: &Path, net: Net, samples: u64) -> Result<()> {
    let mut network = Network::new(net, Backend::default())?;
    let (mut pictures, mut logits) = (Vec::new(), Head::ALL.map(|_| Vec::new()));
    for world in FIRST_WORLD..FIRST_WORLD + samples {
        let frame = frame_of_world(world)?;
        pictures.extend(InputSize::Shrunk.picture(&frame)?);
        let output = network.infer(&frame)?;
        for head in Head::ALL {
            logits[head as usize].extend_from_slice(output.head(head));
        }
    }
    create_folder(folder)?;
    let write = |name: &str, shape: &[usize], values: &[f32]| {
        write_whole(&folder.join(format!("{name}.npy")), &npy(shape, values))
    };
    let [_, channels, height, width] = InputSize::Shrunk.shape();
    let count = samples as usize;
    write(onnx::INPUT, &[count, channels, height, width], &pictures)?;
    for head in Head::ALL {
        let shape = [count, head.positions(), head.classes()];
        write(head.name(), &shape, &logits[head as usize])?;
    }
    Ok(())
}

/// The first frame of a random world.
fn frame_of_world(seed: u64) -> Result<CameraFrame> {
    let world = RandomWorld::new(seed, Slice::Training);
    let mut simulation = Simulation::new(&world.stage, &SimOptions::default())?;
    simulation.place(&world.at(Tick(0)));
    let (frame, _) = simulation.expose(Exposure::Picture)?;
    frame.context("a picture was asked for")
}
