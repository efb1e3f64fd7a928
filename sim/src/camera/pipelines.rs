//! The render pipelines: one per kind of thing that is drawn.

use super::SensorCamera;
use super::gather::Instance;
use super::meshes::Vertex;
use super::targets::{DEPTH_FORMAT, PICTURE_FORMAT, TAG_FORMAT};

const COMMON: &str = concat!(
    include_str!("common.wgsl"),
    include_str!("paint.wgsl"),
    include_str!("air.wgsl")
);
const SURFACE: &str = concat!(
    include_str!("common.wgsl"),
    include_str!("paint.wgsl"),
    include_str!("air.wgsl"),
    include_str!("surface.wgsl")
);
const SKY: &str = concat!(
    include_str!("common.wgsl"),
    include_str!("paint.wgsl"),
    include_str!("air.wgsl"),
    include_str!("clouds.wgsl"),
    include_str!("sky.wgsl")
);

/// How far paint is lifted in the depth test, in units of the last place.
pub const PAINT_BIAS: i32 = 64;

/// Everything that can be drawn, and how the shaders' resources are bound.
pub(super) struct Pipelines {
    /// Depth as the sun sees it.
    pub(super) shadow: wgpu::RenderPipeline,
    /// Matt bodies, shaded, with tags.
    pub(super) matt: wgpu::RenderPipeline,
    /// Glossy bodies: apart, because the software renderer never skips a branch.
    pub(super) glossy: wgpu::RenderPipeline,
    /// Sky where nothing else is.
    pub(super) sky: wgpu::RenderPipeline,
    /// Paint blended over the ground.
    pub(super) paint: wgpu::RenderPipeline,
    /// Tags of paint, in the pass that also draws the picture.
    pub(super) paint_tag_beside_picture: wgpu::RenderPipeline,
    /// Tags of solid bodies alone.
    pub(super) tag: wgpu::RenderPipeline,
    /// Tags of paint alone.
    pub(super) paint_tag: wgpu::RenderPipeline,
    pub(super) frame_layout: wgpu::BindGroupLayout,
    pub(super) texture_layout: wgpu::BindGroupLayout,
    texture_sampler: wgpu::Sampler,
    shadow_sampler: wgpu::Sampler,
}

/// What tells one pipeline from another.
pub(super) struct Recipe<'a> {
    pub(super) shader: &'a wgpu::ShaderModule,
    /// Entry points of the vertex and the fragment stage.
    pub(super) stages: (&'a str, Option<&'a str>),
    pub(super) targets: &'a [wgpu::ColorTargetState],
    pub(super) depth: wgpu::DepthStencilState,
    /// Values of the shader's `override` constants.
    pub(super) constants: &'a [(&'a str, f64)],
}

impl Pipelines {
    pub(super) fn new(device: &wgpu::Device) -> Self {
        let frame_layout = frame_layout(device);
        let texture_layout = texture_layout(device);
        let layouts = [Some(&frame_layout), Some(&texture_layout)];
        let [common, surface, sky] = [COMMON, SURFACE, SKY].map(|source| shader(device, source));
        let build = |shader, stages, targets: &[wgpu::ColorTargetState], depth| {
            let groups = if targets.len() == 2 { 2 } else { 1 };
            let recipe = Recipe {
                shader,
                stages,
                targets,
                depth,
                constants: &[],
            };
            build(device, &layouts[..groups], &recipe)
        };
        let drawn = [PICTURE_FORMAT.into(), TAG_FORMAT.into()];
        let untagged = [PICTURE_FORMAT.into(), masked(TAG_FORMAT)];
        let blended = [alpha_blended(PICTURE_FORMAT), masked(TAG_FORMAT)];
        let unpainted = [masked(PICTURE_FORMAT), TAG_FORMAT.into()];
        let alone = [TAG_FORMAT.into()];
        let (solid, overlaid) = (solid_depth(), overlay_depth(PAINT_BIAS));
        let paint_beside = ("place_tag", Some("tag_paint_beside_picture"));
        let tag_solid = ("place_tag", Some("tag"));
        let tag_paint = ("place_tag", Some("tag_paint"));
        let shade = ("place", Some("shade"));
        let shade_glossy = ("place_glossy", Some("shade_glossy"));
        let shade_paint = ("place_paint", Some("shade_paint"));
        Self {
            shadow: build(&common, ("cast_shadow", None), &[], caster_depth()),
            matt: build(&surface, shade, &drawn, solid.clone()),
            glossy: build(&surface, shade_glossy, &drawn, solid.clone()),
            sky: build(&sky, ("cover", Some("shine")), &untagged, overlay_depth(0)),
            paint: build(&surface, shade_paint, &blended, overlaid.clone()),
            paint_tag_beside_picture: build(&common, paint_beside, &unpainted, overlaid.clone()),
            tag: build(&common, tag_solid, &alone, solid),
            paint_tag: build(&common, tag_paint, &alone, overlaid),
            texture_sampler: texture_sampler(device),
            shadow_sampler: shadow_sampler(device),
            frame_layout,
            texture_layout,
        }
    }

