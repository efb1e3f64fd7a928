//! Wheels, seen from the side they show.

use bevy::math::Vec3;

use crate::dress::palette::{RUBBER, srgb};
use crate::dress::shape::Shape;
use crate::dress::solids::{Rows, circle};

/// Corners of a wheel's rim from near.
const SIDES: usize = 11;
/// Corners of a wheel's rim from afar.
const FAR_SIDES: usize = 6;

/// A wheel with a rim that looks outwards: its centre's y decides the side.
pub(crate) fn wheel(shape: &mut Shape, centre: Vec3, radius: f32, width: f32) {
    let out = centre.y.signum();
    let ring = |y: f32, radius: f32| -> Vec<Vec3> {
        let around = circle(SIDES).map(|c| centre + Vec3::new(c.x * radius, y, c.y * radius));
        around.collect()
    };
    // Around from +x over +z the tangent times +y looks outwards.
    let (inner, outer) = (-out * width / 2.0, out * width / 2.0);
    let mut tread = [
        ring(inner, radius),
        ring(outer, radius),
        ring(outer * 1.02, radius * 0.66),
    ];
    if out > 0.0 {
        tread.reverse();
    }
    shape.paint(srgb(RUBBER)).skin(&tread, Rows::Closed);
    shape.paint(srgb(0x9a_9e_a2));
    shape.disc(
        centre + Vec3::Y * outer * 0.96,
        Vec3::Y * out,
        radius * 0.68,
        SIDES,
    );
    shape.paint(srgb(0x2c_2e_30));
    shape.paint(srgb(0x1c_1c_1d));
    shape.disc(centre - Vec3::Y * outer, -Vec3::Y * out, radius, FAR_SIDES);
    shape.paint(srgb(0x2c_2e_30));
    for gap in circle(5) {
        let hub = centre + Vec3::Y * outer * 0.99;
        let arm = Vec3::new(gap.x, 0.0, gap.y) * radius;
        let aside = Vec3::new(-gap.y, 0.0, gap.x) * radius * 0.17 * out;
        shape.face(&[
            hub + arm * 0.16,
            hub + arm * 0.58 + aside,
            hub + arm * 0.58 - aside,
        ]);
    }
}

/// A wheel from afar: a dark disc.
pub(crate) fn far_wheel(shape: &mut Shape, centre: Vec3, radius: f32, width: f32) {
    let out = Vec3::Y * centre.y.signum();
    shape
        .paint(srgb(RUBBER))
        .disc(centre + out * width / 2.0, out, radius, FAR_SIDES);
    shape
        .paint(srgb(0x6d_70_73))
        .disc(centre + out * (width / 2.0 + 0.01), out, radius * 0.55, 5);
}
