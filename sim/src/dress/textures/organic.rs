//! Bark, leaves, cloth.

use super::{Texel, grey, step};
use crate::dress::noise::{cellular, fractal, value};

/// Upright ridges.
pub(super) fn bark(u: f32, v: f32) -> Texel {
    let bend = 0.02 * (fractal(u, v, 4, 2, 51) - 0.5);
    let ridge = value(u + bend, v, [28, 6], 52);
    let fine = value(u, v, [90, 30], 53);
    grey(0.5 + 0.45 * step(0.2, 0.7, ridge) * (0.75 + 0.35 * fine))
}

/// Leaves in clumps with dark gaps between them.
pub(super) fn foliage(u: f32, v: f32) -> Texel {
    let wobble = 0.03 * (fractal(u, v, 12, 2, 61) - 0.5);
    let (clump, _, tone) = cellular(u + wobble, v - wobble, 7, 62);
    let (leaf, second, own) = cellular(u, v, 34, 65);
    let lit = 1.0 - 0.45 * step(0.15, 0.85, clump);
    let edge = step(0.0, 0.28, second - leaf);
    let light = lit * (0.62 + 0.22 * own + 0.2 * edge) + 0.14 * (tone - 0.5) + 0.2;
    let warm = 0.1 * (own - 0.5);
    [light * (0.97 + warm), light, light * (0.9 - warm), 1.0]
}

/// A weave with soft folds.
pub(super) fn cloth(u: f32, v: f32) -> Texel {
    let folds = fractal(u, v, 3, 3, 71);
    let thread = 0.5 * value(u, v, [128, 32], 72) + 0.5 * value(u, v, [32, 128], 73);
    grey(0.84 + 0.26 * (folds - 0.5) + 0.1 * (thread - 0.5))
}
