//! The layers of a network that one kind of number computes, with their maps.

use std::ops::Range;

use super::areas::Area;
use super::crew::Crew;
use super::layers::Folded;
use super::numbers::{Numbers, Wide};
use crate::heads::Head;
use crate::nets::{Finish, is_plain, logits_of_cells};
use crate::ops::{Block, Isa, Packed, RowOf, Tap};

/// A block of a layer's output channels.
pub(crate) struct Part<'a, N: Numbers> {
    pub(crate) packed: &'a Packed<N::Weight>,
    pub(crate) block: &'a Block,
    /// Which of the layer's parts it belongs to.
    pub(crate) phase: usize,
    step: &'a Step<N>,
    pub(crate) isa: Isa,
}

impl<N: Numbers> Part<'_, N> {
    pub(super) fn constants(&self) -> &N::Constants {
        &self.step.constants
    }
}

/// A layer, ready to run.
pub(super) struct Step<N: Numbers> {
    input: usize,
    pub(super) output: usize,
    residual: Option<usize>,
    stride: usize,
    /// Output pixels per input step and axis: 2 where four groups of channels become 2x2 pixels.
    spread: usize,
    taps: Vec<Tap>,
    /// Pixels by which the first tap lies up and left of the pixel.
    inset: usize,
    /// Weights for each pixel of a `spread` x `spread` square.
    packed: Vec<Packed<N::Weight>>,
    constants: N::Constants,
    head: Option<Head>,
}

/// Layers and maps of one kind of number.
pub(super) struct Half<N: Numbers> {
    pub(super) steps: Vec<Step<N>>,
    pub(super) areas: Vec<Area>,
    /// The buffer of each map; maps of equal size share one when their lives do not overlap.
    slots: Vec<usize>,
    /// Empty where this half holds none of the maps.
    buffers: Vec<Vec<N::Value>>,
    isa: Isa,
}

/// Some rows of a layer's output.
pub(super) struct Task<'a, N: Numbers, O> {
    step: &'a Step<N>,
    /// The first group of rows.
    first: usize,
    output: &'a mut [O],
}

