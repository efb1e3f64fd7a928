//! What can go wrong with the world.

use thiserror::Error;

use crate::camera::CameraError;

/// A world that cannot be built or seen.
#[derive(Debug, Error)]
pub enum SimError {
    /// The camera cannot be opened or cannot expose.
    #[error(transparent)]
    Camera(#[from] CameraError),
    /// A frame was asked of a simulation without a camera.
    #[error(
        "this simulation was built without a camera; build it with one (`SimOptions::default()`)"
    )]
    NoCamera,
}
