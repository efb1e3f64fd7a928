//! The sensor camera: draws a headless Bevy app's own meshes, with their labels in the same pass.
//!
//! [`SensorCameraPlugin`] registers what the camera looks at; [`SensorCamera`] owns the device and
//! exposes frames. [`SensorCamera::expose`] is lockstep: the returned pixels are those of the world as it
//! stands at the call, without a frame of lag.

mod air;
mod device;
mod draw;
mod equipment;
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

use equipment::{Equipment, Lent};
use gather::DrawList;
use meshes::MeshStore;
use view::View;

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
/// are first seen, by their asset id, and must not change afterwards. The device serves the next camera.
pub struct SensorCamera {
    lent: Lent,
    meshes: MeshStore,
    instances: wgpu::Buffer,
}

impl SensorCamera {
    /// Takes a device that an earlier camera gave back, or opens one and builds the pipelines.
    ///
    /// # Errors
    /// [`CameraError::NoDriver`] without a Vulkan driver, [`CameraError::NoGpu`] when a GPU was asked for and
    /// there is none, [`CameraError::Device`] when the driver refuses.
    pub fn open(choice: AdapterChoice) -> Result<Self, CameraError> {
        let lent = Lent::take(choice)?;
        let gpu = &lent.gpu;
        Ok(Self {
            meshes: MeshStore::new(gpu),
            instances: gpu.buffer::<gather::Instance>(
                "instances",
                1024,
                wgpu::BufferUsages::VERTEX,
            ),
            lent,
        })
    }

    /// Which device draws, for the records of a run.
    pub fn adapter(&self) -> &Adapter {
        &self.lent.gpu.adapter
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
        let raw = readback::read(self, commands, exposure, &view);
        if raw.is_err() {
            self.lent.retire();
        }
        raw
    }

    fn upload_textures(&mut self, world: &World) -> Result<(), CameraError> {
        let layers = world.get_resource::<TextureLayers>();
        let images = world.resource::<Assets<Image>>();
        let Equipment { gpu, textures, .. } = &mut *self.lent;
        textures.follow(gpu, layers, images)
    }

    fn upload_rough(&mut self, world: &mut World, view: &View) {
        let Equipment {
            gpu,
            pipelines,
            roughs,
            ..
        } = &mut *self.lent;
        if let Some(rough) = roughs.under(view.air(), gpu, pipelines) {
            let lamps = lamps::gather(world, view);
            rough.upload(gpu, view, &lamps, *world.resource::<Moment>());
        }
    }

    fn upload_frame(&mut self, view: &View, list: &DrawList) {
        let Equipment { gpu, frame, .. } = &*self.lent;
        self.meshes.upload(gpu);
        let queue = &gpu.queue;
        queue.write_buffer(frame, 0, bytemuck::bytes_of(&view.uniform()));
        let bytes: &[u8] = bytemuck::cast_slice(&list.instances);
        if (self.instances.size() as usize) < bytes.len() {
            let count = list.instances.len().next_power_of_two();
            self.instances =
                gpu.buffer::<gather::Instance>("instances", count, wgpu::BufferUsages::VERTEX);
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
