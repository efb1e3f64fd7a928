//! From a camera frame to a network's input.

use drive::camera::{FRAME_HEIGHT, FRAME_WIDTH};
use drive::frame::CameraFrame;

use crate::ops::Isa;

/// Width of a network's input in pixels.
pub const INPUT_WIDTH: usize = FRAME_WIDTH / 2;
/// Height of a network's input in pixels.
pub const INPUT_HEIGHT: usize = FRAME_HEIGHT / 2;
/// Bytes, or values, of one input.
pub const INPUT_LEN: usize = INPUT_WIDTH * INPUT_HEIGHT * 3;

/// Typical brightness of a frame, taken off, as a share of full scale.
pub(crate) const MEAN: f32 = 0.45;
/// Typical spread of brightness, divided by, as a share of full scale.
pub(crate) const STD: f32 = 0.25;
/// The byte that stands for 0.
pub(crate) const ZERO_BYTE: f32 = 255.0 * MEAN;
/// What one step of a byte stands for.
pub(crate) const BYTE_STEP: f32 = 1.0 / (255.0 * STD);

/// A frame of a size that no network takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "camera frame is {width}x{height} with {bytes} bytes; networks take {FRAME_WIDTH}x{FRAME_HEIGHT} RGB, three bytes a pixel"
)]
pub struct FrameSizeError {
    /// Width of the frame in pixels.
    pub width: usize,
    /// Height of the frame in pixels.
    pub height: usize,
    /// Bytes it carries.
    pub bytes: usize,
}

/// Makes sure that a frame is 512x256 RGB.
pub(crate) fn check_size(frame: &CameraFrame) -> Result<(), FrameSizeError> {
    let fits = frame.width == FRAME_WIDTH
        && frame.height == FRAME_HEIGHT
        && frame.rgb.len() == FRAME_WIDTH * FRAME_HEIGHT * 3;
    if fits {
        return Ok(());
    }
    Err(FrameSizeError {
        width: frame.width,
        height: frame.height,
        bytes: frame.rgb.len(),
    })
}

/// The frame at half size, `[128, 256, 3]` bytes: each value the rounded mean of 2x2 pixels.
///
/// # Errors
/// If the frame is not 512x256 RGB.
pub fn shrink(frame: &CameraFrame) -> Result<Vec<u8>, FrameSizeError> {
    check_size(frame)?;
    let mut small = vec![0; INPUT_LEN];
    Isa::best().run(
        #[inline(always)]
        || {
            let rows = frame.rgb.chunks_exact(2 * 3 * FRAME_WIDTH);
            for (to, rows) in small.chunks_exact_mut(3 * INPUT_WIDTH).zip(rows) {
                shrink_rows(rows, to);
            }
        },
    );
    Ok(small)
}

/// Two rows of a frame as one of half the width.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "it must be compiled for the caller's instruction set"
)]
fn shrink_rows(rows: &[u8], to: &mut [u8]) {
    let (upper, lower) = rows.split_at(rows.len() / 2);
    let pairs = upper
        .as_chunks::<6>()
        .0
        .iter()
        .zip(lower.as_chunks::<6>().0);
    for (to, (a, b)) in to.as_chunks_mut::<3>().0.iter_mut().zip(pairs) {
        for channel in 0..3 {
            let sum = u16::from(a[channel])
                + u16::from(a[channel + 3])
                + u16::from(b[channel])
                + u16::from(b[channel + 3]);
            to[channel] = ((sum + 2) / 4) as u8;
        }
    }
}

/// Brings a byte of a shrunk frame to the range the networks are trained on, about -2 to 2.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "it must be compiled for the caller's instruction set"
)]
pub fn normalise(byte: u8) -> f32 {
    (f32::from(byte) - ZERO_BYTE) * BYTE_STEP
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use drive::time::Tick;

    pub(crate) fn frame(width: usize, height: usize, pixel: impl Fn(usize) -> u8) -> CameraFrame {
        CameraFrame {
            tick: Tick(0),
            width,
            height,
            rgb: (0..width * height * 3).map(pixel).collect(),
        }
    }

    #[test]
    fn four_pixels_become_their_rounded_mean() {
        let corner = |byte: usize| match byte {
            0 => 10,
            3 => 20,
            1536 => 30,
            1539 => 43,
            _ => 0,
        };
        let small = shrink(&frame(512, 256, corner)).unwrap();
        assert_eq!((small.len(), small[0], small[1]), (INPUT_LEN, 26, 0));
    }

    #[test]
    fn a_frame_of_another_size_is_refused_by_name() {
        let error = shrink(&frame(640, 480, |_| 0)).unwrap_err();
        assert!(error.to_string().contains("640x480"));
    }
}
