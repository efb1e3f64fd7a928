//! The one material of the window: small, because Bevy's standard material takes half a second a frame without a GPU.

use bevy::asset::{Asset, AssetId, Assets, Handle, uuid_handle};
use bevy::ecs::resource::Resource;
use bevy::ecs::world::World;
use bevy::image::{Image, ImageAddressMode, ImageFilterMode, ImageSampler, ImageSamplerDescriptor};
use bevy::material::AlphaMode;
use bevy::math::{Vec3, Vec4};
use bevy::mesh::MeshVertexBufferLayoutRef;
use bevy::pbr::{Material, MaterialPipeline, MaterialPipelineKey};
use bevy::reflect::TypePath;
use bevy::render::render_resource::{
    AsBindGroup, RenderPipelineDescriptor, ShaderType, SpecializedMeshPipelineError,
};
use bevy::shader::{Shader, ShaderRef};
use sim::camera::{Air, PAINT_BIAS, SHARED_WGSL, mipmapped};
use sim::dress::textures;
use sim::scene::Surface;

use super::mirror::Style;

const SHADER: Handle<Shader> = uuid_handle!("9d1f7f0e-5c0c-4d0a-a5f0-6f3b8d1f2c77");

/// What is drawn with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Matt,
    Glossy,
    Paint,
    Sky,
    /// Class and instance as colours, for comparing what two cameras see.
    Tag,
    PaintTag,
}

/// Whether bodies throw shadows, as part of the pipeline's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key {
    kind: Kind,
    has_shadows: bool,
}

/// Light and air; mirrors `Frame` in `surface.wgsl`.
#[derive(Debug, Clone, Copy, Default, ShaderType)]
pub(super) struct AirUniform {
    ray_per_v: Vec4,
    to_sun: Vec4,
    sun: Vec4,
    sky_light: Vec4,
    ground_light: Vec4,
    zenith: Vec4,
    horizon: Vec4,
    glow: Vec4,
}

impl From<&Air> for AirUniform {
    fn from(air: &Air) -> Self {
        let flat = |light: Vec3| light.extend(0.0);
        Self {
            ray_per_v: Vec4::new(0.0, 0.0, 0.0, 3.912 / air.visibility_m),
            to_sun: air.to_sun.extend(air.overcast),
            sun: air.sun.extend(air.night),
            sky_light: flat(air.sky_light),
            ground_light: flat(air.ground_light),
            zenith: flat(air.zenith),
            horizon: flat(air.horizon),
            glow: flat(air.glow),
        }
    }
}

/// How an entity is shaded.
#[derive(Asset, TypePath, AsBindGroup, Debug, Clone)]
#[bind_group_data(Key)]
pub(super) struct SurfaceMaterial {
    #[uniform(0)]
    air: AirUniform,
    #[uniform(1)]
    look: Vec4,
    #[texture(2, dimension = "2d_array")]
    #[sampler(3)]
    layers: Handle<Image>,
    key: Key,
}

impl From<&SurfaceMaterial> for Key {
    fn from(material: &SurfaceMaterial) -> Self {
        material.key
    }
}

impl Material for SurfaceMaterial {
    fn fragment_shader() -> ShaderRef {
        SHADER.into()
    }

    fn alpha_mode(&self) -> AlphaMode {
        // The sky comes after everything solid, so that hidden parts of it cost nothing.
        match self.key.kind {
            Kind::Paint | Kind::Sky => AlphaMode::Blend,
            Kind::Matt | Kind::Glossy | Kind::Tag | Kind::PaintTag => AlphaMode::Opaque,
        }
    }

    fn enable_prepass() -> bool {
        false
    }

