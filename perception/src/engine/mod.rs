//! Inference without candle: batch normalisation folded into the weights, buffers planned once, and convolution,
//! bias, residual and ReLU in one pass.
//!
//! A network runs in single precision, or in whole numbers: most layers in bytes, those that need it in words.

mod areas;
mod crew;
mod half;
mod layers;
mod numbers;
mod single;
mod whole;

pub(crate) use single::Single;
pub(crate) use whole::Quantised;

use std::collections::BTreeSet;
use std::ops::Range;

use crate::error::Error;
use crate::heads::Head;
use crate::nets::{Finish, Layer, Net, Plan};
use crate::ops::Isa;
use crate::probabilities::Logits;
use crate::quantization::Ranges;
use areas::{areas, plan_buffers, reads, sections};
use crew::Crew;
use half::Half;
use layers::folded_layers;
use numbers::Wide;

/// Most maps of a network in whole numbers.
type Bytes = Quantised<u8>;
/// The others.
pub(crate) type Words = Quantised<i16>;

/// What is computed next.
enum Stage {
    /// Maps, by their steps in the wide half.
    Wide(Range<usize>),
    /// Maps, by their steps in the half of bytes.
    Bytes(Range<usize>),
    /// Heads, by their steps in the wide half.
    Heads(Range<usize>),
    /// A map of the wide half, needed in bytes.
    ToBytes(usize),
    /// A map of bytes, needed in the wide half.
    ToWide(usize),
}

/// A network ready for single frames.
pub(crate) struct Engine<W: Wide> {
    wide: Half<W>,
    bytes: Half<Bytes>,
    stages: Vec<Stage>,
    isa: Isa,
    crew: Crew,
}

impl Engine<Single> {
    /// A network in single precision.
    ///
    /// # Errors
    /// If its tensors cannot be read.
    pub(crate) fn single(net: &Net, isa: Isa, threads: usize) -> Result<Self, Error> {
        let in_bytes = vec![false; net.plan().layers.len()];
        Self::new(
            net,
            (&Single, &Quantised::none()),
            &in_bytes,
            (isa, threads),
        )
    }
}

impl Engine<Words> {
    /// A network in whole numbers of these ranges.
    ///
    /// # Errors
    /// If its tensors cannot be read, or the ranges are another network's.
    pub(crate) fn whole(
        net: &Net,
        ranges: &Ranges,
        isa: Isa,
        threads: usize,
    ) -> Result<Self, Error> {
        let plan = net.plan();
        let (words, bytes) = (Quantised::new(plan, ranges)?, Quantised::new(plan, ranges)?);
        let in_bytes: Vec<bool> = plan
            .layers
            .iter()
            .map(|layer| can_be_bytes(plan, layer) && !ranges.keeps_in_words(&layer.name))
            .collect();
        Self::new(net, (&words, &bytes), &in_bytes, (isa, threads))
    }
}

impl<W: Wide> Engine<W> {
    /// Bytes of its weights and maps.
    pub(crate) fn len_bytes(&self) -> usize {
        self.wide.len_bytes() + self.bytes.len_bytes()
    }

    /// Folds and packs a network's weights and plans its buffers.
    fn new(
        net: &Net,
        (wide, bytes): (&W, &Bytes),
        in_bytes: &[bool],
        (isa, threads): (Isa, usize),
    ) -> Result<Self, Error> {
        let areas = areas(net.plan(), W::PICTURE_CHANNELS);
        let slots = plan_buffers(net.plan(), &areas);
        let layers = folded_layers(net, W::PICTURE_CHANNELS)?;
        let of_kind = |kind: bool| {
            let marked = layers.iter().zip(in_bytes);
            marked
                .filter(move |(_, is)| **is == kind)
                .map(|(layer, _)| layer)
        };
        let schedule = Schedule::new(net.plan(), in_bytes);
        let place = (&areas[..], &slots[..]);
        let holds =
            |maps: &BTreeSet<usize>, map: usize| maps.contains(&map) && areas[map].border > 0;
        Ok(Self {
            wide: Half::new(
                wide,
                of_kind(false),
                place,
                |map| holds(&schedule.wide, map),
                isa,
            ),
            bytes: Half::new(
                bytes,
                of_kind(true),
                place,
                |map| holds(&schedule.bytes, map),
                isa,
            ),
            stages: schedule.stages,
            isa,
            crew: Crew::new(threads),
        })
    }

    /// The logits of one shrunk frame, `[128, 256, 3]` bytes.
    pub(crate) fn infer(&mut self, picture: &[u8]) -> Logits {
        self.infer_watched(picture, |_, _, _| {})
    }

