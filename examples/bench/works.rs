//! What is compared with whom, and what is aimed at.

use anyhow::Result;
use understudy::models::Who;

use crate::contestant::Seat;
use crate::material::{Material, path};
use crate::{in_tract, ours, stock};

/// What kind of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One training step on 16 pictures, on all cores.
    Training,
    /// One frame in single precision.
    Single,
    /// One frame in int8.
    Int8,
}

impl Kind {
    /// The largest difference from our answer at which another's counts as the same work.
    pub(crate) fn tolerance(self) -> f64 {
        match self {
            // The gradient's norm of PyTorch, channels last, is this far from its own in double precision.
            Self::Training => 5e-3,
            // Sums of products, added in another order.
            Self::Single => 1e-4,
            // Everyone rounds in another way; the difference is from our answer in single precision.
            Self::Int8 => 0.2,
        }
    }
}

/// One line of the comparison.
pub(crate) struct Work {
    /// Its name in tables and for `--only`.
    pub(crate) name: &'static str,
    pub(crate) network: Who,
    pub(crate) kind: Kind,
    /// How many threads share a frame; of no account in training.
    pub(crate) threads: usize,
    pub(crate) peers: &'static [Rival],
    /// The ratio aimed at, our time as a share of the first peer's.
    pub(crate) goal: f64,
}

/// Whoever this product is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rival {
    OnnxRuntime,
    PyTorch,
    Tract,
    StockCandle,
}

use Rival::{OnnxRuntime, PyTorch, StockCandle, Tract};

/// Every work, in the order of the table.
pub(crate) const WORKS: [Work; 7] = [
    Work {
        name: "teacher training step",
        network: Who::Teacher,
        kind: Kind::Training,
        threads: 0,
        peers: &[PyTorch],
        goal: 1.1,
    },
    Work {
        name: "student training step",
        network: Who::Student,
        kind: Kind::Training,
        threads: 0,
        peers: &[PyTorch],
        goal: 1.1,
    },
    Work {
        name: "student f32, 2 threads",
        network: Who::Student,
        kind: Kind::Single,
        threads: 2,
        peers: &[OnnxRuntime, PyTorch, StockCandle],
        goal: 0.8,
    },
    Work {
        name: "student f32, 1 thread",
        network: Who::Student,
        kind: Kind::Single,
        threads: 1,
        peers: &[OnnxRuntime, PyTorch, Tract],
        goal: 1.0,
    },
    Work {
        name: "student int8, 2 threads",
        network: Who::Student,
        kind: Kind::Int8,
        threads: 2,
        peers: &[OnnxRuntime],
        goal: 0.6,
    },
    Work {
        name: "teacher f32, 2 threads",
        network: Who::Teacher,
        kind: Kind::Single,
        threads: 2,
        peers: &[OnnxRuntime, PyTorch, StockCandle],
        goal: 0.95,
    },
    Work {
        name: "teacher int8, 2 threads",
        network: Who::Teacher,
        kind: Kind::Int8,
        threads: 2,
        peers: &[OnnxRuntime],
        goal: 0.95,
    },
];

impl Work {
    /// How many threads do it.
    fn threads(&self) -> usize {
        match self.kind {
            Kind::Training => candle_core::utils::get_num_threads(),
            Kind::Single | Kind::Int8 => self.threads,
        }
    }

    /// Our own contestant.
    pub(crate) fn ours(&self, material: &Material) -> Result<Seat> {
        match self.kind {
            Kind::Training => ours::training(self, material),
            Kind::Single => ours::frame(self, material),
            Kind::Int8 => ours::frame_in_int8(self, material),
        }
    }

    /// Whose answer everyone's is compared with, if not our contestant's own.
    pub(crate) fn judge(&self, material: &Material) -> Result<Option<Seat>> {
        match self.kind {
            Kind::Training | Kind::Single => Ok(None),
            Kind::Int8 => ours::frame(self, material).map(Some),
        }
    }
}

impl Rival {
    /// Readies it for a work.
    pub(crate) fn seat(self, work: &Work, material: &Material) -> Result<Seat> {
        let threads = work.threads().to_string();
        let weights = material.weights_path(&work.network);
        let (weights, picture) = (path(&weights), material.file("picture.f32"));
        let answers = material.file("answer.f32");
        let python = &material.python;
        match (self, work.kind) {
            (OnnxRuntime, Kind::Single) => {
                let model = material.onnx(&work.network)?;
                let arguments = [path(&model), path(&picture), &threads];
                python.seat("onnxruntime_infer.py", &arguments, &answers)
            }
            (OnnxRuntime, Kind::Int8) => match material.onnx_in_int8(&work.network)? {
                Err(reason) => Ok(Seat::Empty(reason)),
                Ok(model) => {
                    let arguments = [path(&model), path(&picture), &threads];
                    python.seat("onnxruntime_infer.py", &arguments, &answers)
                }
            },
            (PyTorch, Kind::Single) => {
                let arguments = [weights, path(&picture), &threads];
                python.seat("torch_infer.py", &arguments, &answers)
            }
            (PyTorch, Kind::Training) => {
                let batch = material.batch_folder(&work.network)?;
                let arguments = [weights, path(&batch), &threads];
                python.seat("torch_train.py", &arguments, &answers)
            }
            (Tract, Kind::Single) => in_tract::frame(work, material),
            (StockCandle, Kind::Single) => stock::frame(work, material),
            (rival, kind) => Ok(Seat::Empty(format!("{rival:?} does no {kind:?} here"))),
        }
    }

    /// Its name in tables.
    pub(crate) fn name(self) -> &'static str {
        match self {
            OnnxRuntime => "ONNX Runtime",
            PyTorch => "PyTorch",
            Tract => "tract",
            StockCandle => "stock candle",
        }
    }
}
