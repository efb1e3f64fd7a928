//! Trees, bushes and hedges: a few shapes, each standing in many places.

use bevy::math::Vec3;
use bevy::transform::components::Transform;
use drive::frames::Pose2;
use drive::labels::Class;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::noise::in_space;
use super::palette::{BARK, Colour, LEAVES, NEEDLES, srgb, varied};
use super::shape::Shape;
use super::solids::{Rows, circle};
use super::stagehand::{Far, Prop, Stagehand, Thing};
use crate::axes::transform_from_pose;
use crate::scene::{Surface, Texture};

/// Distance beyond which crowns are coarse.
const COARSE_M: f32 = 48.0;
/// Repeats of leaves and bark per metre.
const LEAVES_PER_M: f32 = 0.45;
const BARK_PER_M: f32 = 0.7;
/// Variants of each kind of plant.
const VARIANTS: u32 = 3;

/// Kinds of plants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plant {
    /// A round crown on a trunk, 8 m.
    Broad,
    /// A slender crown, 9 m.
    Slender,
    /// A spire almost from the ground, 14 m.
    Poplar,
    /// A conifer, 11 m.
    Conifer,
    /// A bush, 1.4 m.
    Bush,
    /// Two metres of hedge, 1.3 m high, along y.
    Hedge,
}

const PLANTS: [Plant; 6] = [
    Plant::Broad,
    Plant::Slender,
    Plant::Poplar,
    Plant::Conifer,
    Plant::Bush,
    Plant::Hedge,
];

/// Every plant of one world, ready to be placed.
pub(crate) struct Nursery {
    /// By kind, then by variant: crown, and trunk if it shows.
    stock: Vec<Vec<(Prop, Option<Prop>)>>,
}

impl Nursery {
    /// Grows the variants.
    pub(crate) fn grow(hand: &mut Stagehand<'_>, rng: &mut ChaCha8Rng) -> Self {
        let stock = PLANTS.map(|plant| {
            (0..VARIANTS)
                .map(|_| raise(hand, plant, rng))
                .collect::<Vec<_>>()
        });
        Self {
            stock: stock.into(),
        }
    }

    /// Plants one at a pose, `scale` times as large as usual.
    pub(crate) fn plant(&self, hand: &mut Stagehand<'_>, plant: Plant, pose: Pose2, scale: f32) {
        let variants = &self.stock[plant as usize];
        let pick = (pose.x_m.abs() * 7.3 + pose.y_m.abs() * 3.1) as usize % variants.len();
        let transform = Transform {
            scale: Vec3::splat(scale),
            ..transform_from_pose(pose, -0.08)
        };
        let (crown, trunk) = &variants[pick];
        hand.place(crown, transform);
        if let Some(trunk) = trunk {
            hand.place(trunk, transform);
        }
    }
}

fn raise(hand: &mut Stagehand<'_>, plant: Plant, rng: &mut ChaCha8Rng) -> (Prop, Option<Prop>) {
    let leaves = varied(
        rng,
        if plant == Plant::Conifer {
            NEEDLES
        } else {
            LEAVES
        },
    );
    let seed = rng.random_range(0..1_000_000);
    let foliage = Surface {
        texture: Texture::Foliage,
        ..Surface::default()
    };
    let near = crown(plant, leaves, seed, Detail::Fine);
    let far = crown(plant, leaves, seed, Detail::Coarse);
    let thing = Thing::new(near, foliage, Class::Vegetation);
    let crown = hand.prop(thing.seen_afar(Far::Coarse(far, COARSE_M)));
    let bark = Surface {
        texture: Texture::Bark,
        ..Surface::default()
    };
    let trunk = trunk(plant, varied(rng, BARK));
    (
        crown,
        trunk.map(|shape| hand.prop(Thing::new(shape, bark, Class::Vegetation))),
    )
}

/// How finely a crown is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Detail {
    Fine,
    Coarse,
}

