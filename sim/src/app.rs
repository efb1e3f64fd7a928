//! The visible world: a headless Bevy app without a runner, updated only when someone looks.

use bevy::app::App;
use bevy::ecs::entity::Entity;
use bevy::transform::components::Transform;
use drive::camera::CameraModel;
use scenarios::stage::Stage;
use scenarios::world::WorldState;

use crate::axes::transform_from_pose;
use crate::camera::{
    Adapter, AdapterChoice, Air, CameraError, Exposure, RawExposure, SensorCamera,
    SensorCameraPlugin, SensorEye, mount,
};
use crate::plain;

/// The app, the entities that move in it and the camera that looks at it.
pub(crate) struct VisibleWorld {
    app: App,
    camera: SensorCamera,
    eye: Entity,
    actors: Vec<Entity>,
}

impl VisibleWorld {
    /// Builds everything that can be seen on a stage.
    pub(crate) fn new(stage: &Stage, adapter: AdapterChoice) -> Result<Self, CameraError> {
        let camera = SensorCamera::open(adapter)?;
        let mut app = App::new();
        app.add_plugins(SensorCameraPlugin);
        app.insert_resource(Air::under(&stage.weather));
        let world = app.world_mut();
        plain::build(stage, world);
        let actors = (1..).zip(&stage.actors);
        let actors = actors.map(|(instance, actor)| plain::actor(world, actor.model, instance));
        let actors = actors.collect();
        let eye = world
            .spawn((SensorEye(CameraModel::standard()), Transform::IDENTITY))
            .id();
        Ok(Self {
            app,
            camera,
            eye,
            actors,
        })
    }

    /// Which device draws.
    pub(crate) fn adapter(&self) -> &Adapter {
        self.camera.adapter()
    }

    /// Exposes one frame of the world in a state.
    pub(crate) fn expose(
        &mut self,
        state: &WorldState,
        _travelled_m: &[f64],
        exposure: Exposure,
    ) -> Result<RawExposure, CameraError> {
        let world_from_ego = transform_from_pose(state.ego.world_from_ego, 0.0);
        self.put(self.eye, world_from_ego * mount(&CameraModel::standard()));
        for index in 0..self.actors.len() {
            let pose = state.actors[index].world_from_actor;
            self.put(self.actors[index], transform_from_pose(pose, 0.0));
        }
        self.app.update();
        self.camera.expose(self.app.world_mut(), exposure)
    }

    fn put(&mut self, entity: Entity, transform: Transform) {
        if let Some(mut place) = self.app.world_mut().get_mut::<Transform>(entity) {
            *place = transform;
        }
    }
}
