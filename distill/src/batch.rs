//! What one training step sees: pictures and what the heads should say of them.

use std::collections::BTreeSet;

use candle_core::{Device, Tensor};
use drive::random::stream;
use perception::heads::Head;
use perception::preprocess::{INPUT_HEIGHT, INPUT_WIDTH};
use perception::targets::{Target, Targets};
use rand::Rng;
use rand::seq::SliceRandom;
use rayon::prelude::*;

use crate::augment::{Augmentation, photometric};
use crate::cache::Cache;
use crate::error::Result;
use crate::mirror::{mirror_image, mirrored_targets};

/// Some frames, ready for a network.
#[derive(Debug, Clone)]
pub struct Batch {
    /// Where each comes from, and whether it is mirrored.
    pub samples: Vec<Picked>,
    /// `[batch, 128, 256, 3]`, normalised.
    pub images: Tensor,
    /// What each head, in the order of [`Head::ALL`], should say at each position of each frame.
    pub targets: [Vec<Target>; 8],
    /// Share of the frames that are labelled.
    pub labelled: f64,
}

impl Batch {
    /// Forgets the labels of all frames but these: nothing is asked at any of their positions.
    pub fn keep_labels_of(&mut self, labelled: &BTreeSet<usize>) {
        let has_labels = |picked: &Picked| labelled.contains(&picked.index);
        let frames = self.samples.len();
        for targets in &mut self.targets {
            let positions = targets.len() / frames;
            let of_frames = targets.chunks_exact_mut(positions).zip(&self.samples);
            for (targets, _) in of_frames.filter(|(_, picked)| !has_labels(picked)) {
                for target in targets {
                    target.weight = 0.0;
                }
            }
        }
        let kept = self
            .samples
            .iter()
            .filter(|picked| has_labels(picked))
            .count();
        self.labelled = kept as f64 / frames as f64;
    }
}

/// A frame chosen for a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Picked {
    /// Its index in the cache.
    pub index: usize,
    /// Which way round it is shown.
    pub view: View,
}

/// Which way round a frame is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// As it was taken.
    Straight,
    /// Left and right exchanged.
    Mirrored,
}

/// The frames of a step: every epoch sees each frame once, in an order of its own. A function of the
/// seed and the step alone, so that a resumed training goes on exactly.
pub fn frames_of_step(frames: &[usize], batch_size: usize, seed: u64, step: u64) -> Vec<usize> {
    let batches_per_epoch = (frames.len() / batch_size).max(1) as u64;
    let (epoch, batch) = (step / batches_per_epoch, step % batches_per_epoch);
    let mut order = frames.to_vec();
    order.shuffle(&mut stream(seed, &format!("epoch {epoch}")));
    let first = batch as usize * batch_size;
    order[first..(first + batch_size).min(order.len())].to_vec()
}

/// Reads frames and changes them at random; each by a stream of its own.
///
/// # Errors
/// If the cache cannot be read.
pub fn load_batch(
    cache: &Cache,
    indices: &[usize],
    augmentation: &Augmentation,
    seed_and_step: (u64, u64),
) -> Result<Batch> {
    let (seed, step) = seed_and_step;
    let samples: Vec<Loaded> = indices
        .par_iter()
        .enumerate()
        .map(|(i, &index)| {
            let mut random = stream(seed, &format!("augmentation {step} {i}"));
            load(cache, index, augmentation, &mut random)
        })
        .collect::<Result<_>>()?;
    let shape = (samples.len(), INPUT_HEIGHT, INPUT_WIDTH, 3);
    let images: Vec<&[f32]> = samples.iter().map(|sample| &sample.image[..]).collect();
    Ok(Batch {
        samples: samples.iter().map(|sample| sample.picked).collect(),
        images: Tensor::from_vec(images.concat(), shape, &Device::Cpu)?,
        targets: Head::ALL.map(|head| {
            let of_frames = samples.iter().map(|sample| sample.targets.head(head));
            of_frames.collect::<Vec<_>>().concat()
        }),
        labelled: 1.0,
    })
}

struct Loaded {
    picked: Picked,
    image: Vec<f32>,
    targets: Targets,
}

/// One frame, changed at random.
fn load(
    cache: &Cache,
    index: usize,
    augmentation: &Augmentation,
    random: &mut impl Rng,
) -> Result<Loaded> {
    let mut sample = cache.read(index)?;
    let mut view = View::Straight;
    if random.random::<f32>() < augmentation.mirror {
        view = View::Mirrored;
        mirror_image(&mut sample.image);
        sample.targets = mirrored_targets(&sample.targets);
    }
    Ok(Loaded {
        picked: Picked { index, view },
        image: photometric(&sample.image, augmentation, random),
        targets: sample.targets,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_sees_every_frame_once_in_an_order_of_its_own() {
        let frames: Vec<usize> = (100..132).collect();
        let epoch = |first: u64| -> Vec<usize> {
            (first..first + 4)
                .flat_map(|step| frames_of_step(&frames, 8, 3, step))
                .collect()
        };
        let (first, second) = (epoch(0), epoch(4));
        let mut sorted = first.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, frames);
        assert_ne!(first, second);
    }
}
