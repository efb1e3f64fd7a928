//! What is fixed to a car: wheels, mirrors, bumpers, grille, plates, lamps.

use bevy::math::Vec3;

use super::car::{CarPlan, TYRE_M};
use super::wheels::wheel;
use crate::dress::palette::{Colour, RUBBER, srgb};
use crate::dress::shape::Shape;

/// How far fittings stand out of the body.
const PROUD_M: f32 = 0.012;

impl CarPlan {
    /// Both mirrors.
    pub(super) fn mirrors(&self, shape: &mut Shape, paint: Colour) {
        let (x, z) = (self.cowl[0] - 0.32, self.cowl[1] + 0.02);
        let inner = self.belt_half() - 0.04;
        for side in [1.0, -1.0] {
            let (a, b) = (side * inner, side * self.half_width);
            let low = Vec3::new(x - 0.08, a.min(b), z);
            shape
                .paint(paint)
                .floating_cuboid(low, Vec3::new(x + 0.04, a.max(b), z + 0.13));
        }
    }

    /// Everything matt: wheels, underbody, bumpers, grille, plates.
    pub(super) fn trim(&self) -> Shape {
        let mut shape = Shape::new(srgb(RUBBER));
        let (l, w) = (self.half_length, self.body_half());
        let under = Vec3::new(l - 0.6, w - 0.13, 0.0);
        shape.cuboid(
            -under + Vec3::Z * 0.2,
            under + Vec3::Z * (self.wheel_radius * 2.0 + 0.02),
        );
        self.each_wheel(|centre| wheel(&mut shape, centre, self.wheel_radius, TYRE_M));
        for facing in [1.0, -1.0] {
            let half = self.half_at(facing * self.half_length) * 0.9;
            self.plate(&mut shape, facing, half, [0.29, 0.35]);
        }
        let grille = [self.nose_z - 0.27, self.nose_z - 0.16];
        self.plate(shape.paint(srgb(0x14_17_18)), 1.0, w * 0.42, grille);
        shape.paint(srgb(0xd8_d8_d0));
        self.plate(
            &mut shape,
            1.0,
            0.26,
            [self.nose_z - 0.4, self.nose_z - 0.295],
        );
        let rear = if self.bed.is_some() {
            0.48
        } else {
            self.tail_z - 0.33
        };
        self.plate(&mut shape, -1.0, 0.26, [rear, rear + 0.11]);
        shape
    }

    /// Head and tail lamps.
    pub(super) fn lamps(&self) -> Shape {
        let mut shape = Shape::new(srgb(0xd9_dd_de));
        let (l, nose) = (self.half_length, self.nose_z);
        for side in [1.0, -1.0] {
            self.lamp(
                &mut shape,
                [l, side],
                [0.5, 0.99],
                [nose - 0.26, nose - 0.13],
            );
            shape.paint(srgb(0xd9_dd_de));
        }
        let tail = self.tail_z;
        for side in [1.0, -1.0] {
            shape.paint(srgb(0x8e_12_12));
            self.lamp(
                &mut shape,
                [-l, side],
                [0.62, 0.99],
                [tail - 0.3, tail - 0.13],
            );
        }
        shape
    }

    /// A lamp at an end of the car, round its corner: face and flank.
    fn lamp(&self, shape: &mut Shape, [end, side]: [f32; 2], [from, to]: [f32; 2], z: [f32; 2]) {
        let facing = end.signum();
        let (x, half) = (end + PROUD_M * facing, self.half_at(end));
        let back = end - 0.28 * facing;
        let flank = (self.half_at(back) + PROUD_M) * side;
        let (inner, outer) = (half * from * side, (half * to + PROUD_M) * side);
        let quad = |a: [f32; 2], b: [f32; 2]| {
            let at = |p: [f32; 2], z: f32| Vec3::new(p[0], p[1], z);
            [at(a, z[0]), at(b, z[0]), at(b, z[1]), at(a, z[1])]
        };
        for mut corners in [
            quad([x, inner], [x, outer]),
            quad([x, outer], [back, flank]),
        ] {
            if facing * side < 0.0 {
                corners.reverse();
            }
            shape.face(&corners);
        }
    }

    /// A flat upright fitting on an end of the car.
    fn plate(&self, shape: &mut Shape, facing: f32, half: f32, z: [f32; 2]) {
        let x = (self.half_length + PROUD_M) * facing;
        let at = |y: f32, z: f32| Vec3::new(x, y * facing, z);
        let corners = [
            at(-half, z[0]),
            at(half, z[0]),
            at(half, z[1]),
            at(-half, z[1]),
        ];
        shape.face(&corners);
    }
}
