//! Walls with windows, three bays by three floors a repeat, and roof tiles.

use super::{Texel, grey, over, step};
use crate::dress::noise::{fractal, hash, value};

/// Bays and floors a repeat.
const CELLS: f32 = 3.0;

/// A window in its bay: extents as shares of the bay, from its lower left corner.
#[derive(Debug, Clone, Copy)]
struct Window {
    x: [f32; 2],
    y: [f32; 2],
    /// Width of the frame.
    frame: f32,
    /// Whether a bar parts it across.
    transom: bool,
}

/// Place in a bay (x right, y up, 0 to 1) and the bay's number.
fn bay(u: f32, v: f32) -> (f32, f32, [i32; 2]) {
    let (x, y) = (u * CELLS, (1.0 - v) * CELLS);
    (
        x - x.floor(),
        y - y.floor(),
        [x.floor() as i32, y.floor() as i32],
    )
}

/// Signed distance into the rectangle, in bays; negative outside.
fn inside(x: f32, y: f32, window: Window) -> f32 {
    let across = (x - window.x[0]).min(window.x[1] - x);
    across.min((y - window.y[0]).min(window.y[1] - y))
}

/// Panes as seen by day: dark, with a reflection of the sky above and blinds or curtains in some.
fn pane(x: f32, y: f32, window: Window, cell: [i32; 2], seed: u32) -> Texel {
    let up = (y - window.y[0]) / (window.y[1] - window.y[0]);
    let across = (x - window.x[0]) / (window.x[1] - window.x[0]);
    let own = hash(cell[0], cell[1], seed);
    let sky = 0.2 + 0.16 * step(0.2, 1.0, up + 0.25 * (across - 0.5)) + 0.05 * own;
    let glass = [sky * 0.86, sky * 0.97, sky * 1.08, 0.0];
    let blind = hash(cell[0], cell[1], seed + 1);
    let drawn = if own > 0.45 {
        step(1.0 - blind * 0.8, 1.01 - blind * 0.8, up)
    } else {
        0.0
    };
    let aside = step(0.2, 0.14, across.min(1.0 - across)) * step(0.3, 0.31, blind);
    let curtain = [0.62, 0.6, 0.55, 0.0];
    over(
        over(glass, curtain, 0.75 * aside),
        [0.7, 0.69, 0.66, 0.0],
        drawn * 0.85,
    )
}

/// A window over a wall: surround, frame, bars, panes, sill.
fn set_window(wall: Texel, place: (f32, f32, [i32; 2]), window: Window, seed: u32) -> Texel {
    let (x, y, cell) = place;
    let depth = inside(x, y, window);
    let mut texel = wall;
    let sill = step(
        0.0,
        0.004,
        (window.x[1] - x + 0.03).min(x - window.x[0] + 0.03),
    ) * step(0.0, 0.004, (y - window.y[0] + 0.045).min(window.y[0] - y));
    texel = over(texel, [0.78, 0.77, 0.75, 0.25], sill);
    let shade = step(
        0.0,
        0.004,
        inside(x, y - 0.03, window).min(window.y[1] + 0.03 - y),
    );
    texel = over(texel, [0.5, 0.5, 0.5, 1.0], 0.25 * shade);
    if depth <= 0.0 {
        return texel;
    }
    let middle = f32::midpoint(window.x[0], window.x[1]);
    let bar_x = (x - middle).abs() < window.frame * 0.45;
    let bar_y = window.transom && (y - (window.y[1] - 0.16)).abs() < window.frame * 0.4;
    if depth < window.frame || bar_x || bar_y {
        let light = 0.86 - 0.2 * f32::from(u8::from(depth < window.frame * 0.25));
        return [light, light, light * 0.98, 0.0];
    }
    let in_shade = step(0.07, 0.05, window.y[1] - window.frame - y);
    let glass = pane(x, y, window, cell, seed);
    over(glass, [0.08, 0.09, 0.1, 0.0], 0.6 * in_shade)
}

