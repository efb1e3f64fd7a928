//! Traffic lights: pole, housing, three hooded lamps that the simulation switches.

use bevy::ecs::entity::Entity;
use bevy::ecs::world::World;
use bevy::math::Vec3;
use drive::labels::{Class, LightState};
use scenarios::stage::StageLight;

use super::palette::{Colour, DARK_METAL, STEEL, srgb};
use super::shape::Shape;
use super::solids::Rows;
use super::stagehand::{Stagehand, Thing};
use crate::axes::bevy_from_world;
use crate::scene::{Lamp, Lamps, Surface};

/// Radius of a lamp.
pub const LAMP_RADIUS_M: f32 = 0.15;
/// Distance between the centres of neighbouring lamps.
pub const LAMP_PITCH_M: f32 = 0.35;
/// How far the lamps lie before the pole's axis.
pub const LAMP_FORWARD_M: f32 = 0.25;
/// Emission of a lit lamp; its lens is dark.
const LIT: f32 = 9.0;
/// The lenses when dark: red, amber, green.
const LENSES: [Colour; 3] = [
    [0.11, 0.003, 0.003],
    [0.10, 0.045, 0.002],
    [0.003, 0.085, 0.04],
];

/// Light of a lit lamp 1 m away, per share of its lens's colour.
const LIGHT: f32 = 14.0;

/// The lamps of one traffic light: red, amber, green.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LightLamps(pub [Entity; 3]);

/// Lights the lamp that shows a state and darkens the others.
pub fn show_light(world: &mut World, lamps: &LightLamps, state: LightState) {
    let states = [LightState::Red, LightState::Amber, LightState::Green];
    for (place, (&entity, shows)) in lamps.0.iter().zip(states).enumerate() {
        let emission = if shows == state { LIT } else { 0.0 };
        let mut entity = world.entity_mut(entity);
        entity.insert(lens(emission));
        if let Some(mut lamps) = entity.get_mut::<Lamps>() {
            lamps.0.iter_mut().for_each(|lamp| {
                lamp.light = Vec3::from_array(LENSES[place]) * (LIGHT * emission / LIT);
            });
        }
    }
}

fn lens(emission: f32) -> Surface {
    Surface {
        emission,
        gloss: 0.4,
        casts_shadow: false,
        ..Surface::default()
    }
}

/// Puts a traffic light up, dark.
pub(crate) fn stand(hand: &mut Stagehand<'_>, light: &StageLight) -> LightLamps {
    let red_z = light.red_height_m as f32;
    hand.stand(
        Thing::new(post(red_z), Surface::default(), Class::Pole),
        light.world_from_pole,
    );
    LightLamps([0, 1, 2].map(|place| {
        let mut shape = Shape::new(LENSES[place]);
        let centre = Vec3::new(LAMP_FORWARD_M, 0.0, red_z - LAMP_PITCH_M * place as f32);
        shape.disc(centre, Vec3::X, LAMP_RADIUS_M, 14);
        let thing = Thing::new(shape, lens(0.0), Class::Pole);
        let lamp = hand.stand(thing, light.world_from_pole);
        let lamp = lamp.expect("a disc is never empty");
        let dark = Lamp {
            place: bevy_from_world(centre.to_array()),
            towards: Vec3::X,
            ..Lamp::default()
        };
        hand.hang(lamp, Lamps(vec![dark]));
        lamp
    }))
}

/// Everything but the lamps.
fn post(red_z: f32) -> Shape {
    let mut shape = Shape::new(srgb(STEEL));
    let low_z = red_z - 2.0 * LAMP_PITCH_M;
    shape.bar(Vec3::ZERO, Vec3::Z * (red_z + 0.2), 0.07, 8);
    shape.paint(srgb(DARK_METAL));
    let front = LAMP_FORWARD_M - 0.015;
    shape.floating_cuboid(
        Vec3::new(0.03, -0.19, low_z - 0.22),
        Vec3::new(front, 0.19, red_z + 0.22),
    );
    let board = Vec3::new(front - 0.09, 0.3, red_z + 0.34);
    shape.floating_cuboid(Vec3::new(front - 0.11, -0.3, low_z - 0.34), board);
    for place in 0..3 {
        hood(&mut shape, red_z - LAMP_PITCH_M * place as f32);
    }
    shape
}

/// A half pipe over a lamp, seen from above and from below.
fn hood(shape: &mut Shape, z: f32) {
    let rim = |x: f32, drop: f32| -> Vec<Vec3> {
        let steps = 6;
        let arc = (0..=steps).map(|step| {
            let angle_rad = core::f64::consts::PI * f64::from(step) / f64::from(steps);
            let (y, up) = (
                drive::math::cos(angle_rad) as f32,
                drive::math::sin(angle_rad) as f32,
            );
            Vec3::new(x, y * 0.165, z + up * 0.165 - drop)
        });
        arc.collect()
    };
    let (back, front) = (
        rim(LAMP_FORWARD_M - 0.02, 0.0),
        rim(LAMP_FORWARD_M + 0.2, 0.015),
    );
    shape.skin(&[back.clone(), front.clone()], Rows::Open);
    shape.skin(&[front, back], Rows::Open);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dress::checks::assert_sound;

    #[test]
    fn a_post_is_sound_and_reaches_above_its_red_lamp() {
        let shape = post(3.0);
        assert_sound(&shape, "post");
        assert!(shape.positions.iter().any(|p| p.z > 3.15));
    }

    #[test]
    fn only_the_shown_lamp_shines() {
        let mut world = World::new();
        let light = StageLight {
            world_from_pole: drive::frames::Pose2::default(),
            red_height_m: 3.0,
            stop_line: [drive::frames::Point2::default(); 2],
        };
        let lamps = stand(&mut Stagehand::new(&mut world), &light);
        show_light(&mut world, &lamps, LightState::Amber);
        let shining = lamps
            .0
            .map(|lamp| world.get::<Surface>(lamp).unwrap().emission > 0.0);
        assert_eq!(shining, [false, true, false]);
    }
}
