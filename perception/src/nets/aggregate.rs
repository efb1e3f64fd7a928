//! From the cells of a head's map to the head's logits.
//!
//! Most heads have one distribution (or four) in each cell. Lanes have one in each row; the light and the stop
//! line one in the whole picture: there a class is as likely as its mean likelihood over the cells, so that a lamp
//! of one cell counts, and "none" is a mean of logits, which no single cell can move.

use candle_core::{CpuStorage, CustomOp1, Device, Layout, Result, Shape, Tensor};

use crate::heads::{Head, SEGMENTATION_GRID};
use crate::ops::exp::{exp, ln};
use crate::ops::{Isa, operand, run_all, with_numbers};

/// Lane boundaries.
pub(crate) const BOUNDARIES: usize = 4;
/// The lower rows of the segmentation grid, in which lanes are told. Each tells of where boundaries cross the centre of
/// the row above it (`drive::labels::lane_row_v_px`).
pub(crate) const LANE_ROWS: usize = 16;
/// Channels of the lane cells: each boundary's logit of the column, then each boundary's part of "none".
const LANE_CHANNELS: usize = 2 * BOUNDARIES;

/// How many channels the cells of a head have.
pub(crate) fn cell_channels(head: Head) -> usize {
    match head {
        Head::Lanes => LANE_CHANNELS,
        Head::Sides => 4 * head.classes(),
        _ => head.classes(),
    }
}

/// How the cells of a head become its logits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Aggregation {
    /// Each cell speaks for itself.
    Cells,
    /// Each row of cells has a distribution over its columns.
    Rows,
    /// All cells together; this class is "none".
    Picture { none: usize },
}

impl Aggregation {
    pub(crate) fn of(head: Head) -> Self {
        match head {
            Head::Lanes => Self::Rows,
            Head::Light => Self::Picture { none: 0 },
            Head::StopLine => Self::Picture {
                none: head.classes() - 1,
            },
            _ => Self::Cells,
        }
    }
}

/// Whether the cells of a head are its logits.
pub(crate) fn is_plain(head: Head) -> bool {
    Aggregation::of(head) == Aggregation::Cells
}

/// The logits `[positions, classes]` of one frame's cells `[rows, columns, channels]`.
pub(crate) fn logits_of_cells(head: Head, cells: &[f32], logits: &mut [f32]) {
    match Aggregation::of(head) {
        Aggregation::Cells => logits.copy_from_slice(cells),
        Aggregation::Rows => rows(cells, logits),
        Aggregation::Picture { none } => picture(cells, none, logits),
    }
}

/// The head's logits `[batch, positions, classes]` of cells `[batch, rows, columns, channels]`, with gradient.
pub(crate) fn aggregate(head: Head, cells: &Tensor) -> Result<Tensor> {
    let batch = cells.dim(0)?;
    if is_plain(head) {
        return cells.reshape((batch, head.positions(), head.classes()));
    }
    cells.apply_op1(Aggregate { head })
}

/// Cells whose numbers stand side by side in a loop, so that it can be vectorised whatever the number of classes.
const CELLS_TOGETHER: usize = 16;

fn picture(cells: &[f32], none: usize, logits: &mut [f32]) {
    Isa::best().run(
        #[inline(always)]
        || {
            let classes = logits.len();
            let count = (cells.len() / classes) as f32;
            let wide = classes * CELLS_TOGETHER;
            let mut highest = vec![f32::NEG_INFINITY; wide];
            for cells in cells.chunks_exact(wide) {
                for (highest, &value) in highest.iter_mut().zip(cells) {
                    *highest = highest.max(value);
                }
            }
            let highest: Vec<f32> = (0..classes)
                .map(|class| of_class(&highest, class, classes).fold(f32::NEG_INFINITY, f32::max))
                .collect();
            let highest_of_each = highest.repeat(CELLS_TOGETHER);
            let mut sums = vec![0.0; wide];
            let mut means = vec![0.0; wide];
            for cells in cells.chunks_exact(wide) {
                let sums = sums.iter_mut().zip(&mut means);
                for ((sum, mean), (&value, highest)) in sums.zip(cells.iter().zip(&highest_of_each))
                {
                    *sum += exp(value - highest);
                    *mean += value;
                }
            }
            for (class, logit) in logits.iter_mut().enumerate() {
                let likelihood = of_class(&sums, class, classes).sum::<f32>() / count;
                *logit = highest[class] + ln(likelihood);
            }
            logits[none] = of_class(&means, none, classes).sum::<f32>() / count;
        },
    );
}

/// Every number of one class.
fn of_class(numbers: &[f32], class: usize, classes: usize) -> impl Iterator<Item = f32> {
    numbers.iter().skip(class).step_by(classes).copied()
}

fn picture_gradient(cells: &[f32], none: usize, operands: (&[f32], &[f32]), to: &mut [f32]) {
    let (logits, gradient) = operands;
    let classes = logits.len();
    let share = classes as f32 / cells.len() as f32;
    for (index, (to, cell)) in to.iter_mut().zip(cells).enumerate() {
        let class = index % classes;
        let likelihood = if class == none {
            1.0
        } else {
            exp(cell - logits[class])
        };
        *to = gradient[class] * share * likelihood;
    }
}

