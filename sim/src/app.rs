//! The visible world: a headless Bevy app without a runner, updated only when someone looks.

use bevy::app::App;
use bevy::asset::Assets;
use bevy::ecs::entity::Entity;
use bevy::image::Image;
use bevy::transform::components::Transform;
use drive::camera::CameraModel;
use drive::random::stream;
use rand::Rng;
use scenarios::stage::Stage;
use scenarios::world::WorldState;

use crate::axes::transform_from_pose;
use crate::camera::{
    Adapter, AdapterChoice, Air, Exposure, Moment, RawExposure, SensorCamera, SensorCameraPlugin,
    SensorEye, TextureLayers, mount,
};
use crate::dress::{ActorMotion, textures};
use crate::error::SimError;
use crate::ground::Ground;
use crate::physics::obstacle::Obstacle;
use crate::staging::Staging;

/// The app, the entities that move in it, and the camera that looks at it, if there is one.
pub(crate) struct VisibleWorld {
    app: App,
    staging: Staging,
    eye: Entity,
    camera: Option<SensorCamera>,
    looks_seed: u64,
}

impl VisibleWorld {
    /// Builds everything that can be seen on a stage.
    pub(crate) fn new(stage: &Stage, adapter: Option<AdapterChoice>) -> Result<Self, SimError> {
        let camera = adapter.map(SensorCamera::open).transpose()?;
        let mut app = App::new();
        app.add_plugins(SensorCameraPlugin);
        app.insert_resource(Air::under(&stage.weather));
        let world = app.world_mut();
        if camera.is_some() {
            let mut images = world.resource_mut::<Assets<Image>>();
            let layers =
                TextureLayers::new(&mut images, textures::LAYER_SIZE_PX, textures::layers());
            world.insert_resource(layers);
        }
        let staging = Staging::build(stage, world);
        let eye = SensorEye(CameraModel::standard());
        let eye = world.spawn((eye, Transform::IDENTITY)).id();
        Ok(Self {
            app,
            staging,
            eye,
            camera,
            looks_seed: stage.looks_seed,
        })
    }

    /// What a car can run into.
    pub(crate) fn obstacles(&self) -> &[Obstacle] {
        self.staging.obstacles()
    }

    /// What road users stand on.
    pub(crate) fn ground(&self) -> &Ground {
        self.staging.ground()
    }

    /// Which device draws, if one does.
    pub(crate) fn adapter(&self) -> Option<&Adapter> {
        self.camera.as_ref().map(SensorCamera::adapter)
    }

    /// Exposes one frame of the world in a state, its actors having moved so far.
    pub(crate) fn expose(
        &mut self,
        state: &WorldState,
        motions: &[ActorMotion],
        exposure: Exposure,
    ) -> Result<RawExposure, SimError> {
        let camera = self.camera.as_mut().ok_or(SimError::NoCamera)?;
        let world = self.app.world_mut();
        let world_from_ego = transform_from_pose(state.ego.world_from_ego, 0.0);
        let world_from_eye = world_from_ego * mount(&CameraModel::standard());
        world.entity_mut(self.eye).insert(world_from_eye);
        self.staging.pose(world, state, motions);
        world.insert_resource(Moment {
            seed: stream(self.looks_seed ^ state.tick.0, "grain and drops").random(),
            speed_mps: state.ego.state.speed_mps as f32,
        });
        self.app.update();
        Ok(camera.expose(self.app.world_mut(), exposure)?)
    }
}
