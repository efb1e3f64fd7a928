//! People on foot: adults of several builds and children, in trousers, skirts or coats.

use bevy::math::Vec3;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::parts::{Far, Joint, Motion, Part};
use crate::dress::palette::{CLOTHES, Colour, HAIR, SKIN, TROUSERS, shaded, srgb, varied};
use crate::dress::shape::Shape;
use crate::dress::solids::Ring;
use crate::scene::{Surface, Texture};

/// Repeats of the weave per metre.
const WEAVE_PER_M: f32 = 2.0;
/// How far thighs swing while walking.
const THIGH_RAD: f64 = 0.42;
/// How far knees bend while walking.
const KNEE_RAD: f64 = 0.75;
/// How far arms swing while walking.
const ARM_RAD: f64 = 0.38;

/// Clothes and build of one person.
#[derive(Debug, Clone, Copy)]
pub(super) struct Figure {
    /// Height of the crown above the soles in metres.
    pub(super) height: f32,
    /// Width over both arms in metres.
    pub(super) width: f32,
    /// 1 for a slim adult.
    pub(super) girth: f32,
    /// Head height as a share of the body's.
    pub(super) head: f32,
    pub(super) top: Colour,
    pub(super) trousers: Colour,
    pub(super) shoes: Colour,
    pub(super) skin: Colour,
    pub(super) hair: Colour,
    pub(super) outfit: Outfit,
}

/// What is worn around hips and legs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outfit {
    Trousers,
    Skirt,
    Coat,
}

impl Figure {
    /// A person of the model's build in clothes by chance.
    pub(super) fn random(name: &str, size: Vec3, rng: &mut ChaCha8Rng) -> Self {
        let (girth, head, outfit) = match name {
            "adult_broad" => (1.28, 0.128, Outfit::Trousers),
            "adult_skirt" => (1.0, 0.132, Outfit::Skirt),
            "adult_coat" => (1.2, 0.126, Outfit::Coat),
            "child" => (0.86, 0.165, Outfit::Trousers),
            _ => (1.0, 0.128, Outfit::Trousers),
        };
        Self {
            height: size.z,
            width: size.y,
            girth,
            head,
            top: varied(rng, CLOTHES),
            trousers: varied(rng, TROUSERS),
            shoes: varied(
                rng,
                &[0x1b_1b_1d, 0x4a_36_26, 0xd8_d6_d0, 0x5b_5f_66, 0x7b_2e_2e],
            ),
            skin: varied(rng, SKIN),
            hair: varied(rng, HAIR),
            outfit,
        }
    }

    /// A height given as a share of the body's.
    fn z(&self, share: f32) -> f32 {
        share * self.height
    }

    /// Half the depth of a chest.
    fn depth(&self) -> f32 {
        0.068 * self.height * self.girth
    }

    /// Half the width of the trunk.
    fn breadth(&self) -> f32 {
        self.width * 0.36
    }

    /// Hips to shoulders.
    pub(super) fn torso(&self) -> Shape {
        let mut shape = Shape::textured(self.top, WEAVE_PER_M);
        let (d, b) = (self.depth(), self.breadth());
        let ring = |z: f32, x: f32, y: f32| Ring::oval(self.z(z), d * x, b * y);
        shape.turned_body(
            &[
                ring(0.465, 0.85, 0.82),
                ring(0.52, 1.0, 0.9),
                ring(0.6, 0.86, 0.8),
                ring(0.71, 1.08, 0.98),
                ring(0.79, 0.92, 1.02),
                ring(0.825, 0.6, 0.78),
                ring(0.845, 0.42, 0.3),
            ],
            8,
        );
        shape
    }

