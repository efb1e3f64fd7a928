//! Convolutions as sums over shifted pixels: the forward pass and the input's gradient are the same walk.

use std::cell::RefCell;
use std::ops::Range;

use super::pack::{Block, Packed};
use super::rows::{Finish, Row, convolve_row};
use super::tiles::Tap;
use crate::ops::fresh::Fresh;
use crate::ops::isa::Isa;
use crate::ops::pool::{run_all, tasks};

/// Floats of padded input that a strip of rows may take: half a megabyte, to stay in a core's second-level cache.
const STRIP_FLOATS: usize = 128 * 1024;

/// A batch of maps, `[batch, height, width, channels]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MapShape {
    pub(crate) batch: usize,
    pub(crate) height: usize,
    pub(crate) width: usize,
    pub(crate) channels: usize,
}

impl MapShape {
    /// How many numbers it holds.
    pub(crate) fn len(self) -> usize {
        self.batch * self.height * self.width * self.channels
    }
}

/// One weight position, in pixels of the padded source.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shift {
    pub(crate) down: usize,
    pub(crate) right: usize,
    pub(crate) weight: usize,
}

/// The output pixels (row, column) modulo `spread`, and the shifts they add up.
#[derive(Debug, Clone)]
pub(crate) struct Phase {
    pub(crate) row: usize,
    pub(crate) column: usize,
    pub(crate) shifts: Vec<Shift>,
}

/// How a map is computed from another: each group of `spread` x `spread` output pixels reads the source
/// around pixel `group * step`.
#[derive(Debug, Clone)]
pub(crate) struct Stencil {
    pub(crate) source: MapShape,
    pub(crate) output: MapShape,
    /// Zero pixels around the source.
    pub(crate) border: usize,
    /// Source pixels between neighbouring groups.
    pub(crate) step: usize,
    /// Output pixels per group and axis.
    pub(crate) spread: usize,
    pub(crate) phases: Vec<Phase>,
}

/// What a stencil multiplies with.
pub(crate) struct Weights<'a> {
    pub(crate) packed: &'a Packed,
    /// Added per output channel.
    pub(crate) bias: Option<&'a [f32]>,
    pub(crate) isa: Isa,
}

thread_local! {
    /// The padded strip of this thread, kept to avoid page faults.
    static STRIP: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
}

impl Stencil {
    /// Computes the whole output, on all cores.
    pub(crate) fn apply(&self, source: &[f32], weights: &Weights<'_>) -> Vec<f32> {
        let mut output = Fresh::new(self.output.len());
        let group = self.group();
        let groups = self.output.len() / group;
        let share = groups.div_ceil(tasks()).max(1);
        let strip = self.groups_per_strip();
        run_all(output.pieces(share * group).enumerate(), |(task, piece)| {
            for (index, part) in piece.pieces(strip * group).enumerate() {
                let first = task * share + index * strip;
                self.strip(first, source, part.clear(), weights);
            }
        });
        output.finish()
    }

    /// Numbers in one row of groups of the output.
    fn group(&self) -> usize {
        self.spread * self.output.width * self.output.channels
    }

    /// Rows of groups whose padded source fits the strip.
    fn groups_per_strip(&self) -> usize {
        (STRIP_FLOATS / (self.step * self.padded_row())).max(1)
    }

    fn padded_row(&self) -> usize {
        (self.source.width + 2 * self.border) * self.source.channels
    }

    /// Rows of groups in one picture.
    fn groups_high(&self) -> usize {
        self.output.height / self.spread
    }

    /// Computes the rows of groups from `first` on that `output` holds.
    fn strip(&self, first: usize, source: &[f32], output: &mut [f32], weights: &Weights<'_>) {
        let range = first..first + output.len() / self.group();
        let taps: Vec<Vec<Tap>> = self.phases.iter().map(|p| self.taps(p)).collect();
        STRIP.with_borrow_mut(|padded| {
            let starts = self.gather(range, source, padded);
            let source = if self.border == 0 { source } else { padded };
            for block in &weights.packed.blocks {
                for (&start, rows) in starts.iter().zip(output.chunks_mut(self.group())) {
                    self.group_row(&taps, &source[start..], rows, (weights, block));
                }
            }
        });
    }

    /// Computes one block of output channels of a row of groups.
    fn group_row(
        &self,
        taps: &[Vec<Tap>],
        input: &[f32],
        output: &mut [f32],
        (weights, block): (&Weights<'_>, &Block),
    ) {
        for (phase, taps) in self.phases.iter().zip(taps) {
            let mut row = self.row(phase, taps, input, output);
            row.finish.bias = weights.bias;
            convolve_row(&mut row, weights.packed, block, weights.isa);
        }
    }

    /// The pixels of one phase in a row of groups.
    fn row<'a>(
        &self,
        phase: &Phase,
        taps: &'a [Tap],
        input: &'a [f32],
        output: &'a mut [f32],
    ) -> Row<'a> {
        let first = (phase.row * self.output.width + phase.column) * self.output.channels;
        Row {
            input,
            input_step: self.step * self.source.channels,
            taps,
            output: &mut output[first..],
            output_step: self.spread * self.output.channels,
            pixels: self.output.width / self.spread,
            finish: Finish::default(),
        }
    }

    fn taps(&self, phase: &Phase) -> Vec<Tap> {
        phase
            .shifts
            .iter()
            .map(|shift| Tap {
                offset: shift.down * self.padded_row() + shift.right * self.source.channels,
                weight: shift.weight,
            })
            .collect()
    }

    /// Where each row of groups starts in the (padded) source; fills the padded strip if there is a border.
    fn gather(&self, range: Range<usize>, source: &[f32], padded: &mut Vec<f32>) -> Vec<usize> {
        let high = self.groups_high();
        let row = self.padded_row();
        if self.border == 0 {
            let start = |g: usize| (g / high * self.source.height + g % high * self.step) * row;
            return range.map(start).collect();
        }
        padded.clear();
        let mut starts = Vec::with_capacity(range.len());
        let mut group = range.start;
        while group < range.end {
            let picture = group / high;
            let end = range.end.min((picture + 1) * high);
            let top = group % high * self.step;
            let reach = (end - group - 1) * self.step + 2 * self.border + 1;
            starts.extend((0..end - group).map(|g| padded.len() + g * self.step * row));
            for line in top..top + reach {
                self.append_row(picture, line, source, padded);
            }
            group = end;
        }
        starts
    }

    /// Appends row `line` of the padded picture: zeros outside, the source's row inside.
    fn append_row(&self, picture: usize, line: usize, source: &[f32], padded: &mut Vec<f32>) {
        let side = self.border * self.source.channels;
        let inside = (self.border..self.source.height + self.border).contains(&line);
        if !inside {
            padded.resize(padded.len() + self.padded_row(), 0.0);
            return;
        }
        let wide = self.source.width * self.source.channels;
        let from = (picture * self.source.height + line - self.border) * wide;
        padded.resize(padded.len() + side, 0.0);
        padded.extend_from_slice(&source[from..from + wide]);
        padded.resize(padded.len() + side, 0.0);
    }
}