    /// As [`Engine::infer`]; shows every map of wide numbers as soon as it is computed: its number, its channels,
    /// its rows.
    pub(crate) fn infer_watched(
        &mut self,
        picture: &[u8],
        mut watch: impl FnMut(usize, usize, &mut dyn Iterator<Item = &[W::Value]>),
    ) -> Logits {
        self.show(picture);
        let mut logits = Head::ALL.map(|head| vec![0.0; head.positions() * head.classes()]);
        for stage in &self.stages {
            match stage {
                Stage::Wide(steps) => {
                    self.wide.compute_maps(steps.clone(), &self.crew);
                    for step in &self.wide.steps[steps.clone()] {
                        let (map, area) = (step.output, self.wide.areas[step.output]);
                        let mut rows = area.inner_rows(self.wide.map(map));
                        watch(map, area.size.channels, &mut rows);
                    }
                }
                Stage::Bytes(steps) => self.bytes.compute_maps(steps.clone(), &self.crew),
                Stage::Heads(steps) => {
                    self.wide
                        .compute_heads(steps.clone(), &mut logits, &self.crew);
                }
                Stage::ToBytes(map) => {
                    convert(
                        self.isa,
                        self.wide.map(*map),
                        self.bytes.map_mut(*map),
                        W::byte,
                    );
                }
                Stage::ToWide(map) => {
                    convert(
                        self.isa,
                        self.bytes.map(*map),
                        self.wide.map_mut(*map),
                        W::of_byte,
                    );
                }
            }
        }
        Logits::new(logits)
    }

    /// Copies the picture into its map, within the border.
    fn show(&mut self, picture: &[u8]) {
        let area = self.wide.areas[0];
        let wide = area.size.width * area.size.channels;
        let rows = self.wide.map_mut(0)[area.first(0)..].chunks_mut(area.row());
        for (row, bytes) in rows.zip(picture.chunks_exact(3 * area.size.width)) {
            W::show(bytes, &mut row[..wide], self.isa);
        }
    }
}

/// The order of computation, and which half holds which maps.
struct Schedule {
    stages: Vec<Stage>,
    wide: BTreeSet<usize>,
    bytes: BTreeSet<usize>,
}

impl Schedule {
    fn new(plan: &Plan, in_bytes: &[bool]) -> Self {
        let mut schedule = Self {
            stages: Vec::new(),
            wide: [0].into(),
            bytes: BTreeSet::new(),
        };
        let (mut wide_steps, mut byte_steps) = (0, 0);
        for section in sections(plan) {
            let layers = plan.layers[section.clone()]
                .iter()
                .zip(&in_bytes[section.clone()]);
            for (layer, in_bytes) in layers.clone() {
                schedule.convert(layer, *in_bytes);
            }
            let bytes = layers.clone().filter(|(_, is)| **is).count();
            let wide = section.len() - bytes;
            let is_head = matches!(plan.layers[section.start].finish, Finish::Cells(_));
            let range = wide_steps..wide_steps + wide;
            match (wide, is_head) {
                (0, _) => {}
                (_, true) => schedule.stages.push(Stage::Heads(range)),
                (_, false) => schedule.stages.push(Stage::Wide(range)),
            }
            if bytes > 0 {
                schedule
                    .stages
                    .push(Stage::Bytes(byte_steps..byte_steps + bytes));
            }
            (wide_steps, byte_steps) = (wide_steps + wide, byte_steps + bytes);
            for (layer, in_bytes) in layers {
                let maps = if *in_bytes {
                    &mut schedule.bytes
                } else {
                    &mut schedule.wide
                };
                maps.insert(layer.output);
            }
        }
        schedule
    }

    /// Sees to it that the half that computes a layer has the maps it reads.
    fn convert(&mut self, layer: &Layer, in_bytes: bool) {
        for map in reads(layer) {
            if in_bytes && self.bytes.insert(map) {
                self.stages.push(Stage::ToBytes(map));
            } else if !in_bytes && self.wide.insert(map) {
                self.stages.push(Stage::ToWide(map));
            }
        }
    }
}

/// Bytes have one sign: a layer can be computed in them if all it reads and writes has passed ReLU.
fn can_be_bytes(plan: &Plan, layer: &Layer) -> bool {
    let passed_relu = |layer: &Layer| matches!(layer.finish, Finish::Norm { .. });
    let writes = |map: usize| plan.layers.iter().find(|layer| layer.output == map);
    passed_relu(layer) && reads(layer).all(|map| writes(map).is_some_and(passed_relu))
}

/// Every value of a map in other numbers; borders are 0 in all.
fn convert<A: Copy, B>(isa: Isa, from: &[A], to: &mut [B], of: impl Fn(A) -> B) {
    isa.run(
        #[inline(always)]
        || {
            for (&from, to) in from.iter().zip(to) {
                *to = of(from);
            }
        },
    );
}
