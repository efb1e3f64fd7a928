//! Roofs, gables, parapets, chimneys.

use bevy::math::Vec3;

use super::{Building, RoofKind};
use crate::dress::palette::{shaded, srgb};
use crate::dress::shape::Shape;

/// Height of a ridge above the eaves, as a share of the depth.
const PITCH: f32 = 0.42;
/// How far eaves stand out.
const EAVES_M: f32 = 0.35;
/// Repeats of the tiles per metre.
const TILES_PER_M: f32 = 0.25;

impl Building {
    fn ridge_m(&self) -> f32 {
        self.eaves_m() + PITCH * self.half_size_m()[0] * 2.0
    }

    /// Height of the highest point.
    pub(crate) fn height_m(&self) -> f32 {
        match self.roof {
            RoofKind::Flat => self.eaves_m() + 0.5,
            RoofKind::Gable | RoofKind::Hip => self.ridge_m(),
        }
    }

    /// How far the ridge's ends lie within the side walls.
    fn hip_m(&self) -> f32 {
        match self.roof {
            RoofKind::Hip => self.half_size_m()[0] * 0.8,
            RoofKind::Flat | RoofKind::Gable => -EAVES_M * 0.6,
        }
    }

    /// The tiled slopes; empty under a flat roof.
    pub(super) fn roof(&self) -> Shape {
        let mut shape = Shape::textured(self.roof_colour, TILES_PER_M);
        if self.roof == RoofKind::Flat {
            return shape;
        }
        let [half_x, half_y] = self.half_size_m();
        let drop = EAVES_M * PITCH * 2.0;
        let ridge =
            |left: f32| Vec3::new(0.0, left * (half_y - self.hip_m()), self.ridge_m() + 0.06);
        let foot = |towards: f32, left: f32| {
            let aside = if self.roof == RoofKind::Hip {
                half_y + EAVES_M
            } else {
                half_y + EAVES_M * 0.6
            };
            Vec3::new(
                towards * (half_x + EAVES_M),
                left * aside,
                self.eaves_m() - drop + 0.06,
            )
        };
        for towards in [1.0, -1.0] {
            let (a, b) = (-towards, towards);
            shape.face(&[foot(towards, a), foot(towards, b), ridge(b), ridge(a)]);
        }
        if self.roof == RoofKind::Hip {
            for left in [1.0, -1.0] {
                shape.face(&[foot(left, left), foot(-left, left), ridge(left)]);
            }
        }
        shape
    }

    /// Gables, parapets and chimneys.
    pub(super) fn roof_shell(&self, shape: &mut Shape) {
        let eaves = self.eaves_m();
        match self.roof {
            RoofKind::Flat => self.parapet(shape),
            RoofKind::Hip => self.chimney(shape),
            RoofKind::Gable => {
                shape.paint(self.wall);
                for left in [1.0, -1.0] {
                    let (a, b) = (left, -left);
                    let top = Vec3::new(0.0, left * self.half_size_m()[1], self.ridge_m());
                    shape.face(&[
                        self.corner(a, left, eaves),
                        self.corner(b, left, eaves),
                        top,
                    ]);
                }
                self.chimney(shape);
            }
        }
    }

    fn parapet(&self, shape: &mut Shape) {
        let [half_x, half_y] = self.half_size_m();
        let (low, high) = (self.eaves_m() - 0.15, self.eaves_m() + 0.5);
        shape.paint(shaded(self.wall, 0.88));
        shape.cuboid(
            Vec3::new(-half_x - 0.12, -half_y - 0.02, low),
            Vec3::new(half_x + 0.16, half_y + 0.02, high),
        );
    }

    fn chimney(&self, shape: &mut Shape) {
        let y = self.half_size_m()[1] * (0.2 + 0.2 * self.shift[0] as f32);
        let foot = Vec3::new(-0.9, y, self.eaves_m());
        let top = Vec3::new(-0.3, y + 0.7, self.ridge_m() + 0.7);
        shape.paint(srgb(0x8a_5a_48)).cuboid(foot, top);
    }
}
