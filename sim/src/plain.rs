//! A world of plain strips and boxes, until it is dressed.

use bevy::asset::{Assets, RenderAssetUsages};
use bevy::ecs::entity::Entity;
use bevy::ecs::world::World;
use bevy::mesh::{Indices, Mesh, Mesh3d, PrimitiveTopology};
use bevy::transform::components::Transform;
use drive::frames::Point2;
use drive::labels::Class;
use scenarios::actor::ActorModel;
use scenarios::road::{Ground, Strip};
use scenarios::stage::Stage;

use crate::axes::bevy_from_world;
use crate::scene::{Surface, Tag};

/// Puts the road and a lawn under it into the world.
pub fn build(stage: &Stage, world: &mut World) {
    for strip in stage.road.strips() {
        let (class, colour) = match strip.ground {
            Ground::Carriageway => (Class::Road, 0.1),
            Ground::Footway | Ground::Kerb => (Class::Pavement, 0.35),
            Ground::Verge => (Class::Pavement, 0.2),
        };
        spawn(world, ribbon(strip, colour), Tag { class, instance: 0 });
    }
    let end = 3000.0;
    let lawn = Strip {
        ground: Ground::Verge,
        height_m: -0.05,
        left: vec![Point2::new(-end, end), Point2::new(end, end)],
        right: vec![Point2::new(-end, -end), Point2::new(end, -end)],
    };
    let tag = Tag {
        class: Class::Vegetation,
        instance: 0,
    };
    spawn(world, ribbon(&lawn, 0.15), tag);
    for light in &stage.lights {
        let size_m = [0.35, 0.35, light.red_height_m + 0.2];
        let tag = Tag {
            class: Class::Pole,
            instance: 0,
        };
        let pole = spawn(world, block(size_m), tag);
        if let Some(mut place) = world.get_mut::<Transform>(pole) {
            *place = crate::axes::transform_from_pose(light.world_from_pole, 0.0);
        }
    }
}

/// Puts a box of a model's size into the world.
pub fn actor(world: &mut World, model: &ActorModel, instance: u16) -> Entity {
    let class = if model.class.is_vulnerable() {
        Class::Person
    } else {
        Class::Vehicle
    };
    let size_m = [model.length_m, model.width_m, model.height_m];
    spawn(world, block(size_m), Tag { class, instance })
}

fn block(size_m: [f64; 3]) -> Mesh {
    let half = [size_m[0] / 2.0, size_m[1] / 2.0];
    let mut mesh = Parts::default();
    let corners = [[1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]];
    let at = |[x, y]: [f64; 2], z| [(x * half[0]) as f32, (y * half[1]) as f32, z];
    let height = size_m[2] as f32;
    for i in 0..4 {
        let (a, b) = (corners[i], corners[(i + 1) % 4]);
        let normal = [(a[0] + b[0]) as f32 / 2.0, (a[1] + b[1]) as f32 / 2.0, 0.0];
        mesh.quad(
            [at(b, 0.0), at(b, height), at(a, height), at(a, 0.0)],
            normal,
        );
    }
    mesh.quad(corners.map(|corner| at(corner, height)), [0.0, 0.0, 1.0]);
    mesh.into_mesh(0.3)
}

fn spawn(world: &mut World, mesh: Mesh, tag: Tag) -> Entity {
    let handle = world.resource_mut::<Assets<Mesh>>().add(mesh);
    world
        .spawn((Mesh3d(handle), Transform::IDENTITY, Surface::default(), tag))
        .id()
}

fn ribbon(strip: &Strip, colour: f32) -> Mesh {
    let mut parts = Parts::default();
    let z = strip.height_m as f32;
    let point = |p: &Point2| [p.x_m as f32, p.y_m as f32, z];
    for (left, right) in strip.left.windows(2).zip(strip.right.windows(2)) {
        let corners = [
            point(&left[0]),
            point(&right[0]),
            point(&right[1]),
            point(&left[1]),
        ];
        parts.quad(corners, [0.0, 0.0, 1.0]);
    }
    parts.into_mesh(colour)
}

#[derive(Default)]
struct Parts {
    positions: Vec<[f32; 3]>,
    normals: Vec<[f32; 3]>,
    indices: Vec<u32>,
}

impl Parts {
    fn quad(&mut self, corners: [[f32; 3]; 4], normal: [f32; 3]) {
        let first = self.positions.len() as u32;
        self.positions
            .extend(corners.map(|corner| bevy_from_world(corner).to_array()));
        self.normals.extend([bevy_from_world(normal).to_array(); 4]);
        self.indices.extend([0, 1, 2, 0, 2, 3].map(|i| first + i));
    }

    fn into_mesh(self, colour: f32) -> Mesh {
        let colours = vec![[colour, colour, colour, 1.0]; self.positions.len()];
        Mesh::new(
            PrimitiveTopology::TriangleList,
            RenderAssetUsages::default(),
        )
        .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, self.positions)
        .with_inserted_attribute(Mesh::ATTRIBUTE_NORMAL, self.normals)
        .with_inserted_attribute(Mesh::ATTRIBUTE_COLOR, colours)
        .with_inserted_indices(Indices::U32(self.indices))
    }
}
