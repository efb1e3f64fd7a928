//! What stands about: street lamps, bins, benches, letter boxes, hoardings, skips, fences, posts.

use bevy::math::Vec3;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::palette::{
    CLOTHES, Colour, DARK_METAL, FITTINGS, RENDER, STEEL, TRUCK_PAINT, WOOD, shaded, srgb, varied,
};
use super::shape::Shape;
use super::solids::Ring;

/// A street lamp with its arm towards +x; the head is a shape of its own, to shine at dusk.
pub(crate) fn lamp_post(height: f32, reach: f32) -> Shape {
    let mut shape = Shape::new(srgb(STEEL));
    shape.cone([Vec3::ZERO, Vec3::Z * height], [0.085, 0.05], 7);
    let elbow = Vec3::new(0.0, 0.0, height);
    let tip = Vec3::new(reach, 0.0, height + 0.25);
    shape.bar(elbow, tip, 0.035, 5);
    shape.paint(srgb(DARK_METAL));
    shape.floating_cuboid(
        tip + Vec3::new(-0.1, -0.13, -0.02),
        tip + Vec3::new(0.5, 0.13, 0.1),
    );
    shape
}

/// A street lamp from afar.
pub(crate) fn far_lamp_post(height: f32, reach: f32) -> Shape {
    let mut shape = Shape::new(srgb(STEEL));
    let tip = Vec3::new(reach + 0.4, 0.0, height + 0.25);
    shape.cone([Vec3::ZERO, Vec3::Z * height], [0.085, 0.05], 3);
    shape.bar(Vec3::Z * height, tip, 0.05, 3);
    shape
}

/// The glass of a street lamp's head.
pub(crate) fn lamp_head(height: f32, reach: f32) -> Shape {
    let mut shape = Shape::new(srgb(0xff_e2_b0));
    let tip = Vec3::new(reach, 0.0, height + 0.22);
    shape.floating_cuboid(
        tip + Vec3::new(-0.02, -0.1, -0.05),
        tip + Vec3::new(0.45, 0.1, 0.0),
    );
    shape
}

/// One of the things that stand in a town, with half its extents along x and y and its height.
pub(crate) fn street_thing(rng: &mut ChaCha8Rng) -> (Shape, [f32; 3]) {
    let colour = varied(rng, FITTINGS);
    match rng.random_range(0..7) {
        0 => (bin(colour), [0.3, 0.28, 1.0]),
        1 => (bench(varied(rng, WOOD)), [0.3, 0.9, 0.85]),
        2 => (letter_box(colour), [0.2, 0.25, 1.3]),
        3 => (column(rng), [0.65, 0.65, 3.1]),
        4 => (cabinet(colour), [0.25, 0.6, 1.2]),
        5 => (planter(colour), [0.4, 0.8, 0.8]),
        _ => (wheelie_bins(rng), [0.35, 0.95, 1.1]),
    }
}

fn bin(colour: Colour) -> Shape {
    let mut shape = Shape::new(colour);
    shape.turned_body(
        &[
            Ring::round(0.12, 0.2),
            Ring::round(0.85, 0.25),
            Ring::round(0.98, 0.2),
        ],
        9,
    );
    shape
        .paint(srgb(DARK_METAL))
        .bar(Vec3::ZERO, Vec3::Z * 0.2, 0.06, 5);
    shape
}

fn bench(wood: Colour) -> Shape {
    let mut shape = Shape::new(wood);
    for z in [0.42, 0.62, 0.76] {
        let (x, depth) = if z < 0.5 { (-0.2, 0.44) } else { (-0.28, 0.05) };
        let high = if z < 0.5 { 0.06 } else { 0.1 };
        shape.floating_cuboid(Vec3::new(x, -0.85, z), Vec3::new(x + depth, 0.85, z + high));
    }
    shape.paint(srgb(DARK_METAL));
    for y in [-0.7, 0.6] {
        shape.cuboid(Vec3::new(-0.22, y, 0.0), Vec3::new(0.2, y + 0.08, 0.42));
        shape.cuboid(Vec3::new(-0.3, y, 0.4), Vec3::new(-0.22, y + 0.08, 0.86));
    }
    shape
}

fn letter_box(colour: Colour) -> Shape {
    let mut shape = Shape::new(srgb(DARK_METAL));
    shape.cuboid(Vec3::new(-0.06, -0.06, 0.0), Vec3::new(0.06, 0.06, 0.6));
    shape.paint(colour);
    shape.floating_cuboid(Vec3::new(-0.17, -0.22, 0.6), Vec3::new(0.17, 0.22, 1.3));
    shape.paint(shaded(colour, 0.3));
    let slot = [(-0.14, 1.1), (0.14, 1.1), (0.14, 1.15), (-0.14, 1.15)];
    shape.face(&slot.map(|(y, z)| Vec3::new(0.176, y, z)));
    shape
}

