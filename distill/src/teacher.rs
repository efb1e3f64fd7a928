//! Who is asked for soft targets: one network or several, each shown every frame both ways round, their mean, and
//! how far that mean can be believed.

use candle_core::Tensor;
use drive::math::ln;
use perception::heads::Head;
use perception::nets::Net;
use perception::probabilities::softmax_row;

use crate::augment::Augmentation;
use crate::batch::load_batch;
use crate::cache::Cache;
use crate::error::Result;
use crate::evaluate::Calibrator;
use crate::mirror::mirrored_values;

/// Logarithms of probabilities, each head `[positions, classes]` row by row.
pub type Said = [Vec<f32>; 8];

/// Probabilities below this are taken as this before their logarithm.
const FLOOR: f32 = 1e-7;
/// Frames a network sees at a time.
pub(crate) const BATCH: usize = 16;

/// One network or several that agree on an answer by averaging.
pub struct Teacher<'a> {
    members: &'a [Net],
    /// What the mean's logarithms are divided by, for each head: it makes confidence true.
    temperatures: [f32; 8],
}

impl<'a> Teacher<'a> {
    /// As they are.
    pub fn new(members: &'a [Net]) -> Self {
        Self {
            members,
            temperatures: [1.0; 8],
        }
    }

    /// The same with the temperatures that an earlier calibration found.
    #[must_use]
    pub fn with_temperatures(self, temperatures: [f32; 8]) -> Self {
        Self {
            temperatures,
            ..self
        }
    }

    /// The temperature of each head.
    pub fn temperatures(&self) -> [f32; 8] {
        self.temperatures
    }

    /// Finds for each head the one temperature at which labelled frames are likeliest (Guo et al. 2017); these
    /// should be frames that no member learned from.
    ///
    /// # Errors
    /// If a frame cannot be read.
    pub fn calibrated(self, cache: &Cache, frames: &[usize]) -> Result<Self> {
        let mut calibration = Calibrator::new(frames.len());
        for portion in frames.chunks(BATCH) {
            for (said, &index) in self.say(cache, portion)?.iter().zip(portion) {
                calibration.hear(said, &cache.read(index)?.targets);
            }
        }
        Ok(self.with_temperatures(calibration.temperatures()))
    }

    /// What it says of frames, as they are in the cache.
    ///
    /// # Errors
    /// If a frame cannot be read.
    pub fn say(&self, cache: &Cache, frames: &[usize]) -> Result<Vec<Said>> {
        let mut mean =
            vec![Head::ALL.map(|head| vec![0.0; head.positions() * head.classes()]); frames.len()];
        let views = [0.0, 1.0];
        let share = 1.0 / (views.len() * self.members.len()) as f32;
        for mirror in views {
            let shown = Augmentation {
                mirror,
                ..Augmentation::NONE
            };
            let batch = load_batch(cache, frames, &shown, (0, 0))?;
            for member in self.members {
                let logits = member.forward(&batch.images)?;
                for (head, logits) in Head::ALL.into_iter().zip(&logits) {
                    add_view(&mut mean, head, (logits, mirror), share)?;
                }
            }
        }
        for said in &mut mean {
            for (values, temperature) in said.iter_mut().zip(self.temperatures) {
                for value in values {
                    *value = ln(f64::from(value.max(FLOOR))) as f32 / temperature;
                }
            }
        }
        Ok(mean)
    }
}

/// Adds a share of what one member says of every frame, turned back if it saw them mirrored.
fn add_view(
    mean: &mut [Said],
    head: Head,
    (logits, mirror): (&Tensor, f32),
    share: f32,
) -> Result<()> {
    let values = probabilities(logits, head)?;
    let of_frames = values.chunks_exact(values.len() / mean.len());
    for (sum, one) in mean.iter_mut().zip(of_frames) {
        add(
            &mut sum[head as usize],
            &turned_back(head, one, mirror),
            share,
        );
    }
    Ok(())
}

/// A head's probabilities, frame after frame.
fn probabilities(logits: &Tensor, head: Head) -> Result<Vec<f32>> {
    let mut values: Vec<f32> = logits.flatten_all()?.to_vec1()?;
    values
        .chunks_exact_mut(head.classes())
        .for_each(softmax_row);
    Ok(values)
}

/// Values of a frame the right way round.
fn turned_back(head: Head, values: &[f32], mirror: f32) -> Vec<f32> {
    if mirror > 0.0 {
        mirrored_values(head, values)
    } else {
        values.to_vec()
    }
}

fn add(sum: &mut [f32], values: &[f32], share: f32) {
    for (sum, value) in sum.iter_mut().zip(values) {
        *sum += share * value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{cache, tiny_net};

    #[test]
    fn a_mirrored_frame_gets_the_mirrored_answer() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(folder.path(), 2);
        let nets = [tiny_net(1)];
        let teacher = Teacher::new(&nets);
        let said = &teacher.say(&cache, &[0]).unwrap()[0];
        for head in [Head::Light, Head::StopLine] {
            let sum: f32 = said[head as usize].iter().map(|v| v.exp()).sum();
            assert!((sum - 1.0).abs() < 1e-4, "{} sums to {sum}", head.name());
        }
        // Both views are in the mean, so that it is the same whichever comes first.
        let row = &said[Head::Segmentation as usize];
        assert!(row.iter().all(|value| value.is_finite()));
    }

    #[test]
    fn members_speak_with_one_voice_that_lies_between_theirs() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(folder.path(), 2);
        let nets = [tiny_net(1), tiny_net(2)];
        let say = |members: &[Net]| Teacher::new(members).say(&cache, &[1]).unwrap().remove(0);
        let (both, one, two) = (say(&nets), say(&nets[..1]), say(&nets[1..]));
        for i in 0..both[0].len() {
            let mean = f32::midpoint(one[0][i].exp(), two[0][i].exp());
            assert!((both[0][i].exp() - mean).abs() < 1e-5);
        }
    }
}
