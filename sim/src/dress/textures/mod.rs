//! Procedural textures: one tiling layer per [`Texture`], near white, to be coloured by vertices.
//!
//! Alpha says how far the vertex colour tints a texel (window glass and frames keep their own colour);
//! in [`Texture::WornPaint`] it is the coverage of the paint instead.

mod facades;
mod grounds;
mod organic;

use std::sync::LazyLock;

use crate::scene::{TEXTURE_LAYERS, Texture};

/// Width and height of every layer in pixels.
pub const LAYER_SIZE_PX: u32 = 256;

/// One texel: encoded (sRGB) colour, and alpha.
pub(crate) type Texel = [f32; 4];

static LAYERS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    (0..TEXTURE_LAYERS)
        .map(|layer| raster(painter(layer)))
        .collect()
});

/// The RGBA8 texels of every layer, row by row from the top, in the order of [`Texture`].
pub fn layers() -> &'static [Vec<u8>] {
    &LAYERS
}

/// What a layer looks like at a place of the unit square, v down.
fn painter(layer: u32) -> fn(f32, f32) -> Texel {
    const ASPHALT: u32 = Texture::Asphalt as u32;
    const PAVING: u32 = Texture::Paving as u32;
    const GRASS: u32 = Texture::Grass as u32;
    const RENDER: u32 = Texture::FacadeRender as u32;
    const BRICK: u32 = Texture::FacadeBrick as u32;
    const OFFICE: u32 = Texture::FacadeOffice as u32;
    const ROOF: u32 = Texture::Roof as u32;
    const BARK: u32 = Texture::Bark as u32;
    const FOLIAGE: u32 = Texture::Foliage as u32;
    const CLOTH: u32 = Texture::Cloth as u32;
    const PAINT: u32 = Texture::WornPaint as u32;
    match layer {
        ASPHALT => grounds::asphalt,
        PAVING => grounds::paving,
        GRASS => grounds::grass,
        RENDER => facades::rendered,
        BRICK => facades::brick,
        OFFICE => facades::office,
        ROOF => facades::roof,
        BARK => organic::bark,
        FOLIAGE => organic::foliage,
        CLOTH => organic::cloth,
        PAINT => grounds::worn_paint,
        _ => |_, _| [1.0; 4],
    }
}

fn raster(paint: fn(f32, f32) -> Texel) -> Vec<u8> {
    let size = LAYER_SIZE_PX;
    let centre = |index: u32| (index as f32 + 0.5) / size as f32;
    let rows = (0..size).flat_map(|row| (0..size).map(move |column| (row, column)));
    rows.flat_map(|(row, column)| {
        paint(centre(column), centre(row))
            .map(|channel| (channel.clamp(0.0, 1.0) * 255.0).round() as u8)
    })
    .collect()
}

/// A grey of a lightness, fully tinted.
pub(crate) fn grey(lightness: f32) -> Texel {
    [lightness, lightness, lightness, 1.0]
}

/// 0 below `from`, 1 above `to`, smooth between.
pub(crate) fn step(from: f32, to: f32, x: f32) -> f32 {
    let t = ((x - from) / (to - from)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// A texel a share of the way to another.
pub(crate) fn over(below: Texel, above: Texel, share: f32) -> Texel {
    [0, 1, 2, 3].map(|i| below[i] + (above[i] - below[i]) * share)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean_step(
        layer: &[u8],
        pairs: impl Iterator<Item = ((usize, usize), (usize, usize))>,
    ) -> f64 {
        let size = LAYER_SIZE_PX as usize;
        let at = |(row, column): (usize, usize)| f64::from(layer[(row * size + column) * 4 + 1]);
        let steps: Vec<f64> = pairs.map(|(a, b)| (at(a) - at(b)).abs()).collect();
        steps.iter().sum::<f64>() / steps.len() as f64
    }

    #[test]
    fn opposite_edges_of_every_layer_meet() {
        let size = LAYER_SIZE_PX as usize;
        for (number, layer) in layers().iter().enumerate() {
            let seam_x = mean_step(layer, (0..size).map(|row| ((row, size - 1), (row, 0))));
            let inner_x = (1..size)
                .map(|c| mean_step(layer, (0..size).map(|row| ((row, c - 1), (row, c)))))
                .fold(0.0, f64::max);
            let seam_y = mean_step(
                layer,
                (0..size).map(|column| ((size - 1, column), (0, column))),
            );
            let inner_y = (1..size)
                .map(|r| {
                    mean_step(
                        layer,
                        (0..size).map(|column| ((r - 1, column), (r, column))),
                    )
                })
                .fold(0.0, f64::max);
            assert!(
                seam_x <= inner_x + 0.5,
                "layer {number}: {seam_x} over {inner_x} across"
            );
            assert!(
                seam_y <= inner_y + 0.5,
                "layer {number}: {seam_y} over {inner_y} down"
            );
        }
    }

    #[test]
    fn every_layer_is_light_enough_to_be_tinted() {
        for (number, layer) in layers().iter().enumerate() {
            let sum: u64 = layer.chunks_exact(4).map(|texel| u64::from(texel[1])).sum();
            let mean = sum as f64 / f64::from(LAYER_SIZE_PX * LAYER_SIZE_PX);
            assert!(mean > 115.0, "layer {number} has mean {mean}");
        }
    }
}
