//! Who never looks: the floor under every figure.

use drive::math::ln;
use perception::heads::Head;
use perception::probabilities::Logits;

use crate::cache::Cache;
use crate::dataset::Split;
use crate::error::{Error, Result};

/// Training frames whose averages it knows.
const FRAMES: usize = 1000;
/// Probabilities are at least this, so that their logarithm is finite.
const FLOOR: f32 = 1e-6;

/// Says of every frame what training frames show on average at each position: the sky is above, the road below, and
/// mostly nobody is there. What a network gets beyond this it has seen.
#[derive(Debug, Clone)]
pub struct Blind {
    answer: Logits,
}

impl Blind {
    /// Learns the averages of training frames.
    ///
    /// # Errors
    /// If there are no training frames, or one cannot be read.
    pub fn new(cache: &Cache) -> Result<Self> {
        let frames = cache.some_of(Split::Train, FRAMES);
        if frames.is_empty() {
            return Err(Error::Missing {
                what: "training frames, which show what is usual".to_owned(),
            });
        }
        let mut shares = Head::ALL.map(|head| vec![0.0f32; head.positions() * head.classes()]);
        for index in frames {
            let targets = cache.read(index)?.targets;
            for head in Head::ALL {
                let rows = shares[head as usize].chunks_exact_mut(head.classes());
                for (row, target) in rows.zip(targets.head(head)) {
                    let asked = f32::from(u8::from(target.weight > 0.0));
                    row[target.index as usize] += asked * (1.0 - target.upper_weight);
                    row[target.upper_index(head.classes())] += asked * target.upper_weight;
                }
            }
        }
        let answer = Head::ALL.map(|head| {
            let rows = shares[head as usize].chunks_exact(head.classes());
            rows.flat_map(|row| {
                let sum = row.iter().sum::<f32>().max(1.0);
                row.iter()
                    .map(move |share| ln(f64::from((share / sum).max(FLOOR))) as f32)
            })
            .collect()
        });
        Ok(Self {
            answer: Logits::new(answer),
        })
    }

    /// Its answer to every picture.
    pub fn sight(&self) -> impl FnMut(&[u8]) -> Result<Logits> + '_ {
        |_| Ok(self.answer.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::evaluate;
    use crate::fixture::cache;

    #[test]
    fn who_never_looks_knows_where_the_sky_is_but_not_who_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(folder.path(), 20);
        let blind = Blind::new(&cache).unwrap();
        let seen = evaluate(&cache, &cache.split(Split::Validation), blind.sight()).unwrap();
        assert!(
            seen.segmentation.iou["sky"] > 0.8,
            "{:?}",
            seen.segmentation.iou
        );
        assert!(seen.heads["objects"] < 0.1, "{:?}", seen.heads);
    }
}