fn crown(plant: Plant, leaves: Colour, seed: u32, detail: Detail) -> Shape {
    let mut shape = Shape::textured(leaves, LEAVES_PER_M);
    let fine = detail == Detail::Fine;
    let mut puff = |centre: [f32; 3], half: [f32; 3], edges: [usize; 2]| {
        let (centre, half) = (Vec3::from_array(centre), Vec3::from_array(half));
        let rough = if fine { 0.34 } else { 0.12 };
        shape.lump(centre, edges[usize::from(!fine)], |direction| {
            let lumps = in_space(direction * 2.3 + centre * 1.7, seed) * rough
                + in_space(direction * 5.1 + centre, seed + 1) * rough * 0.6;
            let calm_pole = 1.0 - 0.8 * direction.z.powi(4);
            direction * half * (1.0 + lumps * calm_pole)
        });
    };
    match plant {
        Plant::Broad => {
            puff([0.0, 0.0, 5.2], [2.5, 2.5, 2.3], [5, 2]);
            puff([1.1, 0.9, 4.2], [1.8, 1.7, 1.4], [4, 1]);
            puff([-1.0, -0.9, 4.4], [1.8, 1.8, 1.5], [4, 1]);
        }
        Plant::Slender => {
            puff([0.0, 0.0, 5.9], [1.45, 1.45, 2.9], [5, 2]);
            puff([0.7, -0.5, 4.3], [1.3, 1.2, 1.3], [4, 1]);
            puff([-0.6, 0.6, 5.2], [1.2, 1.2, 1.4], [4, 1]);
        }
        Plant::Poplar => {
            puff([0.0, 0.0, 7.4], [1.2, 1.2, 6.6], [6, 3]);
            puff([0.0, 0.0, 3.6], [1.15, 1.15, 2.6], [4, 2]);
        }
        Plant::Bush => {
            puff([0.0, 0.0, 0.6], [0.9, 0.9, 0.8], [4, 2]);
            puff([0.3, 0.7, 0.45], [0.6, 0.6, 0.6], [3, 1]);
        }
        Plant::Hedge => puff([0.0, 0.0, 0.62], [0.42, 1.25, 0.72], [4, 2]),
        Plant::Conifer => conifer(&mut shape, seed, detail),
    }
    let top = shape.positions.iter().map(|p| p.z).fold(0.1, f32::max);
    shape.light(|position, normal| 0.5 + 0.34 * position.z / top + 0.22 * normal.z.max(0.0));
    shape
}

/// Skirts of branches, one above the other.
fn conifer(shape: &mut Shape, seed: u32, detail: Detail) {
    let (tiers, sides) = if detail == Detail::Fine {
        (5, 11)
    } else {
        (2, 6)
    };
    for tier in 0..tiers {
        let share = tier as f32 / tiers as f32;
        let (foot, reach) = (1.1 + 9.0 * share, 2.5 * (1.0 - share) + 0.5);
        let top = foot + 10.5 / tiers as f32 + 0.9;
        let ring = |z: f32, radius: f32, rough: f32| -> Vec<Vec3> {
            let tip = |(side, c): (usize, bevy::math::Vec2)| {
                let droop = if side % 2 == 0 { rough } else { -rough };
                let wild =
                    1.0 + 0.3 * in_space((c * 3.0).extend(share * 9.0), seed) * rough.signum();
                (c * radius * wild * (1.0 + 0.25 * droop)).extend(z - 0.35 * droop)
            };
            circle(sides).enumerate().map(tip).collect()
        };
        let rows = [
            ring(foot + 0.4, reach * 0.3, 0.0),
            ring(foot, reach, 1.0),
            ring(top, 0.06, 0.0),
        ];
        shape.skin(&rows, Rows::Closed);
    }
}

fn trunk(plant: Plant, bark: Colour) -> Option<Shape> {
    let (height, radius) = match plant {
        Plant::Broad => (4.2, 0.24),
        Plant::Slender => (4.0, 0.17),
        Plant::Conifer => (2.2, 0.2),
        Plant::Poplar => (2.4, 0.24),
        Plant::Bush | Plant::Hedge => return None,
    };
    let is_birch = plant == Plant::Slender;
    let mut shape = Shape::textured(if is_birch { srgb(0xb8_b4_aa) } else { bark }, BARK_PER_M);
    let (foot, top) = (Vec3::new(0.0, 0.0, -0.1), Vec3::new(0.12, 0.05, height));
    shape.cone([foot, top], [radius * 1.25, radius * 0.6], 7);
    Some(shape)
}

/// Radius of a plant's trunk in metres, if a car can run into it.
pub(crate) fn trunk_radius_m(plant: Plant, scale: f32) -> Option<f64> {
    let radius_m = match plant {
        Plant::Broad | Plant::Poplar => 0.28,
        Plant::Slender | Plant::Conifer => 0.22,
        Plant::Bush | Plant::Hedge => return None,
    };
    Some(radius_m * f64::from(scale))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dress::checks::assert_sound;

    #[test]
    fn plants_are_sound_and_spare_with_vertices() {
        for plant in PLANTS {
            let near = crown(plant, [0.2, 0.4, 0.1], 4, Detail::Fine);
            let far = crown(plant, [0.2, 0.4, 0.1], 4, Detail::Coarse);
            assert_sound(&near, &format!("{plant:?}"));
            assert_sound(&far, &format!("{plant:?} from afar"));
            assert!(
                near.positions.len() < 400,
                "{plant:?}: {}",
                near.positions.len()
            );
            assert!(
                far.positions.len() < 90,
                "{plant:?}: {}",
                far.positions.len()
            );
        }
    }
}
