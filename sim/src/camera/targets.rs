//! What the passes draw into, and the buffer the pixels come back in.

use drive::camera::{FRAME_HEIGHT, FRAME_WIDTH};

/// Side of the shadow map in texels.
pub(super) const SHADOW_SIZE_PX: u32 = 768;
/// Format of the picture.
pub(super) const PICTURE_FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Rgba8Unorm;
/// Format of the tags: class in the upper half, instance in the lower.
pub(super) const TAG_FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::R32Uint;
/// Format of both depth maps.
pub(super) const DEPTH_FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Depth32Float;
/// Size of one map in the readback buffer: four bytes a pixel in all three formats.
pub(super) const MAP_BYTES: u64 = 4 * FRAME_WIDTH as u64 * FRAME_HEIGHT as u64;

/// The maps of one exposure.
pub(super) struct Targets {
    pub(super) picture: wgpu::Texture,
    pub(super) tags: wgpu::Texture,
    pub(super) depth: wgpu::Texture,
    pub(super) shadow: wgpu::TextureView,
    /// Tags, depth, picture, one after the other.
    pub(super) readback: wgpu::Buffer,
}

impl Targets {
    pub(super) fn new(device: &wgpu::Device) -> Self {
        let read = wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::COPY_SRC;
        let bound = wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::TEXTURE_BINDING;
        let frame_px = (FRAME_WIDTH as u32, FRAME_HEIGHT as u32);
        let shadow_px = (SHADOW_SIZE_PX, SHADOW_SIZE_PX);
        let shadow = map(device, shadow_px, DEPTH_FORMAT, bound);
        Self {
            picture: map(device, frame_px, PICTURE_FORMAT, read),
            tags: map(device, frame_px, TAG_FORMAT, read),
            depth: map(device, frame_px, DEPTH_FORMAT, read),
            shadow: shadow.create_view(&wgpu::TextureViewDescriptor::default()),
            readback: device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("readback"),
                size: 3 * MAP_BYTES,
                usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
                mapped_at_creation: false,
            }),
        }
    }
}

fn map(
    device: &wgpu::Device,
    (width, height): (u32, u32),
    format: wgpu::TextureFormat,
    usage: wgpu::TextureUsages,
) -> wgpu::Texture {
    device.create_texture(&wgpu::TextureDescriptor {
        label: Some("camera target"),
        size: wgpu::Extent3d {
            width,
            height,
            depth_or_array_layers: 1,
        },
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format,
        usage,
        view_formats: &[],
    })
}
