//! What an entity carries so that the sensor camera draws and labels it.
//!
//! An entity with a `Mesh3d`, a `GlobalTransform`, a [`Surface`] and a [`Tag`] is seen. Meshes are
//! triangle lists with positions, normals, `UV_0` (in repeats of the texture) and vertex colours
//! (linear RGB; multiplied with the texture as far as its alpha says), indexed and welded.
//! Bevy's world is y up: (x, y, z) of the simulation's world is (x, z, -y) of Bevy's; see [`crate::axes`].

use bevy::asset::Handle;
use bevy::ecs::component::Component;
use bevy::math::Vec3;
use bevy::mesh::Mesh;
use drive::labels::Class;

/// Tiling, near-white detail textures; layers of one texture array. Drawn by `dress::textures`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u32)]
pub enum Texture {
    /// No detail: the vertex colour alone.
    #[default]
    Plain = 0,
    /// Asphalt: grain, patches, cracks.
    Asphalt = 1,
    /// Paving stones.
    Paving = 2,
    /// Grass and soil.
    Grass = 3,
    /// Rendered facade with windows (three bays by three floors, 9 m x 9 m, a repeat).
    FacadeRender = 4,
    /// Brick facade with windows.
    FacadeBrick = 5,
    /// Glass and concrete facade.
    FacadeOffice = 6,
    /// Roof tiles.
    Roof = 7,
    /// Bark.
    Bark = 8,
    /// Leaves in clumps.
    Foliage = 9,
    /// Woven cloth.
    Cloth = 10,
    /// Worn paint on the road: alpha is coverage.
    WornPaint = 11,
}

/// Number of texture layers.
pub const TEXTURE_LAYERS: u32 = 12;

/// The shapes of an entity for near and far, where one is worth it; without it `Mesh3d` is drawn.
#[derive(Component, Debug, Clone, PartialEq)]
pub struct Lod {
    /// Drawn up to `distance_m`.
    pub near: Handle<Mesh>,
    /// Drawn beyond; `None` draws nothing.
    pub far: Option<Handle<Mesh>>,
    /// Distance from the camera in metres at which the shapes change.
    pub distance_m: f32,
}

/// How the sensor camera shades an entity.
#[derive(Component, Debug, Clone, Copy, PartialEq)]
pub struct Surface {
    /// Its detail texture.
    pub texture: Texture,
    /// Light it gives off, as a multiple of its colour: 0 for most, above 1 for lit lamps.
    pub emission: f32,
    /// 0 matt to 1 glossy (reflects sky and sun, see [`Surface::mirrors_sky`]).
    pub gloss: f32,
    /// How much of a headlamp's light it sends back to the car it came from, per share of light it scatters.
    pub retroreflection: f32,
    /// Whether it throws a shadow; the standing world throws that of its far shape.
    pub casts_shadow: bool,
}

impl Surface {
    /// Gloss from which a body mirrors the sky; below it is drawn matt, which costs the software renderer half.
    const MIRROR_GLOSS: f32 = 0.15;

    /// Whether the sky is reflected in it.
    pub fn mirrors_sky(&self) -> bool {
        self.gloss >= Self::MIRROR_GLOSS
    }
}

impl Default for Surface {
    fn default() -> Self {
        Self {
            texture: Texture::Plain,
            emission: 0.0,
            gloss: 0.0,
            retroreflection: 0.0,
            casts_shadow: true,
        }
    }
}

/// What the label maps say where an entity is seen.
#[derive(Component, Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tag {
    /// Its class.
    pub class: Class,
    /// 0 for the standing world, else the actor's index plus one.
    pub instance: u16,
}

/// Marks paint on the road (lane markings, stop lines): blended over the ground by the coverage that
/// `UV_0` and `UV_1` describe, so that thin lines are filtered instead of flickering. `UV_1.x` runs
/// from -1 to 1 across the *paint* and reaches beyond on the mesh's margin; `UV_1.y` likewise along a
/// dash (constantly 0 on solid lines). The label follows where coverage is at least one half.
#[derive(Component, Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Paint;

/// The lamps of an entity. They light what is around them at night, and dazzle at night and in rain; by day
/// nobody looks at them.
#[derive(Component, Debug, Clone, PartialEq, Default)]
pub struct Lamps(pub Vec<Lamp>);

/// A lamp, or a pair of lamps side by side, in its entity's frame (Bevy's axes).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Lamp {
    /// Where it is; of a pair, the middle.
    pub place: Vec3,
    /// Unit vector it shines along.
    pub towards: Vec3,
    /// Light on a surface that faces it 1 m away, on the scale of [`crate::camera::Air`] by night.
    pub light: Vec3,
    /// Cosine of the angle off its axis at which its light ends.
    pub cone_cos: f32,
    /// Half the distance between the two of a pair in metres; 0 for a single lamp.
    pub half_gap_m: f32,
}
