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
    let gpu = &camera.lent.gpu;
    gpu.queue.submit([commands]);
    let slice = camera.lent.targets.readback.slice(..maps * MAP_BYTES);
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
    camera.lent.targets.readback.unmap();
    Ok(raw)
}

fn lost(error: &dyn std::error::Error) -> CameraError {
    CameraError::Readback {
        reason: error.to_string(),
    }
}

fn decode(bytes: &[u8], view: &View) -> RawExposure {
    let (tags, rest) = bytes.split_at(MAP_BYTES as usize);
    let (depths, picture) = rest.split_at(MAP_BYTES as usize);
    let tags: &[u32] = bytemuck::cast_slice(tags);
    let depths: &[f32] = bytemuck::cast_slice(depths);
    let mut rgb = vec![0; picture.len() / 4 * 3];
    for (rgb, pixel) in rgb.chunks_exact_mut(3).zip(picture.chunks_exact(4)) {
        rgb.copy_from_slice(&pixel[..3]);
    }
    let mut raw = RawExposure {
        rgb: rgb.into(),
        class: tags.iter().map(|tag| (tag >> 16) as u8).collect(),
        instance: tags.iter().map(|&tag| tag as u16).collect(),
        depth_m: depths.iter().copied().map(View::depth_m).collect(),
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
