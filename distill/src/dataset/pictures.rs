//! PNG files of 8-bit colour, 8-bit and 16-bit maps.

use std::path::Path;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder, ImageReader};

use crate::error::{Error, Result};
use crate::files::write_whole;

/// Depth of the sky in a depth picture.
const INFINITE: u16 = u16::MAX;
const REMEDY: &str = "delete its world's folder and capture it again";

/// What a picture's samples are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Samples {
    Rgb8,
    Map8,
    Map16,
}

/// Writes a picture of `width` pixels a row; 16-bit samples in native byte order.
pub(super) fn write(path: &Path, samples: Samples, width: usize, bytes: &[u8]) -> Result<()> {
    let (color, pixel_bytes) = match samples {
        Samples::Rgb8 => (ExtendedColorType::Rgb8, 3),
        Samples::Map8 => (ExtendedColorType::L8, 1),
        Samples::Map16 => (ExtendedColorType::L16, 2),
    };
    let height = bytes.len() / pixel_bytes / width;
    let mut file = Vec::new();
    PngEncoder::new_with_quality(&mut file, CompressionType::Fast, FilterType::Up)
        .write_image(bytes, width as u32, height as u32, color)
        .map_err(|error| Error::content(path, &error, "report this as a fault of the program"))?;
    write_whole(path, &file)
}

/// Reads a picture and checks its size and kind; 16-bit samples in native byte order.
pub(super) fn read(path: &Path, samples: Samples, size: (usize, usize)) -> Result<Vec<u8>> {
    let damaged = |what: &dyn ToString| Error::content(path, &what.to_string(), REMEDY);
    let picture = ImageReader::open(path)
        .map_err(Error::file(path))?
        .decode()
        .map_err(|error| damaged(&error))?;
    if (picture.width() as usize, picture.height() as usize) != size {
        return Err(damaged(&format!(
            "is {}x{}, not {}x{}",
            picture.width(),
            picture.height(),
            size.0,
            size.1
        )));
    }
    match (samples, picture) {
        (Samples::Rgb8, image::DynamicImage::ImageRgb8(pixels)) => Ok(pixels.into_raw()),
        (Samples::Map8, image::DynamicImage::ImageLuma8(pixels)) => Ok(pixels.into_raw()),
        (Samples::Map16, image::DynamicImage::ImageLuma16(pixels)) => {
            Ok(to_bytes(&pixels.into_raw()))
        }
        (_, other) => Err(damaged(&format!("has samples of kind {:?}", other.color()))),
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
