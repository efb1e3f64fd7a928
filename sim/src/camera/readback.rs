//! Submits the commands, waits, and turns the maps into an exposure.

use drive::camera::FRAME_WIDTH;
use drive::labels::Class;

use super::device::CameraError;
use super::targets::MAP_BYTES;
use super::view::View;
use super::{Exposure, RawExposure, SensorCamera};

/// Submits `commands`, which end with copies into the readback buffer, and reads that buffer.
pub(super) fn read(
    camera: &SensorCamera,
    commands: wgpu::CommandBuffer,
    exposure: Exposure,
    view: &View,
) -> Result<RawExposure, CameraError> {
    let maps = match exposure {
        Exposure::Picture => 3,
        Exposure::Labels => 2,
    };
    let gpu = &camera.gpu;
    gpu.queue.submit([commands]);
    let slice = camera.targets.readback.slice(..maps * MAP_BYTES);
    let (sender, receiver) = std::sync::mpsc::channel();
    slice.map_async(wgpu::MapMode::Read, move |result| {
        // The receiver outlives the wait below, so the message always arrives.
        let _ = sender.send(result);
    });
    gpu.device
        .poll(wgpu::PollType::wait_indefinitely())
        .map_err(|error| lost(&error))?;
    receiver
        .try_recv()
        .map_err(|error| lost(&error))?
        .map_err(|error| lost(&error))?;
    let raw = {
        let bytes = slice.get_mapped_range();
        decode(&bytes, view)
    };
    camera.targets.readback.unmap();
    Ok(raw)
}

fn lost(error: &dyn std::error::Error) -> CameraError {
    CameraError::Readback {
        reason: error.to_string(),
    }
}

fn decode(bytes: &[u8], view: &View) -> RawExposure {
    let mut maps = bytes.chunks_exact(MAP_BYTES as usize);
    let mut words = || {
        let map = maps.next().unwrap_or_default();
        map.chunks_exact(4)
            .map(|word| [word[0], word[1], word[2], word[3]])
    };
    let tags = words().map(u32::from_le_bytes);
    let (class, instance) = tags.map(|tag| ((tag >> 16) as u8, tag as u16)).unzip();
    let depth_m = words()
        .map(|word| View::depth_m(f32::from_le_bytes(word)))
        .collect();
    let mut raw = RawExposure {
        rgb: words().flat_map(|[r, g, b, _]| [r, g, b]).collect(),
        class,
        instance,
        depth_m,
    };
    if let Some(visibility_m) = view.visibility_m() {
        hide_in_fog(&mut raw, view, visibility_m);
    }
    raw
}

/// What lies beyond the visibility has no contrast left in the picture: it is labelled as sky.
fn hide_in_fog(raw: &mut RawExposure, view: &View, visibility_m: f32) {
    for pixel in 0..raw.depth_m.len() {
        let ray_length = view.ray_length(pixel % FRAME_WIDTH, pixel / FRAME_WIDTH);
        if raw.depth_m[pixel] * ray_length > visibility_m {
            raw.class[pixel] = Class::Sky as u8;
            raw.instance[pixel] = 0;
            raw.depth_m[pixel] = f32::INFINITY;
        }
    }
}
