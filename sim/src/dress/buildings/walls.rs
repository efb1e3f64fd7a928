//! Walls: textured upper floors, plain ground floors, lit windows.

use bevy::math::{Vec2, Vec3};

use super::{BAY_M, Building, Facade, GroundFloor, LitWindows, lamplight};
use crate::dress::noise::hash;
use crate::dress::palette::{Colour, shaded};
use crate::dress::shape::Shape;

/// Bays and floors a repeat of the facade textures.
const REPEAT_BAYS: f32 = 3.0;

impl Building {
    /// The walls above the ground floor or plinth.
    pub(super) fn walls(&self) -> Shape {
        let mut shape = Shape::textured(self.wall, 0.4);
        let (low, high) = (self.base_m(), self.eaves_m());
        if self.facade == Facade::Planks {
            self.four_walls(&mut shape, low, high, |shape, corners, _| {
                shape.face(&corners);
            });
            return shape;
        }
        let top = (high - low) / BAY_M / REPEAT_BAYS;
        let shift = self.shift.map(|steps| steps as f32 / REPEAT_BAYS);
        self.four_walls(&mut shape, low, high, |shape, corners, bays| {
            let right = bays as f32 / REPEAT_BAYS;
            let at = |u: f32, v: f32| Vec2::new(u + shift[0], v + shift[1]);
            shape.panel(
                corners,
                [at(0.0, 0.0), at(right, 0.0), at(right, -top), at(0.0, -top)],
            );
        });
        shape
    }

    /// Plinth or the plain storey behind shop windows.
    pub(super) fn ground_walls(&self, shape: &mut Shape) {
        let colour = if self.ground_floor == GroundFloor::Shops {
            shaded(self.wall, 0.72)
        } else {
            shaded(self.wall, 0.6)
        };
        let base = self.base_m();
        if base > 0.0 {
            shape.paint(colour);
            self.four_walls(shape, 0.0, base, |shape, corners, _| {
                shape.face(&corners);
            });
        }
    }

    /// Calls for the corners of each wall, counter-clockwise from its lower left, and its bays.
    fn four_walls(
        &self,
        shape: &mut Shape,
        low: f32,
        high: f32,
        mut add: impl FnMut(&mut Shape, [Vec3; 4], usize),
    ) {
        let feet = [
            (1.0, -1.0),
            (1.0, 1.0),
            (-1.0, 1.0),
            (-1.0, -1.0),
            (1.0, -1.0),
        ];
        for (side, ends) in feet.windows(2).enumerate() {
            let at = |end: usize, z: f32| self.corner(ends[end].0, ends[end].1, z);
            let corners = [at(0, low), at(1, low), at(1, high), at(0, high)];
            add(shape, corners, self.bays[side % 2]);
        }
    }

    /// Extent of a window within its bay: along the street, upwards, in metres.
    fn window_m(&self) -> ([f32; 2], [f32; 2]) {
        let (x, y) = match self.facade {
            Facade::Brick => ([0.27, 0.73], [0.33, 0.75]),
            Facade::Office => ([0.04, 0.46], [0.36, 0.84]),
            Facade::Render | Facade::Planks => ([0.33, 0.67], [0.31, 0.77]),
        };
        (x.map(|share| share * BAY_M), y.map(|share| share * BAY_M))
    }

    /// Panes of lit windows over the front.
    pub(super) fn lit_windows(&self, lit: LitWindows) -> Shape {
        let mut shape = Shape::new(lamplight());
        if self.facade == Facade::Planks {
            return shape;
        }
        let storeys = ((self.eaves_m() - self.base_m()) / BAY_M).round() as i32;
        let (y, z) = self.window_m();
        for (storey, bay) in
            (0..storeys).flat_map(|s| (0..self.bays[0] as i32).map(move |b| (s, b)))
        {
            if hash(bay, storey, lit.seed) >= lit.share {
                continue;
            }
            let left = bay as f32 * BAY_M - self.half_size_m()[1];
            let floor = self.base_m() + storey as f32 * BAY_M;
            let tone = 0.45 + 0.55 * hash(bay, storey, lit.seed + 1);
            shape.paint(shaded(lamplight(), tone));
            shape.face(&self.on_front(y.map(|y| left + y), z.map(|z| floor + z), 0.015));
        }
        shape
    }

    /// The colour of window frames and sills.
    pub(super) fn trim(&self) -> Colour {
        shaded(self.wall, 1.25)
    }
}
