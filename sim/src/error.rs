//! What can go wrong with the world.

use thiserror::Error;

/// A world that cannot be built or seen.
#[derive(Debug, Error)]
pub enum SimError {
    /// A picture was asked of a simulation without a camera.
    #[error(
        "this simulation has no camera to expose a frame with; build it with `SimOptions {{ camera: true, .. }}`"
    )]
    NoCamera,
}
