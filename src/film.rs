//! The film of a run: its pictures as JPEG, taken as it goes, with what everyone in the car believed then.

use std::io::Cursor;
use std::sync::Arc;

use anyhow::{Context, Result};
use drive::ego::EgoState;
use drive::frame::CameraFrame;
use drive::scene::TrackedObject;
use drive::time::{CAMERA_PERIOD_TICKS, Tick};
use image::RgbImage;
use image::codecs::jpeg::JpegEncoder;

use crate::perceiver::Exposure;
use crate::seat::Seat;

/// Ticks from one picture to the next: 10 pictures a second.
pub const PICTURE_PERIOD_TICKS: u64 = 2 * CAMERA_PERIOD_TICKS;
/// Tried in turn until a picture is small enough.
const JPEG_QUALITIES: [u8; 4] = [60, 45, 30, 15];
/// With every picture at this size in bytes a story of 20 s makes a page of about 5 MB.
const MOST_JPEG_BYTES: usize = 18_000;

/// What the page shows of a seat besides its percept.
#[derive(Debug, Clone, Default)]
pub struct View {
    /// Number of the likeliest class of each cell of the segmentation grid, in the frame of its newest percept.
    pub segmentation: Option<Arc<[u8]>>,
    /// The road users it follows, as it believes them to be now.
    pub tracks: Vec<TrackedObject>,
}

/// One picture of the film.
#[derive(Debug, Clone)]
pub struct Shot {
    /// When the camera exposed, or should have.
    pub tick: Tick,
    /// The picture; `None` where no frame arrived.
    pub jpeg: Option<Vec<u8>>,
    /// The seats' views, the driver's first.
    pub views: Vec<View>,
}

/// Pictures of a run in order. Besides ten a second there is one of the first disagreement, and of the end.
#[derive(Debug, Default)]
pub struct Film {
    shots: Vec<Shot>,
    /// The newest exposure that was not taken, should it prove to be the last.
    spare: Option<(Tick, Option<CameraFrame>, Vec<View>)>,
    has_parted: bool,
    hardest: Option<(f64, Option<Exposure>)>,
}

impl Film {
    /// Looks at one exposure tick; `exposure` is what arrived.
    ///
    /// # Errors
    /// When a picture cannot be encoded.
    pub fn take(
        &mut self,
        ego: &EgoState,
        seats: &[Seat],
        exposure: Option<&Exposure>,
    ) -> Result<()> {
        let braking_mps2 = -ego.accel_mps2;
        if (self.hardest.as_ref()).is_none_or(|(hardest, _)| braking_mps2 >= *hardest) {
            self.hardest = Some((braking_mps2, exposure.cloned()));
        }
        let parts = parted(seats) && !self.has_parted;
        self.has_parted |= parts;
        let frame = exposure.and_then(|exposure| exposure.frame.clone());
        let views = seats.iter().map(Seat::view).collect();
        self.spare = Some((ego.tick, frame, views));
        if parts || ego.tick.0.is_multiple_of(PICTURE_PERIOD_TICKS) {
            self.end()?;
        }
        Ok(())
    }

    /// Takes the newest exposure if it was left out.
    ///
    /// # Errors
    /// When a picture cannot be encoded.
    pub fn end(&mut self) -> Result<()> {
        if let Some((tick, frame, views)) = self.spare.take() {
            let jpeg = frame.as_ref().map(jpeg).transpose()?;
            self.shots.push(Shot { tick, jpeg, views });
        }
        Ok(())
    }

    /// The pictures in order.
    pub fn shots(&self) -> &[Shot] {
        &self.shots
    }

    /// What the camera delivered at the hardest braking.
    pub fn hardest_braking(&self) -> Option<&Exposure> {
        self.hardest.as_ref()?.1.as_ref()
    }
}

/// Whether driver and first shadow decide differently.
fn parted(seats: &[Seat]) -> bool {
    match seats {
        [driver, shadow, ..] => driver.decision().action != shadow.decision().action,
        _ => false,
    }
}

fn jpeg(frame: &CameraFrame) -> Result<Vec<u8>> {
    let picture = RgbImage::from_raw(frame.width as u32, frame.height as u32, frame.rgb.to_vec())
        .context("a camera frame has three bytes a pixel")?;
    let mut bytes = Vec::new();
    for quality in JPEG_QUALITIES {
        bytes.clear();
        JpegEncoder::new_with_quality(Cursor::new(&mut bytes), quality).encode_image(&picture)?;
        if bytes.len() <= MOST_JPEG_BYTES {
            break;
        }
    }
    Ok(bytes)
}
