//! Who is asked for soft targets: one network or several, each shown every frame both ways round, their mean, and
//! how far that mean can be believed.

use candle_core::Tensor;
use drive::math::ln;
use perception::heads::Head;
use perception::nets::{Mode, Net};
use perception::probabilities::softmax_row;
use perception::targets::{Target, Targets};

use crate::augment::Augmentation;
use crate::batch::load_batch;
use crate::cache::Cache;
use crate::error::Result;
use crate::evaluate::share;
use crate::mirror::mirrored_values;

/// Logarithms of probabilities, each head `[positions, classes]` row by row.
pub type Said = [Vec<f32>; 8];

/// Probabilities below this are taken as this before their logarithm.
const FLOOR: f32 = 1e-7;
/// Frames a network sees at a time.
pub(crate) const BATCH: usize = 16;
/// At most this many positions of a head decide its temperature.
const CALIBRATION_POSITIONS: usize = 30_000;
/// Within these bounds a calibrating temperature is looked for.
const TEMPERATURES: [f64; 2] = [0.25, 4.0];
/// Halvings of the bounds, by the golden ratio.
const SEARCH_STEPS: usize = 16;

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
        let mut rows: [Vec<Row>; 8] = Default::default();
        for portion in frames.chunks(BATCH) {
            for (said, &index) in self.say(cache, portion)?.iter().zip(portion) {
                let targets = cache.read(index)?.targets;
                for head in Head::ALL {
                    let keep = (CALIBRATION_POSITIONS / frames.len().max(1)).max(1);
                    gather(
                        &mut rows[head as usize],
                        head,
                        (&said[head as usize], &targets),
                        keep,
                    );
                }
            }
        }
        Ok(self
            .with_temperatures(Head::ALL.map(|head| likeliest_temperature(&rows[head as usize]))))
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
                let logits = member.forward(&batch.images, Mode::Evaluate)?;
                for head in Head::ALL {
                    let values = probabilities(&logits[head as usize], head)?;
                    let of_frames = values.chunks_exact(values.len() / frames.len());
                    for (sum, one) in mean.iter_mut().zip(of_frames) {
                        add(
                            &mut sum[head as usize],
                            &turned_back(head, one, mirror),
                            share,
                        );
                    }
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

/// A position with a label: what was said, and which classes are wanted how much.
struct Row {
    said: Vec<f32>,
    wanted: Vec<(usize, f64)>,
    weight: f64,
}

/// Takes up to `keep` of a frame's labelled positions, evenly.
fn gather(rows: &mut Vec<Row>, head: Head, (said, targets): (&[f32], &Targets), keep: usize) {
    let classes = head.classes();
    let labelled: Vec<(usize, &Target)> = targets
        .head(head)
        .iter()
        .enumerate()
        .filter(|(_, target)| target.weight > 0.0)
        .collect();
    let every = labelled.len().div_ceil(keep).max(1);
    for (position, target) in labelled.into_iter().step_by(every) {
        let wanted = (0..classes).map(|class| (class, share(target, class, classes)));
        rows.push(Row {
            said: said[position * classes..][..classes].to_vec(),
            wanted: wanted.filter(|(_, share)| *share > 0.0).collect(),
            weight: f64::from(target.weight),
        });
    }
}

/// The temperature at which the labels are likeliest; 1 if there are none.
fn likeliest_temperature(rows: &[Row]) -> f32 {
    if rows.is_empty() {
        return 1.0;
    }
    const GOLDEN: f64 = 0.618_033_988_749_895;
    let [mut low, mut high] = TEMPERATURES.map(ln);
    let loss = |log_temperature: f64| mean_log_loss(rows, drive::math::exp(log_temperature));
    for _ in 0..SEARCH_STEPS {
        let (a, b) = (high - GOLDEN * (high - low), low + GOLDEN * (high - low));
        if loss(a) < loss(b) {
            high = b;
        } else {
            low = a;
        }
    }
    drive::math::exp(f64::midpoint(low, high)) as f32
}

fn mean_log_loss(rows: &[Row], temperature: f64) -> f64 {
    let of = |row: &Row| {
        let mut tempered: Vec<f32> = row.said.iter().map(|v| v / temperature as f32).collect();
        softmax_row(&mut tempered);
        let wanted = row.wanted.iter();
        let loss: f64 = wanted
            .map(|&(class, share)| -share * ln(f64::from(tempered[class].max(FLOOR))))
            .sum();
        row.weight * loss
    };
    let weight: f64 = rows.iter().map(|row| row.weight).sum();
    rows.iter().map(of).sum::<f64>() / weight
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

    #[test]
    fn an_overconfident_voice_gets_the_temperature_that_makes_it_true() {
        let row = |right: bool| Row {
            said: vec![6.0, 0.0],
            wanted: vec![(usize::from(!right), 1.0)],
            weight: 1.0,
        };
        let rows: Vec<Row> = (0..1000).map(|i| row(i % 10 > 0)).collect();
        // Nine of ten are right: a logit of ln 9.
        let expected = 6.0 / 9f32.ln();
        assert!((likeliest_temperature(&rows) - expected).abs() < 0.05);
    }
}
