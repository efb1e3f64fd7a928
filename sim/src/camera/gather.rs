//! Which entities a frame shows: culled, sorted and batched by mesh.

use bevy::asset::{AssetId, Assets, Handle};
use bevy::ecs::entity::Entity;
use bevy::ecs::query::Has;
use bevy::ecs::world::World;
use bevy::math::{Affine3A, Mat3, Vec3A};
use bevy::mesh::{Mesh, Mesh3d};
use bevy::transform::components::GlobalTransform;
use bytemuck::{Pod, Zeroable};

use super::Exposure;
use super::device::CameraError;
use super::meshes::{MeshFault, MeshSlot};
use super::view::{BoundingBox, View};
use crate::scene::{Lod, Paint, Surface, Tag};

/// Where the bands of distance end in which bodies are sorted by mesh, in metres.
const BAND_ENDS_M: [f32; 4] = [8.0, 16.0, 32.0, 64.0];

/// One drawn body as the shaders read it: 64 bytes.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
pub(super) struct Instance {
    /// Rows of the motion from the mesh to camera-relative positions.
    rows: [[f32; 4]; 3],
    /// Class in the upper half, instance in the lower.
    tag: u32,
    texture: u32,
    emission: f32,
    gloss: f32,
}

impl Instance {
    /// Where the shaders find it.
    pub(super) const ATTRIBUTES: [wgpu::VertexAttribute; 5] = wgpu::vertex_attr_array![
        5 => Float32x4, 6 => Float32x4, 7 => Float32x4, 8 => Uint32x2, 9 => Float32x2
    ];
}

/// Bodies that share a mesh: one draw call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Batch {
    pub(super) mesh: usize,
    pub(super) instances: core::ops::Range<u32>,
}

/// Everything one frame draws, nearest batches first.
#[derive(Debug, Default)]
pub(super) struct DrawList {
    pub(super) instances: Vec<Instance>,
    pub(super) matt: Vec<Batch>,
    pub(super) glossy: Vec<Batch>,
    pub(super) paint: Vec<Batch>,
    pub(super) casters: Vec<Batch>,
}

/// A body that passed culling.
struct Body {
    mesh: usize,
    distance_m: f32,
    instance: Instance,
}

/// What the camera reads of an entity.
type Seen<'w> = (
    Entity,
    (&'w Mesh3d, Option<&'w Lod>),
    &'w GlobalTransform,
    &'w Surface,
    &'w Tag,
    Has<Paint>,
);

impl DrawList {
    /// Collects what camera and sun see; `slot` finds and packs meshes.
    pub(super) fn gather(
        world: &mut World,
        view: &View,
        exposure: Exposure,
        mut slot: impl FnMut(AssetId<Mesh>, &Assets<Mesh>) -> Result<(usize, MeshSlot), MeshFault>,
    ) -> Result<Self, CameraError> {
        let (mut matt, mut glossy) = (Vec::new(), Vec::new());
        let (mut paint, mut casters) = (Vec::new(), Vec::new());
        let mut seen = world.query::<Seen<'_>>();
        let assets = world.resource::<Assets<Mesh>>();
        for (entity, shapes, pose, surface, tag, is_paint) in seen.iter(world) {
            let mut camera_from_mesh = pose.affine();
            camera_from_mesh.translation -= Vec3A::from(view.position);
            let Some(mesh) = shape(shapes, camera_from_mesh.translation.length()) else {
                continue;
            };
            let (mesh, place) = slot(mesh, assets).map_err(|fault| name_fault(entity, fault))?;
            let bounds = bounds(&camera_from_mesh, &place);
            if view.is_speck(&bounds) {
                continue;
            }
            let body = || Body {
                mesh,
                distance_m: bounds.centre.length() - bounds.radius_m(),
                instance: instance(&camera_from_mesh, surface, *tag),
            };
            if view.visible.touches(&bounds) {
                let list = match surface.gloss > 0.0 {
                    _ if is_paint => &mut paint,
                    true => &mut glossy,
                    false => &mut matt,
                };
                list.push(body());
            }
            if exposure == Exposure::Picture && surface.casts_shadow && view.lit.touches(&bounds) {
                casters.push(body());
            }
        }
        let mut list = Self::default();
        list.glossy = list.batch(glossy);
        list.matt = list.batch(matt);
        list.paint = list.batch(paint);
        list.casters = list.batch(casters);
        Ok(list)
    }

    /// Appends the bodies' instances, batched by mesh within a band of distance, the nearest first, so that
    /// little is shaded that is covered later.
    fn batch(&mut self, mut bodies: Vec<Body>) -> Vec<Batch> {
        bodies.sort_by(|a, b| {
            let by_distance = a.distance_m.total_cmp(&b.distance_m);
            (a.band(), a.mesh)
                .cmp(&(b.band(), b.mesh))
                .then(by_distance)
        });
        let same_batch = |a: &Body, b: &Body| (a.band(), a.mesh) == (b.band(), b.mesh);
        let batches = bodies.chunk_by(same_batch).map(|same| {
            let first = self.instances.len() as u32;
            self.instances.extend(same.iter().map(|body| body.instance));
            Batch {
                mesh: same[0].mesh,
                instances: first..self.instances.len() as u32,
            }
        });
        batches.collect()
    }
}

impl Body {
    /// Bands of distance: within one, bodies are drawn mesh by mesh.
    fn band(&self) -> usize {
        BAND_ENDS_M.partition_point(|&end_m| end_m < self.distance_m)
    }
}

/// The mesh that stands for an entity at a distance; `None` when it is too far to be drawn.
fn shape((mesh, lod): (&Mesh3d, Option<&Lod>), distance_m: f32) -> Option<AssetId<Mesh>> {
    match lod {
        None => Some(mesh.id()),
        Some(lod) if distance_m <= lod.distance_m => Some(lod.near.id()),
        Some(lod) => lod.far.as_ref().map(Handle::id),
    }
}

fn instance(camera_from_mesh: &Affine3A, surface: &Surface, tag: Tag) -> Instance {
    let (m, t) = (camera_from_mesh.matrix3, camera_from_mesh.translation);
    Instance {
        rows: [
            [m.x_axis.x, m.y_axis.x, m.z_axis.x, t.x],
            [m.x_axis.y, m.y_axis.y, m.z_axis.y, t.y],
            [m.x_axis.z, m.y_axis.z, m.z_axis.z, t.z],
        ],
        tag: (tag.class as u32) << 16 | u32::from(tag.instance),
        texture: surface.texture as u32,
        emission: surface.emission,
        gloss: surface.gloss,
    }
}

fn bounds(camera_from_mesh: &Affine3A, place: &MeshSlot) -> BoundingBox {
    BoundingBox {
        centre: camera_from_mesh.transform_point3(place.centre),
        half_axes: Mat3::from(camera_from_mesh.matrix3) * Mat3::from_diagonal(place.half_size),
    }
}

fn name_fault(entity: Entity, fault: MeshFault) -> CameraError {
    match fault {
        MeshFault::Missing => CameraError::MeshMissing { entity },
        MeshFault::Lacks(lacks) => CameraError::MeshUnfit { entity, lacks },
    }
}
