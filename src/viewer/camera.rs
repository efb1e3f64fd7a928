//! Bevy's renderer as the networks' camera: an app without a window that is updated once for each picture, in
//! lockstep with the run.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use bevy::DefaultPlugins;
use bevy::app::{App, PluginGroup, PluginsState, TerminalCtrlCHandlerPlugin};
use bevy::log::LogPlugin;
use bevy::render::render_asset::RenderAssets;
use bevy::render::render_resource::{
    BufferDescriptor, BufferUsages, CommandEncoderDescriptor, Extent3d, MapMode, PollType,
    TexelCopyBufferInfo, TexelCopyBufferLayout,
};
use bevy::render::renderer::{RenderDevice, RenderQueue};
use bevy::render::settings::{RenderCreation, WgpuSettings};
use bevy::render::texture::GpuImage;
use bevy::render::{RenderApp, RenderPlugin};
use bevy::window::{ExitCondition, WindowPlugin};
use bevy::winit::WinitPlugin;
use drive::camera::{FRAME_HEIGHT, FRAME_WIDTH};
use scenarios::stage::Stage;
use scenarios::world::WorldState;
use sim::ActorMotion;

use super::mirror::{Mirror, MirrorPlugin, Style};
use crate::camera::Painter;

/// Updates before the first picture: pipelines and textures are there then.
const WARM_UP: usize = 4;
const BYTES_PER_PIXEL: u32 = 4;

/// Bevy's renderer behind the camera's lens.
pub(crate) struct BevyCamera {
    app: App,
    mirror: Mirror,
}

impl BevyCamera {
    /// Builds the world of a stage for Bevy's renderer, drawn by the software driver.
    ///
    /// # Errors
    /// When there is no renderer.
    pub(crate) fn open(stage: &Stage) -> Result<Self> {
        Self::with(stage, false)
    }

    fn with(stage: &Stage, is_tagging: bool) -> Result<Self> {
        let mut app = headless();
        while app.plugins_state() == PluginsState::Adding {
            bevy::tasks::tick_global_task_pools_on_main_thread();
        }
        app.finish();
        app.cleanup();
        let style = Style {
            size_px: [FRAME_WIDTH as u32, FRAME_HEIGHT as u32],
            has_shadows: false,
            is_tagging,
        };
        let mut camera = Self {
            mirror: Mirror::build(app.world_mut(), stage, style),
            app,
        };
        for _ in 0..WARM_UP {
            camera.app.update();
        }
        camera
            .read_back()
            .context("Bevy's renderer draws nothing")?;
        Ok(camera)
    }

    /// The picture of a state of the world, four bytes a pixel.
    fn expose(&mut self, state: &WorldState, motions: &[ActorMotion]) -> Result<Vec<u8>> {
        self.mirror.pose(self.app.world_mut(), state, motions);
        self.app.update();
        self.read_back()
    }

    /// What is in the picture now.
    fn read_back(&self) -> Result<Vec<u8>> {
        let render_app = self.app.get_sub_app(RenderApp);
        let world = render_app.context("Bevy has no renderer")?.world();
        let images = world.resource::<RenderAssets<GpuImage>>();
        let picture = images.get(&self.mirror.picture);
        let picture = picture.context("the picture is not on the device")?;
        let (device, queue) = (
            world.resource::<RenderDevice>(),
            world.resource::<RenderQueue>(),
        );
        // 512 pixels make rows of 2048 bytes, as copies want them.
        let row_bytes = BYTES_PER_PIXEL * FRAME_WIDTH as u32;
        let buffer = device.create_buffer(&BufferDescriptor {
            label: Some("picture"),
            size: u64::from(row_bytes) * FRAME_HEIGHT as u64,
            usage: BufferUsages::COPY_DST | BufferUsages::MAP_READ,
            mapped_at_creation: false,
        });
        let mut encoder = device.create_command_encoder(&CommandEncoderDescriptor::default());
        encoder.copy_texture_to_buffer(
            picture.texture.as_image_copy(),
            TexelCopyBufferInfo {
                buffer: &buffer,
                layout: TexelCopyBufferLayout {
                    offset: 0,
                    bytes_per_row: Some(row_bytes),
                    rows_per_image: None,
                },
            },
            Extent3d {
                width: FRAME_WIDTH as u32,
                height: FRAME_HEIGHT as u32,
                depth_or_array_layers: 1,
            },
        );
        queue.submit([encoder.finish()]);
        let slice = buffer.slice(..);
        let (mapped, done) = crossbeam_channel::bounded(1);
        device.map_buffer(&slice, MapMode::Read, move |result| {
            // Nobody waits any more when the device has failed.
            let _ = mapped.send(result);
        });
        device.poll(PollType::wait_indefinitely())?;
        done.recv()??;
        Ok(slice.get_mapped_range().to_vec())
    }
}

