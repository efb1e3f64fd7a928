//! A data set made ready for training: shrunk frames and compact targets in one file, read frame by frame.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use drive::camera::CameraModel;
use drive::random::stream;
use perception::encode::encode;
use perception::heads::Head;
use perception::preprocess::{INPUT_LEN, shrink};
use perception::synthetic::{BoxActor, Markings, Scene};
use perception::targets::{Target, Targets};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::annotator::annotated;
use crate::dataset::{Dataset, FrameId, Split};
use crate::error::{Error, Result};
use crate::files::read_ahead;
use perception::files::{digest, unfinished};

/// Bytes of one target: bin, share of the next bin, weight.
const TARGET_BYTES: usize = 3;
/// Weights are kept as multiples of 1/200: exact for every weight that encoding gives.
const WEIGHT_STEPS: f32 = 200.0;
/// Frames that are prepared between two words about the progress.
const PORTION: usize = 64;
const REMEDY: &str = "delete it; it is made again from the data set";

/// A frame as training sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// `[128, 256, 3]` bytes.
    pub image: Vec<u8>,
    /// What every head should say.
    pub targets: Targets,
}

/// Where a cached frame comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CachedFrame {
    /// Its world.
    pub world: u32,
    /// Its number in the world.
    pub frame: usize,
    /// What it is used for.
    pub split: Split,
    /// Tags of its world.
    pub slices: Vec<String>,
}

/// The file's first part, as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Header {
    dataset_digest: String,
    encoding_digest: String,
    annotator_noise: f64,
    frames: Vec<CachedFrame>,
}

/// An open cache, or several one after the other.
#[derive(Debug)]
pub struct Cache {
    parts: Vec<Part>,
    frames: Vec<CachedFrame>,
    dataset_digest: String,
}

/// The frames of one file.
#[derive(Debug)]
struct Part {
    path: PathBuf,
    file: File,
    annotator_noise: f64,
    encoding_digest: String,
    frames: usize,
    records_at: u64,
}

impl Cache {
    /// Opens the cache of a data set, making it first if it is absent or of other frames or another
    /// encoding. The labels of its training frames are an annotator's of that noise, 0 for none. `progress` hears
    /// how many frames are done, of how many.
    ///
    /// # Errors
    /// If the data set is damaged or the cache cannot be written.
    pub fn of(
        (dataset, annotator_noise): (&Dataset, f64),
        path: &Path,
        progress: impl FnMut(usize, usize),
    ) -> Result<Self> {
        let (of_frames, of_encoding) = (dataset.digest(), encoding_digest());
        let made = || {
            let cache = Self::open(path).ok()?;
            let is_of_these = cache.dataset_digest == of_frames
                && cache.parts[0].encoding_digest == of_encoding
                && cache.annotator_noise() == annotator_noise;
            is_of_these.then_some(cache)
        };
        if let Some(cache) = made() {
            return Ok(cache);
        }
        // Two trainings begun together make it once: the second waits, and finds it.
        let folder = path.parent().unwrap_or(Path::new("."));
        let folder_lock = File::open(folder).map_err(Error::file(folder))?;
        folder_lock.lock().map_err(Error::file(folder))?;
        if let Some(cache) = made() {
            return Ok(cache);
        }
        build(dataset, annotator_noise, path, progress)?;
        Self::open(path)
    }

