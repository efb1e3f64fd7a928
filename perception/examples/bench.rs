//! Times both networks on this machine: training steps and single frames, per instruction set.
//!
//! `cargo run -p perception --example bench`
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark reads the wall clock and prints"
)]

use std::time::{Duration, Instant};

use candle_core::{Device, Tensor};
use drive::camera::{FRAME_HEIGHT, FRAME_WIDTH};
use drive::frame::CameraFrame;
use drive::time::Tick;
use perception::Error;
use perception::heads::Head;
use perception::nets::{Net, NetConfig};
use perception::network::{Backend, Network};
use perception::ops::{AdamW, AdamWSettings, Isa, Wanted, keep_memory, soft_cross_entropy};
use perception::targets::Target;

/// Pictures per training step.
const BATCH: usize = 16;
/// Training steps that are timed; one more warms up.
const STEPS: usize = 4;
/// Frames that are timed.
const FRAMES: usize = 101;

fn main() -> Result<(), Error> {
    keep_memory();
    let networks = [
        ("student", NetConfig::student()),
        ("teacher", NetConfig::teacher()),
    ];
    for (name, config) in networks {
        let (parameters, flops) = (config.parameters()?, config.flops()?);
        println!(
            "{name}: {parameters} parameters, {:.3} GFLOP",
            flops as f64 / 1e9
        );
        for isa in [Isa::Avx512, Isa::Avx2, Isa::Portable] {
            if !isa.is_available() {
                continue;
            }
            let step = median((0..STEPS).map(trainer(&config, isa)?));
            let rate = BATCH as f64 / step.as_secs_f64();
            // A step costs three forward passes: forward, gradient by inputs, gradient by weights.
            let gflops = 3.0 * rate * flops as f64 / 1e9;
            println!(
                "  {isa:?} training: {step:.1?} a step, {rate:.1} samples/s, {gflops:.0} GFLOP/s"
            );
            for threads in [1, 2] {
                let frame =
                    median((0..FRAMES).map(driver(&config, Backend::Engine { threads, isa })?));
                let gflops = flops as f64 / frame.as_secs_f64() / 1e9;
                println!("  {isa:?} frame, {threads} threads: {frame:.2?}, {gflops:.0} GFLOP/s");
            }
        }
    }
    Ok(())
}

fn median(times: impl Iterator<Item = Duration>) -> Duration {
    let mut times: Vec<Duration> = times.collect();
    times.sort_unstable();
    times[times.len() / 2]
}

/// A training step on a fixed batch, timed.
fn trainer(config: &NetConfig, isa: Isa) -> Result<impl FnMut(usize) -> Duration, Error> {
    let net = Net::new(config, 1)?.with_isa(isa);
    let mut adamw = AdamW::new(net.parameters().clone(), AdamWSettings::default());
    let size = (BATCH, config.input_height, config.input_width, 3);
    let pictures = Tensor::ones(size, candle_core::DType::F32, &Device::Cpu)?;
    let mut step = move |_| {
        let start = Instant::now();
        learn(&net, &pictures, &mut adamw).expect("the batch fits the network");
        start.elapsed()
    };
    step(0);
    Ok(step)
}

fn learn(net: &Net, pictures: &Tensor, adamw: &mut AdamW) -> Result<(), Error> {
    let passage = net.learn(pictures)?;
    let mut loss = Tensor::new(0f32, &Device::Cpu)?;
    for (head, logits) in Head::ALL.into_iter().zip(passage.logits()) {
        let labels = vec![Target::class(1); BATCH * head.positions()];
        let weights = vec![1.0; labels.len()];
        let flat = logits.flatten_to(1)?;
        loss = (loss + soft_cross_entropy(&flat, Wanted::Labels(&labels), &weights, 1.0)?)?;
    }
    let gradients = passage.backward(&loss)?;
    let scale = (1.0 / adamw.gradient_norm(&gradients)?).min(1.0);
    adamw.scaled_step(&gradients, 1e-3, scale)?;
    Ok(())
}

/// One frame through a network, timed.
fn driver(config: &NetConfig, backend: Backend) -> Result<impl FnMut(usize) -> Duration, Error> {
    let mut network = Network::new(Net::new(config, 1)?, backend)?;
    let frame = CameraFrame {
        tick: Tick(0),
        width: FRAME_WIDTH,
        height: FRAME_HEIGHT,
        rgb: (0..FRAME_WIDTH * FRAME_HEIGHT * 3)
            .map(|i| i as u8)
            .collect(),
    };
    Ok(move |_| {
        let start = Instant::now();
        network
            .infer(&frame)
            .expect("the frame is of the camera's size");
        start.elapsed()
    })
}