    /// Neck, face and hair.
    pub(super) fn head(&self) -> Shape {
        let mut shape = Shape::new(self.skin);
        let tall = self.head * self.height;
        let chin = self.height - tall;
        let r = tall * 0.36;
        shape.turned_body(
            &[
                Ring::round(self.z(0.82), r * 0.62),
                Ring::round(chin + tall * 0.12, r * 0.58).shifted(r * 0.05, 0.0),
                Ring::oval(chin + tall * 0.14, r * 0.85, r * 0.66).shifted(r * 0.12, 0.0),
                Ring::oval(chin + tall * 0.45, r * 1.06, r * 0.92).shifted(r * 0.06, 0.0),
                Ring::oval(chin + tall * 0.75, r * 1.0, r * 0.9),
            ],
            8,
        );
        shape.paint(self.hair).turned_body(
            &[
                Ring::oval(chin + tall * 0.34, r * 0.72, r * 0.96).shifted(-r * 0.42, 0.0),
                Ring::oval(chin + tall * 0.62, r * 1.02, r * 1.03).shifted(-r * 0.16, 0.0),
                Ring::oval(chin + tall * 0.84, r * 1.04, r * 0.94).shifted(-r * 0.05, 0.0),
                Ring::oval(self.height, r * 0.4, r * 0.36),
            ],
            8,
        );
        shape
    }

    /// A limb's segment between two points.
    fn limb(ends: [Vec3; 2], radii: [f32; 2], colour: Colour) -> Shape {
        let mut shape = Shape::textured(colour, WEAVE_PER_M);
        let (along, sides) = (ends[0] - ends[1], 6);
        let ring = |share: f32, radius: f32| {
            let at = ends[1] + along * share;
            Ring::oval(at.z, radius, radius).shifted(at.x, at.y)
        };
        let bulge = radii[0] * 0.55 + radii[1] * 0.5;
        shape.turned_body(
            &[ring(0.0, radii[1]), ring(0.6, bulge), ring(1.0, radii[0])],
            sides,
        );
        shape
    }

    fn hip(&self, side: f32) -> Vec3 {
        Vec3::new(0.0, side * self.breadth() * 0.46, self.z(0.5))
    }

    fn knee(&self, side: f32) -> Vec3 {
        Vec3::new(
            0.012 * self.height,
            side * self.breadth() * 0.44,
            self.z(0.275),
        )
    }

    /// Hip to knee.
    pub(super) fn thigh(&self, side: f32) -> Shape {
        let (thick, thin) = (
            0.051 * self.height * self.girth,
            0.037 * self.height * self.girth,
        );
        Self::limb(
            [self.hip(side), self.knee(side)],
            [thick, thin],
            self.trousers,
        )
    }

    /// Knee to shoe.
    pub(super) fn shin(&self, side: f32) -> Shape {
        let bare = self.outfit == Outfit::Skirt;
        let colour = if bare {
            shaded(self.skin, 0.8)
        } else {
            self.trousers
        };
        let (thick, thin) = (0.036 * self.height, 0.025 * self.height);
        let ankle = Vec3::new(
            -0.006 * self.height,
            side * self.breadth() * 0.42,
            self.z(0.035),
        );
        let mut shape = Self::limb([self.knee(side), ankle], [thick, thin], colour);
        let toe = 0.095 * self.height;
        let (heel, half) = (0.038 * self.height, 0.026 * self.height);
        let outline = [
            [ankle.x + toe, self.z(0.012), half * 0.8],
            [ankle.x + toe * 0.75, self.z(0.026), half],
            [ankle.x + toe * 0.2, self.z(0.05), half * 0.9],
            [ankle.x - heel, self.z(0.05), half * 0.8],
            [ankle.x - heel, 0.0, half * 0.9],
            [ankle.x + toe, 0.0, half * 0.9],
        ];
        let mut shoe = Shape::new(self.shoes);
        shoe.extruded(&outline);
        shape.append(&shoe.moved(Vec3::Y * ankle.y));
        shape
    }

    fn shoulder(&self, side: f32) -> Vec3 {
        Vec3::new(
            0.0,
            side * (self.width * 0.5 - 0.031 * self.height),
            self.z(0.8),
        )
    }

