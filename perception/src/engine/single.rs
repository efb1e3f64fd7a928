//! Inference in single precision.

use super::half::Part;
use super::layers::Folded;
use super::numbers::{Numbers, Wide};
use crate::ops::{Finish, Isa, Packed, Row, RowOf, convolve_row};
use crate::preprocess::normalise;

/// Maps of single-precision numbers.
pub(crate) struct Single;

/// What is added to sums, and whether negative values become zero.
pub(crate) struct Constants {
    bias: Option<Vec<f32>>,
    relu: bool,
}

impl Numbers for Single {
    type Value = f32;
    type Weight = f32;
    type Constants = Constants;

    fn pack(&self, layer: &Folded<'_>, isa: Isa) -> (Vec<Packed>, Constants) {
        let channels = (layer.channels.0, layer.channels_of_part());
        let parts = layer.parts();
        (
            parts
                .iter()
                .map(|weights| Packed::forward(weights, channels, isa))
                .collect(),
            Constants {
                bias: layer.bias.clone(),
                relu: layer.has_relu(),
            },
        )
    }

    fn convolve(row: RowOf<'_, f32, f32, ()>, residual: Option<&[f32]>, part: &Part<'_, Self>) {
        let constants = part.constants();
        let mut row: Row<'_> = row.finished(Finish {
            bias: constants.bias.as_deref(),
            residual,
            relu: constants.relu,
        });
        convolve_row(&mut row, part.packed, part.block, part.isa);
    }
}

impl Wide for Single {
    const PICTURE_CHANNELS: usize = 3;

    fn show(bytes: &[u8], row: &mut [f32], isa: Isa) {
        isa.run(
            #[inline(always)]
            || {
                for (value, &byte) in row.iter_mut().zip(bytes) {
                    *value = normalise(byte);
                }
            },
        );
    }

    fn convolve_cells(row: RowOf<'_, f32, f32, ()>, part: &Part<'_, Self>) {
        Self::convolve(row, None, part);
    }

    fn byte(_: f32) -> u8 {
        unreachable!("no layer of a network in single precision is computed in bytes")
    }

    fn of_byte(_: u8) -> f32 {
        unreachable!("no layer of a network in single precision is computed in bytes")
    }
}
