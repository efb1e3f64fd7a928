//! Puts shapes into the Bevy world as entities that the sensor camera draws.

use bevy::asset::{Assets, Handle};
use bevy::ecs::entity::Entity;
use bevy::ecs::world::World;
use bevy::mesh::{Mesh, Mesh3d};
use bevy::transform::components::{GlobalTransform, Transform};
use drive::frames::Pose2;
use drive::labels::Class;

use super::shape::Shape;
use crate::axes::transform_from_pose;
use crate::scene::{Lamps, Lod, Paint, Surface, Tag};

/// What is drawn of a thing from afar.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Far {
    /// The same.
    Same,
    /// Nothing beyond so many metres.
    Gone(f32),
    /// A coarser shape beyond so many metres.
    Coarse(Shape, f32),
}

/// A shape with its surface and its name for the labels.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Thing {
    near: Shape,
    far: Far,
    surface: Surface,
    class: Class,
}

impl Thing {
    /// A thing that looks the same from everywhere.
    pub(crate) fn new(near: Shape, surface: Surface, class: Class) -> Self {
        Self {
            near,
            far: Far::Same,
            surface,
            class,
        }
    }

    /// The thing with another look from afar.
    pub(crate) fn seen_afar(self, far: Far) -> Self {
        Self { far, ..self }
    }
}

/// Stored meshes of a thing that stands in many places.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Prop {
    near: Handle<Mesh>,
    lod: Option<Lod>,
    surface: Surface,
    class: Class,
}

/// Spawns entities.
pub(crate) struct Stagehand<'w> {
    world: &'w mut World,
    hangs_lamps: bool,
}

impl<'w> Stagehand<'w> {
    /// For a world that has, or else gets, mesh assets.
    pub(crate) fn new(world: &'w mut World) -> Self {
        world.get_resource_or_insert_with(Assets::<Mesh>::default);
        Self {
            world,
            hangs_lamps: false,
        }
    }

    /// Whose lamps light their surroundings, if the weather makes that visible; else they are not hung at
    /// all, which keeps the order of drawing, and with it every pixel by day, as if there were none.
    pub(crate) fn with_lamps(self, hangs_lamps: bool) -> Self {
        Self {
            hangs_lamps,
            ..self
        }
    }

    /// Stores a thing for use in many places.
    pub(crate) fn prop(&mut self, thing: Thing) -> Prop {
        let mut meshes = self.world.resource_mut::<Assets<Mesh>>();
        let near = meshes.add(thing.near.into_mesh());
        let (far, distance_m) = match thing.far {
            Far::Same => (None, None),
            Far::Gone(distance_m) => (None, Some(distance_m)),
            Far::Coarse(shape, distance_m) => {
                let far = (!shape.is_empty()).then(|| meshes.add(shape.into_mesh()));
                (far, Some(distance_m))
            }
        };
        let lod = distance_m.map(|distance_m| Lod {
            near: near.clone(),
            far,
            distance_m,
        });
        Prop {
            near,
            lod,
            surface: thing.surface,
            class: thing.class,
        }
    }

    /// Spawns a stored thing as a part of the standing world.
    pub(crate) fn place(&mut self, prop: &Prop, transform: Transform) -> Entity {
        self.spawn(prop, transform, 0)
    }

    /// Spawns a thing that stands at a pose; nothing when its shape is empty.
    pub(crate) fn stand(&mut self, thing: Thing, world_from_thing: Pose2) -> Option<Entity> {
        if thing.near.is_empty() {
            return None;
        }
        let prop = self.prop(thing);
        Some(self.place(&prop, transform_from_pose(world_from_thing, 0.0)))
    }

    /// Spawns a ribbon of paint around a place.
    pub(crate) fn paint(&mut self, shape: Shape, world_from_shape: Pose2, surface: Surface) {
        if let Some(entity) =
            self.stand(Thing::new(shape, surface, Class::Marking), world_from_shape)
        {
            self.world.entity_mut(entity).insert(Paint);
        }
    }

    /// Spawns a part of a road user, at the world's origin until it is posed.
    pub(crate) fn cast(&mut self, prop: &Prop, instance: u16) -> Entity {
        self.spawn(prop, Transform::IDENTITY, instance)
    }

    /// Hangs lamps on an entity, where they matter; says whether.
    pub(crate) fn hang(&mut self, entity: Entity, lamps: Lamps) -> bool {
        if self.hangs_lamps {
            self.world.entity_mut(entity).insert(lamps);
        }
        self.hangs_lamps
    }

    fn spawn(&mut self, prop: &Prop, transform: Transform, instance: u16) -> Entity {
        let class = prop.class;
        let mesh = Mesh3d(prop.near.clone());
        let tag = Tag { class, instance };
        let mut entity = self.world.spawn((
            mesh,
            prop.surface,
            tag,
            transform,
            GlobalTransform::from(transform),
        ));
        if let Some(lod) = &prop.lod {
            entity.insert(lod.clone());
        }
        entity.id()
    }
}