    /// Binds the frame's uniform.
    pub(super) fn bind_frame(&self, camera: &SensorCamera) -> wgpu::BindGroup {
        let entries = [wgpu::BindGroupEntry {
            binding: 0,
            resource: camera.lent.frame.as_entire_binding(),
        }];
        bind(camera, &self.frame_layout, &entries)
    }

    /// Binds textures and shadow map.
    pub(super) fn bind_textures(&self, camera: &SensorCamera) -> wgpu::BindGroup {
        let resources = [
            wgpu::BindingResource::TextureView(&camera.lent.textures.view),
            wgpu::BindingResource::Sampler(&self.texture_sampler),
            wgpu::BindingResource::TextureView(&camera.lent.targets.shadow),
            wgpu::BindingResource::Sampler(&self.shadow_sampler),
        ];
        let entries: Vec<_> = (0..)
            .zip(resources)
            .map(|(binding, resource)| wgpu::BindGroupEntry { binding, resource })
            .collect();
        bind(camera, &self.texture_layout, &entries)
    }
}

pub(super) fn bind(
    camera: &SensorCamera,
    layout: &wgpu::BindGroupLayout,
    entries: &[wgpu::BindGroupEntry<'_>],
) -> wgpu::BindGroup {
    camera
        .lent
        .gpu
        .device
        .create_bind_group(&wgpu::BindGroupDescriptor {
            label: None,
            layout,
            entries,
        })
}

pub(super) fn build(
    device: &wgpu::Device,
    groups: &[Option<&wgpu::BindGroupLayout>],
    recipe: &Recipe<'_>,
) -> wgpu::RenderPipeline {
    let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label: None,
        bind_group_layouts: groups,
        immediate_size: 0,
    });
    let buffers = [
        wgpu::VertexBufferLayout {
            array_stride: size_of::<Vertex>() as u64,
            step_mode: wgpu::VertexStepMode::Vertex,
            attributes: &Vertex::ATTRIBUTES,
        },
        wgpu::VertexBufferLayout {
            array_stride: size_of::<Instance>() as u64,
            step_mode: wgpu::VertexStepMode::Instance,
            attributes: &Instance::ATTRIBUTES,
        },
    ];
    let (vertex, fragment) = recipe.stages;
    let has_meshes = vertex.starts_with("place") || vertex == "cast_shadow";
    let targets: Vec<_> = recipe.targets.iter().cloned().map(Some).collect();
    device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: Some(fragment.unwrap_or(vertex)),
        layout: Some(&layout),
        vertex: wgpu::VertexState {
            module: recipe.shader,
            entry_point: Some(vertex),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            buffers: if has_meshes { &buffers } else { &[] },
        },
        primitive: wgpu::PrimitiveState {
            cull_mode: has_meshes.then_some(wgpu::Face::Back),
            ..Default::default()
        },
        depth_stencil: Some(recipe.depth.clone()),
        multisample: wgpu::MultisampleState::default(),
        fragment: fragment.map(|entry| wgpu::FragmentState {
            module: recipe.shader,
            entry_point: Some(entry),
            compilation_options: wgpu::PipelineCompilationOptions {
                constants: recipe.constants,
                ..Default::default()
            },
            targets: &targets,
        }),
        multiview_mask: None,
        cache: None,
    })
}

pub(super) fn shader(device: &wgpu::Device, source: &'static str) -> wgpu::ShaderModule {
    device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: None,
        source: wgpu::ShaderSource::Wgsl(source.into()),
    })
}

