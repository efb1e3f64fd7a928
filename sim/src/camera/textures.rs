//! The detail textures: one array of tiling layers with mipmaps.

use bevy::asset::{AssetId, Assets, Handle, RenderAssetUsages};
use bevy::ecs::resource::Resource;
use bevy::image::Image;

use super::device::{CameraError, Gpu};
use crate::scene::TEXTURE_LAYERS;

/// Format of the texels: 8-bit sRGB with linear alpha.
const FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Rgba8UnormSrgb;
/// Format they are uploaded in; the shader undoes the sRGB curve after filtering, which costs the
/// software renderer half as much as before.
const SAMPLED_FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Rgba8Unorm;

/// The image that holds every layer of [`crate::scene::Texture`], in the order of their numbers.
#[derive(Resource, Debug, Clone, PartialEq, Eq)]
pub struct TextureLayers(pub Handle<Image>);

impl TextureLayers {
    /// Adds square layers of 8-bit sRGB texels with alpha to the images: `size_px * size_px * 4` bytes each,
    /// row by row, `size_px` a power of two.
    pub fn new(images: &mut Assets<Image>, size_px: u32, layers: &[Vec<u8>]) -> Self {
        Self(images.add(image(size_px, layers.len(), layers.concat())))
    }
}

/// An image of square layers with every mipmap level, layer by layer, as Bevy's renderer takes it.
///
/// `layers` hold `size_px * size_px * 4` bytes of 8-bit sRGB texels with alpha each, `size_px` a power of two.
pub fn mipmapped(size_px: u32, layers: &[Vec<u8>]) -> Image {
    let levels = size_px.ilog2() + 1;
    let with_levels = |layer: &Vec<u8>| {
        let mut texels = layer.clone();
        let mut level_texels = layer.clone();
        for level in 1..levels {
            level_texels = halve(&level_texels, (size_px >> level) as usize);
            texels.extend(&level_texels);
        }
        texels
    };
    let texels = layers.iter().flat_map(with_levels).collect();
    let mut image = image(size_px, layers.len(), texels);
    image.texture_descriptor.mip_level_count = levels;
    image
}

/// An image of square layers with one mipmap level, whatever the number of its texels.
fn image(size_px: u32, layers: usize, texels: Vec<u8>) -> Image {
    let size = wgpu::Extent3d {
        width: size_px,
        height: size_px,
        depth_or_array_layers: layers as u32,
    };
    let mut image = Image::new_uninit(
        size,
        wgpu::TextureDimension::D2,
        FORMAT,
        RenderAssetUsages::default(),
    );
    image.data = Some(texels);
    image
}

/// The uploaded layers.
pub(super) struct Textures {
    pub(super) view: wgpu::TextureView,
    /// The image of this world that they are equal to.
    shown: Option<AssetId<Image>>,
    /// Their texels on the first level.
    texels: Vec<u8>,
}

impl Textures {
    /// White layers, for a world that brings none.
    pub(super) fn plain(gpu: &Gpu) -> Self {
        let texels = white();
        Self {
            view: upload(gpu, 1, &texels),
            shown: None,
            texels,
        }
    }

    /// The next world is another: its image may have the same id.
    pub(super) fn forget_world(&mut self) {
        self.shown = None;
    }

    /// Uploads the layers of a world when they are not those that are there.
    pub(super) fn follow(
        &mut self,
        gpu: &Gpu,
        layers: Option<&TextureLayers>,
        images: &Assets<Image>,
    ) -> Result<(), CameraError> {
        let id = layers.map(|layers| layers.0.id());
        if id.is_some() && self.shown == id {
            return Ok(());
        }
        let unfit = |reason: String| CameraError::TextureUnfit { reason };
        let white = white();
        let (size_px, texels) = match id {
            None => (1, &white[..]),
            Some(id) => {
                let image = images.get(id);
                let image =
                    image.ok_or_else(|| unfit("their image is not in Assets<Image>".into()))?;
                check(image).map_err(unfit)?
            }
        };
        if texels != self.texels {
            self.view = upload(gpu, size_px, texels);
            texels.clone_into(&mut self.texels);
        }
        self.shown = id;
        Ok(())
    }
}

