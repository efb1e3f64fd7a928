//! Who can see: the truth, a network, or a blind stand-in that proves the stories bite.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use drive::camera::CameraModel;
use drive::frame::CameraFrame;
use drive::labels::Labels;
use drive::percept::Percept;
use drive::time::Tick;
use perception::Error;
use perception::decode::decode;
use perception::encode::encode;
use perception::foreign::Foreign;
use perception::heads::Head;
use perception::network::Network;
use perception::probabilities::{Logits, softmax};

/// One exposure: the picture for the networks, the labels for the truth.
#[derive(Debug, Clone)]
pub struct Exposure {
    /// When it was exposed.
    pub tick: Tick,
    /// The picture; `None` on a labels-only pass.
    pub frame: Option<CameraFrame>,
    /// The labels of the same pixels.
    pub labels: Arc<Labels>,
}

/// What came out of one exposure.
#[derive(Debug, Clone)]
pub struct Sight {
    /// The scene as understood.
    pub percept: Percept,
    /// The raw output the percept was decoded from, and its SHA-256, hexadecimal; the truth has none.
    pub output: Option<(Arc<Logits>, String)>,
    /// Number of the likeliest class of each cell of the segmentation grid, for the page; who is blind has none.
    pub segmentation: Option<Arc<[u8]>>,
    /// Wall-clock time of the inference; for statistics only, never for the run itself.
    pub wall: Duration,
}

/// Turns exposures into percepts.
pub trait Perceiver: Send {
    /// Perceives one exposure.
    ///
    /// # Errors
    /// When the exposure lacks what this perceiver needs, or the network fails.
    fn perceive(&mut self, exposure: &Exposure) -> Result<Percept>;

    /// The raw output of the newest exposure, where there is one.
    fn logits(&self) -> Option<Arc<Logits>> {
        None
    }

    /// Number of the likeliest class of each cell of the segmentation grid in the newest exposure, where it tells.
    fn segmentation(&self) -> Option<Arc<[u8]>> {
        let logits = self.logits()?;
        Some(likeliest(
            logits.head(Head::Segmentation),
            Head::Segmentation,
        ))
    }
}

/// The likeliest class at each position of a head; the lower number wins a draw.
pub fn likeliest(values: &[f32], head: Head) -> Arc<[u8]> {
    let best = |row: &[f32]| {
        let better = |best, class| if row[class] > row[best] { class } else { best };
        (0..row.len()).fold(0, better) as u8
    };
    values.chunks_exact(head.classes()).map(best).collect()
}

/// Truth at the wheel: labels through the same encoding and decoding as every network's output.
pub struct Truth {
    camera: CameraModel,
    /// Of the newest exposure.
    segmentation: Option<Arc<[u8]>>,
}

impl Truth {
    /// Truth through the standard camera.
    pub fn new() -> Self {
        Self {
            camera: CameraModel::standard(),
            segmentation: None,
        }
    }
}

impl Default for Truth {
    fn default() -> Self {
        Self::new()
    }
}

impl Perceiver for Truth {
    fn perceive(&mut self, exposure: &Exposure) -> Result<Percept> {
        let probabilities = encode(&exposure.labels).one_hot();
        let cells = probabilities.head(Head::Segmentation);
        self.segmentation = Some(likeliest(cells, Head::Segmentation));
        Ok(decode(&probabilities, &self.camera, exposure.tick))
    }

    fn segmentation(&self) -> Option<Arc<[u8]>> {
        self.segmentation.clone()
    }
}

/// A network: a picture goes in, logits come out.
pub trait Infer: Send {
    /// What it makes of a frame.
    ///
    /// # Errors
    /// When the frame is not the camera's, or the network fails.
    fn infer(&mut self, frame: &CameraFrame) -> Result<Logits, Error>;
}

impl Infer for Network {
    fn infer(&mut self, frame: &CameraFrame) -> Result<Logits, Error> {
        Network::infer(self, frame)
    }
}

impl Infer for Foreign {
    fn infer(&mut self, frame: &CameraFrame) -> Result<Logits, Error> {
        Foreign::infer(self, frame)
    }
}

/// A trained network. It is handed the picture and nothing else.
pub struct Trained<N> {
    network: N,
    camera: CameraModel,
    /// Of the newest frame.
    logits: Option<Arc<Logits>>,
}

impl<N: Infer> Trained<N> {
    /// A network behind the standard camera.
    pub fn new(network: N) -> Self {
        Self {
            network,
            camera: CameraModel::standard(),
            logits: None,
        }
    }
}

impl<N: Infer> Perceiver for Trained<N> {
    fn perceive(&mut self, exposure: &Exposure) -> Result<Percept> {
        let frame = exposure
            .frame
            .as_ref()
            .context("a network needs pictures, but this run exposes labels only")?;
        let logits = self.network.infer(frame)?;
        self.logits = Some(Arc::new(logits.clone()));
        Ok(decode(&softmax(logits), &self.camera, exposure.tick))
    }

    fn logits(&self) -> Option<Arc<Logits>> {
        self.logits.clone()
    }
}

/// Blind: reports the same percept whatever the camera shows.
pub struct Blind {
    percept: Percept,
}

impl Blind {
    /// Sees `percept` in every frame.
    pub fn new(percept: Percept) -> Self {
        Self { percept }
    }
}

impl Perceiver for Blind {
    fn perceive(&mut self, exposure: &Exposure) -> Result<Percept> {
        self.percept.exposure = exposure.tick;
        Ok(self.percept.clone())
    }
}

/// Blind after the first frame: reports for ever what the truth showed first.
#[derive(Default)]
pub struct Frozen {
    first: Option<Percept>,
}

impl Perceiver for Frozen {
    fn perceive(&mut self, exposure: &Exposure) -> Result<Percept> {
        if self.first.is_none() {
            self.first = Some(Truth::new().perceive(exposure)?);
        }
        let mut percept = self
            .first
            .clone()
            .context("the first percept was just stored")?;
        percept.exposure = exposure.tick;
        Ok(percept)
    }
}
