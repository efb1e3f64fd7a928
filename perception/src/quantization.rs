//! What a network needs to run in bytes: the range of each channel of its activations, found on frames.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::engine::{Engine, Single};
use crate::error::Error;
use crate::files::write_whole;
use crate::histogram::Histogram;
use crate::nets::Net;
use crate::ops::Isa;

/// The ranges of a network's activations, saved beside its weights.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ranges {
    /// SHA-256 of the weights' file they belong to.
    pub weights_digest: String,
    /// SHA-256 of the data set whose frames they were found on.
    pub data_digest: String,
    /// How many frames.
    pub frames: usize,
    /// Layers that run in 16-bit words instead of bytes, by the beginnings of their names.
    pub words: Vec<String>,
    /// For each layer the largest magnitude of each channel that bytes shall hold.
    pub limits: BTreeMap<String, Vec<f32>>,
}

impl Ranges {
    /// Where the ranges of these weights lie: `teacher.int8.json` beside `teacher.safetensors`.
    pub fn path(weights: &Path) -> PathBuf {
        weights.with_extension("int8.json")
    }

    /// Reads the ranges beside these weights.
    ///
    /// # Errors
    /// If they are missing, damaged, or of other weights.
    pub fn load(weights: &Path, weights_digest: &str) -> Result<Self, Error> {
        let path = Self::path(weights);
        let text = std::fs::read_to_string(&path).map_err(|source| Error::File {
            path: path.clone(),
            source,
            remedy: "find them with `understudy quantize`",
        })?;
        let wrong = |problem: String| Error::Content {
            path: path.clone(),
            problem,
            remedy: "find the ranges again with `understudy quantize`",
        };
        let ranges: Self = serde_json::from_str(&text)
            .map_err(|e| wrong(format!("holds no ranges of activations: {e}")))?;
        if ranges.weights_digest != weights_digest {
            return Err(wrong(format!(
                "belongs to weights {}, not {weights_digest}",
                ranges.weights_digest
            )));
        }
        Ok(ranges)
    }

    /// Writes the ranges beside these weights.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, weights: &Path) -> Result<(), Error> {
        let path = Self::path(weights);
        let text = serde_json::to_string(self).expect("ranges have no keys but strings");
        write_whole(&path, (text + "\n").as_bytes()).map_err(|source| Error::File {
            path,
            source,
            remedy: "check that the folder exists and can be written to",
        })
    }

    /// Whether a layer shall run in words.
    pub(crate) fn keeps_in_words(&self, layer: &str) -> bool {
        self.words
            .iter()
            .any(|beginning| layer.starts_with(beginning))
    }

    /// The largest magnitude of each channel of a layer's map, none of them 0.
    pub(crate) fn limits(&self, layer: &str, channels: usize) -> Result<Vec<f32>, Error> {
        let limits = self.limits.get(layer).map_or(&[][..], Vec::as_slice);
        if limits.len() != channels || limits.iter().any(|l| !l.is_finite() || *l < 0.0) {
            return Err(Error::Config(format!(
                "the ranges of layer `{layer}` are not {channels} magnitudes; find them again with `understudy quantize`"
            )));
        }
        Ok(limits
            .iter()
            .map(|l| l.max(f32::MIN_POSITIVE.sqrt()))
            .collect())
    }
}

/// What was seen of a map.
struct Watched {
    layer: String,
    channels: Vec<Histogram>,
}

/// Watches a network on frames.
pub struct Calibrator {
    engine: Engine<Single>,
    maps: BTreeMap<usize, Watched>,
    frames: usize,
}

impl Calibrator {
    /// Begins to watch a network.
    ///
    /// # Errors
    /// If its tensors cannot be read.
    pub fn new(net: &Net) -> Result<Self, Error> {
        Ok(Self {
            engine: Engine::single(net, Isa::best(), 1)?,
            maps: net
                .plan()
                .layers
                .iter()
                .map(|layer| {
                    let watched = Watched {
                        layer: layer.name.clone(),
                        channels: Vec::new(),
                    };
                    (layer.output, watched)
                })
                .collect(),
            frames: 0,
        })
    }

    /// Watches the network on a shrunk frame, `[128, 256, 3]` bytes.
    pub fn watch(&mut self, picture: &[u8]) {
        let maps = &mut self.maps;
        self.engine.infer_watched(picture, |map, channels, rows| {
            let Some(watched) = maps.get_mut(&map) else {
                return;
            };
            watched.channels.resize_with(channels, Histogram::default);
            for pixel in rows.flat_map(|row| row.chunks_exact(channels)) {
                for (histogram, &value) in watched.channels.iter_mut().zip(pixel) {
                    histogram.add(value);
                }
            }
        });
        self.frames += 1;
    }

    /// What was seen; `weights_digest` and `data_digest` name the weights and the frames, `words` the layers that
    /// shall run in words.
    pub fn ranges(self, (weights_digest, data_digest): (&str, &str), words: &[String]) -> Ranges {
        Ranges {
            weights_digest: weights_digest.to_owned(),
            data_digest: data_digest.to_owned(),
            words: words.to_vec(),
            frames: self.frames,
            limits: self
                .maps
                .into_values()
                .filter(|watched| !watched.channels.is_empty())
                .map(|watched| {
                    let limits = watched.channels.iter();
                    let limits = limits.map(Histogram::best_limit).collect();
                    (watched.layer, limits)
                })
                .collect(),
        }
    }
}
