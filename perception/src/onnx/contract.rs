//! What goes into a network that keeps the published contract.

use drive::frame::CameraFrame;

use crate::preprocess::{FrameSizeError, INPUT_HEIGHT, INPUT_WIDTH, check_size, shrink};

/// Name of the input.
pub const INPUT: &str = "image";

/// The sizes of picture that a network may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputSize {
    /// A camera frame shrunk by 2x2 means, 256x128.
    Shrunk,
    /// The camera frame itself, 512x256.
    Whole,
}

impl InputSize {
    /// Height and width in pixels.
    pub fn height_width(self) -> [usize; 2] {
        match self {
            Self::Shrunk => [INPUT_HEIGHT, INPUT_WIDTH],
            Self::Whole => [2 * INPUT_HEIGHT, 2 * INPUT_WIDTH],
        }
    }

    /// The input's shape.
    pub fn shape(self) -> [usize; 4] {
        let [height, width] = self.height_width();
        [1, 3, height, width]
    }

    /// The picture of a camera frame, `[1, 3, height, width]`: every byte divided by 255.
    ///
    /// # Errors
    /// If the frame is not of the camera's size.
    pub fn picture(self, frame: &CameraFrame) -> Result<Vec<f32>, FrameSizeError> {
        match self {
            Self::Shrunk => Ok(planes(&shrink(frame)?)),
            Self::Whole => {
                check_size(frame)?;
                Ok(planes(&frame.rgb))
            }
        }
    }
}

/// Pixels as three planes of values 0 to 1.
fn planes(rgb: &[u8]) -> Vec<f32> {
    let plane = |channel| rgb.iter().skip(channel).step_by(3);
    let bytes = (0..3).flat_map(plane);
    bytes.map(|&byte| f32::from(byte) / 255.0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use drive::camera::{FRAME_HEIGHT, FRAME_WIDTH};
    use drive::time::Tick;

    #[test]
    fn a_picture_is_planes_of_red_green_and_blue_from_0_to_1() {
        let frame = CameraFrame {
            tick: Tick(0),
            width: FRAME_WIDTH,
            height: FRAME_HEIGHT,
            rgb: [0, 51, 255].repeat(FRAME_WIDTH * FRAME_HEIGHT).into(),
        };
        for size in [InputSize::Shrunk, InputSize::Whole] {
            let picture = size.picture(&frame).unwrap();
            let pixels = size.height_width().iter().product();
            let planes: Vec<&[f32]> = picture.chunks(pixels).collect();
            assert_eq!(planes.len(), 3);
            for (plane, value) in planes.iter().zip([0.0, 0.2, 1.0]) {
                assert!(plane.iter().all(|&v| v == value));
            }
        }
    }
}
