//! A city bus: a long rounded body with a band of windows, doors on the right, a destination display.

use bevy::math::Vec3;
use rand_chacha::ChaCha8Rng;

use super::parts::Part;
use super::truck::Builder;
use crate::dress::palette::{Colour, GLASS, TRUCK_PAINT, srgb, varied};
use crate::dress::shape::Shape;

const HALF_LENGTH_M: f32 = 5.75;
const HALF_WIDTH_M: f32 = 1.2;
const ROOF_M: f32 = 3.1;
/// Lower and upper edge of the windows.
const WINDOWS_M: [f32; 2] = [1.35, 2.45];
/// How far glass and doors stand out of the body.
const PROUD_M: f32 = 0.012;

/// A city bus.
pub(super) fn bus(rng: &mut ChaCha8Rng) -> Vec<Part> {
    let (paint, band) = (varied(rng, TRUCK_PAINT), varied(rng, TRUCK_PAINT));
    let mut bus = Builder::new();
    let (l, w) = (HALF_LENGTH_M, HALF_WIDTH_M);
    bus.body.paint(paint).extruded(&[
        [l, 0.35, w * 0.94],
        [l, 1.1, w],
        [l - 0.12, 2.75, w],
        [l - 0.35, ROOF_M, w * 0.9],
        [-l + 0.2, ROOF_M, w * 0.9],
        [-l, 2.8, w],
        [-l, 0.4, w * 0.97],
    ]);
    flank(&mut bus.body, 1.0, band);
    flank(&mut bus.body, -1.0, band);
    ends(&mut bus.body);
    headlamps(&mut bus.lamps);
    mirrors(&mut bus.trim);
    bus.body.paint(paint);
    let unit = [
        Vec3::new(-3.0, -0.8, ROOF_M - 0.02),
        Vec3::new(-0.6, 0.8, ROOF_M + 0.18),
    ];
    bus.body.cuboid(unit[0], unit[1]);
    bus.axles(&[3.2, -2.9], w + 0.06);
    bus.tail(-l, w, 0.9);
    bus.finish()
}

/// A rectangle on a side: +1 left, -1 right.
fn on_side(shape: &mut Shape, side: f32, [rear, front]: [f32; 2], [low, high]: [f32; 2]) {
    let mut corners = [(front, low), (rear, low), (rear, high), (front, high)];
    if side < 0.0 {
        corners.reverse();
    }
    let y = side * (HALF_WIDTH_M + PROUD_M);
    shape.face(&corners.map(|(x, z)| Vec3::new(x, y, z)));
}

/// Windows, doors, wheel housings and a band of colour.
fn flank(shape: &mut Shape, side: f32, band: Colour) {
    shape.paint(band);
    on_side(
        shape,
        side,
        [-HALF_LENGTH_M + 0.1, HALF_LENGTH_M - 0.2],
        [1.0, 1.22],
    );
    shape.paint(srgb(GLASS));
    let doors: &[f32] = if side < 0.0 { &[4.6, 0.4] } else { &[] };
    let pitch = 1.5;
    for bay in 0..7 {
        let rear = -HALF_LENGTH_M + 0.35 + pitch * bay as f32;
        let front = rear + pitch - 0.09;
        let is_door = doors
            .iter()
            .any(|door| (door - f32::midpoint(rear, front)).abs() < pitch / 2.0);
        let low = if is_door { 0.5 } else { WINDOWS_M[0] };
        if is_door {
            on_side(
                shape,
                side,
                [rear + 0.05, f32::midpoint(rear, front) - 0.03],
                [low, WINDOWS_M[1]],
            );
            on_side(
                shape,
                side,
                [f32::midpoint(rear, front) + 0.03, front - 0.05],
                [low, WINDOWS_M[1]],
            );
        } else {
            on_side(shape, side, [rear, front], [low, WINDOWS_M[1]]);
        }
    }
}

/// Windscreen, destination display, rear window.
fn ends(shape: &mut Shape) {
    let l = HALF_LENGTH_M;
    let front_x = |z: f32| l - 0.12 * (z - 1.1) / 1.65 + PROUD_M;
    let mut front = |half: f32, z: [f32; 2]| {
        let corners = [(-half, z[0]), (half, z[0]), (half, z[1]), (-half, z[1])];
        shape.face(&corners.map(|(y, z)| Vec3::new(front_x(z), y, z)));
    };
    front(1.1, [1.12, 2.4]);
    front(1.1, [2.45, 2.73]);
    let rear = [(0.95, 1.6), (-0.95, 1.6), (-0.95, 2.5), (0.95, 2.5)];
    shape.face(&rear.map(|(y, z)| Vec3::new(-l - PROUD_M, y, z)));
    let display = [(-0.7, 2.5), (0.7, 2.5), (0.7, 2.68), (-0.7, 2.68)];
    let display = display.map(|(y, z)| Vec3::new(front_x(z) + 0.01, y, z));
    shape.paint(srgb(0xd0_9a_30)).face(&display);
}

fn headlamps(shape: &mut Shape) {
    shape.paint(srgb(0xd9_dd_de));
    for side in [1.0, -1.0] {
        let corners = [(-0.2, 0.62), (0.2, 0.62), (0.2, 0.82), (-0.2, 0.82)];
        shape.face(&corners.map(|(y, z)| Vec3::new(HALF_LENGTH_M + PROUD_M, y + side * 0.85, z)));
    }
}

fn mirrors(shape: &mut Shape) {
    shape.paint(srgb(0x1a_1a_1b));
    for side in [1.0, -1.0_f32] {
        let (a, b) = (side * (HALF_WIDTH_M - 0.02), side * (HALF_WIDTH_M + 0.075));
        let low = Vec3::new(HALF_LENGTH_M - 0.15, a.min(b), 1.9);
        shape.floating_cuboid(low, Vec3::new(HALF_LENGTH_M, a.max(b), 2.4));
    }
}
