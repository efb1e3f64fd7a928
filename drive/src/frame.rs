//! What the camera delivers to the networks.

use std::sync::Arc;

use crate::time::Tick;

/// One exposed picture: 8-bit sRGB, row by row from the top, three bytes a pixel; shape `[height, width, 3]`.
///
/// Cloning shares the pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CameraFrame {
    /// When the picture was exposed.
    pub tick: Tick,
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// The pixels, `height * width * 3` bytes.
    pub rgb: Arc<[u8]>,
}
