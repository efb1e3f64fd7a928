//! Structured pruning by measured sensitivity: channels go where they are missed least.
//!
//! Each step tries every width of the network sixteen channels narrower, on frames, and takes the one that costs the
//! least loss for the operations it saves. What is left must be trained again, with its teacher.

use perception::nets::{Net, NetConfig, narrowed};
use serde::Serialize;

use crate::augment::Augmentation;
use crate::batch::load_batch;
use crate::cache::Cache;
use crate::error::{Error, Result};
use crate::loss::{HardBatch, hard_loss};
use crate::recipe::HeadWeights;

/// Frames a network sees at a time.
const BATCH: usize = 16;

/// One width tried narrower.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trial {
    /// Which width.
    pub width: String,
    /// The sizes that are left.
    pub config: NetConfig,
    /// Share of the operations that this saves.
    pub saved: f64,
    /// Loss on the frames, before anything is trained again.
    pub loss: f64,
}

/// One step: everything that was tried, and which was taken.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    /// Loss before the step.
    pub loss: f64,
    /// Every width tried.
    pub trials: Vec<Trial>,
    /// Index of the one that was taken.
    pub taken: usize,
}

/// Narrows a network until it has at most a share of its operations. Returns the steps and what is left.
///
/// # Errors
/// If a frame cannot be read, or no width can be narrowed any more.
pub fn prune(
    net: &Net,
    (cache, frames): (&Cache, &[usize]),
    heads: &HeadWeights,
    share: f64,
    mut hear: impl FnMut(&Step),
) -> Result<(Vec<Step>, Net)> {
    let most = share * net.config().flops()? as f64;
    let mut steps = Vec::new();
    let mut left = net.clone();
    while left.config().flops()? as f64 > most {
        let loss = loss_on(&left, (cache, frames), heads)?;
        let step = step(&left, loss, (cache, frames), heads)?;
        left = narrowed(&left, &step.trials[step.taken].config)?;
        hear(&step);
        steps.push(step);
    }
    Ok((steps, left))
}

fn step(net: &Net, loss: f64, frames: (&Cache, &[usize]), heads: &HeadWeights) -> Result<Step> {
    let before = net.config().flops()? as f64;
    let mut trials = Vec::new();
    for (width, config) in net.config().narrower() {
        trials.push(Trial {
            width,
            saved: 1.0 - config.flops()? as f64 / before,
            loss: loss_on(&narrowed(net, &config)?, frames, heads)?,
            config,
        });
    }
    let price = |trial: &Trial| (trial.loss - loss) / trial.saved;
    let taken = (0..trials.len())
        .min_by(|&a, &b| price(&trials[a]).total_cmp(&price(&trials[b])))
        .ok_or(Error::Unfit {
            what: "every width of the network is at its least already",
            remedy: "keep a larger share",
        })?;
    Ok(Step {
        loss,
        trials,
        taken,
    })
}

/// The weighted loss on frames as they are.
fn loss_on(net: &Net, (cache, frames): (&Cache, &[usize]), heads: &HeadWeights) -> Result<f64> {
    let mut sum = 0.0;
    for portion in frames.chunks(BATCH) {
        let batch = load_batch(cache, portion, &Augmentation::NONE, (0, 0))?;
        let logits = net.forward(&batch.images)?;
        let loss = hard_loss(&logits, HardBatch::plain(&batch.targets), heads)?;
        sum += f64::from(loss.total.to_scalar::<f32>()?) * portion.len() as f64;
    }
    Ok(sum / frames.len().max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::cache;
    use crate::recipe::Recipe;

    #[test]
    fn pruning_reaches_its_share_and_takes_the_cheapest_width_each_time() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(folder.path(), 4);
        let config = NetConfig {
            stages: [16, 16, 32, 32],
            blocks: [0, 0, 0, 0],
            decoder: 16,
            ..NetConfig::student()
        };
        let net = Net::new(&config, 1).unwrap();
        let heads = Recipe::STUDENT.heads;
        let (steps, left) = prune(&net, (&cache, &[0, 1]), &heads, 0.995, |_| {}).unwrap();
        let share = left.config().flops().unwrap() as f64 / config.flops().unwrap() as f64;
        assert!(share <= 0.995 && !steps.is_empty(), "{share}");
        for step in &steps {
            let price = |trial: &Trial| (trial.loss - step.loss) / trial.saved;
            let least = step.trials.iter().map(price).fold(f64::INFINITY, f64::min);
            assert_eq!(price(&step.trials[step.taken]), least);
        }
        let least = NetConfig {
            stages: [16; 4],
            ..config
        };
        let net = Net::new(&least, 1).unwrap();
        let error = prune(&net, (&cache, &[0]), &heads, 0.5, |_| {})
            .err()
            .unwrap();
        assert!(error.to_string().contains("keep a larger share"), "{error}");
    }
}
