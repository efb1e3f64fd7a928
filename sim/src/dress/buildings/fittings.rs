//! What is seen on a front from near: doors, shop windows, awnings, signs, balconies, gates.

use bevy::math::Vec3;

use super::{BAY_M, Building, Facade, GroundFloor};
use crate::dress::palette::{FITTINGS, GLASS, shaded, srgb};
use crate::dress::shape::Shape;

/// How far fittings stand out of the wall.
const PROUD_M: f32 = 0.03;

impl Building {
    /// Everything on the front.
    pub(super) fn front(&self) -> Shape {
        let mut shape = Shape::new(self.trim());
        match self.ground_floor {
            GroundFloor::Shops => self.shops(&mut shape),
            GroundFloor::Dwelling => self.entrance(&mut shape),
            GroundFloor::Gate => self.gate(&mut shape),
        }
        if self.balconies {
            self.balconies(&mut shape);
        }
        if self.facade != Facade::Planks && self.floors > 0 {
            self.cornice(&mut shape);
        }
        shape
    }

    /// Left end of a bay along the street.
    fn bay_left(&self, bay: usize) -> f32 {
        bay as f32 * BAY_M - self.half_size_m()[1]
    }

    /// A box on the front: along the street, upwards, out of the wall.
    fn boxed(&self, shape: &mut Shape, y: [f32; 2], z: [f32; 2], depth: f32) {
        let x = self.half_size_m()[0];
        shape.floating_cuboid(
            Vec3::new(x - 0.05, y[0], z[0]),
            Vec3::new(x + depth, y[1], z[1]),
        );
    }

    fn door(&self, shape: &mut Shape, left: f32, width: f32, high: f32) {
        shape.paint(self.trim());
        shape.face(&self.on_front(
            [left - 0.12, left + width + 0.12],
            [0.0, high + 0.14],
            PROUD_M,
        ));
        shape.paint(self.accent);
        shape.face(&self.on_front([left, left + width], [0.12, high], PROUD_M * 2.0));
        shape.paint(srgb(GLASS));
        let pane = [left + width * 0.22, left + width * 0.78];
        shape.face(&self.on_front(pane, [high * 0.55, high * 0.9], PROUD_M * 3.0));
    }

    fn shops(&self, shape: &mut Shape) {
        let door_bay = self.shift[1] % self.bays[0];
        let half = self.half_size_m()[1];
        for bay in 0..self.bays[0] {
            let left = self.bay_left(bay);
            if bay == door_bay {
                self.door(shape, left + 0.9, 1.2, 2.5);
                continue;
            }
            shape.paint(shaded(self.accent, 0.6));
            shape.face(&self.on_front([left + 0.15, left + 2.85], [0.35, 2.78], PROUD_M));
            shape.paint(srgb(GLASS));
            shape.face(&self.on_front([left + 0.27, left + 1.46], [0.5, 2.68], PROUD_M * 2.0));
            shape.face(&self.on_front([left + 1.54, left + 2.73], [0.5, 2.68], PROUD_M * 2.0));
        }
        shape.paint(self.accent);
        self.boxed(shape, [-half + 0.2, half - 0.2], [2.92, 3.45], 0.12);
        shape.paint(shaded(self.accent, 3.0));
        let (middle, reach) = (self.shift[0] as f32 - 1.0, 0.25 * half + 0.4);
        shape.face(&self.on_front([middle - reach, middle + reach], [3.06, 3.3], 0.14));
        if self.shift[0] != 1 {
            self.awning(shape, (door_bay + 1) % self.bays[0]);
        }
    }