/// An advertising column with posters.
fn column(rng: &mut ChaCha8Rng) -> Shape {
    let mut shape = Shape::new(srgb(0x55_5a_56));
    shape.turned_body(&[Ring::round(0.0, 0.62), Ring::round(0.35, 0.62)], 12);
    shape.paint(varied(rng, RENDER));
    shape.turned_body(&[Ring::round(0.35, 0.58), Ring::round(2.7, 0.58)], 12);
    shape.paint(srgb(0x4a_50_4c));
    shape.turned_body(
        &[
            Ring::round(2.7, 0.66),
            Ring::round(2.85, 0.66),
            Ring::round(3.1, 0.12),
        ],
        12,
    );
    for (y, z) in [(-0.2, 0.6), (-0.25, 1.7)] {
        shape.paint(varied(rng, CLOTHES));
        let corners = [(y, z), (y + 0.45, z), (y + 0.45, z + 0.85), (y, z + 0.85)];
        shape.face(&corners.map(|(y, z)| Vec3::new(0.59, y, z)));
    }
    shape
}

fn cabinet(colour: Colour) -> Shape {
    let mut shape = Shape::new(colour);
    shape.cuboid(Vec3::new(-0.2, -0.55, 0.0), Vec3::new(0.2, 0.55, 1.15));
    shape.paint(shaded(colour, 0.7));
    shape.cuboid(Vec3::new(-0.23, -0.58, 1.12), Vec3::new(0.23, 0.58, 1.2));
    shape.cuboid(Vec3::new(0.2, -0.01, 0.1), Vec3::new(0.21, 0.01, 1.1));
    shape
}

fn planter(colour: Colour) -> Shape {
    let mut shape = Shape::new(shaded(colour, 0.8));
    shape.extruded(&[
        [0.38, 0.5, 0.78],
        [-0.38, 0.5, 0.78],
        [-0.3, 0.0, 0.7],
        [0.3, 0.0, 0.7],
    ]);
    shape.paint(srgb(0x4f_6b_2c));
    shape.lump(Vec3::new(0.0, 0.0, 0.48), 3, |direction| {
        direction * Vec3::new(0.34, 0.72, 0.28)
    });
    shape
}

fn wheelie_bins(rng: &mut ChaCha8Rng) -> Shape {
    let mut shape = Shape::new(srgb(DARK_METAL));
    for y in [-0.62, 0.0, 0.62] {
        let lid = varied(rng, FITTINGS);
        shape.paint(srgb(0x35_39_3a));
        let mut body = Shape::new(srgb(0x35_39_3a));
        body.extruded(&[
            [0.3, 0.98, 0.27],
            [-0.3, 0.98, 0.27],
            [-0.24, 0.05, 0.22],
            [0.22, 0.05, 0.22],
        ]);
        shape.append(&body.moved(Vec3::Y * y));
        shape.paint(lid);
        shape.cuboid(
            Vec3::new(-0.33, y - 0.28, 0.98),
            Vec3::new(0.32, y + 0.28, 1.07),
        );
    }
    shape
}

/// A skip: an open steel box, 3.4 m long along y.
pub(crate) fn skip(rng: &mut ChaCha8Rng) -> (Shape, [f32; 3]) {
    let colour = varied(rng, TRUCK_PAINT);
    let mut shape = Shape::new(colour);
    shape.extruded(&[
        [1.7, 1.4, 0.85],
        [-1.7, 1.4, 0.85],
        [-1.1, 0.0, 0.75],
        [1.1, 0.0, 0.75],
    ]);
    shape.paint(shaded(colour, 0.7));
    for x in [-1.0, 0.0, 1.0] {
        for side in [1.0, -1.0_f32] {
            let (a, b) = (side * 0.8, side * 0.9);
            shape.cuboid(
                Vec3::new(x - 0.05, a.min(b), 0.1),
                Vec3::new(x + 0.05, a.max(b), 1.38),
            );
        }
    }
    shape.paint(srgb(0x6b_60_50));
    shape.lump(Vec3::new(0.0, 0.0, 1.3), 3, |direction| {
        direction * Vec3::new(1.4, 0.7, 0.45)
    });
    (shape.turned(core::f64::consts::FRAC_PI_2), [0.9, 1.7, 1.5])
}

