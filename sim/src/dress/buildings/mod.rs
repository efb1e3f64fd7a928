//! Buildings: town houses with shops, offices, country houses, barns.
//!
//! A building stands in its own frame: x towards the street, y along it to the left, z up, origin on the
//! ground under the centre of its footprint.

mod fittings;
mod roofs;
mod walls;

use bevy::math::Vec3;
use drive::frames::Pose2;
use drive::labels::Class;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::palette::{BRICK, Colour, FITTINGS, OFFICE, RENDER, ROOF, WOOD, shaded, srgb, varied};
use super::shape::Shape;
use super::stagehand::{Far, Stagehand, Thing};
use crate::scene::{Surface, Texture};

/// Width of a window bay and height of a floor, as drawn on the facade textures.
pub(crate) const BAY_M: f32 = 3.0;
/// Distance beyond which doors, shop windows and balconies are left out.
const FITTINGS_M: f32 = 95.0;
/// Emission of a lit window.
const LIT_WINDOW: f32 = 2.2;

/// What a building's facade is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Facade {
    Render,
    Brick,
    Office,
    Planks,
}

/// What the ground floor is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GroundFloor {
    Dwelling,
    Shops,
    Gate,
}

/// What covers a building.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RoofKind {
    Flat,
    Gable,
    Hip,
}

/// A building to be put up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Building {
    pub(crate) facade: Facade,
    pub(crate) ground_floor: GroundFloor,
    pub(crate) roof: RoofKind,
    /// Window bays along the street and into the depth.
    pub(crate) bays: [usize; 2],
    /// Floors above the ground floor.
    pub(crate) floors: usize,
    pub(crate) wall: Colour,
    pub(crate) roof_colour: Colour,
    pub(crate) accent: Colour,
    /// Whether it has balconies.
    pub(crate) balconies: bool,
    /// Shifts the facade texture, so that neighbours differ.
    pub(crate) shift: [usize; 2],
}

impl Building {
    /// A house in a row along a street.
    pub(crate) fn town(rng: &mut ChaCha8Rng) -> Self {
        let style = rng.random_range(0..10);
        let (facade, palette) = match style {
            0..=4 => (Facade::Render, RENDER),
            5..=7 => (Facade::Brick, BRICK),
            _ => (Facade::Office, OFFICE),
        };
        let is_office = facade == Facade::Office;
        let roofs = [
            RoofKind::Gable,
            RoofKind::Flat,
            RoofKind::Gable,
            RoofKind::Hip,
        ];
        Self {
            facade,
            ground_floor: if rng.random_bool(0.5) {
                GroundFloor::Shops
            } else {
                GroundFloor::Dwelling
            },
            roof: if is_office {
                RoofKind::Flat
            } else {
                roofs[rng.random_range(0..4)]
            },
            bays: [rng.random_range(3..=6), 3],
            floors: rng.random_range(1..=5),
            wall: varied(rng, palette),
            roof_colour: varied(rng, ROOF),
            accent: varied(rng, FITTINGS),
            balconies: !is_office && rng.random_bool(0.3),
            shift: [rng.random_range(0..3), rng.random_range(0..3)],
        }
    }

    /// A house in the country.
    pub(crate) fn country(rng: &mut ChaCha8Rng) -> Self {
        let is_brick = rng.random_bool(0.4);
        let usual = Self::town(rng);
        Self {
            facade: if is_brick {
                Facade::Brick
            } else {
                Facade::Render
            },
            ground_floor: GroundFloor::Dwelling,
            roof: if rng.random_bool(0.7) {
                RoofKind::Gable
            } else {
                RoofKind::Hip
            },
            bays: [rng.random_range(3..=4), 3],
            floors: rng.random_range(0..=1),
            wall: varied(rng, if is_brick { BRICK } else { RENDER }),
            balconies: false,
            ..usual
        }
    }

    /// A barn.
    pub(crate) fn barn(rng: &mut ChaCha8Rng) -> Self {
        let palette = if rng.random_bool(0.3) { BRICK } else { WOOD };
        let usual = Self::town(rng);
        Self {
            facade: Facade::Planks,
            ground_floor: GroundFloor::Gate,
            roof: RoofKind::Gable,
            bays: [rng.random_range(4..=6), 3],
            floors: 0,
            wall: varied(rng, palette),
            balconies: false,
            ..usual
        }
    }

