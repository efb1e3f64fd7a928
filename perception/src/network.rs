//! A network in the car: a camera frame goes in, logits come out, nothing else.

use std::path::Path;

use candle_core::{Device, Tensor};
use drive::frame::CameraFrame;

use crate::engine::Engine;
use crate::error::Error;
use crate::heads::Head;
use crate::nets::{Mode, Net};
use crate::ops::Isa;
use crate::preprocess::{INPUT_HEIGHT, INPUT_WIDTH, network_input};
use crate::probabilities::Logits;
use crate::{card::Card, weights};

/// What computes a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// The own engine: normalisation folded, planned buffers.
    Engine {
        /// How many threads share a frame; 1 leaves the other cores to the renderer.
        threads: usize,
        /// The instruction set of its kernels.
        isa: Isa,
    },
    /// The layers as candle runs them in evaluation; slower, for comparison.
    Candle,
}

impl Default for Backend {
    fn default() -> Self {
        Self::Engine {
            threads: 1,
            isa: Isa::best(),
        }
    }
}

/// A network ready for single frames.
pub struct Network {
    runner: Runner,
}

enum Runner {
    Engine(Box<Engine>),
    Candle(Box<Net>),
}

impl Network {
    /// Loads weights and their card.
    ///
    /// # Errors
    /// As for [`weights::load`], and if the network takes another input than camera frames are shrunk to.
    pub fn load(path: &Path, backend: Backend) -> Result<(Card, Self), Error> {
        let (card, net) = weights::load(path)?;
        Ok((card, Self::new(net, backend)?))
    }

    /// Readies a network that is in memory.
    ///
    /// # Errors
    /// If the network takes another input than camera frames are shrunk to.
    pub fn new(net: Net, backend: Backend) -> Result<Self, Error> {
        let size = (net.config().input_width, net.config().input_height);
        if size != (INPUT_WIDTH, INPUT_HEIGHT) {
            return Err(Error::Config(format!(
                "it takes {}x{}, camera frames are shrunk to {INPUT_WIDTH}x{INPUT_HEIGHT}",
                size.0, size.1
            )));
        }
        let runner = match backend {
            Backend::Engine { threads, isa } => {
                Runner::Engine(Box::new(Engine::new(&net, isa, threads)?))
            }
            Backend::Candle => Runner::Candle(Box::new(net)),
        };
        Ok(Self { runner })
    }

    /// What the network makes of a frame.
    ///
    /// # Errors
    /// If the frame is not of the camera's size.
    pub fn infer(&mut self, frame: &CameraFrame) -> Result<Logits, Error> {
        let picture = network_input(frame)?;
        match &mut self.runner {
            Runner::Engine(engine) => Ok(engine.infer(&picture)),
            Runner::Candle(net) => in_candle(net, picture),
        }
    }
}

fn in_candle(net: &Net, picture: Vec<f32>) -> Result<Logits, Error> {
    let shape = (1, INPUT_HEIGHT, INPUT_WIDTH, 3);
    let outputs = net.forward(
        &Tensor::from_vec(picture, shape, &Device::Cpu)?,
        Mode::Evaluate,
    )?;
    let mut logits = Head::ALL.map(|_| Vec::new());
    for (to, output) in logits.iter_mut().zip(outputs) {
        *to = output.flatten_all()?.to_vec1()?;
    }
    Ok(Logits::new(logits))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nets::NetConfig;
    use crate::ops::oracle::noise;
    use drive::camera::{FRAME_HEIGHT, FRAME_WIDTH};
    use drive::time::Tick;

    fn frame() -> CameraFrame {
        let pixel = |i: usize| (i * 7919 % 251) as u8;
        CameraFrame {
            tick: Tick(0),
            width: FRAME_WIDTH,
            height: FRAME_HEIGHT,
            rgb: (0..FRAME_WIDTH * FRAME_HEIGHT * 3).map(pixel).collect(),
        }
    }

    /// A network whose running statistics have seen a batch.
    fn warmed(config: &NetConfig) -> Net {
        let net = Net::new(config, 7).unwrap();
        let pictures = noise("pictures", (2, INPUT_HEIGHT, INPUT_WIDTH, 3)).unwrap();
        net.forward(&pictures, Mode::Train).unwrap();
        net
    }

    fn logits(config: &NetConfig, backend: Backend) -> Logits {
        Network::new(warmed(config), backend)
            .unwrap()
            .infer(&frame())
            .unwrap()
    }

    /// Length of the difference over the length of `b`, worst head.
    fn difference(a: &Logits, b: &Logits) -> f64 {
        let length = |values: &mut dyn Iterator<Item = f32>| {
            values
                .map(|v| f64::from(v) * f64::from(v))
                .sum::<f64>()
                .sqrt()
        };
        let of_head = |head: Head| {
            let (a, b) = (a.head(head), b.head(head));
            length(&mut a.iter().zip(b).map(|(a, b)| a - b)) / length(&mut b.iter().copied())
        };
        Head::ALL.into_iter().map(of_head).fold(0.0, f64::max)
    }

    #[test]
    fn the_engine_agrees_with_candle_for_both_networks() {
        for config in [NetConfig::student(), NetConfig::teacher()] {
            let candle = logits(&config, Backend::Candle);
            for isa in [Isa::Portable, Isa::Avx2, Isa::Avx512] {
                let own = logits(&config, Backend::Engine { threads: 1, isa });
                let error = difference(&own, &candle);
                assert!(error < 1e-4, "{isa:?}: {error}");
            }
        }
    }

    #[test]
    fn the_number_of_threads_and_earlier_frames_do_not_change_a_bit() {
        let backend = |threads| Backend::Engine {
            threads,
            isa: Isa::best(),
        };
        let config = NetConfig::student();
        let one = logits(&config, backend(1));
        assert_eq!(one, logits(&config, backend(2)));
        assert_eq!(one, logits(&config, backend(5)));
        let mut network = Network::new(warmed(&config), backend(1)).unwrap();
        let mut other = frame();
        other.rgb = other.rgb.iter().map(|v| v / 2).collect();
        network.infer(&other).unwrap();
        assert_eq!(network.infer(&frame()).unwrap(), one);
    }

    #[test]
    fn a_network_of_another_input_is_refused() {
        let config = NetConfig {
            input_width: 512,
            input_height: 256,
            ..NetConfig::student()
        };
        let error = Network::new(Net::new(&config, 1).unwrap(), Backend::Candle)
            .err()
            .unwrap();
        assert!(error.to_string().contains("512x256"));
    }
}