/// Kinds of fences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fence {
    Rails,
    Pickets,
    Wall,
    Hoarding,
}

/// A piece of fence `length` long along y, in one colour.
pub(crate) fn fence(kind: Fence, length: f32, colour: Colour) -> Shape {
    let mut shape = Shape::new(colour);
    let half = length / 2.0;
    let posts = (length / 2.2).ceil().max(1.0) as usize;
    let post_y = |post: usize| -half + length * post as f32 / posts as f32;
    let rail = |shape: &mut Shape, z: [f32; 2], thick: f32| {
        shape.floating_cuboid(Vec3::new(-thick, -half, z[0]), Vec3::new(thick, half, z[1]));
    };
    match kind {
        Fence::Rails => {
            rail(&mut shape, [0.45, 0.57], 0.025);
            rail(&mut shape, [0.9, 1.02], 0.025);
        }
        Fence::Pickets => {
            let count = (length / 0.3) as usize;
            for picket in 0..count {
                let y = -half + 0.3 * picket as f32 + 0.1;
                let corners = [(y, 0.08), (y + 0.13, 0.08), (y + 0.13, 0.95), (y, 0.95)];
                let front = corners.map(|(y, z)| Vec3::new(0.03, y, z));
                let mut back = corners.map(|(y, z)| Vec3::new(-0.03, y, z));
                back.reverse();
                shape.face(&front).face(&back);
            }
            rail(&mut shape, [0.3, 0.38], 0.02);
            rail(&mut shape, [0.75, 0.83], 0.02);
        }
        Fence::Wall => {
            shape.cuboid(Vec3::new(-0.12, -half, 0.0), Vec3::new(0.12, half, 1.05));
            shape.paint(shaded(colour, 1.2));
            rail(&mut shape, [1.05, 1.13], 0.17);
            return shape;
        }
        Fence::Hoarding => {
            shape.cuboid(Vec3::new(-0.03, -half, 0.1), Vec3::new(0.03, half, 2.1));
            shape.paint(shaded(colour, 0.6));
        }
    }
    let high = if kind == Fence::Hoarding { 2.15 } else { 1.1 };
    for post in 0..=posts {
        let y = post_y(post);
        shape.cuboid(
            Vec3::new(-0.05, y - 0.05, 0.0),
            Vec3::new(0.05, y + 0.05, high),
        );
    }
    shape
}

/// A white post with a black band and a reflector beside a country road; its face looks along +x.
pub(crate) fn delineator() -> Shape {
    let mut shape = Shape::new(srgb(0xde_de_da));
    let body = |shape: &mut Shape, z: [f32; 2]| {
        shape.cuboid(Vec3::new(-0.05, -0.06, z[0]), Vec3::new(0.05, 0.06, z[1]));
    };
    body(&mut shape, [0.0, 0.68]);
    shape.paint(srgb(0x18_18_18));
    body(&mut shape, [0.68, 0.9]);
    shape.paint(srgb(0xde_de_da));
    body(&mut shape, [0.9, 1.0]);
    shape
}

/// A wooden pole that carries wires.
pub(crate) fn wire_pole(rng: &mut ChaCha8Rng) -> Shape {
    let mut shape = Shape::new(varied(rng, WOOD));
    shape.cone([Vec3::ZERO, Vec3::Z * 8.0], [0.14, 0.1], 7);
    shape.floating_cuboid(Vec3::new(-0.9, -0.05, 7.4), Vec3::new(0.9, 0.05, 7.52));
    shape
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dress::checks::assert_sound;

    #[test]
    fn furniture_is_sound_and_stays_within_its_extents() {
        let mut rng = drive::random::stream(1, "furniture");
        for _ in 0..60 {
            let (shape, [x, y, z]) = street_thing(&mut rng);
            assert_sound(&shape, "street thing");
            let inside =
                |p: &Vec3| p.x.abs() <= x + 0.05 && p.y.abs() <= y + 0.05 && p.z <= z + 0.05;
            assert!(shape.positions.iter().all(inside), "{:?}", [x, y, z]);
        }
        for kind in [Fence::Rails, Fence::Pickets, Fence::Wall, Fence::Hoarding] {
            assert_sound(&fence(kind, 6.0, [0.5; 3]), &format!("{kind:?}"));
        }
        assert_sound(&skip(&mut rng).0, "skip");
        assert_sound(&delineator(), "delineator");
        assert_sound(&wire_pole(&mut rng), "wire pole");
        assert_sound(&lamp_post(6.0, 1.2), "lamp post");
    }
}
