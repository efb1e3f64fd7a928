//! What contestants are given: weights, one picture, frames to calibrate on, a batch to learn from.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use distill::augment::Augmentation;
use distill::batch::{Batch, load_batch};
use distill::cache::Cache;
use distill::dataset::{Dataset, Split};
use distill::recipe::Recipe;
use perception::card::Card;
use perception::heads::Head;
use perception::nets::Net;
use perception::{onnx, weights};
use serde_json::json;
use understudy::files::{create_folder, write_whole};
use understudy::models::{Assets, Who};

use crate::peer::Python;

/// Frames that ONNX Runtime watches activations on for int8.
const CALIBRATION_FRAMES: usize = 200;

/// Where everything comes from and is exchanged.
pub(crate) struct Material {
    assets: Assets,
    cache: Cache,
    folder: PathBuf,
    pub(crate) python: Python,
}

impl Material {
    /// Opens the frames and writes the picture for all, in a folder for exchange.
    pub(crate) fn new(data: &Path, assets: Assets, folder: &Path, python: Python) -> Result<Self> {
        let dataset = Dataset::open(data).with_context(|| {
            format!(
                "the benchmark needs frames in {}; make some with `understudy capture`, or name others with --data",
                data.display()
            )
        })?;
        let cache = Cache::of((&dataset, 0.0), &data.join("cache.bin"), |_, _| {})?;
        create_folder(folder)?;
        let material = Self {
            assets,
            cache,
            folder: folder.to_owned(),
            python,
        };
        let picture = planes(&material.picture()?);
        write_whole(&material.file("picture.f32"), &bytes_of(&picture))?;
        Ok(material)
    }

    /// A file of the folder for exchange.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The picture for all: a frame of a validation world, shrunk, `[128, 256, 3]` bytes.
    pub(crate) fn picture(&self) -> Result<Vec<u8>> {
        let frames = self.cache.split(Split::Validation);
        let first = *frames
            .first()
            .context("no validation frames; capture more frames")?;
        Ok(self.cache.read(first)?.image)
    }

    /// Where a network's weights are.
    pub(crate) fn weights_path(&self, who: &Who) -> PathBuf {
        self.assets.weights(who)
    }

    /// A shipped network.
    pub(crate) fn network(&self, who: &Who) -> Result<(Card, Net)> {
        Ok(weights::load(&self.weights_path(who))?)
    }

    /// A network as an ONNX file.
    pub(crate) fn onnx(&self, who: &Who) -> Result<PathBuf> {
        let (card, net) = self.network(who)?;
        let path = self.file(&format!("{who}.onnx"));
        write_whole(&path, &onnx::export(&net, &card)?)?;
        Ok(path)
    }

    /// A network as an ONNX file in int8, calibrated on training frames; or why there is none.
    pub(crate) fn onnx_in_int8(&self, who: &Who) -> Result<Result<PathBuf, String>> {
        let model = self.onnx(who)?;
        let (frames, output) = (
            self.file("frames.f32"),
            self.file(&format!("{who}.int8.onnx")),
        );
        write_whole(
            &frames,
            &self.pictures(&self.training_frames(CALIBRATION_FRAMES)?)?,
        )?;
        let arguments = [path(&model), path(&frames), path(&output)];
        let problem = self.python.run("onnxruntime_quantize.py", &arguments)?;
        Ok(problem.map_or(Ok(output), Err))
    }

    /// How a network learns.
    pub(crate) fn recipe(who: &Who) -> Recipe {
        match who {
            Who::Teacher => Recipe::TEACHER,
            _ => Recipe::HARD_LABEL_STUDENT,
        }
    }

    /// What a training step sees: training frames as they are.
    pub(crate) fn batch(&self, recipe: &Recipe) -> Result<Batch> {
        let frames = self.training_frames(recipe.batch)?;
        Ok(load_batch(
            &self.cache,
            &frames,
            &Augmentation::NONE,
            (0, 0),
        )?)
    }

    /// A folder with the batch and the recipe as the peers read them.
    pub(crate) fn batch_folder(&self, who: &Who) -> Result<PathBuf> {
        let recipe = Self::recipe(who);
        let folder = self.file(&format!("{who}.batch"));
        create_folder(&folder)?;
        write_whole(
            &folder.join("pictures.f32"),
            &self.pictures(&self.training_frames(recipe.batch)?)?,
        )?;
        let batch = self.batch(&recipe)?;
        for head in Head::ALL {
            let targets = batch.targets[head as usize].iter();
            let numbers: Vec<f32> = targets
                .flat_map(|target| [f32::from(target.index), target.upper_weight, target.weight])
                .collect();
            let file = folder.join(format!("{}.f32", head.name()));
            write_whole(&file, &bytes_of(&numbers))?;
        }
        let text = json!({
            "heads": recipe.heads,
            "weight_decay": recipe.weight_decay,
            "learning_rate": recipe.learning_rate,
            "clip_norm": recipe.clip_norm,
        });
        write_whole(&folder.join("recipe.json"), text.to_string().as_bytes())?;
        Ok(folder)
    }

    /// So many training frames, evenly chosen.
    fn training_frames(&self, count: usize) -> Result<Vec<usize>> {
        let frames = self.cache.split(Split::Train);
        ensure!(
            frames.len() >= count,
            "{} training frames are too few, {count} are needed; capture more with `understudy capture`",
            frames.len()
        );
        let every = frames.len() / count;
        Ok(frames.into_iter().step_by(every).take(count).collect())
    }

    /// Frames as ONNX networks take them, one after the other.
    fn pictures(&self, frames: &[usize]) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        for &frame in frames {
            bytes.extend(bytes_of(&planes(&self.cache.read(frame)?.image)));
        }
        Ok(bytes)
    }
}

/// Pixels as three planes of values 0 to 1.
pub(crate) fn planes(rgb: &[u8]) -> Vec<f32> {
    let plane = |channel| rgb.iter().skip(channel).step_by(3);
    let bytes = (0..3).flat_map(plane);
    bytes.map(|&byte| f32::from(byte) / 255.0).collect()
}

fn bytes_of(numbers: &[f32]) -> Vec<u8> {
    numbers
        .iter()
        .flat_map(|number| number.to_le_bytes())
        .collect()
}

/// A path as an argument of a peer.
pub(crate) fn path(path: &Path) -> &str {
    path.to_str()
        .expect("the benchmark's own paths are plain text")
}