    /// Opens a cache as it is.
    ///
    /// # Errors
    /// If the file is absent, damaged or cut short.
    pub fn open(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(Error::file(path))?;
        let damaged = |what: &dyn ToString| Error::content(path, &what.to_string(), REMEDY);
        let file_bytes = file.metadata().map_err(Error::file(path))?.len();
        let mut length = [0; 8];
        file.read_exact_at(&mut length, 0)
            .map_err(Error::file(path))?;
        let header_bytes = u64::from_le_bytes(length);
        if header_bytes > file_bytes {
            return Err(damaged(&"is no cache of a data set"));
        }
        let mut text = vec![0; header_bytes as usize];
        file.read_exact_at(&mut text, 8)
            .map_err(Error::file(path))?;
        let header: Header = serde_json::from_slice(&text).map_err(|error| damaged(&error))?;
        let records_at = 8 + header_bytes;
        if file_bytes != records_at + (header.frames.len() * record_bytes()) as u64 {
            return Err(damaged(&"is cut short"));
        }
        Ok(Self {
            parts: vec![Part {
                path: path.to_owned(),
                file,
                annotator_noise: header.annotator_noise,
                encoding_digest: header.encoding_digest,
                frames: header.frames.len(),
                records_at,
            }],
            frames: header.frames,
            dataset_digest: header.dataset_digest,
        })
    }

    /// Adds the frames of another cache behind those of this one; their indices follow on.
    #[must_use]
    pub fn followed_by(mut self, other: Self) -> Self {
        let digests = [&self.dataset_digest, &other.dataset_digest];
        self.dataset_digest = digest(digests.map(String::as_bytes));
        self.parts.extend(other.parts);
        self.frames.extend(other.frames);
        self
    }

    /// SHA-256 that names exactly these frames.
    pub fn dataset_digest(&self) -> &str {
        &self.dataset_digest
    }

    /// How bad the annotator of the training frames is; 0 for perfect labels.
    pub fn annotator_noise(&self) -> f64 {
        self.parts[0].annotator_noise
    }

    /// Where each frame comes from, by index.
    pub fn frames(&self) -> &[CachedFrame] {
        &self.frames
    }

    /// Indices of the frames of a split.
    pub fn split(&self, split: Split) -> Vec<usize> {
        let frames = self.frames.iter().enumerate();
        frames
            .filter(|(_, frame)| frame.split == split)
            .map(|(i, _)| i)
            .collect()
    }

    /// At most `most` frames of a split, evenly chosen.
    pub fn some_of(&self, split: Split, most: usize) -> Vec<usize> {
        let frames = self.split(split);
        let every = frames.len().div_ceil(most).max(1);
        frames.into_iter().step_by(every).collect()
    }

    /// Reads a frame.
    ///
    /// # Errors
    /// If the file cannot be read.
    ///
    /// # Panics
    /// If there is no frame of that index.
    pub fn read(&self, index: usize) -> Result<Sample> {
        let (part, offset) = self.place(index);
        let mut record = vec![0; record_bytes()];
        part.file
            .read_exact_at(&mut record, offset)
            .map_err(Error::file(&part.path))?;
        let targets = unpack(&record[INPUT_LEN..]);
        record.truncate(INPUT_LEN);
        Ok(Sample {
            image: record,
            targets,
        })
    }

    /// Has the system fetch frames that will soon be read, without waiting for them: a slow disk works while the
    /// cores do.
    ///
    /// # Panics
    /// If there is no frame of such an index.
    pub fn fetch_ahead(&self, indices: &[usize]) {
        for &index in indices {
            let (part, offset) = self.place(index);
            read_ahead(&part.file, offset, record_bytes());
        }
    }

    /// The part that holds a frame, and where in its file.
    fn place(&self, index: usize) -> (&Part, u64) {
        let (mut part, mut within) = (0, index);
        while within >= self.parts[part].frames {
            within -= self.parts[part].frames;
            part += 1;
        }
        let part = &self.parts[part];
        (part, part.records_at + (within * record_bytes()) as u64)
    }
}

/// Bytes of one frame.
fn record_bytes() -> usize {
    let positions: usize = Head::ALL.iter().map(|head| head.positions()).sum();
    INPUT_LEN + positions * TARGET_BYTES
}

