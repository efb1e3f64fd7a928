//! Pictures at night and in rain: pipelines of their own, so that pictures by day cost and show what they
//! always did, built when they are first needed.

use bevy::ecs::resource::Resource;
use bytemuck::{Pod, Zeroable};

use super::SensorCamera;
use super::air::Air;
use super::device::Gpu;
use super::lamps::LitLamp;
use super::pipelines::{self, PAINT_BIAS, Pipelines, Recipe};
use super::targets::{PICTURE_FORMAT, TAG_FORMAT};
use super::view::View;

/// Most lamps whose glare is drawn.
pub(super) const MOST_LAMPS: usize = 48;
/// Most lamps whose light is followed to every surface.
const MOST_LIT: usize = 12;
/// Drops drawn per millimetre of rain and hour, and at most.
const DROPS_PER_MM: f32 = 40.0;
const MOST_DROPS: f32 = 800.0;
/// Time for which the shutter is open, in seconds.
const SHUTTER_S: f32 = 0.009;
/// Speed at which drops fall, in metres per second.
const FALL_MPS: f32 = 7.5;
/// Amplitude of the grain by night, as a share of white.
const GRAIN: f32 = 0.045;
/// Strength of ego's low beam on a surface 1 m away, on the scale of [`Air`].
const BEAM: f32 = 3800.0;
/// Place of ego's headlamps from the camera: ahead, and below the ground's distance, in metres.
const BEAM_AHEAD_M: f32 = 1.7;
const BEAM_HEIGHT_M: f32 = 0.66;

const SURFACE: &str = concat!(
    include_str!("common.wgsl"),
    include_str!("paint.wgsl"),
    include_str!("air.wgsl"),
    include_str!("surface.wgsl"),
    include_str!("clouds.wgsl"),
    include_str!("sky.wgsl"),
    include_str!("rough.wgsl"),
    include_str!("rough_air.wgsl")
);

/// The moment of an exposure, as far as pictures at night and in rain depend on it.
#[derive(Resource, Debug, Clone, Copy, PartialEq, Default)]
pub struct Moment {
    /// Decides grain and drops; equal seeds give equal pictures.
    pub seed: u32,
    /// Ego's speed in metres per second: drops come towards a fast car.
    pub speed_mps: f32,
}

/// What the shaders know besides the frame; mirrors `Rough` in `rough.wgsl`.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
struct RoughUniform {
    beam_place: [f32; 4],
    beam_ahead: [f32; 4],
    beam_right: [f32; 4],
    eye: [f32; 4],
    drop_path: [f32; 4],
    counts: [u32; 4],
    lamps: [LitLamp; MOST_LAMPS],
}

/// What is drawn differently: by the dark, by rain, by both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Kind {
    is_dark: bool,
    is_wet: bool,
}

/// Pipelines and uniform of pictures at night and in rain.
pub(super) struct Rough {
    kind: Kind,
    pub(super) glossy: wgpu::RenderPipeline,
    pub(super) matt: wgpu::RenderPipeline,
    pub(super) sky: wgpu::RenderPipeline,
    pub(super) paint: wgpu::RenderPipeline,
    /// Glare of lamps: two instances a lamp.
    pub(super) glare: wgpu::RenderPipeline,
    /// Falling drops, one an instance.
    pub(super) rain: wgpu::RenderPipeline,
    layout: wgpu::BindGroupLayout,
    buffer: wgpu::Buffer,
    pub(super) glares: u32,
    pub(super) drops: u32,
}

/// Those that were needed so far, and which of them draws.
#[derive(Default)]
pub(super) struct Roughs {
    built: Vec<Rough>,
    in_use: Option<usize>,
}

impl Roughs {
    /// What draws now, if it is night or rains.
    pub(super) fn in_use(&self) -> Option<&Rough> {
        self.in_use.map(|index| &self.built[index])
    }

    /// Turns to what this air asks for: nothing by day and dusk in the dry.
    pub(super) fn under(
        &mut self,
        air: &Air,
        gpu: &Gpu,
        pipelines: &Pipelines,
    ) -> Option<&mut Rough> {
        let kind = Kind {
            is_dark: air.night > 0.0,
            is_wet: air.rain_mm_per_h > 0.0,
        };
        if !kind.is_dark && !kind.is_wet {
            self.in_use = None;
            return None;
        }
        let built = self.built.iter().position(|rough| rough.kind == kind);
        let index = built.unwrap_or_else(|| {
            self.built.push(Rough::new(kind, gpu, pipelines));
            self.built.len() - 1
        });
        self.in_use = Some(index);
        Some(&mut self.built[index])
    }
}

