//! Which entities a frame shows: culled, sorted and batched by mesh.

use bevy::asset::{AssetId, Assets, Handle};
use bevy::ecs::entity::Entity;
use bevy::ecs::query::Has;
use bevy::ecs::world::World;
use bevy::math::{Affine3A, Mat3};
use bevy::mesh::{Mesh, Mesh3d};
use bevy::transform::components::GlobalTransform;
use bytemuck::{Pod, Zeroable};

use super::Exposure;
use super::device::CameraError;
use super::meshes::{MeshFault, MeshSlot, MeshStore};
use super::view::{BoundingBox, View, Volume};
use crate::scene::{Lod, Paint, Surface, Tag};

/// Where the bands of distance end in which bodies are sorted by mesh, in metres.
const BAND_ENDS_M: [f32; 3] = [12.0, 30.0, 75.0];

/// Distance from which nothing throws a shadow into the shadow map, in metres.
const CASTER_REACH_M: f32 = 200.0;

/// One drawn body as the shaders read it: 68 bytes.
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
    retroreflection: f32,
}

impl Instance {
    /// Where the shaders find it.
    pub(super) const ATTRIBUTES: [wgpu::VertexAttribute; 6] = wgpu::vertex_attr_array![
        5 => Float32x4, 6 => Float32x4, 7 => Float32x4, 8 => Uint32x2, 9 => Float32x2,
        10 => Float32
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
    (&'w Mesh3d, Option<&'w Lod>),
    &'w GlobalTransform,
    &'w Surface,
    &'w Tag,
);

/// Finds a mesh's number and place, packing it on first sight.
type FindMesh<'a> = dyn FnMut(AssetId<Mesh>) -> Result<(usize, MeshSlot), MeshFault> + 'a;

/// Bodies sorted by how they are drawn.
#[derive(Default)]
struct Bodies {
    matt: Vec<Body>,
    glossy: Vec<Body>,
    paint: Vec<Body>,
    casters: Vec<Body>,
}

impl DrawList {
    /// Collects what camera and sun see.
    pub(super) fn gather(
        world: &mut World,
        view: &View,
        exposure: Exposure,
        store: &mut MeshStore,
    ) -> Result<Self, CameraError> {
        let mut query = world.query::<(Entity, Seen<'_>, Has<Paint>)>();
        let assets = world.resource::<Assets<Mesh>>();
        let mut find = |mesh| store.slot(mesh, assets);
        let mut bodies = Bodies::default();
        for (entity, seen, is_paint) in query.iter(world) {
            let (shapes, pose, surface, tag) = seen;
            let placed = Placed {
                camera_from_mesh: view.camera_from(pose),
                surface,
                tag,
            };
            let name = |fault| name_fault(entity, fault);
            let list = match surface.mirrors_sky() {
                _ if is_paint => &mut bodies.paint,
                true => &mut bodies.glossy,
                false => &mut bodies.matt,
            };
            let shown = placed.shape(shapes);
            list.extend(placed.body(shown, &view.visible, &mut find).map_err(name)?);
            if exposure == Exposure::Picture && surface.casts_shadow && !is_paint {
                let cast = placed.casting_shape(shapes);
                let caster = placed.body(cast, &view.lit, &mut find).map_err(name)?;
                bodies.casters.extend(caster);
            }
        }
        let mut list = Self::default();
        list.glossy = list.batch(bodies.glossy);
        list.matt = list.batch(bodies.matt);
        list.paint = list.batch(bodies.paint);
        list.casters = list.batch(bodies.casters);
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

/// An entity, placed relative to the camera.
struct Placed<'w> {
    camera_from_mesh: Affine3A,
    surface: &'w Surface,
    tag: &'w Tag,
}

impl Placed<'_> {
    /// The mesh that stands for the entity at its distance; `None` when it is too far to be drawn.
    fn shape(&self, (mesh, lod): (&Mesh3d, Option<&Lod>)) -> Option<AssetId<Mesh>> {
        match lod {
            None => Some(mesh.id()),
            Some(lod) if self.camera_from_mesh.translation.length() <= lod.distance_m => {
                Some(lod.near.id())
            }
            Some(lod) => lod.far.as_ref().map(Handle::id),
        }
    }

    /// The mesh that throws its shadow: the standing world throws those of its far shapes.
    fn casting_shape(&self, shapes: (&Mesh3d, Option<&Lod>)) -> Option<AssetId<Mesh>> {
        if self.camera_from_mesh.translation.length() > CASTER_REACH_M {
            return None;
        }
        match shapes.1.and_then(|lod| lod.far.as_ref()) {
            Some(far) if self.tag.instance == 0 => Some(far.id()),
            _ => self.shape(shapes),
        }
    }

    /// The body to draw, if there is a mesh and it lies in the volume.
    fn body(
        &self,
        mesh: Option<AssetId<Mesh>>,
        volume: &Volume,
        find: &mut FindMesh<'_>,
    ) -> Result<Option<Body>, MeshFault> {
        let Some(mesh) = mesh else {
            return Ok(None);
        };
        let (mesh, place) = find(mesh)?;
        let bounds = BoundingBox {
            centre: self.camera_from_mesh.transform_point3(place.centre),
            half_axes: Mat3::from(self.camera_from_mesh.matrix3)
                * Mat3::from_diagonal(place.half_size),
        };
        let is_seen = volume.touches(&bounds);
        Ok(is_seen.then(|| Body {
            mesh,
            distance_m: bounds.centre.length() - bounds.radius_m(),
            instance: self.instance(),
        }))
    }

    fn instance(&self) -> Instance {
        let m = self.camera_from_mesh.matrix3;
        let t = self.camera_from_mesh.translation;
        Instance {
            rows: [
                [m.x_axis.x, m.y_axis.x, m.z_axis.x, t.x],
                [m.x_axis.y, m.y_axis.y, m.z_axis.y, t.y],
                [m.x_axis.z, m.y_axis.z, m.z_axis.z, t.z],
            ],
            tag: (self.tag.class as u32) << 16 | u32::from(self.tag.instance),
            texture: self.surface.texture as u32,
            emission: self.surface.emission,
            gloss: self.surface.gloss,
            retroreflection: self.surface.retroreflection,
        }
    }
}

impl Body {
    /// Bands of distance: within one, bodies are drawn mesh by mesh.
    fn band(&self) -> usize {
        BAND_ENDS_M.partition_point(|&end_m| end_m < self.distance_m)
    }
}

fn name_fault(entity: Entity, fault: MeshFault) -> CameraError {
    match fault {
        MeshFault::Missing => CameraError::MeshMissing { entity },
        MeshFault::Lacks(lacks) => CameraError::MeshUnfit { entity, lacks },
    }
}
