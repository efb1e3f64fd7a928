//! The one temperature that makes a head's confidence true (Guo et al. 2017): the control for every claim about
//! calibration.

use drive::math::ln;
use perception::heads::Head;
use perception::probabilities::{Logits, softmax_row};
use perception::targets::{Target, Targets};

use super::tally::share;
use crate::cache::Cache;
use crate::dataset::Split;

/// At most this many validation frames decide the temperatures.
const FRAMES: usize = 320;
/// At most this many positions of a head decide its temperature.
const POSITIONS: usize = 30_000;
/// Within these bounds it is looked for.
const TEMPERATURES: [f64; 2] = [0.25, 4.0];
/// Steps that narrow the bounds, by the golden ratio.
const SEARCH_STEPS: usize = 16;
/// Probabilities below this are taken as this before their logarithm.
const FLOOR: f32 = 1e-7;
/// The smaller part of the golden section.
const GOLDEN: f64 = 0.618_033_988_749_895;

/// Gathers what somebody says of labelled frames, to find each head's temperature.
#[derive(Default)]
pub struct Calibrator {
    rows: [Vec<Row>; 8],
    /// Positions kept of each frame and head.
    keep: usize,
}

impl Calibrator {
    /// The frames that temperatures are found on: of the validation worlds, which no network learned from.
    pub fn frames(cache: &Cache) -> Vec<usize> {
        cache.some_of(Split::Validation, FRAMES)
    }

    /// For so many frames.
    pub fn new(frames: usize) -> Self {
        Self {
            keep: (POSITIONS / frames.max(1)).max(1),
            ..Self::default()
        }
    }

    /// Takes in what was said of a frame, each head `[positions, classes]`.
    pub fn hear(&mut self, said: &[Vec<f32>; 8], targets: &Targets) {
        for head in Head::ALL {
            let index = head as usize;
            gather(
                &mut self.rows[index],
                head,
                (&said[index], targets),
                self.keep,
            );
        }
    }

    /// The temperature of each head at which the labels are likeliest; 1 where nothing was asked.
    pub fn temperatures(&self) -> [f32; 8] {
        Head::ALL.map(|head| likeliest_temperature(&self.rows[head as usize]))
    }
}

/// What somebody says with each head's logits divided by its temperature.
pub fn at_temperatures(logits: &Logits, temperatures: [f32; 8]) -> Logits {
    let tempered = |head: Head| {
        let temperature = temperatures[head as usize];
        let values = logits.head(head).iter();
        values.map(|value| value / temperature).collect()
    };
    Logits::new(Head::ALL.map(tempered))
}

/// A position with a label: what was said, and which classes are wanted how much.
struct Row {
    said: Vec<f32>,
    wanted: Vec<(usize, f64)>,
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
        });
    }
}

/// The temperature at which the labels are likeliest; 1 if there are none.
fn likeliest_temperature(rows: &[Row]) -> f32 {
    if rows.is_empty() {
        return 1.0;
    }
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
        wanted
            .map(|&(class, share)| -share * ln(f64::from(tempered[class].max(FLOOR))))
            .sum::<f64>()
    };
    rows.iter().map(of).sum::<f64>() / rows.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_overconfident_voice_gets_the_temperature_that_makes_it_true() {
        let row = |right: bool| Row {
            said: vec![6.0, 0.0],
            wanted: vec![(usize::from(!right), 1.0)],
        };
        let rows: Vec<Row> = (0..1000).map(|i| row(i % 10 > 0)).collect();
        // Nine of ten are right: a logit of ln 9.
        let expected = 6.0 / 9f32.ln();
        assert!((likeliest_temperature(&rows) - expected).abs() < 0.05);
    }
}
