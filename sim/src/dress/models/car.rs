//! Passenger cars: their lines, and how a car is put together from them.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::parts::{Far, Part};
use super::wheels::far_wheel;
use crate::dress::palette::{CAR_PAINT, RUBBER, TRUCK_PAINT, srgb, varied};
use crate::dress::shape::Shape;
use crate::scene::Surface;

/// Gloss of paint and glass.
const PAINT_GLOSS: f32 = 0.55;
/// Width of a tyre.
pub(super) const TYRE_M: f32 = 0.2;

/// The lines of a car, in metres from the centre of its footprint: (x, z) points and stretches of x.
#[derive(Debug, Clone, Copy)]
pub(super) struct CarPlan {
    pub(super) half_length: f32,
    /// With the mirrors.
    pub(super) half_width: f32,
    pub(super) height: f32,
    pub(super) wheel_radius: f32,
    /// Rear and front axle.
    pub(super) axles: [f32; 2],
    /// Upper edge of the nose.
    pub(super) nose_z: f32,
    /// Foot of the windscreen.
    pub(super) cowl: [f32; 2],
    /// Rear and front end of the roof.
    pub(super) roof: [f32; 2],
    /// Foot of the rear window.
    pub(super) rear_foot: [f32; 2],
    /// Upper edge of the tail.
    pub(super) tail_z: f32,
    /// Where glass begins and ends along the sides of the cabin, as shares from its front.
    pub(super) glass: &'static [[f32; 2]],
    /// How far the roof is narrower than the belt, per side.
    pub(super) tumblehome: f32,
    /// Length of an open load bed at the rear, if any.
    pub(super) bed: Option<f32>,
}

/// A saloon with a boot.
const SEDAN: CarPlan = CarPlan {
    half_length: 2.35,
    half_width: 0.91,
    height: 1.44,
    wheel_radius: 0.32,
    axles: [-1.36, 1.4],
    nose_z: 0.74,
    cowl: [0.98, 0.95],
    roof: [-0.78, 0.22],
    rear_foot: [-1.62, 1.02],
    tail_z: 0.99,
    glass: &[[0.1, 0.47], [0.51, 0.88]],
    tumblehome: 0.17,
    bed: None,
};
/// A short car with a steep rear.
const HATCHBACK: CarPlan = CarPlan {
    half_length: 2.0,
    half_width: 0.875,
    height: 1.48,
    wheel_radius: 0.31,
    axles: [-1.26, 1.22],
    cowl: [0.9, 0.96],
    roof: [-1.45, 0.18],
    rear_foot: [-1.9, 1.0],
    tail_z: 0.97,
    glass: &[[0.1, 0.5], [0.54, 0.84]],
    ..SEDAN
};
/// A long roof over a load space.
const ESTATE: CarPlan = CarPlan {
    half_length: 2.4,
    half_width: 0.92,
    height: 1.5,
    axles: [-1.42, 1.42],
    roof: [-1.95, 0.2],
    rear_foot: [-2.28, 1.02],
    tail_z: 0.99,
    glass: &[[0.08, 0.37], [0.4, 0.68], [0.71, 0.92]],
    ..SEDAN
};
/// A tall car on large wheels.
const SUV: CarPlan = CarPlan {
    half_length: 2.3,
    half_width: 0.95,
    height: 1.75,
    wheel_radius: 0.37,
    axles: [-1.36, 1.36],
    nose_z: 0.98,
    cowl: [0.98, 1.14],
    roof: [-1.8, 0.3],
    rear_foot: [-2.15, 1.2],
    tail_z: 1.17,
    glass: &[[0.09, 0.39], [0.43, 0.7], [0.73, 0.92]],
    tumblehome: 0.15,
    ..SEDAN
};
/// A panel van.
const VAN: CarPlan = CarPlan {
    half_length: 2.6,
    half_width: 0.99,
    height: 2.0,
    wheel_radius: 0.34,
    axles: [-1.6, 1.65],
    nose_z: 0.95,
    cowl: [1.75, 1.18],
    roof: [-2.5, 0.85],
    rear_foot: [-2.56, 1.15],
    tail_z: 1.14,
    glass: &[[0.07, 0.3]],
    tumblehome: 0.1,
    ..SEDAN
};
/// An open load bed behind a cabin.
const PICKUP: CarPlan = CarPlan {
    half_length: 2.65,
    half_width: 0.95,
    height: 1.85,
    wheel_radius: 0.39,
    axles: [-1.6, 1.6],
    nose_z: 1.03,
    cowl: [1.12, 1.16],
    roof: [-0.6, 0.42],
    rear_foot: [-0.78, 1.16],
    tail_z: 1.16,
    glass: &[[0.1, 0.5], [0.55, 0.92]],
    tumblehome: 0.15,
    bed: Some(1.72),
};

/// The lines of the car with this name.
pub(super) fn plan(name: &str) -> Option<CarPlan> {
    match name {
        "sedan" => Some(SEDAN),
        "hatchback" => Some(HATCHBACK),
        "estate" => Some(ESTATE),
        "suv" => Some(SUV),
        "van" => Some(VAN),
        "pickup" => Some(PICKUP),
        _ => None,
    }
}

/// A car with the lines of this name.
pub(super) fn car(name: &str, rng: &mut ChaCha8Rng) -> Vec<Part> {
    let plan = plan(name).expect("asked for a car's lines");
    let list = if name == "van" && rng.random_bool(0.5) {
        TRUCK_PAINT
    } else {
        CAR_PAINT
    };
    let paint = varied(rng, list);
    let surface = Surface {
        gloss: PAINT_GLOSS,
        ..Surface::default()
    };
    let mut body = Shape::new(paint);
    plan.body(&mut body);
    plan.cabin(&mut body, paint);
    plan.mirrors(&mut body, paint);
    let mut far = Shape::new(paint);
    plan.far_body(&mut far);
    plan.cabin(&mut far, paint);
    let mut far_trim = Shape::new(srgb(RUBBER));
    plan.each_wheel(|centre| far_wheel(&mut far_trim, centre, plan.wheel_radius, TYRE_M));
    vec![
        Part::fixed(body, Far::Coarse(far), surface),
        Part::fixed(plan.trim(), Far::Coarse(far_trim), Surface::default()),
        Part::lamps(plan.lamps()),
    ]
}