impl Rough {
    fn new(kind: Kind, gpu: &Gpu, plain: &Pipelines) -> Self {
        let device = &gpu.device;
        let uniform = wgpu::BindingType::Buffer {
            ty: wgpu::BufferBindingType::Uniform,
            has_dynamic_offset: false,
            min_binding_size: None,
        };
        let layout = pipelines::layout(device, wgpu::ShaderStages::VERTEX_FRAGMENT, &[uniform]);
        let groups = [
            Some(&plain.frame_layout),
            Some(&plain.texture_layout),
            Some(&layout),
        ];
        let shader = pipelines::shader(device, SURFACE);
        let constants = [
            ("IS_DARK", f64::from(kind.is_dark)),
            ("IS_WET", f64::from(kind.is_wet)),
        ];
        let build = |stages: (&str, &str), targets: &[wgpu::ColorTargetState], depth| {
            let recipe = Recipe {
                shader: &shader,
                stages: (stages.0, Some(stages.1)),
                targets,
                depth,
                constants: &constants,
            };
            pipelines::build(device, &groups, &recipe)
        };
        let drawn = [PICTURE_FORMAT.into(), TAG_FORMAT.into()];
        let untagged = [PICTURE_FORMAT.into(), pipelines::masked(TAG_FORMAT)];
        let blended = [
            pipelines::alpha_blended(PICTURE_FORMAT),
            pipelines::masked(TAG_FORMAT),
        ];
        let added = [added(), pipelines::masked(TAG_FORMAT)];
        let (solid, over) = (pipelines::solid_depth(), pipelines::overlay_depth(0));
        let over_road = pipelines::overlay_depth(PAINT_BIAS);
        Self {
            kind,
            glossy: build(("place_rough", "shade_rough_glossy"), &drawn, solid.clone()),
            matt: build(("place_rough", "shade_rough"), &drawn, solid),
            sky: build(("cover", "shine_rough"), &untagged, over.clone()),
            paint: build(("place_rough", "shade_rough_paint"), &blended, over_road),
            glare: build(("glare", "glow"), &added, over.clone()),
            rain: build(("fall", "streak"), &blended, over),
            buffer: gpu.buffer::<RoughUniform>("rough", 1, wgpu::BufferUsages::UNIFORM),
            layout,
            glares: 0,
            drops: 0,
        }
    }

    /// Uploads what this exposure shows.
    pub(super) fn upload(&mut self, gpu: &Gpu, view: &View, lamps: &[LitLamp], moment: Moment) {
        let (air, ahead) = (view.air(), view.ahead());
        let right = ahead.cross(bevy::math::Vec3::Y);
        let eye = view.position();
        let beam_place = ahead * BEAM_AHEAD_M + bevy::math::Vec3::Y * (BEAM_HEIGHT_M - eye.y);
        let drop_path = (ahead * -moment.speed_mps - bevy::math::Vec3::Y * FALL_MPS) * SHUTTER_S;
        let lit = if self.kind.is_dark {
            lamps.len().min(MOST_LIT)
        } else {
            0
        };
        let mut uniform = RoughUniform {
            beam_place: beam_place.extend(BEAM * air.night).to_array(),
            beam_ahead: ahead.extend(air.wetness()).to_array(),
            beam_right: right.extend(GRAIN * air.night).to_array(),
            eye: eye.extend(0.0).to_array(),
            drop_path: drop_path.extend(0.0).to_array(),
            counts: [lit as u32, moment.seed, 0, 0],
            lamps: [LitLamp::zeroed(); MOST_LAMPS],
        };
        for (slot, lamp) in uniform.lamps.iter_mut().zip(lamps) {
            *slot = *lamp;
        }
        self.glares = 2 * lamps.len().min(MOST_LAMPS) as u32;
        self.drops = (air.rain_mm_per_h * DROPS_PER_MM).min(MOST_DROPS) as u32;
        gpu.queue
            .write_buffer(&self.buffer, 0, bytemuck::bytes_of(&uniform));
    }

    /// Binds its uniform.
    pub(super) fn bind(&self, camera: &SensorCamera) -> wgpu::BindGroup {
        let entries = [wgpu::BindGroupEntry {
            binding: 0,
            resource: self.buffer.as_entire_binding(),
        }];
        pipelines::bind(camera, &self.layout, &entries)
    }
}

/// Light added to what is already there.
fn added() -> wgpu::ColorTargetState {
    let sum = wgpu::BlendComponent {
        src_factor: wgpu::BlendFactor::One,
        dst_factor: wgpu::BlendFactor::One,
        operation: wgpu::BlendOperation::Add,
    };
    wgpu::ColorTargetState {
        format: PICTURE_FORMAT,
        blend: Some(wgpu::BlendState {
            color: sum,
            alpha: sum,
        }),
        write_mask: wgpu::ColorWrites::ALL,
    }
}
