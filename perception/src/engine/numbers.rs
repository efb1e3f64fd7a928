//! What maps may hold: single-precision numbers, 16-bit words or bytes.

use super::half::Part;
use super::layers::Folded;
use crate::ops::{Isa, Packed, RowOf};

/// What a map holds, and how a layer is computed with it.
pub(crate) trait Numbers: Sized + Sync {
    /// What a map holds.
    type Value: Copy + Default + Send + Sync;
    /// What packed weights hold.
    type Weight: Send + Sync;
    /// What a layer needs besides its weights.
    type Constants: Send + Sync;

    /// Packs a layer; depth-to-space layers come in four parts.
    fn pack(&self, layer: &Folded<'_>, isa: Isa) -> (Vec<Packed<Self::Weight>>, Self::Constants);
    /// Computes one block of channels of a row of a map.
    fn convolve(
        row: RowOf<'_, Self::Value, Self::Value, ()>,
        residual: Option<&[Self::Value]>,
        part: &Part<'_, Self>,
    );
}

/// Numbers that can hold the picture, and from which heads are read.
pub(crate) trait Wide: Numbers {
    /// Channels of the picture in memory.
    const PICTURE_CHANNELS: usize;

    /// Fills a row of the picture's map from the bytes of a row of a shrunk frame.
    fn show(bytes: &[u8], row: &mut [Self::Value], isa: Isa);
    /// Computes one block of channels of a row of a head's cells.
    fn convolve_cells(row: RowOf<'_, Self::Value, f32, ()>, part: &Part<'_, Self>);
    /// A value that has passed ReLU as the byte that stands for the same.
    fn byte(value: Self::Value) -> u8;
    /// The value that stands for the same as a byte.
    fn of_byte(byte: u8) -> Self::Value;
}