    /// Half its sides: into the depth, along the street.
    pub(crate) fn half_size_m(&self) -> [f32; 2] {
        [
            self.bays[1] as f32 * BAY_M / 2.0,
            self.bays[0] as f32 * BAY_M / 2.0,
        ]
    }

    /// Height at which the upper floors begin.
    fn base_m(&self) -> f32 {
        match self.ground_floor {
            GroundFloor::Shops => 3.7,
            GroundFloor::Dwelling => 0.5,
            GroundFloor::Gate => 0.0,
        }
    }

    /// Height of the eaves.
    pub(crate) fn eaves_m(&self) -> f32 {
        match self.ground_floor {
            GroundFloor::Shops => 3.7 + self.floors as f32 * BAY_M,
            GroundFloor::Dwelling => 0.5 + (self.floors + 1) as f32 * BAY_M,
            GroundFloor::Gate => 4.2,
        }
    }

    /// Puts it up, with the windows that are lit.
    pub(crate) fn stand(&self, hand: &mut Stagehand<'_>, pose: Pose2, lit: LitWindows) {
        let building = |shape: Shape, surface: Surface| Thing::new(shape, surface, Class::Building);
        let facade = Surface {
            texture: match self.facade {
                Facade::Render => Texture::FacadeRender,
                Facade::Brick => Texture::FacadeBrick,
                Facade::Office => Texture::FacadeOffice,
                Facade::Planks => Texture::Bark,
            },
            ..Surface::default()
        };
        let tiles = Surface {
            texture: Texture::Roof,
            ..Surface::default()
        };
        let glow = Surface {
            emission: LIT_WINDOW,
            casts_shadow: false,
            ..Surface::default()
        };
        hand.stand(building(self.walls(), facade), pose);
        hand.stand(building(self.roof(), tiles), pose);
        let shell = self.shell();
        let mut near = shell.clone();
        near.append(&self.front());
        let plain = building(near, Surface::default());
        hand.stand(plain.seen_afar(Far::Coarse(shell, FITTINGS_M)), pose);
        hand.stand(building(self.lit_windows(lit), glow), pose);
    }

    /// Plinth, ground floor of shops, gables, parapets, chimneys: everything plain that counts from afar.
    fn shell(&self) -> Shape {
        let mut shape = Shape::new(shaded(self.wall, 0.8));
        self.ground_walls(&mut shape);
        self.roof_shell(&mut shape);
        shape
    }

    /// Corner of the footprint: +1 or -1 towards the street, to the left.
    fn corner(&self, towards: f32, left: f32, z: f32) -> Vec3 {
        let [half_x, half_y] = self.half_size_m();
        Vec3::new(towards * half_x, left * half_y, z)
    }

    /// Rectangle on the front, standing out by `proud`: from and to along the street, low and high.
    fn on_front(&self, y: [f32; 2], z: [f32; 2], proud: f32) -> [Vec3; 4] {
        let x = self.half_size_m()[0] + proud;
        [(y[0], z[0]), (y[1], z[0]), (y[1], z[1]), (y[0], z[1])].map(|(y, z)| Vec3::new(x, y, z))
    }
}

/// Which windows are lit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct LitWindows {
    /// Share of the windows; 0 by day.
    pub(crate) share: f32,
    /// Which ones.
    pub(crate) seed: u32,
}

/// Colour of light behind curtains.
pub(crate) fn lamplight() -> Colour {
    srgb(0xff_c9_7a)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dress::checks::assert_sound;

    #[test]
    fn buildings_are_sound_and_spare_with_vertices() {
        let mut rng = drive::random::stream(3, "buildings");
        for _ in 0..30 {
            for building in [
                Building::town(&mut rng),
                Building::country(&mut rng),
                Building::barn(&mut rng),
            ] {
                let always = [building.walls(), building.shell(), building.roof()];
                for shape in &always {
                    assert_sound(shape, "building");
                }
                let front = building.front();
                assert_sound(&front, "front");
                let count: usize = always.iter().map(|shape| shape.positions.len()).sum();
                assert!(count < 120, "{count} vertices from afar: {building:?}");
                assert!(count + front.positions.len() < 700, "{building:?}");
            }
        }
    }
}