/// Prepares every frame of a data set, in order, on all cores.
fn build(
    dataset: &Dataset,
    annotator_noise: f64,
    path: &Path,
    mut progress: impl FnMut(usize, usize),
) -> Result<()> {
    let frames = dataset.frames();
    let header = header(dataset, annotator_noise, &frames);
    let text = serde_json::to_vec(&header).map_err(|error| Error::content(path, &error, REMEDY))?;
    let unfinished = unfinished(path);
    let mut file = BufWriter::new(File::create(&unfinished).map_err(Error::file(&unfinished))?);
    let mut write = |bytes: &[u8]| file.write_all(bytes).map_err(Error::file(&unfinished));
    write(&(text.len() as u64).to_le_bytes())?;
    write(&text)?;
    for (i, portion) in frames.chunks(PORTION).enumerate() {
        progress(i * PORTION, frames.len());
        let records: Vec<Vec<u8>> = portion
            .par_iter()
            .map(|&id| record(dataset, annotator_noise, id))
            .collect::<Result<_>>()?;
        for record in records {
            write(&record)?;
        }
    }
    file.into_inner()
        .map_err(|error| Error::file(&unfinished)(error.into_error()))?
        .sync_all()
        .map_err(Error::file(&unfinished))?;
    progress(frames.len(), frames.len());
    std::fs::rename(&unfinished, path).map_err(Error::file(path))
}

/// Where the frames come from.
fn header(dataset: &Dataset, annotator_noise: f64, frames: &[FrameId]) -> Header {
    Header {
        annotator_noise,
        dataset_digest: dataset.digest(),
        encoding_digest: encoding_digest(),
        frames: frames
            .iter()
            .map(|id| {
                let meta = dataset.world(*id);
                CachedFrame {
                    world: id.world,
                    frame: id.frame,
                    split: meta.split,
                    slices: meta.slices.clone(),
                }
            })
            .collect(),
    }
}

/// One frame: its shrunk picture and packed targets.
fn record(dataset: &Dataset, annotator_noise: f64, id: FrameId) -> Result<Vec<u8>> {
    let (frame, mut labels) = dataset.load(id)?;
    let world = dataset.world(id);
    if annotator_noise > 0.0 && world.split == Split::Train {
        let mut random = stream(world.seed, &format!("annotator {}", id.frame));
        labels = annotated(&labels, annotator_noise, &mut random);
    }
    let mut bytes = shrink(&frame)?;
    pack(&encode(&labels), &mut bytes);
    Ok(bytes)
}

/// Appends the targets, three bytes each.
fn pack(targets: &Targets, bytes: &mut Vec<u8>) {
    for target in Head::ALL.iter().flat_map(|&head| targets.head(head)) {
        bytes.push(target.index as u8);
        bytes.push((target.upper_weight * 255.0).round() as u8);
        bytes.push((target.weight * WEIGHT_STEPS).round() as u8);
    }
}

/// The targets from their bytes.
fn unpack(bytes: &[u8]) -> Targets {
    let mut targets = Targets::untrained();
    let mut packed = bytes.chunks_exact(TARGET_BYTES);
    for head in Head::ALL {
        for (target, bytes) in targets.head_mut(head).iter_mut().zip(&mut packed) {
            *target = Target {
                index: u16::from(bytes[0]),
                upper_weight: f32::from(bytes[1]) / 255.0,
                weight: f32::from(bytes[2]) / WEIGHT_STEPS,
            };
        }
    }
    targets
}

/// SHA-256 of a known scene's targets: differs as soon as encoding does.
fn encoding_digest() -> String {
    let actor = |class, x_m, y_m| BoxActor {
        class,
        pose_in_ego: drive::frames::Pose2::new(x_m, y_m, 0.4),
        size_m: [4.0, 1.8, 1.6],
    };
    let scene = Scene {
        actors: vec![
            actor(drive::labels::ObjectClass::Car, 14.0, 1.0),
            actor(drive::labels::ObjectClass::Cyclist, 31.0, -2.0),
        ],
        curvature_per_m: 0.003,
        markings: Markings::Painted,
        light: drive::labels::LightState::Green,
        stop_line_m: Some(27.0),
    };
    let mut bytes = Vec::new();
    pack(&encode(&scene.labels(&CameraModel::standard())), &mut bytes);
    digest([bytes.as_slice()])
}
