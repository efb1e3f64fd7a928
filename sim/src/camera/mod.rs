//! The sensor camera: draws a headless Bevy app's own meshes, with their labels in the same pass.
//!
//! [`SensorCameraPlugin`] registers what the camera looks at; [`SensorCamera`] owns the device and
//! exposes frames. [`SensorCamera::expose`] is lockstep: the returned pixels are those of the world as it
//! stands at the call, without a frame of lag.

mod air;
mod device;
mod draw;
mod gather;
mod lamps;
mod meshes;
mod pipelines;
mod readback;
mod rough;
mod targets;
mod textures;
mod view;

use std::sync::Arc;

use bevy::app::{App, Plugin};
use bevy::asset::{AssetApp, AssetPlugin, Assets};
use bevy::ecs::component::Component;
use bevy::ecs::world::World;
use bevy::image::Image;
use bevy::mesh::Mesh;
use bevy::transform::TransformPlugin;
use bevy::transform::components::GlobalTransform;
use drive::camera::CameraModel;

pub use air::Air;
pub use device::{Adapter, AdapterChoice, CameraError};
pub use pipelines::PAINT_BIAS;
pub use rough::Moment;
pub use textures::{TextureLayers, mipmapped};
pub use view::{NEAR_M, mount};

use device::Gpu;
use gather::DrawList;
use meshes::MeshStore;
use pipelines::Pipelines;
use rough::Rough;
use targets::Targets;
use textures::Textures;
use view::{FrameUniform, View};

/// WGSL functions of paint, sky, air and film that read a global `frame`, for whoever draws the same world in another
/// way.
pub const SHARED_WGSL: &str = concat!(
    include_str!("paint.wgsl"),
    include_str!("air.wgsl"),
    include_str!("clouds.wgsl")
);

/// Registers the assets and resources that the sensor camera looks at.
pub struct SensorCameraPlugin;

impl Plugin for SensorCameraPlugin {
    fn build(&self, app: &mut App) {
        if !app.is_plugin_added::<AssetPlugin>() {
            app.add_plugins(AssetPlugin::default());
        }
        if !app.is_plugin_added::<TransformPlugin>() {
            app.add_plugins(TransformPlugin);
        }
        app.init_asset::<Mesh>()
            .init_asset::<Image>()
            .init_resource::<Air>()
            .init_resource::<Moment>();
    }
}

/// Marks the entity whose `GlobalTransform` is the camera's pose; like every Bevy camera it looks along
/// its own -z, with y up. See [`mount`] for its place in the car.
#[derive(Component, Debug, Clone, Copy, PartialEq)]
pub struct SensorEye(pub CameraModel);

/// What an exposure is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exposure {
    /// The shaded picture, with shadows, and the labels.
    Picture,
    /// The labels alone; for runs in which nobody looks at the picture.
    Labels,
}

/// One exposure of 512 x 256 pixels, row by row from the top.
#[derive(Debug, Clone, PartialEq)]
pub struct RawExposure {
    /// 8-bit sRGB, three bytes a pixel; empty for [`Exposure::Labels`].
    pub rgb: Arc<[u8]>,
    /// `drive::labels::Class` of each pixel, as its number.
    pub class: Vec<u8>,
    /// 0 for the standing world, else the actor's index plus one.
    pub instance: Vec<u16>,
    /// Depth along the optical axis in metres; infinite in the sky.
    pub depth_m: Vec<f32>,
}

/// The device, its pipelines and everything uploaded to it. Serves one app: meshes are uploaded when they
/// are first seen, by their asset id, and must not change afterwards.
pub struct SensorCamera {
    gpu: Gpu,
    pipelines: Pipelines,
    /// What draws at night and in rain, while it is one of them.
    rough: Option<Rough>,
    targets: Targets,
    meshes: MeshStore,
    textures: Textures,
    frame: wgpu::Buffer,
    instances: wgpu::Buffer,
}