/// One white texel a layer.
fn white() -> Vec<u8> {
    vec![255; 4 * TEXTURE_LAYERS as usize]
}

fn check(image: &Image) -> Result<(u32, &[u8]), String> {
    let described = &image.texture_descriptor;
    let size = described.size;
    if size.depth_or_array_layers != TEXTURE_LAYERS {
        return Err(format!(
            "{} layers, the camera needs {TEXTURE_LAYERS}",
            size.depth_or_array_layers
        ));
    }
    if size.width != size.height || !size.width.is_power_of_two() || described.format != FORMAT {
        return Err(format!(
            "{} x {} texels of {:?}, the camera needs a square power of two of {FORMAT:?}",
            size.width, size.height, described.format
        ));
    }
    let texels = image.data.as_deref().ok_or("the image has no texels")?;
    Ok((size.width, texels))
}

fn upload(gpu: &Gpu, size_px: u32, texels: &[u8]) -> wgpu::TextureView {
    let levels = size_px.ilog2() + 1;
    let texture = gpu.device.create_texture(&wgpu::TextureDescriptor {
        label: Some("texture layers"),
        size: extent(size_px),
        mip_level_count: levels,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format: SAMPLED_FORMAT,
        usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
        view_formats: &[],
    });
    let mut level_texels = texels.to_vec();
    for level in 0..levels {
        let level_size_px = size_px >> level;
        if level > 0 {
            level_texels = halve(&level_texels, level_size_px as usize);
        }
        write_level(gpu, &texture, level, &level_texels);
    }
    texture.create_view(&wgpu::TextureViewDescriptor {
        dimension: Some(wgpu::TextureViewDimension::D2Array),
        ..Default::default()
    })
}

fn write_level(gpu: &Gpu, texture: &wgpu::Texture, level: u32, texels: &[u8]) {
    let size_px = texture.width() >> level;
    gpu.queue.write_texture(
        wgpu::TexelCopyTextureInfo {
            texture,
            mip_level: level,
            origin: wgpu::Origin3d::ZERO,
            aspect: wgpu::TextureAspect::All,
        },
        texels,
        wgpu::TexelCopyBufferLayout {
            offset: 0,
            bytes_per_row: Some(4 * size_px),
            rows_per_image: Some(size_px),
        },
        extent(size_px),
    );
}

fn extent(size_px: u32) -> wgpu::Extent3d {
    wgpu::Extent3d {
        width: size_px,
        height: size_px,
        depth_or_array_layers: TEXTURE_LAYERS,
    }
}

/// The next mipmap level of every layer: means of 2 x 2 texels, colours averaged as light (squares of the
/// encoded values, close enough to sRGB), alpha as it is.
fn halve(texels: &[u8], size_px: usize) -> Vec<u8> {
    let wide_px = 2 * size_px;
    let rows = texels.len() / 4 / wide_px / 2;
    let mut halved = Vec::with_capacity(texels.len() / 4);
    for (row, column) in (0..rows).flat_map(|row| (0..size_px).map(move |column| (row, column))) {
        let at = |down: usize, right: usize, channel: usize| {
            u32::from(texels[((2 * row + down) * wide_px + 2 * column + right) * 4 + channel])
        };
        for channel in 0..4 {
            let four = [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(d, r)| at(d, r, channel));
            let mean = if channel == 3 {
                (four.iter().sum::<u32>() + 2) / 4
            } else {
                let power = four.iter().map(|x| x * x).sum::<u32>() as f32 / 4.0;
                power.sqrt().round() as u32
            };
            halved.push(mean as u8);
        }
    }
    halved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkerboard_shrinks_to_the_grey_of_the_same_light() {
        let (black, white) = ([0, 0, 0, 255], [255; 4]);
        let board = [black, white, white, black].concat();
        assert_eq!(halve(&board, 1), [180, 180, 180, 255]);
    }

    #[test]
    fn too_few_layers_are_refused_with_both_numbers() {
        let mut images = Assets::<Image>::default();
        let layers = TextureLayers::new(&mut images, 2, &[vec![0; 16]]);
        let reason = check(images.get(&layers.0).unwrap()).unwrap_err();
        assert!(reason.contains("1 layers") && reason.contains("12"));
    }
}
