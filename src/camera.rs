//! Which camera the networks look through: the sensor camera, for which they are trained, or Bevy's own renderer,
//! which shows the same world in another look.

use std::sync::Arc;

use anyhow::Result;
use scenarios::stage::Stage;
use scenarios::world::WorldState;
use serde::{Deserialize, Serialize};
use sim::{ActorMotion, Exposure as Exposing, Simulation};

use crate::episode::expose;
use crate::perceiver::Exposure;

/// A camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum CameraKind {
    /// The sensor camera.
    #[default]
    Sensor,
    /// Bevy's renderer; needs a build with the window, and is slow without a GPU.
    Bevy,
}

impl CameraKind {
    /// Whether it is the one that networks are trained for.
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde passes a reference"
    )]
    pub(crate) fn is_sensor(&self) -> bool {
        *self == Self::Sensor
    }

    /// Who draws its pictures instead of the sensor camera, if anybody does.
    ///
    /// # Errors
    /// When this build has no other camera, or it cannot be opened.
    pub(crate) fn painter(self, stage: &Stage) -> Result<Option<Box<dyn Painter>>> {
        match self {
            Self::Sensor => Ok(None),
            Self::Bevy => bevys(stage).map(Some),
        }
    }
}

#[cfg(feature = "viewer")]
fn bevys(stage: &Stage) -> Result<Box<dyn Painter>> {
    Ok(Box::new(crate::viewer::BevyCamera::open(stage)?))
}

#[cfg(not(feature = "viewer"))]
fn bevys(_: &Stage) -> Result<Box<dyn Painter>> {
    anyhow::bail!(
        "this build has no --camera bevy; build it with `make view`, or `cargo build --features viewer`, in the checkout"
    )
}

/// Draws the pictures of another camera at the same place.
pub(crate) trait Painter {
    /// The picture of a state of the world: 512 x 256 pixels of 8-bit sRGB, row by row from the top.
    ///
    /// # Errors
    /// When the device fails.
    fn paint(&mut self, world: &WorldState, motions: &[ActorMotion]) -> Result<Arc<[u8]>>;
}

/// Exposes one frame; a painter's picture of the moment takes the place of the sensor camera's.
///
/// # Errors
/// When camera or painter fails.
pub(crate) fn expose_by(
    simulation: &mut Simulation,
    pass: Exposing,
    painter: Option<&mut (dyn Painter + 'static)>,
) -> Result<Exposure> {
    let mut exposure = expose(simulation, pass)?;
    if let (Some(painter), Some(frame)) = (painter, &mut exposure.frame) {
        frame.rgb = painter.paint(simulation.world(), simulation.motions())?;
    }
    Ok(exposure)
}