/// Rendered wall, upright windows.
pub(super) fn rendered(u: f32, v: f32) -> Texel {
    let grain = value(u, v, [200, 200], 81) - 0.5;
    let stain = fractal(u, v, 3, 4, 82) - 0.5;
    let wall = 0.93 + 0.05 * grain + 0.07 * stain;
    let (x, y, cell) = bay(u, v);
    let band = step(0.012, 0.006, (y - 0.02).abs());
    let wall = grey(wall * (1.0 - 0.1 * band));
    let window = Window {
        x: [0.3, 0.7],
        y: [0.28, 0.8],
        frame: 0.028,
        transom: true,
    };
    let edge = inside(
        x,
        y,
        Window {
            x: [0.26, 0.74],
            y: [0.24, 0.85],
            ..window
        },
    );
    let trimmed = over(wall, [0.97, 0.96, 0.94, 0.6], step(0.0, 0.004, edge));
    set_window(trimmed, (x, y, cell), window, 83)
}

/// Brick in a running bond, windows with light lintels.
pub(super) fn brick(u: f32, v: f32) -> Texel {
    let row = (v * 64.0).floor();
    let across = u * 24.0 + if row as i32 % 2 == 0 { 0.0 } else { 0.5 };
    let stone = (across.floor() as i32).rem_euclid(24);
    let (dx, dy) = (across - across.floor(), v * 64.0 - row);
    let tone = hash(stone, row as i32, 91) - 0.5;
    let stain = fractal(u, v, 4, 3, 92) - 0.5;
    let light = 0.84 + 0.22 * tone + 0.1 * stain;
    let joint = f32::from(u8::from(dy < 0.25 || dx < 0.1));
    let wall = over(grey(light), [0.8, 0.78, 0.75, 0.55], 0.5 * joint);
    let (x, y, cell) = bay(u, v);
    let window = Window {
        x: [0.24, 0.76],
        y: [0.3, 0.78],
        frame: 0.03,
        transom: false,
    };
    let lintel = inside(
        x,
        y,
        Window {
            x: [0.2, 0.8],
            y: [0.78, 0.86],
            ..window
        },
    );
    let wall = over(wall, [0.82, 0.8, 0.76, 0.3], step(0.0, 0.004, lintel));
    set_window(wall, (x, y, cell), window, 93)
}

/// Ribbons of glass between bands of concrete.
pub(super) fn office(u: f32, v: f32) -> Texel {
    let (x, y, cell) = bay(u, v);
    let stain = fractal(u, v, 4, 4, 101) - 0.5;
    let grain = value(u, v, [180, 180], 102) - 0.5;
    let joint = step(0.01, 0.004, x.min(1.0 - x));
    let wall = grey((0.9 + 0.09 * stain + 0.04 * grain) * (1.0 - 0.12 * joint));
    let window = Window {
        x: [-0.1, 1.1],
        y: [0.34, 0.86],
        frame: 0.02,
        transom: false,
    };
    if inside(x, y, window) <= 0.0 {
        return wall;
    }
    let third = x * 2.0 - (x * 2.0).floor();
    if third.min(1.0 - third) < 0.035 || inside(x, y, window) < 0.018 {
        return [0.5, 0.51, 0.52, 0.3];
    }
    let half = [cell[0] * 2 + i32::from(x > 0.5), cell[1]];
    pane(
        third,
        y,
        Window {
            x: [0.0, 1.0],
            ..window
        },
        half,
        103,
    )
}

/// Rows of tiles, staggered.
pub(super) fn roof(u: f32, v: f32) -> Texel {
    let row = (v * 16.0).floor();
    let across = u * 16.0 + if row as i32 % 2 == 0 { 0.0 } else { 0.5 };
    let tile = (across.floor() as i32).rem_euclid(16);
    let (x, y) = (across - across.floor(), v * 16.0 - row);
    let round = 1.0 - 0.3 * (x * 2.0 - 1.0).powi(2);
    let lip = 1.0 - 0.38 * step(0.78, 0.98, y);
    let tone = hash(tile, row as i32, 111) - 0.5;
    let moss = fractal(u, v, 4, 4, 112) - 0.5;
    grey((0.88 + 0.16 * tone + 0.14 * moss) * round * lip)
}
