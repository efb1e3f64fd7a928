//! Which lamps a picture shows: the nearest ones ahead of the camera.

use bevy::ecs::world::World;
use bevy::math::Vec3;
use bevy::transform::components::GlobalTransform;
use bytemuck::{Pod, Zeroable};

use super::rough::MOST_LAMPS;
use super::view::View;
use crate::scene::{Lamp, Lamps};

/// Distance from which lamps are left out, in metres.
const REACH_M: f32 = 220.0;
/// How far behind the camera a lamp may hang to light what is seen, in metres.
const BEHIND_M: f32 = 12.0;
/// How much a lamp dazzles by day, against by night.
const DAY_GLARE: f32 = 0.3;

/// A lamp as the shaders read it: 48 bytes, relative to the camera.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
pub(super) struct LitLamp {
    /// w: cosine at which its cone ends.
    place: [f32; 4],
    /// w: half the gap of a pair in metres.
    towards: [f32; 4],
    /// w: how much it dazzles.
    light: [f32; 4],
}

/// The lamps of a world as the camera sees them, the nearest first.
pub(super) fn gather(world: &mut World, view: &View) -> Vec<LitLamp> {
    let mut query = world.query::<(&Lamps, &GlobalTransform)>();
    let mut found: Vec<(f32, LitLamp)> = Vec::new();
    for (lamps, pose) in query.iter(world) {
        let camera_from_lamp = view.camera_from(pose);
        let placed = lamps.0.iter().filter_map(|lamp| {
            let place = camera_from_lamp.transform_point3(lamp.place);
            let is_near = place.length() < REACH_M && place.dot(view.ahead()) > -BEHIND_M;
            let towards = camera_from_lamp.transform_vector3(lamp.towards);
            is_near.then(|| (place.length(), lit(lamp, [place, towards], view)))
        });
        found.extend(placed);
    }
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    found.truncate(MOST_LAMPS);
    found.into_iter().map(|(_, lamp)| lamp).collect()
}

fn lit(lamp: &Lamp, [place, towards]: [Vec3; 2], view: &View) -> LitLamp {
    let night = view.air().night;
    let glare = lamp.light.max_element().sqrt().sqrt() * 0.45;
    LitLamp {
        place: place.extend(lamp.cone_cos).to_array(),
        towards: towards.extend(lamp.half_gap_m).to_array(),
        light: (lamp.light * night)
            .max(lamp.light * 1e-3)
            .extend(glare * (DAY_GLARE + (1.0 - DAY_GLARE) * night))
            .to_array(),
    }
}