impl<N: Numbers> Half<N> {
    /// Packs the layers and makes room for the maps that `holds` tells of; `slots` tells where each lies.
    pub(super) fn new<'a>(
        numbers: &N,
        layers: impl Iterator<Item = &'a Folded<'a>>,
        (areas, slots): (&[Area], &[usize]),
        holds: impl Fn(usize) -> bool,
        isa: Isa,
    ) -> Self {
        let mut buffers = vec![Vec::new(); slots.iter().max().map_or(0, |last| last + 1)];
        for map in (0..areas.len()).filter(|&map| holds(map)) {
            buffers[slots[map]].resize(areas[map].len(), N::Value::default());
        }
        Self {
            steps: layers
                .map(|layer| Step::new(layer, areas, numbers, isa))
                .collect(),
            areas: areas.to_vec(),
            slots: slots.to_vec(),
            buffers,
            isa,
        }
    }

    /// Bytes of its weights and maps.
    pub(super) fn len_bytes(&self) -> usize {
        let packed = self.steps.iter().flat_map(|step| &step.packed);
        let weights: usize = packed.map(|packed| size_of_val(&packed.weights[..])).sum();
        let maps: usize = self.buffers.iter().map(|map| size_of_val(&map[..])).sum();
        weights + maps
    }

    /// A map with its border.
    pub(super) fn map(&self, map: usize) -> &[N::Value] {
        &self.buffers[self.slots[map]]
    }

    /// A map with its border, to write.
    pub(super) fn map_mut(&mut self, map: usize) -> &mut [N::Value] {
        &mut self.buffers[self.slots[map]]
    }

    /// Computes some steps' maps, side by side.
    pub(super) fn compute_maps(&mut self, steps: Range<usize>, crew: &Crew) {
        let steps = &self.steps[steps];
        let slots: Vec<usize> = steps.iter().map(|step| self.slots[step.output]).collect();
        let take = |&slot: &usize| std::mem::take(&mut self.buffers[slot]);
        let mut maps: Vec<Vec<N::Value>> = slots.iter().map(take).collect();
        let tasks = steps
            .iter()
            .zip(&mut maps)
            .flat_map(|(step, map)| self.tasks(step, map, crew.threads()));
        crew.run_all(tasks.collect(), |mut task| {
            self.band(&mut task, |row, at, part| {
                N::convolve(row, self.residual(part.step, at), part);
            });
        });
        for (slot, map) in slots.into_iter().zip(maps) {
            self.buffers[slot] = map;
        }
    }

    /// Cuts a layer's output into bands of rows: one for a single thread, else two for each, so that a thread that is
    /// kept from its core holds nobody up.
    fn tasks<'a, O>(
        &self,
        step: &'a Step<N>,
        output: &'a mut [O],
        threads: usize,
    ) -> impl Iterator<Item = Task<'a, N, O>> + use<'a, N, O> {
        let area = self.areas[step.output];
        let group = step.spread * area.row();
        let groups = area.size.height / step.spread;
        let bands = match threads {
            1 => 1,
            _ => 2 * threads,
        };
        let band = groups.div_ceil(bands);
        let inner = area.border * area.row();
        let bands = output[inner..inner + groups * group].chunks_mut(band * group);
        bands.enumerate().map(move |(index, output)| Task {
            step,
            first: index * band,
            output,
        })
    }

    /// Computes the rows of a task; `compute` gets a row of one phase, where it starts in the map, and what to
    /// multiply it with.
    fn band<O>(
        &self,
        task: &mut Task<'_, N, O>,
        compute: impl Fn(RowOf<'_, N::Value, O, ()>, usize, &Part<'_, N>),
    ) {
        let (step, to) = (task.step, self.areas[task.step.output]);
        for (phase, packed) in step.packed.iter().enumerate() {
            let first = (phase / step.spread) * to.row()
                + (to.border + phase % step.spread) * to.size.channels;
            for block in &packed.blocks {
                let part = Part {
                    packed,
                    block,
                    phase,
                    step,
                    isa: self.isa,
                };
                let groups = task.output.chunks_mut(step.spread * to.row());
                for (index, rows) in groups.enumerate() {
                    let group = task.first + index;
                    let line = (to.border + group * step.spread) * to.row();
                    let row = self.row(step, group, &mut rows[first..]);
                    compute(row, line + first, &part);
                }
            }
        }
    }

    /// One row of one phase: group `index` of the output, from `output` on.
    fn row<'a, O>(
        &'a self,
        step: &'a Step<N>,
        index: usize,
        output: &'a mut [O],
    ) -> RowOf<'a, N::Value, O, ()> {
        let (from, to) = (self.areas[step.input], self.areas[step.output]);
        let input = &self.buffers[self.slots[step.input]];
        RowOf {
            input: &input[from.first(step.inset) + index * step.stride * from.row()..],
            input_step: step.stride * from.size.channels,
            taps: &step.taps,
            output,
            output_step: step.spread * to.size.channels,
            pixels: to.size.width / step.spread,
            finish: (),
        }
    }

    /// What is added to a row that starts at `at`.
    fn residual(&self, step: &Step<N>, at: usize) -> Option<&[N::Value]> {
        step.residual
            .map(|map| &self.buffers[self.slots[map]][at..])
    }
}

impl<N: Wide> Half<N> {
    /// Computes some steps' heads, side by side.
    pub(super) fn compute_heads(
        &self,
        steps: Range<usize>,
        logits: &mut [Vec<f32>; 8],
        crew: &Crew,
    ) {
        let mut heads: Vec<(Head, &Step<N>, Vec<f32>)> = self.steps[steps]
            .iter()
            .filter_map(|step| {
                let head = step.head?;
                // The cells of most heads are their logits.
                let cells = if is_plain(head) {
                    std::mem::take(&mut logits[head as usize])
                } else {
                    vec![0.0; self.areas[step.output].len()]
                };
                Some((head, step, cells))
            })
            .collect();
        let tasks = heads
            .iter_mut()
            .flat_map(|(_, step, cells)| self.tasks(step, cells, crew.threads()));
        crew.run_all(tasks.collect(), |mut task| {
            self.band(&mut task, |row, _, part| N::convolve_cells(row, part));
        });
        for (head, _, cells) in heads {
            if is_plain(head) {
                logits[head as usize] = cells;
            } else {
                logits_of_cells(head, &cells, &mut logits[head as usize]);
            }
        }
    }
}

impl<N: Numbers> Step<N> {
    fn new(layer: &Folded<'_>, areas: &[Area], numbers: &N, isa: Isa) -> Self {
        let (plan, input) = (layer.plan, areas[layer.plan.input]);
        let tap = |weight: usize| Tap {
            offset: weight / plan.kernel * input.row() + weight % plan.kernel * input.size.channels,
            weight,
        };
        let (packed, constants) = numbers.pack(layer, isa);
        Self {
            input: plan.input,
            output: plan.output,
            residual: layer.residual(),
            stride: plan.stride,
            spread: if plan.finish == Finish::Spread { 2 } else { 1 },
            taps: (0..plan.kernel * plan.kernel).map(tap).collect(),
            inset: plan.kernel / 2,
            packed,
            constants,
            head: match plan.finish {
                Finish::Cells(head) => Some(head),
                _ => None,
            },
        }
    }
}
