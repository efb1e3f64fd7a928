//! PNG pictures of 8-bit colour, 8-bit and 16-bit maps.

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{DynamicImage, ExtendedColorType, ImageEncoder, ImageError, ImageFormat};

/// Depth of the sky in a depth picture.
const INFINITE: u16 = u16::MAX;

/// What a picture's samples are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Samples {
    Rgb8,
    Map8,
    Map16,
}

/// A frame's pictures: the middle of their names in a shard, and what their samples are.
pub(super) const KINDS: [(&str, Samples); 4] = [
    ("rgb", Samples::Rgb8),
    ("class", Samples::Map8),
    ("instance", Samples::Map16),
    ("depth", Samples::Map16),
];

/// A picture of `width` pixels a row as a PNG file; 16-bit samples in native byte order.
pub(super) fn encode(
    samples: Samples,
    width: usize,
    bytes: &[u8],
) -> core::result::Result<Vec<u8>, ImageError> {
    let (color, pixel_bytes) = match samples {
        Samples::Rgb8 => (ExtendedColorType::Rgb8, 3),
        Samples::Map8 => (ExtendedColorType::L8, 1),
        Samples::Map16 => (ExtendedColorType::L16, 2),
    };
    let height = bytes.len() / pixel_bytes / width;
    let mut file = Vec::new();
    PngEncoder::new_with_quality(&mut file, CompressionType::Fast, FilterType::Up).write_image(
        bytes,
        width as u32,
        height as u32,
        color,
    )?;
    Ok(file)
}

/// The samples of a PNG file of this size and kind; 16-bit samples in native byte order. Otherwise what
/// is wrong with it, in words.
pub(super) fn decode(
    file: &[u8],
    samples: Samples,
    size: (usize, usize),
) -> core::result::Result<Vec<u8>, String> {
    let picture = image::load_from_memory_with_format(file, ImageFormat::Png)
        .map_err(|error| error.to_string())?;
    let found = (picture.width() as usize, picture.height() as usize);
    if found != size {
        let (width, height) = size;
        return Err(format!("is {}x{}, not {width}x{height}", found.0, found.1));
    }
    match (samples, picture) {
        (Samples::Rgb8, DynamicImage::ImageRgb8(pixels)) => Ok(pixels.into_raw()),
        (Samples::Map8, DynamicImage::ImageLuma8(pixels)) => Ok(pixels.into_raw()),
        (Samples::Map16, DynamicImage::ImageLuma16(pixels)) => Ok(to_bytes(&pixels.into_raw())),
        (_, other) => Err(format!("has samples of kind {:?}", other.color())),
    }
}

/// 16-bit samples as bytes in native order.
pub(super) fn to_bytes(samples: &[u16]) -> Vec<u8> {
    samples
        .iter()
        .flat_map(|sample| sample.to_ne_bytes())
        .collect()
}

/// 16-bit samples from bytes in native order.
pub(super) fn from_bytes(bytes: &[u8]) -> Vec<u16> {
    bytes
        .chunks_exact(2)
        .map(|pair| u16::from_ne_bytes([pair[0], pair[1]]))
        .collect()
}

/// Metres as whole centimetres; farther than 655 m is infinite.
pub(super) fn centimetres(depth_m: f32) -> u16 {
    let cm = (depth_m * 100.0).round();
    if cm < f32::from(INFINITE) {
        cm.max(0.0) as u16
    } else {
        INFINITE
    }
}

/// Metres from whole centimetres.
pub(super) fn metres(centimetres: u16) -> f32 {
    if centimetres == INFINITE {
        f32::INFINITY
    } else {
        f32::from(centimetres) / 100.0
    }
}