    fn specialize(
        _: &MaterialPipeline,
        descriptor: &mut RenderPipelineDescriptor,
        _: &MeshVertexBufferLayoutRef,
        key: MaterialPipelineKey<Self>,
    ) -> Result<(), SpecializedMeshPipelineError> {
        let Key { kind, has_shadows } = key.bind_group_data;
        let mut defs: Vec<&str> = match kind {
            Kind::Matt => vec![],
            Kind::Glossy => vec!["GLOSSY"],
            Kind::Paint => vec!["PAINT"],
            Kind::Sky => vec!["SKY"],
            Kind::Tag => vec!["TAGGED"],
            Kind::PaintTag => vec!["TAGGED", "PAINT"],
        };
        if has_shadows {
            defs.push("SHADOWED");
        }
        if let Some(fragment) = &mut descriptor.fragment {
            fragment
                .shader_defs
                .extend(defs.into_iter().map(Into::into));
        }
        let is_paint = matches!(kind, Kind::Paint | Kind::PaintTag);
        if let Some(depth) = descriptor.depth_stencil.as_mut().filter(|_| is_paint) {
            depth.bias.constant = PAINT_BIAS;
        }
        Ok(())
    }
}

/// Every material made so far: one for each way to be shaded.
#[derive(Resource)]
pub(super) struct Wardrobe {
    air: AirUniform,
    layers: Handle<Image>,
    has_shadows: bool,
    is_tagging: bool,
    made: Vec<(Surface, Kind, Handle<SurfaceMaterial>)>,
}

impl Wardrobe {
    /// For a world under an air.
    pub(super) fn open(world: &mut World, air: &Air, style: Style) -> Self {
        let source = format!("{}\n{SHARED_WGSL}", include_str!("surface.wgsl"));
        let shader = Shader::from_wgsl(source, "viewer/surface.wgsl");
        let id = AssetId::from(&SHADER);
        // Only a handle of the wrong kind is refused.
        let _ = world.resource_mut::<Assets<Shader>>().insert(id, shader);
        let mut image = mipmapped(textures::LAYER_SIZE_PX, textures::layers());
        image.sampler = ImageSampler::Descriptor(ImageSamplerDescriptor {
            address_mode_u: ImageAddressMode::Repeat,
            address_mode_v: ImageAddressMode::Repeat,
            mag_filter: ImageFilterMode::Linear,
            min_filter: ImageFilterMode::Linear,
            mipmap_filter: ImageFilterMode::Linear,
            ..Default::default()
        });
        Self {
            air: AirUniform::from(air),
            layers: world.resource_mut::<Assets<Image>>().add(image),
            has_shadows: style.has_shadows,
            is_tagging: style.is_tagging,
            made: Vec::new(),
        }
    }

    /// The material of a surface.
    pub(super) fn surface(
        &mut self,
        materials: &mut Assets<SurfaceMaterial>,
        surface: &Surface,
        is_paint: bool,
    ) -> Handle<SurfaceMaterial> {
        let kind = match (is_paint, self.is_tagging) {
            (true, false) => Kind::Paint,
            (true, true) => Kind::PaintTag,
            (false, true) => Kind::Tag,
            (false, false) if surface.mirrors_sky() => Kind::Glossy,
            (false, false) => Kind::Matt,
        };
        self.material(materials, surface, kind)
    }

    /// The material of the sky.
    pub(super) fn sky(
        &mut self,
        materials: &mut Assets<SurfaceMaterial>,
    ) -> Handle<SurfaceMaterial> {
        self.material(materials, &Surface::default(), Kind::Sky)
    }

    fn material(
        &mut self,
        materials: &mut Assets<SurfaceMaterial>,
        surface: &Surface,
        kind: Kind,
    ) -> Handle<SurfaceMaterial> {
        let is_it = |(made, of, _): &&(Surface, Kind, _)| made == surface && *of == kind;
        if let Some((_, _, material)) = self.made.iter().find(is_it) {
            return material.clone();
        }
        let material = materials.add(SurfaceMaterial {
            air: self.air,
            look: Vec4::new(
                surface.texture as u32 as f32,
                surface.emission,
                surface.gloss,
                surface.retroreflection,
            ),
            layers: self.layers.clone(),
            key: Key {
                kind,
                has_shadows: self.has_shadows,
            },
        });
        self.made.push((*surface, kind, material.clone()));
        material
    }
}
