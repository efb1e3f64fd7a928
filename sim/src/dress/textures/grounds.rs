//! What is driven and walked on.

use super::{Texel, grey, over, step};
use crate::dress::noise::{cellular, fractal, hash, value};

/// Asphalt: grain, lighter stones, a few mended patches, tar-filled cracks.
pub(super) fn asphalt(u: f32, v: f32) -> Texel {
    let grain = value(u, v, [128, 128], 11) * 0.6 + value(u, v, [256, 256], 12) * 0.4;
    let wear = fractal(u, v, 3, 4, 13);
    let mut light = 0.86 + 0.13 * (grain - 0.5) + 0.16 * (wear - 0.5);
    let (near, _, own) = cellular(u, v, 96, 14);
    if own > 0.82 {
        light += 0.12 * step(0.32, 0.12, near);
    }
    light *= 1.0 - 0.05 * patch(u, v, [0.12, 0.2], [0.17, 0.26]);
    light *= 1.0 - 0.035 * patch(u, v, [0.6, 0.68], [0.3, 0.14]);
    let line = (fractal(u, v, 2, 4, 15) - 0.5).abs();
    let gate = step(0.5, 0.62, fractal(u, v, 3, 2, 16));
    light *= 1.0 - 0.22 * gate * step(0.006, 0.001, line);
    grey(light)
}

/// 1 inside a rectangle with soft edges, at `low`, of some `size`.
fn patch(u: f32, v: f32, low: [f32; 2], size: [f32; 2]) -> f32 {
    let inside = |x: f32, low: f32, size: f32| {
        step(low, low + 0.01, x) * step(low + size, low + size - 0.01, x)
    };
    inside(u, low[0], size[0]) * inside(v, low[1], size[1])
}

/// Paving slabs in a running bond, eight rows.
pub(super) fn paving(u: f32, v: f32) -> Texel {
    let row = (v * 8.0).floor();
    let across = u * 6.0 + if row as i32 % 2 == 0 { 0.0 } else { 0.5 };
    let slab = (across.floor() as i32).rem_euclid(6);
    let (x, y) = (across - across.floor(), v * 8.0 - row);
    let gap = step(0.05, 0.015, x.min(1.0 - x).min(0.75 * y.min(1.0 - y)));
    let tone = hash(slab, row as i32, 21) - 0.5;
    let grain = fractal(u, v, 24, 3, 22) - 0.5;
    let stain = fractal(u, v, 3, 3, 23) - 0.5;
    let light = 0.87 + 0.11 * tone + 0.09 * grain + 0.1 * stain;
    grey(light * (1.0 - 0.34 * gap))
}

/// Grass with drier and barer places.
pub(super) fn grass(u: f32, v: f32) -> Texel {
    let blades = value(u, v, [120, 60], 31) * 0.5 + value(u, v, [200, 128], 32) * 0.5;
    let tufts = fractal(u, v, 14, 3, 33);
    let light = 0.55 + 0.42 * blades * (0.55 + 0.6 * tufts) + 0.16 * (tufts - 0.5);
    let dry = step(0.45, 0.85, fractal(u, v, 4, 4, 34));
    let lush = [light * 0.98, light * 1.02, light * 0.94, 1.0];
    let straw = [light * 1.1, light * 1.02, light * 0.9, 1.0];
    let bare = step(0.72, 0.84, fractal(u, v, 9, 3, 35));
    over(over(lush, straw, dry), [0.66, 0.6, 0.54, 1.0], 0.35 * bare)
}

/// Road paint with grain that shows through and places worn away; alpha is coverage.
pub(super) fn worn_paint(u: f32, v: f32) -> Texel {
    let grain = value(u, v, [128, 128], 41);
    let wear = fractal(u, v, 5, 5, 42);
    let worn = step(0.66, 0.8, wear + 0.14 * (grain - 0.5));
    let light = 0.93 + 0.09 * (grain - 0.5) - 0.12 * step(0.5, 0.75, wear);
    [light, light, light, 1.0 - 0.75 * worn]
}