    /// A striped awning over a bay.
    fn awning(&self, shape: &mut Shape, bay: usize) {
        let x = self.half_size_m()[0];
        let stripes = 6;
        let width = BAY_M / stripes as f32;
        for stripe in 0..stripes {
            let y = self.bay_left(bay) + width * stripe as f32;
            let at = |out: f32, y: f32, z: f32| Vec3::new(x + out, y, z);
            let light = if stripe % 2 == 0 {
                self.accent
            } else {
                srgb(0xd8_d4_c8)
            };
            let slope = [
                at(1.1, y, 2.35),
                at(1.1, y + width, 2.35),
                at(0.0, y + width, 2.95),
                at(0.0, y, 2.95),
            ];
            let mut under = slope;
            under.reverse();
            let valance = [
                at(1.1, y, 2.12),
                at(1.1, y + width, 2.12),
                at(1.1, y + width, 2.35),
                at(1.1, y, 2.35),
            ];
            shape.paint(light).face(&slope).face(&valance);
            shape.paint(shaded(light, 0.5)).face(&under);
        }
    }

    fn entrance(&self, shape: &mut Shape) {
        let left = self.bay_left(self.bays[0] / 2) + 0.85;
        shape.paint(self.trim());
        shape.face(&self.on_front([left - 0.35, left + 1.65], [0.0, 2.95], PROUD_M * 0.7));
        self.door(shape, left, 1.3, 2.35);
        shape.paint(srgb(0x9a_96_90));
        self.boxed(shape, [left - 0.3, left + 1.6], [0.0, 0.15], 0.45);
        shape.paint(shaded(self.accent, 0.8));
        self.boxed(shape, [left - 0.3, left + 1.6], [2.65, 2.75], 0.7);
    }

    fn gate(&self, shape: &mut Shape) {
        let middle = (self.shift[0] as f32 - 1.0) * 1.5;
        shape.paint(self.trim());
        shape.face(&self.on_front([middle - 2.0, middle + 2.0], [0.0, 3.5], PROUD_M));
        for (from, to) in [(-1.85, -0.04), (0.04, 1.85)] {
            shape.paint(self.accent);
            let y = [middle + from, middle + to];
            shape.face(&self.on_front(y, [0.05, 3.35], PROUD_M * 2.0));
            shape.paint(shaded(self.accent, 1.5));
            for z in [0.5, 2.6] {
                shape.face(&self.on_front(y, [z, z + 0.2], PROUD_M * 3.0));
            }
        }
        let end = self.half_size_m()[1] - 0.9;
        shape.paint(srgb(GLASS));
        shape.face(&self.on_front([end - 1.0, end], [1.5, 2.4], PROUD_M * 2.0));
    }

    fn cornice(&self, shape: &mut Shape) {
        let half = self.half_size_m()[1];
        shape.paint(self.trim());
        let eaves = self.eaves_m();
        self.boxed(shape, [-half, half], [eaves - 0.28, eaves - 0.16], 0.14);
    }

    fn balconies(&self, shape: &mut Shape) {
        let storeys = ((self.eaves_m() - self.base_m()) / BAY_M) as usize;
        let bay = (self.bays[0] / 2 + 1).min(self.bays[0] - 1);
        let (y, x) = (
            [self.bay_left(bay) + 0.2, self.bay_left(bay) + 2.8],
            self.half_size_m()[0],
        );
        for storey in 1..storeys {
            let floor = self.base_m() + storey as f32 * BAY_M;
            shape.paint(srgb(0x9c_99_94));
            self.boxed(shape, y, [floor - 0.02, floor + 0.12], 1.15);
            let colour = if self.shift[1] == 0 {
                srgb(FITTINGS[self.shift[0] * 4 + 3])
            } else {
                self.accent
            };
            shape.paint(colour);
            shape.floating_cuboid(
                Vec3::new(x + 1.08, y[0], floor + 0.12),
                Vec3::new(x + 1.14, y[1], floor + 1.05),
            );
            for y in y {
                let low = Vec3::new(x, y - 0.03, floor + 0.12);
                shape.floating_cuboid(low, Vec3::new(x + 1.1, y + 0.03, floor + 1.05));
            }
        }
    }
}
