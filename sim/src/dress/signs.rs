//! Traffic signs: poles, plates and what is on them.

use bevy::math::{Vec2, Vec3};
use drive::labels::Class;
use scenarios::road::{Sign, SignKind};

use super::palette::{Colour, STEEL, srgb};
use super::shape::Shape;
use super::solids::circle;
use super::stagehand::{Stagehand, Thing};
use crate::scene::Surface;

/// Height of a plate's middle.
const MIDDLE_M: f32 = 2.25;
/// How far each layer of a plate lies before the one behind.
const LAYER_M: f32 = 0.006;
/// Digits on a grid of three columns and five rows, from the top, a bit a square.
const DIGITS: [[u8; 5]; 10] = [
    [0b111, 0b101, 0b101, 0b101, 0b111],
    [0b010, 0b110, 0b010, 0b010, 0b111],
    [0b111, 0b001, 0b111, 0b100, 0b111],
    [0b111, 0b001, 0b111, 0b001, 0b111],
    [0b101, 0b101, 0b111, 0b001, 0b001],
    [0b111, 0b100, 0b111, 0b001, 0b111],
    [0b111, 0b100, 0b111, 0b101, 0b111],
    [0b111, 0b001, 0b010, 0b010, 0b010],
    [0b111, 0b101, 0b111, 0b101, 0b111],
    [0b111, 0b101, 0b111, 0b001, 0b111],
];
/// How strongly the foil of plates sends headlamps' light back.
const RETROREFLECTION: f32 = 6.0;
const RED: u32 = 0xb4_1a_22;
const WHITE: u32 = 0xe6_e6_e2;
const BLACK: u32 = 0x12_12_12;
const YELLOW: u32 = 0xe0_a8_10;

/// Puts a sign up.
pub(crate) fn stand(hand: &mut Stagehand<'_>, sign: &Sign) {
    let foil = Surface {
        retroreflection: RETROREFLECTION,
        ..Surface::default()
    };
    hand.stand(
        Thing::new(shape(sign.kind), foil, Class::Pole),
        sign.world_from_pole,
    );
}

fn shape(kind: SignKind) -> Shape {
    let mut shape = Shape::new(srgb(STEEL));
    shape.bar(Vec3::ZERO, Vec3::Z * (MIDDLE_M + 0.3), 0.035, 6);
    let mut plate = Plate { shape, layers: 0 };
    let round: Vec<Vec2> = circle(20).collect();
    let up = [
        Vec2::new(-0.9, -0.6),
        Vec2::new(0.9, -0.6),
        Vec2::new(0.0, 0.95),
    ];
    let down = [
        Vec2::new(-0.9, 0.6),
        Vec2::new(0.0, -0.95),
        Vec2::new(0.9, 0.6),
    ];
    let diamond = [Vec2::NEG_Y, Vec2::X, Vec2::Y, Vec2::NEG_X];
    match kind {
        SignKind::SpeedLimit(limit_kmh) => {
            plate.back(&round, 0.32);
            plate.layer(&round, 0.32, RED).layer(&round, 0.245, WHITE);
            plate.number(limit_kmh);
        }
        SignKind::Priority => {
            plate.back(&diamond, 0.42);
            plate
                .layer(&diamond, 0.42, BLACK)
                .layer(&diamond, 0.41, WHITE)
                .layer(&diamond, 0.3, YELLOW);
        }
        SignKind::GiveWay => {
            plate.back(&down, 0.48);
            plate.layer(&down, 0.48, RED).layer(&down, 0.33, WHITE);
        }
        SignKind::PedestrianCrossing => {
            plate.back(&up, 0.48);
            plate.layer(&up, 0.48, RED).layer(&up, 0.35, WHITE);
            plate.walker();
        }
    }
    plate.shape
}

/// A plate in the making; its face looks along +x, so that its right is +y.
struct Plate {
    shape: Shape,
    layers: usize,
}

impl Plate {
    fn x(&self) -> f32 {
        0.045 + LAYER_M * self.layers as f32
    }

