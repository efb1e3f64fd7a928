//! Cyclists: a cycle of round bars and a rider who bends and pedals.

use bevy::math::Vec3;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::parts::{Far, Joint, Motion, Part};
use crate::dress::palette::{
    CAR_PAINT, CLOTHES, Colour, FITTINGS, HAIR, RUBBER, SKIN, TROUSERS, srgb, varied,
};
use crate::dress::shape::Shape;
use crate::dress::solids::{Ring, Rows, circle};
use crate::scene::{Surface, Texture};

/// Corners of a wheel.
const WHEEL_SIDES: usize = 14;
/// Radius of the frame's bars.
const BAR_M: f32 = 0.022;

/// Where a cycle and its rider meet, as (x, z) in metres from the cycle's middle.
#[derive(Debug, Clone, Copy)]
struct Posture {
    rear_hub: [f32; 2],
    front_hub: [f32; 2],
    wheel_radius: f32,
    saddle: [f32; 2],
    bars: [f32; 2],
    crank: [f32; 2],
    shoulder: [f32; 2],
    head: [f32; 2],
    bar_half: f32,
    box_ahead: bool,
}

fn posture(name: &str) -> Posture {
    let city = Posture {
        rear_hub: [-0.55, 0.35],
        front_hub: [0.55, 0.35],
        wheel_radius: 0.35,
        saddle: [-0.28, 0.95],
        bars: [0.36, 1.08],
        crank: [-0.08, 0.3],
        shoulder: [-0.12, 1.44],
        head: [-0.06, 1.62],
        bar_half: 0.28,
        box_ahead: false,
    };
    match name {
        "racing_cyclist" => Posture {
            saddle: [-0.24, 0.97],
            bars: [0.44, 0.92],
            shoulder: [0.14, 1.32],
            head: [0.28, 1.47],
            bar_half: 0.2,
            ..city
        },
        "cargo_cyclist" => Posture {
            rear_hub: [-0.88, 0.33],
            front_hub: [0.93, 0.26],
            wheel_radius: 0.33,
            saddle: [-0.6, 0.95],
            bars: [0.02, 1.08],
            crank: [-0.4, 0.3],
            shoulder: [-0.44, 1.44],
            head: [-0.38, 1.62],
            box_ahead: true,
            ..city
        },
        _ => city,
    }
}

/// A cyclist of the model with this name.
pub(super) fn cyclist(name: &str, rng: &mut ChaCha8Rng) -> Vec<Part> {
    let posture = posture(name);
    let still = |near: Shape, surface: Surface| Part::fixed(near, Far::Same, surface);
    let paint = Surface {
        gloss: 0.3,
        ..Surface::default()
    };
    let cloth = Surface {
        texture: Texture::Cloth,
        ..Surface::default()
    };
    let (top, trousers, skin) = (
        varied(rng, CLOTHES),
        varied(rng, TROUSERS),
        varied(rng, SKIN),
    );
    let mut frame = posture.frame(varied(rng, CAR_PAINT));
    if posture.box_ahead {
        posture.load_box(&mut frame, varied(rng, FITTINGS));
    }
    let hat = if rng.random_bool(0.5) {
        varied(rng, FITTINGS)
    } else {
        varied(rng, HAIR)
    };
    let mut parts = vec![
        still(frame, paint),
        still(posture.wheels(), Surface::default()),
        still(posture.torso(top, trousers), cloth),
        still(posture.head_and_hands(skin, hat), Surface::default()),
    ];
    for (side, phase_rad) in [(1.0, 0.0), (-1.0, core::f64::consts::PI)] {
        parts.push(still(posture.arm(side, top), cloth));
        let thigh = parts.len();
        let joint = |parent, pivot, amplitude_rad: f64, phase_rad| Joint {
            parent,
            pivot,
            motion: Motion::Swing {
                amplitude_rad,
                phase_rad,
            },
        };
        let upper = joint(None, posture.hip(side), 0.3, phase_rad);
        let lower = joint(Some(thigh), posture.knee(side), 0.35, phase_rad + 1.9);
        for (near, joint) in [
            (posture.thigh(side, trousers), upper),
            (posture.shin(side, trousers), lower),
        ] {
            parts.push(Part {
                joint,
                ..still(near, cloth)
            });
        }
    }
    parts
}