pub(super) fn masked(format: wgpu::TextureFormat) -> wgpu::ColorTargetState {
    wgpu::ColorTargetState {
        format,
        blend: None,
        write_mask: wgpu::ColorWrites::empty(),
    }
}

pub(super) fn alpha_blended(format: wgpu::TextureFormat) -> wgpu::ColorTargetState {
    wgpu::ColorTargetState {
        format,
        blend: Some(wgpu::BlendState::ALPHA_BLENDING),
        write_mask: wgpu::ColorWrites::ALL,
    }
}

fn depth_state(compare: wgpu::CompareFunction, is_written: bool) -> wgpu::DepthStencilState {
    wgpu::DepthStencilState {
        format: DEPTH_FORMAT,
        depth_write_enabled: Some(is_written),
        depth_compare: Some(compare),
        stencil: wgpu::StencilState::default(),
        bias: wgpu::DepthBiasState::default(),
    }
}

pub(super) fn solid_depth() -> wgpu::DepthStencilState {
    depth_state(wgpu::CompareFunction::Greater, true)
}

pub(super) fn overlay_depth(constant: i32) -> wgpu::DepthStencilState {
    wgpu::DepthStencilState {
        bias: wgpu::DepthBiasState {
            constant,
            slope_scale: if constant == 0 { 0.0 } else { 0.25 },
            clamp: 0.0,
        },
        ..depth_state(wgpu::CompareFunction::GreaterEqual, false)
    }
}

fn caster_depth() -> wgpu::DepthStencilState {
    wgpu::DepthStencilState {
        bias: wgpu::DepthBiasState {
            constant: 16,
            slope_scale: 2.0,
            clamp: 0.0,
        },
        ..depth_state(wgpu::CompareFunction::Less, true)
    }
}

fn frame_layout(device: &wgpu::Device) -> wgpu::BindGroupLayout {
    let ty = wgpu::BindingType::Buffer {
        ty: wgpu::BufferBindingType::Uniform,
        has_dynamic_offset: false,
        min_binding_size: None,
    };
    layout(device, wgpu::ShaderStages::VERTEX_FRAGMENT, &[ty])
}

fn texture_layout(device: &wgpu::Device) -> wgpu::BindGroupLayout {
    let texture = |sample_type, view_dimension| wgpu::BindingType::Texture {
        sample_type,
        view_dimension,
        multisampled: false,
    };
    let filtered = wgpu::TextureSampleType::Float { filterable: true };
    let types = [
        texture(filtered, wgpu::TextureViewDimension::D2Array),
        wgpu::BindingType::Sampler(wgpu::SamplerBindingType::Filtering),
        texture(
            wgpu::TextureSampleType::Depth,
            wgpu::TextureViewDimension::D2,
        ),
        wgpu::BindingType::Sampler(wgpu::SamplerBindingType::Comparison),
    ];
    layout(device, wgpu::ShaderStages::FRAGMENT, &types)
}

pub(super) fn layout(
    device: &wgpu::Device,
    visibility: wgpu::ShaderStages,
    types: &[wgpu::BindingType],
) -> wgpu::BindGroupLayout {
    let entries: Vec<_> = (0..)
        .zip(types)
        .map(|(binding, &ty)| wgpu::BindGroupLayoutEntry {
            binding,
            visibility,
            ty,
            count: None,
        })
        .collect();
    device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
        label: None,
        entries: &entries,
    })
}

/// Nearest mipmaps: blending two costs the software renderer a twelfth of the frame and is hardly seen.
fn texture_sampler(device: &wgpu::Device) -> wgpu::Sampler {
    device.create_sampler(&wgpu::SamplerDescriptor {
        label: Some("detail textures"),
        address_mode_u: wgpu::AddressMode::Repeat,
        address_mode_v: wgpu::AddressMode::Repeat,
        mag_filter: wgpu::FilterMode::Linear,
        min_filter: wgpu::FilterMode::Linear,
        mipmap_filter: wgpu::MipmapFilterMode::Nearest,
        ..Default::default()
    })
}

fn shadow_sampler(device: &wgpu::Device) -> wgpu::Sampler {
    device.create_sampler(&wgpu::SamplerDescriptor {
        label: Some("shadow map"),
        mag_filter: wgpu::FilterMode::Linear,
        min_filter: wgpu::FilterMode::Linear,
        compare: Some(wgpu::CompareFunction::LessEqual),
        ..Default::default()
    })
}