impl SensorCamera {
    /// Opens a device and builds the pipelines.
    ///
    /// # Errors
    /// [`CameraError::NoDriver`] without a Vulkan driver, [`CameraError::NoGpu`] when a GPU was asked for and
    /// there is none, [`CameraError::Device`] when the driver refuses.
    pub fn open(choice: AdapterChoice) -> Result<Self, CameraError> {
        let gpu = Gpu::open(choice)?;
        let frame = gpu.buffer::<FrameUniform>("frame", 1, wgpu::BufferUsages::UNIFORM);
        let targets = Targets::new(&gpu.device);
        let textures = Textures::plain(&gpu);
        let pipelines = Pipelines::new(&gpu.device);
        let meshes = MeshStore::new(&gpu);
        let instances =
            gpu.buffer::<gather::Instance>("instances", 1024, wgpu::BufferUsages::VERTEX);
        Ok(Self {
            gpu,
            pipelines,
            rough: None,
            targets,
            meshes,
            textures,
            frame,
            instances,
        })
    }

    /// Which device draws, for the records of a run.
    pub fn adapter(&self) -> &Adapter {
        &self.gpu.adapter
    }

    /// Draws the world as it stands and waits for the pixels.
    ///
    /// # Errors
    /// [`CameraError::Eyes`] unless exactly one entity has a [`SensorEye`] and a `GlobalTransform`;
    /// [`CameraError::MeshMissing`] and [`CameraError::MeshUnfit`] for entities that cannot be drawn;
    /// [`CameraError::TextureUnfit`] for wrong texture layers; [`CameraError::Readback`] when the device is lost.
    pub fn expose(
        &mut self,
        world: &mut World,
        exposure: Exposure,
    ) -> Result<RawExposure, CameraError> {
        let air = *world.resource::<Air>();
        let view = View::new(&air, find_eye(world)?);
        self.upload_textures(world)?;
        let list = DrawList::gather(world, &view, exposure, &mut self.meshes)?;
        self.upload_frame(&view, &list);
        if exposure == Exposure::Picture {
            self.upload_rough(world, &view);
        }
        let commands = draw::encode(self, &list, exposure);
        readback::read(self, commands, exposure, &view)
    }

    fn upload_textures(&mut self, world: &World) -> Result<(), CameraError> {
        let Some(layers) = world.get_resource::<TextureLayers>() else {
            return Ok(());
        };
        let images = world.resource::<Assets<Image>>();
        self.textures.follow(&self.gpu, layers, images)
    }

    fn upload_rough(&mut self, world: &mut World, view: &View) {
        let kept = self.rough.take();
        self.rough = Rough::under(view.air(), kept, &self.gpu, &self.pipelines);
        if let Some(rough) = &mut self.rough {
            let lamps = lamps::gather(world, view);
            rough.upload(&self.gpu, view, &lamps, *world.resource::<Moment>());
        }
    }

    fn upload_frame(&mut self, view: &View, list: &DrawList) {
        self.meshes.upload(&self.gpu);
        let queue = &self.gpu.queue;
        queue.write_buffer(&self.frame, 0, bytemuck::bytes_of(&view.uniform()));
        let bytes: &[u8] = bytemuck::cast_slice(&list.instances);
        if (self.instances.size() as usize) < bytes.len() {
            let count = list.instances.len().next_power_of_two();
            self.instances =
                self.gpu
                    .buffer::<gather::Instance>("instances", count, wgpu::BufferUsages::VERTEX);
        }
        queue.write_buffer(&self.instances, 0, bytes);
    }
}

fn find_eye(world: &mut World) -> Result<(CameraModel, GlobalTransform), CameraError> {
    let mut eyes = world.query::<(&SensorEye, &GlobalTransform)>();
    let found: Vec<_> = eyes.iter(world).map(|(eye, pose)| (eye.0, *pose)).collect();
    match found[..] {
        [only] => Ok(only),
        _ => Err(CameraError::Eyes { found: found.len() }),
    }
}

#[cfg(test)]
mod tests;