impl Posture {
    fn at(point: [f32; 2], y: f32) -> Vec3 {
        Vec3::new(point[0], y, point[1])
    }

    fn frame(&self, paint: Colour) -> Shape {
        let mut shape = Shape::new(paint);
        let p = |point: [f32; 2]| Self::at(point, 0.0);
        let (saddle, crank, bars) = (p(self.saddle), p(self.crank), p(self.bars));
        let seat_top = saddle - Vec3::Z * 0.12;
        let head = bars + (p(self.front_hub) - bars) * 0.22;
        let head_low = bars + (p(self.front_hub) - bars) * 0.42;
        for (from, to) in [(crank, seat_top), (crank, head_low), (seat_top, head)] {
            shape.bar(from, to, BAR_M, 5);
        }
        for side in [0.05, -0.05] {
            let y = Vec3::Y * side;
            shape.bar(p(self.rear_hub) + y, crank + y * 0.5, BAR_M * 0.7, 4);
            shape.bar(p(self.rear_hub) + y, seat_top + y * 0.4, BAR_M * 0.7, 4);
            shape.bar(p(self.front_hub) + y, head_low + y, BAR_M * 0.8, 4);
        }
        shape.bar(head_low, bars, BAR_M * 1.2, 5);
        shape.paint(srgb(RUBBER));
        shape.bar(
            bars - Vec3::Y * self.bar_half,
            bars + Vec3::Y * self.bar_half,
            0.018,
            5,
        );
        shape.bar(crank - Vec3::Y * 0.16, crank + Vec3::Y * 0.16, 0.015, 4);
        let low = saddle + Vec3::new(-0.14, -0.08, -0.07);
        shape.floating_cuboid(low, saddle + Vec3::new(0.13, 0.08, 0.0));
        shape
    }

    fn wheels(&self) -> Shape {
        let mut shape = Shape::new(srgb(RUBBER));
        for hub in [self.rear_hub, self.front_hub] {
            let radius = self.wheel_radius.min(hub[1]);
            let ring = |y: f32, share: f32| -> Vec<Vec3> {
                let around = circle(WHEEL_SIDES);
                around
                    .map(|c| Self::at(hub, y) + Vec3::new(c.x, 0.0, c.y) * radius * share)
                    .collect()
            };
            let tyre = [
                ring(0.0, 0.87),
                ring(0.022, 0.93),
                ring(0.0, 1.0),
                ring(-0.022, 0.93),
                ring(0.0, 0.87),
            ];
            shape.paint(srgb(RUBBER)).skin(&tyre, Rows::Closed);
            shape.paint(srgb(0x8d_92_95));
            for spoke in circle(5) {
                let arm = Vec3::new(spoke.x, 0.0, spoke.y) * radius * 0.9;
                shape.bar(Self::at(hub, 0.0) - arm, Self::at(hub, 0.0) + arm, 0.006, 3);
            }
        }
        shape
    }

    fn load_box(&self, shape: &mut Shape, paint: Colour) {
        let from = self.bars[0] + 0.08;
        let to = self.front_hub[0] - 0.3;
        shape.paint(paint).extruded(&[
            [to + 0.08, 0.78, 0.32],
            [from - 0.02, 0.84, 0.34],
            [from, 0.3, 0.27],
            [to, 0.3, 0.24],
        ]);
        shape.paint(srgb(0x1c_1c_1d)).face(&[
            Vec3::new(from + 0.02, -0.3, 0.845),
            Vec3::new(to + 0.04, -0.28, 0.792),
            Vec3::new(to + 0.04, 0.28, 0.792),
            Vec3::new(from + 0.02, 0.3, 0.845),
        ]);
        let (low, high) = (Self::at([from, 0.3], 0.0), Self::at(self.front_hub, 0.0));
        shape.paint(paint).bar(low, high, 0.03, 5);
    }