impl Painter for BevyCamera {
    fn paint(&mut self, world: &WorldState, motions: &[ActorMotion]) -> Result<Arc<[u8]>> {
        let rgba = self.expose(world, motions)?;
        let (pixels, _) = rgba.as_chunks::<{ BYTES_PER_PIXEL as usize }>();
        Ok(pixels.iter().flat_map(|&[r, g, b, _]| [r, g, b]).collect())
    }
}

fn headless() -> App {
    let plugins = DefaultPlugins
        .set(WindowPlugin {
            primary_window: None,
            exit_condition: ExitCondition::DontExit,
            ..Default::default()
        })
        .set(RenderPlugin {
            synchronous_pipeline_compilation: true,
            render_creation: RenderCreation::Automatic(Box::new(WgpuSettings {
                force_fallback_adapter: true,
                ..Default::default()
            })),
            ..Default::default()
        })
        .disable::<LogPlugin>()
        .disable::<WinitPlugin>()
        .disable::<TerminalCtrlCHandlerPlugin>();
    let mut app = App::new();
    app.add_plugins(plugins).add_plugins(MirrorPlugin);
    app
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use drive::labels::Class;
    use scenarios::catalog;
    use scenarios::director::{Director, opening_world};
    use sim::{Exposure, SimOptions, Simulation};

    use super::*;
    use drive::ego::VehicleCommand;

    /// Stories whose scenes are compared, and how many ticks into them.
    const SCENES: [(&str, u64); 5] = [
        ("cut_in", 150),
        ("pedestrian_near", 200),
        ("slow_lead", 250),
        ("red_light", 200),
        ("cyclist_crossing", 200),
    ];
    /// What must agree between the silhouettes of two cameras.
    const LEAST_IOU: f64 = 0.98;

    /// What solid bodies both cameras see at a moment of a story, as class and instance of every pixel.
    fn silhouettes((name, ticks): (&str, u64)) -> [Vec<u32>; 2] {
        let story = catalog::load(name).unwrap();
        let compiled = story.compile(1, &BTreeMap::new()).unwrap();
        let mut simulation = Simulation::new(&compiled.stage, &SimOptions::default()).unwrap();
        let mut director = Director::new(&compiled);
        simulation.place(&opening_world(&compiled));
        for _ in 0..ticks {
            let cues = director.direct(&simulation.world().clone());
            simulation.step(&VehicleCommand::default(), &cues);
        }
        let (_, labels) = simulation.expose(Exposure::Labels).unwrap();
        let sensor = labels.class.iter().zip(&labels.instance);
        let sensor = sensor.map(|(&class, &instance)| u32::from(class) << 16 | u32::from(instance));
        let mut bevy = BevyCamera::with(&compiled.stage, true).unwrap();
        let rgba = bevy
            .expose(simulation.world(), simulation.motions())
            .unwrap();
        let (pixels, _) = rgba.as_chunks::<4>();
        let sky = Class::Sky as u32;
        let bevys = pixels.iter().map(|&[class, high, low, _]| match class {
            0 => sky << 16,
            class => u32::from(class - 1) << 16 | u32::from(high) << 8 | u32::from(low),
        });
        [sensor.collect(), bevys.collect()]
    }

    #[test]
    fn silhouettes_of_both_cameras_agree() {
        let mut apart = Vec::new();
        for scene in SCENES {
            let [sensor, bevys] = silhouettes(scene);
            let count = |is_it: &dyn Fn(u32) -> bool| {
                let pairs = sensor.iter().zip(&bevys);
                let (mut both, mut either) = (0_u32, 0_u32);
                for (&one, &other) in pairs {
                    both += u32::from(is_it(one) && is_it(other));
                    either += u32::from(is_it(one) || is_it(other));
                }
                (both, either)
            };
            let is_actor = |tag: u32| tag & 0xffff != 0;
            // Distant specks, which the sensor camera leaves out, weigh nothing here.
            let is_solid = |tag: u32| tag >> 16 != Class::Sky as u32;
            let is_road = |tag: u32| tag >> 16 <= Class::Marking as u32;
            for (what, is_it) in [
                ("road users", &is_actor as &dyn Fn(u32) -> bool),
                ("what stands before the sky", &is_solid),
                ("road", &is_road),
            ] {
                let (both, either) = count(is_it);
                assert!(either > 0, "{scene:?} shows no {what}");
                let iou = f64::from(both) / f64::from(either);
                if iou < LEAST_IOU {
                    apart.push(format!("{scene:?}: {what} {iou:.4}"));
                }
            }
        }
        assert!(apart.is_empty(), "{apart:#?}");
    }
}