/// The cells of the lane rows: (row, column, cell).
fn lane_cells() -> impl Iterator<Item = (usize, usize, usize)> {
    let (columns, rows) = SEGMENTATION_GRID;
    let first = rows - LANE_ROWS;
    (0..LANE_ROWS * columns).map(move |i| {
        (
            i / columns,
            i % columns,
            (first * columns + i) * LANE_CHANNELS,
        )
    })
}

fn rows(cells: &[f32], logits: &mut [f32]) {
    let columns = SEGMENTATION_GRID.0;
    logits.fill(0.0);
    for (row, column, cell) in lane_cells() {
        for boundary in 0..BOUNDARIES {
            let position = (boundary * LANE_ROWS + row) * (columns + 1);
            logits[position + column] = cells[cell + boundary];
            logits[position + columns] += cells[cell + BOUNDARIES + boundary] / columns as f32;
        }
    }
}

fn rows_gradient(gradient: &[f32], to: &mut [f32]) {
    let columns = SEGMENTATION_GRID.0;
    to.fill(0.0);
    for (row, column, cell) in lane_cells() {
        for boundary in 0..BOUNDARIES {
            let position = (boundary * LANE_ROWS + row) * (columns + 1);
            to[cell + boundary] = gradient[position + column];
            to[cell + BOUNDARIES + boundary] = gradient[position + columns] / columns as f32;
        }
    }
}

struct Aggregate {
    head: Head,
}

impl CustomOp1 for Aggregate {
    fn name(&self) -> &'static str {
        self.head.name()
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let batch = layout.shape().dims4()?.0;
        let cells = operand(self.head.name(), storage, layout)?;
        let size = self.head.positions() * self.head.classes();
        let mut logits = vec![0.0; batch * size];
        let frames = cells
            .chunks(cells.len() / batch)
            .zip(logits.chunks_mut(size));
        run_all(frames, |(cells, logits)| {
            logits_of_cells(self.head, cells, logits);
        });
        let shape = (batch, self.head.positions(), self.head.classes());
        Ok((CpuStorage::F32(logits), Shape::from(shape)))
    }

    fn bwd(&self, cells: &Tensor, logits: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let to_cells = cells_gradient(self.head, cells, logits, gradient)?;
        Tensor::from_vec(to_cells, cells.shape(), &Device::Cpu).map(Some)
    }
}

/// The gradient of a head's cells from that of its logits.
pub(super) fn cells_gradient(
    head: Head,
    cells: &Tensor,
    logits: &Tensor,
    gradient: &Tensor,
) -> Result<Vec<f32>> {
    if is_plain(head) {
        return with_numbers(gradient, |gradient| Ok(gradient.to_vec()));
    }
    let one = cells.elem_count() / cells.dim(0)?;
    let size = head.positions() * head.classes();
    let mut to = vec![0.0; cells.elem_count()];
    let backward = |cells: &[f32], logits: &[f32], gradient: &[f32], to: &mut [f32]| {
        let outputs = logits.chunks(size).zip(gradient.chunks(size));
        let frames = to.chunks_mut(one).zip(cells.chunks(one)).zip(outputs);
        run_all(frames, |((to, cells), outputs)| {
            match Aggregation::of(head) {
                Aggregation::Picture { none } => picture_gradient(cells, none, outputs, to),
                Aggregation::Rows => rows_gradient(outputs.1, to),
                Aggregation::Cells => to.copy_from_slice(outputs.1),
            }
        });
    };
    with_numbers(cells, |cells| {
        with_numbers(logits, |logits| {
            with_numbers(gradient, |gradient| {
                backward(cells, logits, gradient, &mut to);
                Ok(())
            })
        })
    })?;
    Ok(to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::oracle::{check_gradient, noise};

    #[test]
    fn gradients_equal_finite_differences() {
        for head in [Head::Lanes, Head::Light, Head::StopLine] {
            let cells = noise("cells", (2, 32, 64, cell_channels(head))).unwrap();
            let direction = noise("direction", (2, head.positions(), head.classes())).unwrap();
            let scale = if head == Head::Lanes { 1.0 } else { 300.0 };
            check_gradient(&cells, || {
                let logits = aggregate(head, &cells)?;
                (logits * (direction.as_tensor() * scale)?)?.sum_all()
            });
        }
    }

    #[test]
    fn a_single_certain_cell_turns_the_light_red() {
        let mut cells = vec![0.0; 2048 * 4];
        cells[4 * 700 + 1] = 12.0;
        let mut logits = [0.0; 4];
        logits_of_cells(Head::Light, &cells, &mut logits);
        assert!(logits[1] > logits[0] + 4.0 && logits[0] == 0.0);
        assert!(logits[2].abs() < 1e-5);
    }

    #[test]
    fn lanes_are_told_in_the_lower_rows_only() {
        let mut cells = vec![0.0; 2048 * LANE_CHANNELS];
        cells[(16 * 64 + 5) * LANE_CHANNELS + 2] = 3.0;
        cells[(15 * 64 + 5) * LANE_CHANNELS + 2] = 9.0;
        let mut logits = vec![0.0; 64 * 65];
        logits_of_cells(Head::Lanes, &cells, &mut logits);
        assert_eq!(logits[2 * 16 * 65 + 5], 3.0);
        assert_eq!(logits.iter().sum::<f32>(), 3.0);
    }
}