    fn at(&self, point: Vec2) -> Vec3 {
        Vec3::new(self.x(), point.x, MIDDLE_M + point.y)
    }

    /// The grey back of the plate.
    fn back(&mut self, outline: &[Vec2], size: f32) {
        let mut corners: Vec<Vec3> = outline
            .iter()
            .map(|&p| self.at(p * size) - Vec3::X * 0.004)
            .collect();
        corners.reverse();
        self.shape.paint(srgb(0x7c_80_83)).face(&corners);
    }

    /// Another layer before the last.
    fn layer(&mut self, outline: &[Vec2], size: f32, hex: u32) -> &mut Self {
        self.layers += 1;
        let corners: Vec<Vec3> = outline.iter().map(|&p| self.at(p * size)).collect();
        self.shape.paint(srgb(hex)).face(&corners);
        self
    }

    /// A rectangle of the topmost layer.
    fn block(&mut self, low: Vec2, high: Vec2, colour: Colour) {
        let corners = [
            low,
            Vec2::new(high.x, low.y),
            high,
            Vec2::new(low.x, high.y),
        ];
        let corners = corners.map(|corner| self.at(corner));
        self.shape.paint(colour).face(&corners);
    }

    fn number(&mut self, number: u8) {
        self.layers += 1;
        let digits: Vec<usize> = number
            .to_string()
            .bytes()
            .map(|byte| usize::from(byte - b'0'))
            .collect();
        let square = if digits.len() > 2 { 0.036 } else { 0.047 };
        let pitch = 4.0 * square;
        let left = -pitch * digits.len() as f32 / 2.0 + square / 2.0;
        for (place, digit) in digits.into_iter().enumerate() {
            for (row, bits) in DIGITS[digit].into_iter().enumerate() {
                let corner = Vec2::new(
                    left + pitch * place as f32,
                    square * 2.0 * (1.5 - row as f32) * 0.62,
                );
                self.digit_row(corner, bits, square);
            }
        }
    }

    /// The black runs of one row of a digit.
    fn digit_row(&mut self, corner: Vec2, bits: u8, square: f32) {
        let is_set = |column: usize| column < 3 && bits >> (2 - column) & 1 == 1;
        let mut column = 0;
        while column < 3 {
            let from = column;
            while is_set(column) {
                column += 1;
            }
            if column > from {
                let low = corner + Vec2::new(square * from as f32, 0.0);
                let high = corner + Vec2::new(square * column as f32, square * 1.26);
                self.block(low, high, srgb(BLACK));
            }
            column += 1;
        }
    }

    /// A person walking, in blocks.
    fn walker(&mut self) {
        self.layers += 1;
        let black = srgb(BLACK);
        let head: Vec<Vec3> = circle(8)
            .map(|c| self.at(c * 0.035 + Vec2::new(0.0, 0.12)))
            .collect();
        self.shape.paint(black).face(&head);
        let strokes = [
            [[-0.03, -0.06], [0.03, -0.06], [0.03, 0.08], [-0.03, 0.08]],
            [[-0.1, -0.18], [-0.06, -0.18], [0.02, -0.06], [-0.03, -0.06]],
            [[0.05, -0.18], [0.09, -0.18], [0.03, -0.06], [-0.01, -0.06]],
            [[0.03, 0.03], [0.1, -0.02], [0.1, 0.02], [0.03, 0.07]],
            [[-0.1, -0.01], [-0.03, 0.04], [-0.03, 0.07], [-0.1, 0.03]],
        ];
        for stroke in strokes {
            let corners = stroke.map(|[y, z]| self.at(Vec2::new(y, z)));
            self.shape.face(&corners);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dress::checks::assert_sound;

    #[test]
    fn every_sign_is_sound() {
        let kinds = [
            SignKind::SpeedLimit(30),
            SignKind::SpeedLimit(100),
            SignKind::Priority,
            SignKind::GiveWay,
            SignKind::PedestrianCrossing,
        ];
        for kind in kinds {
            assert_sound(&shape(kind), &format!("{kind:?}"));
        }
    }
}
