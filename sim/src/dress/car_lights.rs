//! Light of a vehicle's lamps: a pair ahead, a pair behind that brightens as it brakes.

use bevy::ecs::entity::Entity;
use bevy::ecs::world::World;
use bevy::math::Vec3;

use super::shape::Shape;
use crate::axes::bevy_from_world;
use crate::scene::{Lamp, Lamps, Surface};

/// Light of a pair of dipped headlamps.
const HEAD: Vec3 = Vec3::new(210.0, 205.0, 190.0);
/// Cosine of the angle off its axis at which a headlamp's light ends, and how far its axis points down.
const HEAD_CONE_COS: f32 = 0.8;
const HEAD_DIP: f32 = 0.06;
/// Light of a pair of tail lamps.
const TAIL: Vec3 = Vec3::new(0.9, 0.03, 0.015);
/// How many times brighter tail lamps are while the vehicle brakes.
const BRAKE_GAIN: f32 = 5.0;
/// Emission of a vehicle's lamps when they are lit, and while it brakes. Head and tail lamps are one body: a
/// brighter headlamp would be seen no brighter.
pub(crate) const LAMPS_LIT: f32 = 2.5;
const LAMPS_BRAKING: f32 = 6.0;

/// What the lamps of a vehicle shine, from where its lenses are.
pub(crate) fn of_vehicle(lenses: &Shape) -> Lamps {
    let [head, tail] = [1.0, -1.0].map(|facing: f32| {
        let corners = lenses.positions.iter().filter(|p| p.x * facing > 0.0);
        let (count, sum) = corners.fold((0.0, Vec3::ZERO), |(count, sum), corner| {
            (
                count + 1.0,
                sum + Vec3::new(corner.x, corner.y.abs(), corner.z),
            )
        });
        let mean = sum / f32::max(count, 1.0);
        Lamp {
            place: bevy_from_world([mean.x + 0.1 * facing, 0.0, mean.z]),
            half_gap_m: mean.y,
            ..Lamp::default()
        }
    });
    let dipped = Vec3::new(1.0, 0.0, -HEAD_DIP).normalize_or_zero();
    Lamps(vec![
        Lamp {
            towards: bevy_from_world(dipped.to_array()),
            light: HEAD,
            cone_cos: HEAD_CONE_COS,
            ..head
        },
        Lamp {
            towards: bevy_from_world([-1.0, 0.0, 0.0]),
            light: TAIL,
            ..tail
        },
    ])
}

/// Brightens or dims the lit tail lamps of a vehicle.
pub(crate) fn show_brakes(world: &mut World, lamps: Entity, is_braking: bool) {
    let (emission, gain) = if is_braking {
        (LAMPS_BRAKING, BRAKE_GAIN)
    } else {
        (LAMPS_LIT, 1.0)
    };
    let mut entity = world.entity_mut(lamps);
    if let Some(mut surface) = entity.get_mut::<Surface>() {
        surface.emission = emission;
    }
    if let Some(mut lamps) = entity.get_mut::<Lamps>() {
        for tail in lamps.0.iter_mut().skip(1) {
            tail.light = TAIL * gain;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tail_lamps_brighten_as_a_vehicle_brakes_and_headlamps_do_not() {
        let mut lenses = Shape::new([0.8; 3]);
        for (x, y) in [(2.0, 0.6), (2.0, -0.6), (-2.0, 0.7), (-2.0, -0.7)] {
            lenses.floating_cuboid(Vec3::new(x, y, 0.6), Vec3::new(x + 0.01, y + 0.1, 0.7));
        }
        let mut world = World::new();
        let entity = world.spawn((Surface::default(), of_vehicle(&lenses))).id();
        let light = |world: &World, lamp: usize| world.get::<Lamps>(entity).unwrap().0[lamp].light;
        let (head, tail) = (light(&world, 0), light(&world, 1));
        show_brakes(&mut world, entity, true);
        assert!(light(&world, 0) == head && light(&world, 1).x > 3.0 * tail.x);
        show_brakes(&mut world, entity, false);
        assert_eq!(light(&world, 1), tail);
        let lamps = world.get::<Lamps>(entity).unwrap();
        assert!(lamps.0[0].place.x > 2.0 && lamps.0[1].place.x < -2.0);
        assert!(
            lamps
                .0
                .iter()
                .all(|lamp| (0.6..0.8).contains(&lamp.half_gap_m))
        );
    }
}
