//! What a teacher knows of its classes: which it takes for which, and how nearly.

use perception::heads::Head;
use perception::probabilities::Probabilities;
use perception::targets::Targets;

use super::calibration::top_class;
use super::tally::share;

/// The mean of what is said of positions of each class of a head.
#[derive(Debug, Clone)]
pub struct SimilarityTally {
    head: Head,
    /// `[label][said]`.
    sums: Vec<Vec<f64>>,
    counts: Vec<f64>,
}

impl SimilarityTally {
    /// Of a head.
    pub fn new(head: Head) -> Self {
        let classes = head.classes();
        Self {
            head,
            sums: vec![vec![0.0; classes]; classes],
            counts: vec![0.0; classes],
        }
    }

    /// Takes in what is said of a frame.
    pub fn add(&mut self, said: &Probabilities, targets: &Targets) {
        let classes = self.head.classes();
        for (position, target) in targets.head(self.head).iter().enumerate() {
            if target.weight == 0.0 {
                continue;
            }
            let wanted: Vec<f32> = (0..classes)
                .map(|class| share(target, class, classes) as f32)
                .collect();
            let label = top_class(&wanted);
            self.counts[label] += 1.0;
            for (sum, &p) in self.sums[label]
                .iter_mut()
                .zip(said.at(self.head, position))
            {
                *sum += f64::from(p);
            }
        }
    }

    /// The means, `[label][said]`; rows of classes that no frame shows are zero.
    pub fn matrix(&self) -> Vec<Vec<f64>> {
        let rows = self.sums.iter().zip(&self.counts);
        rows.map(|(row, count)| row.iter().map(|sum| sum / count.max(1.0)).collect())
            .collect()
    }
}
