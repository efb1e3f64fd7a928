//! The soft targets of one pixel as bars: hard label, teacher at T = 1 and at T, student.

use drive::labels::{Class, Labels};
use perception::encode::encode;
use perception::heads::{Head, SEGMENTATION_GRID};
use perception::probabilities::{Logits, Probabilities, softmax};

use super::svg::distribution_bars;
use crate::perceiver::Exposure;

/// Distributions over the segmentation classes of one cell.
#[derive(Debug, Clone)]
pub struct SoftTargets {
    /// Column and row of the cell in the segmentation grid.
    pub cell: (usize, usize),
    /// The temperature of the softened row.
    pub temperature: f32,
    rows: Vec<(String, Vec<f64>)>,
}

impl SoftTargets {
    /// The cell where the teacher is least sure, with what each makes of it.
    pub fn most_telling(
        exposure: &Exposure,
        teacher: &Logits,
        student: &Logits,
        temperature: f32,
    ) -> Self {
        Self::of_labels(&exposure.labels, teacher, student, temperature)
    }

    /// The same of a frame's labels alone.
    pub fn of_labels(
        labels: &Labels,
        teacher: &Logits,
        student: &Logits,
        temperature: f32,
    ) -> Self {
        let soft = softmax(teacher.at_temperature(temperature));
        let position = (0..Head::Segmentation.positions())
            .max_by(|&a, &b| {
                entropy(soft.at(Head::Segmentation, a))
                    .total_cmp(&entropy(soft.at(Head::Segmentation, b)))
            })
            .unwrap_or(0);
        let of = |probabilities: &Probabilities| {
            probabilities
                .at(Head::Segmentation, position)
                .iter()
                .map(|&share| f64::from(share))
                .collect()
        };
        let rows = vec![
            ("hard label".to_owned(), of(&encode(labels).one_hot())),
            ("teacher, T = 1".to_owned(), of(&softmax(teacher.clone()))),
            (format!("teacher, T = {temperature}"), of(&soft)),
            ("student".to_owned(), of(&softmax(student.clone()))),
        ];
        let columns = SEGMENTATION_GRID.0;
        Self {
            cell: (position % columns, position / columns),
            temperature,
            rows,
        }
    }

    /// As an HTML table of bars.
    pub fn html(&self) -> String {
        let names = Class::ALL.map(Class::word);
        let (column, row) = self.cell;
        format!(
            "<figure><figcaption>Soft targets of the 8x8-pixel cell at column {column}, row {row}, \
             where the teacher is least sure</figcaption>{}</figure>",
            distribution_bars(&names, &self.rows)
        )
    }
}

fn entropy(distribution: &[f32]) -> f32 {
    -distribution
        .iter()
        .map(|&share| share * share.max(1e-9).ln())
        .sum::<f32>()
}
