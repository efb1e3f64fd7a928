//! A network in the car: a camera frame goes in, logits come out, nothing else.

use std::path::Path;

use candle_core::{Device, Tensor};
use drive::frame::CameraFrame;

use crate::engine::{Engine, Single, Words};
use crate::error::Error;
use crate::heads::Head;
use crate::nets::Net;
use crate::ops::Isa;
use crate::preprocess::{INPUT_HEIGHT, INPUT_LEN, INPUT_WIDTH, normalise, shrink};
use crate::probabilities::Logits;
use crate::quantization::Ranges;
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
    Single(Box<Engine<Single>>),
    Whole(Box<Engine<Words>>),
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
        check_input(&net)?;
        let runner = match backend {
            Backend::Engine { threads, isa } => {
                Runner::Single(Box::new(Engine::single(&net, isa, threads)?))
            }
            Backend::Candle => Runner::Candle(Box::new(net)),
        };
        Ok(Self { runner })
    }

    /// Readies a network to run in whole numbers, within the ranges that its activations were seen to have.
    ///
    /// # Errors
    /// As for [`Network::new`], if the ranges are another network's, and if the backend is candle, which has no
    /// such arithmetic.
    pub fn int8(net: &Net, ranges: &Ranges, backend: Backend) -> Result<Self, Error> {
        check_input(net)?;
        let Backend::Engine { threads, isa } = backend else {
            return Err(Error::Config(
                "candle cannot run networks in int8; leave out `--engine candle`".to_owned(),
            ));
        };
        let engine = Engine::whole(net, ranges, isa, threads)?;
        Ok(Self {
            runner: Runner::Whole(Box::new(engine)),
        })
    }

    /// Bytes that its weights and maps take while it runs; unknown in candle, which allocates as it goes.
    pub fn memory_bytes(&self) -> Option<usize> {
        match &self.runner {
            Runner::Single(engine) => Some(engine.len_bytes()),
            Runner::Whole(engine) => Some(engine.len_bytes()),
            Runner::Candle(_) => None,
        }
    }

    /// What the network makes of a frame.
    ///
    /// # Errors
    /// If the frame is not of the camera's size.
    pub fn infer(&mut self, frame: &CameraFrame) -> Result<Logits, Error> {
        self.infer_shrunk(&shrink(frame)?)
    }

    /// What the network makes of a frame that was shrunk already, `[128, 256, 3]` bytes.
    ///
    /// # Errors
    /// If the picture is of another size.
    pub fn infer_shrunk(&mut self, picture: &[u8]) -> Result<Logits, Error> {
        if picture.len() != INPUT_LEN {
            return Err(Error::Config(format!(
                "a picture of {} bytes; shrunk frames have {INPUT_LEN}",
                picture.len()
            )));
        }
        match &mut self.runner {
            Runner::Single(engine) => Ok(engine.infer(picture)),
            Runner::Whole(engine) => Ok(engine.infer(picture)),
            Runner::Candle(net) => in_candle(net, picture),
        }
    }
}

/// Makes sure that a network takes shrunk camera frames.
fn check_input(net: &Net) -> Result<(), Error> {
    let size = (net.config().input_width, net.config().input_height);
    if size == (INPUT_WIDTH, INPUT_HEIGHT) {
        return Ok(());
    }
    Err(Error::Config(format!(
        "it takes {}x{}, camera frames are shrunk to {INPUT_WIDTH}x{INPUT_HEIGHT}",
        size.0, size.1
    )))
}

fn in_candle(net: &Net, picture: &[u8]) -> Result<Logits, Error> {
    let shape = (1, INPUT_HEIGHT, INPUT_WIDTH, 3);
    let picture: Vec<f32> = picture.iter().copied().map(normalise).collect();
    let outputs = net.forward(&Tensor::from_vec(picture, shape, &Device::Cpu)?)?;
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
    use crate::preprocess;
    use crate::quantization::Calibrator;
    use drive::camera::{FRAME_HEIGHT, FRAME_WIDTH};

    fn frame() -> CameraFrame {
        preprocess::tests::frame(FRAME_WIDTH, FRAME_HEIGHT, |i| (i * 7919 % 251) as u8)
    }

    /// A network whose running statistics have seen a batch.
    fn warmed(config: &NetConfig) -> Net {
        let net = Net::new(config, 7).unwrap();
        let pictures = noise("pictures", (2, INPUT_HEIGHT, INPUT_WIDTH, 3)).unwrap();
        net.learn(&pictures).unwrap();
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
        let shares = Head::ALL.map(of_head);
        assert!(shares.iter().all(|share| share.is_finite()), "{shares:?}");
        shares.into_iter().fold(0.0, f64::max)
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

    /// The int8 self of a network, with ranges from one frame.
    fn int8(net: &Net, words: &[&str], threads: usize, isa: Isa) -> Network {
        let mut calibrator = Calibrator::new(net).unwrap();
        calibrator.watch(&shrink(&frame()).unwrap());
        let words: Vec<String> = words.iter().map(|&w| w.to_owned()).collect();
        let ranges = calibrator.ranges(("weights", "data"), &words);
        Network::int8(net, &ranges, Backend::Engine { threads, isa }).unwrap()
    }

    #[test]
    fn whole_numbers_give_the_same_bits_on_every_instruction_set_and_number_of_threads() {
        for (config, words) in [
            (NetConfig::student(), &["stage1", "coarse"][..]),
            (NetConfig::teacher(), &[]),
        ] {
            let net = warmed(&config);
            let infer = |threads, isa| {
                let mut network = int8(&net, words, threads, isa);
                network.infer(&frame()).unwrap()
            };
            let portable = infer(1, Isa::Portable);
            for isa in [Isa::Avx2, Isa::Avx512] {
                assert_eq!(infer(1, isa), portable, "{isa:?}");
            }
            assert_eq!(infer(3, Isa::best()), portable);
        }
    }

    #[test]
    fn words_come_closer_to_single_precision_than_bytes() {
        let net = warmed(&NetConfig::student());
        let single = logits(&NetConfig::student(), Backend::default());
        let error = |words: &[&str]| {
            let mut network = int8(&net, words, 1, Isa::best());
            difference(&network.infer(&frame()).unwrap(), &single)
        };
        let (bytes, words) = (error(&[]), error(&["stage", "fine", "coarse"]));
        assert!(bytes < 0.1, "{bytes}");
        assert!(words < 0.1 * bytes, "{words} against {bytes}");
    }

    #[test]
    fn bytes_take_less_than_half_the_memory_and_no_network_less_than_its_weights() {
        let net = warmed(&NetConfig::teacher());
        let whole = int8(&net, &[], 1, Isa::best()).memory_bytes().unwrap();
        let weights = 4 * NetConfig::teacher().parameters().unwrap();
        let single = Network::new(net, Backend::default()).unwrap();
        let single = single.memory_bytes().unwrap();
        assert!(single > weights, "{single} against {weights}");
        assert!(2 * whole < single, "{whole} against {single}");
    }

    #[test]
    fn ranges_of_another_network_are_refused_by_the_layer() {
        let mut calibrator = Calibrator::new(&warmed(&NetConfig::student())).unwrap();
        calibrator.watch(&shrink(&frame()).unwrap());
        let ranges = calibrator.ranges(("weights", "data"), &[]);
        let teacher = warmed(&NetConfig::teacher());
        let error = Network::int8(&teacher, &ranges, Backend::default()).err();
        assert!(error.unwrap().to_string().contains("`stage1.open`"));
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