    /// Shoulder to hand, slightly bent.
    pub(super) fn arm(&self, side: f32) -> Shape {
        let thick = 0.03 * self.height * self.girth.min(1.1);
        let shoulder = self.shoulder(side);
        let elbow = shoulder + Vec3::new(-0.02, side * 0.008, -0.175) * self.height;
        let wrist = elbow + Vec3::new(0.05, -side * 0.006, -0.135) * self.height;
        let mut shape = Self::limb([shoulder, elbow], [thick, thick * 0.8], self.top);
        shape.append(&Self::limb(
            [elbow, wrist],
            [thick * 0.8, thick * 0.62],
            self.top,
        ));
        let fist = thick * 0.72;
        shape
            .paint(self.skin)
            .lump(wrist - Vec3::Z * fist * 0.9, 1, |direction| {
                direction * fist
            });
        shape
    }

    /// Skirt or coat: from the waist down.
    fn drape(&self) -> Option<Shape> {
        let (hem, flare, colour) = match self.outfit {
            Outfit::Trousers => return None,
            Outfit::Skirt => (0.3, 1.45, self.trousers),
            Outfit::Coat => (0.27, 1.3, self.top),
        };
        let (d, b) = (self.depth(), self.breadth());
        let mut shape = Shape::textured(colour, WEAVE_PER_M);
        let rings = [
            Ring::oval(self.z(hem), d * flare * 1.12, b * flare * 0.78),
            Ring::oval(self.z(0.45), d * 1.2, b * 1.0),
            Ring::oval(self.z(0.61), d * 0.92, b * 0.84),
        ];
        shape.turned_body(&rings, 10);
        Some(shape)
    }
}

/// A person of the model with this name and size.
pub(super) fn person(name: &str, size: Vec3, rng: &mut ChaCha8Rng) -> Vec<Part> {
    let figure = Figure::random(name, size, rng);
    let cloth = Surface {
        texture: Texture::Cloth,
        ..Surface::default()
    };
    let still = |near: Shape, surface: Surface| Part::fixed(near, Far::Same, surface);
    let mut parts = vec![
        still(figure.torso(), cloth),
        still(figure.head(), Surface::default()),
    ];
    parts.extend(figure.drape().map(|drape| still(drape, cloth)));
    if rng.random_bool(0.35) {
        parts.push(still(bag(&figure, rng), cloth));
    }
    let reach = if figure.outfit == Outfit::Trousers {
        1.0
    } else {
        0.7
    };
    for (side, phase_rad) in [(1.0, 0.0), (-1.0, core::f64::consts::PI)] {
        let hang = |parent, pivot, motion| Joint {
            parent,
            pivot,
            motion,
        };
        let swing = |amplitude_rad: f64| Motion::Swing {
            amplitude_rad: -amplitude_rad * reach,
            phase_rad,
        };
        let bend = Motion::Bend {
            amplitude_rad: KNEE_RAD * reach,
            phase_rad,
        };
        let thigh = parts.len();
        let mut add = |near: Shape, joint: Joint| {
            parts.push(Part {
                joint,
                ..still(near, cloth)
            });
        };
        add(
            figure.thigh(side),
            hang(None, figure.hip(side), swing(THIGH_RAD)),
        );
        add(
            figure.shin(side),
            hang(Some(thigh), figure.knee(side), bend),
        );
        add(
            figure.arm(side),
            hang(None, figure.shoulder(side), swing(-ARM_RAD)),
        );
    }
    parts
}

/// A rucksack.
fn bag(figure: &Figure, rng: &mut ChaCha8Rng) -> Shape {
    let mut shape = Shape::textured(varied(rng, CLOTHES), WEAVE_PER_M);
    let (d, b) = (figure.depth(), figure.breadth());
    let low = Vec3::new(-d * 1.75, -b * 0.62, figure.z(0.58));
    shape.floating_cuboid(low, Vec3::new(-d * 0.7, b * 0.62, figure.z(0.79)));
    shape.paint(srgb(0x22_22_24));
    shape.floating_cuboid(
        Vec3::new(-d * 1.85, -b * 0.4, figure.z(0.6)),
        Vec3::new(-d * 1.7, b * 0.4, figure.z(0.68)),
    );
    shape
}