    fn torso(&self, top: Colour, trousers: Colour) -> Shape {
        let mut shape = Shape::textured(trousers, 2.0);
        let (seat, shoulder) = (self.saddle, self.shoulder);
        let ring = |share: f32, half_x: f32, half_y: f32| {
            let x = seat[0] + (shoulder[0] - seat[0]) * share;
            let z = seat[1] + (shoulder[1] - seat[1]) * share;
            Ring::oval(z, half_x, half_y).shifted(x, 0.0)
        };
        shape.turned_body(
            &[
                ring(-0.04, 0.12, 0.14),
                ring(0.12, 0.14, 0.17),
                ring(0.24, 0.13, 0.16),
            ],
            8,
        );
        shape.paint(top).turned_body(
            &[
                ring(0.18, 0.135, 0.165),
                ring(0.42, 0.115, 0.15),
                ring(0.75, 0.14, 0.185),
                ring(0.98, 0.11, 0.19),
                ring(1.1, 0.06, 0.07),
            ],
            8,
        );
        shape
    }

    fn head_and_hands(&self, skin: Colour, hat: Colour) -> Shape {
        let mut shape = Shape::new(skin);
        let head = Self::at(self.head, 0.0);
        let neck = Self::at(self.shoulder, 0.0) + Vec3::Z * 0.02;
        shape.bar(neck, head, 0.05, 6);
        shape.lump(head, 2, |direction| {
            direction * Vec3::new(0.1, 0.078, 0.125)
        });
        shape
            .paint(hat)
            .lump(head + Vec3::new(-0.015, 0.0, 0.045), 2, |direction| {
                direction * Vec3::new(0.12, 0.092, if direction.z > 0.0 { 0.1 } else { 0.02 })
            });
        shape.paint(skin);
        for side in [1.0, -1.0] {
            let hand = Self::at(self.bars, side * self.bar_half * 0.85);
            shape.lump(hand, 1, |direction| direction * 0.042);
        }
        shape
    }

    fn arm(&self, side: f32, top: Colour) -> Shape {
        let mut shape = Shape::textured(top, 2.0);
        let shoulder = Self::at(self.shoulder, side * 0.19) - Vec3::Z * 0.03;
        let hand = Self::at(self.bars, side * self.bar_half * 0.85);
        let elbow = (shoulder + hand) / 2.0 + Vec3::new(-0.05, side * 0.06, -0.08);
        shape.cone([shoulder, elbow], [0.056, 0.045], 6);
        shape.cone([elbow, hand], [0.045, 0.034], 6);
        shape
    }

    fn hip(&self, side: f32) -> Vec3 {
        Self::at(self.saddle, side * 0.1) + Vec3::new(0.03, 0.0, 0.04)
    }

    fn knee(&self, side: f32) -> Vec3 {
        self.hip(side) + Vec3::new(0.39, side * 0.02, -0.17 - 0.02 * side)
    }

    fn thigh(&self, side: f32, trousers: Colour) -> Shape {
        let mut shape = Shape::textured(trousers, 2.0);
        shape.cone([self.hip(side), self.knee(side)], [0.088, 0.062], 6);
        shape
    }

    fn shin(&self, side: f32, trousers: Colour) -> Shape {
        let mut shape = Shape::textured(trousers, 2.0);
        let knee = self.knee(side);
        let foot = Self::at(self.crank, side * 0.13) + Vec3::new(0.06, 0.0, -0.05 - 0.06 * side);
        shape.lump(knee, 1, |direction| direction * 0.066);
        shape.cone([knee, foot], [0.062, 0.042], 6);
        shape.paint(srgb(0x24_24_26));
        shape.floating_cuboid(
            foot + Vec3::new(-0.08, -0.045, -0.06),
            foot + Vec3::new(0.18, 0.045, 0.03),
        );
        shape
    }
}
