//! This product's own contestants.

use anyhow::Result;
use distill::loss::{HardBatch, hard_loss};
use perception::heads::Head;
use perception::network::{Backend, Network};
use perception::ops::{AdamW, AdamWSettings, Isa, keep_memory};
use perception::probabilities::Logits;
use perception::quantization::Ranges;

use crate::contestant::{Answer, Seat};
use crate::material::Material;
use crate::works::Work;

/// A frame in single precision.
pub(crate) fn frame(work: &Work, material: &Material) -> Result<Seat> {
    let (_, net) = material.network(&work.network)?;
    on_a_frame(Network::new(net, engine(work))?, material)
}

/// A frame in int8, within the shipped ranges.
pub(crate) fn frame_in_int8(work: &Work, material: &Material) -> Result<Seat> {
    let (card, net) = material.network(&work.network)?;
    let ranges = Ranges::load(&material.weights_path(&work.network), &card.weights_digest)?;
    on_a_frame(Network::int8(&net, &ranges, engine(work))?, material)
}

fn engine(work: &Work) -> Backend {
    Backend::Engine {
        threads: work.threads,
        isa: Isa::best(),
    }
}

fn on_a_frame(mut network: Network, material: &Material) -> Result<Seat> {
    let picture = material.picture()?;
    let work = move || Ok(network.infer_shrunk(&picture)?);
    Ok(Seat::here(version(), work, |logits| Ok(answer(&logits))))
}

/// The lists of numbers of a network's outputs.
fn answer(logits: &Logits) -> Answer {
    Head::ALL.map(|head| logits.head(head).to_vec()).into()
}

/// A training step on hard labels: forward, eight losses, backward, clipping, AdamW.
pub(crate) fn training(work: &Work, material: &Material) -> Result<Seat> {
    let recipe = Material::recipe(&work.network);
    let batch = material.batch(&recipe)?;
    let (_, net) = material.network(&work.network)?;
    keep_memory();
    let settings = AdamWSettings {
        weight_decay: recipe.weight_decay,
        ..AdamWSettings::default()
    };
    let mut adamw = AdamW::new(net.parameters().clone(), settings);
    let step = move || {
        let passage = net.learn(&batch.images)?;
        let loss = hard_loss(
            passage.logits(),
            HardBatch::plain(&batch.targets),
            &recipe.heads,
        )?;
        let gradients = passage.backward(&loss.total)?;
        let norm = adamw.gradient_norm(&gradients)?;
        let scale = (recipe.clip_norm / norm.max(1e-12)).min(1.0);
        adamw.scaled_step(&gradients, recipe.learning_rate, scale)?;
        let total = f64::from(loss.total.to_scalar::<f32>()?);
        Ok((total, loss.heads, norm))
    };
    let read = |(total, heads, norm): (f64, [f64; 8], f64)| {
        let losses = std::iter::once(total).chain(heads).map(|loss| loss as f32);
        Ok(vec![losses.collect(), vec![norm as f32]])
    };
    Ok(Seat::here(version(), step, read))
}

fn version() -> String {
    format!(
        "understudy {}, {:?}",
        env!("CARGO_PKG_VERSION"),
        Isa::best()
    )
}
