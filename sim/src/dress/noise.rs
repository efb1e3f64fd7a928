//! Seeded noise: on a tiling plane for textures, in space for lumps.

use bevy::math::Vec3;

/// A number in 0..1 for a lattice point.
pub(crate) fn hash(x: i32, y: i32, seed: u32) -> f32 {
    let mut h = (x as u32).wrapping_mul(0x9e37_79b1)
        ^ (y as u32).wrapping_mul(0x85eb_ca77)
        ^ seed.wrapping_mul(0xc2b2_ae3d);
    h ^= h >> 15;
    h = h.wrapping_mul(0x2c1b_3c6d);
    h ^= h >> 12;
    h = h.wrapping_mul(0x297a_2d39);
    h ^= h >> 15;
    (h >> 8) as f32 / (1 << 24) as f32
}

fn smooth(t: f32) -> f32 {
    t * t * (3.0 - 2.0 * t)
}

fn mix(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}

/// Smooth noise in 0..1 over the unit square with `cells` lattice cells each way; tiles.
pub(crate) fn value(u: f32, v: f32, cells: [i32; 2], seed: u32) -> f32 {
    let (x, y) = (u * cells[0] as f32, v * cells[1] as f32);
    let (i, j) = (x.floor() as i32, y.floor() as i32);
    let (s, t) = (smooth(x - x.floor()), smooth(y - y.floor()));
    let at = |di: i32, dj: i32| {
        hash(
            (i + di).rem_euclid(cells[0]),
            (j + dj).rem_euclid(cells[1]),
            seed,
        )
    };
    mix(mix(at(0, 0), at(1, 0), s), mix(at(0, 1), at(1, 1), s), t)
}

/// Octaves of [`value`], from `cells` on twice as fine each and half as strong; mean one half; tiles.
pub(crate) fn fractal(u: f32, v: f32, cells: i32, octaves: u32, seed: u32) -> f32 {
    let (mut sum, mut weight, mut total) = (0.0, 1.0, 0.0);
    for octave in 0..octaves {
        let n = cells << octave;
        sum += weight * value(u, v, [n, n], seed + octave);
        total += weight;
        weight *= 0.5;
    }
    sum / total
}

/// Distances to the nearest and second nearest of one stray point per cell, in cells, and the nearest's
/// own number in 0..1; tiles.
pub(crate) fn cellular(u: f32, v: f32, cells: i32, seed: u32) -> (f32, f32, f32) {
    let (x, y) = (u * cells as f32, v * cells as f32);
    let (i, j) = (x.floor() as i32, y.floor() as i32);
    let (mut first, mut second, mut own) = (f32::MAX, f32::MAX, 0.0);
    for (di, dj) in (-1..=1).flat_map(|di| (-1..=1).map(move |dj| (di, dj))) {
        let (ci, cj) = ((i + di).rem_euclid(cells), (j + dj).rem_euclid(cells));
        let dx = (i + di) as f32 + hash(ci, cj, seed) - x;
        let dy = (j + dj) as f32 + hash(ci, cj, seed + 1) - y;
        let distance = (dx * dx + dy * dy).sqrt();
        if distance < first {
            second = first;
            first = distance;
            own = hash(ci, cj, seed + 2);
        } else {
            second = second.min(distance);
        }
    }
    (first, second, own)
}

/// Smooth noise in -1..1 in space, one lattice cell per metre.
pub(crate) fn in_space(point: Vec3, seed: u32) -> f32 {
    let floor = point.floor();
    let [i, j, k] = floor.to_array().map(|x| x as i32);
    let t = (point - floor).to_array().map(smooth);
    let plane = |dk: i32| {
        let level = seed.wrapping_add(((k + dk) as u32).wrapping_mul(7919));
        let at = |di: i32, dj: i32| hash(i + di, j + dj, level);
        mix(
            mix(at(0, 0), at(1, 0), t[0]),
            mix(at(0, 1), at(1, 1), t[0]),
            t[1],
        )
    };
    mix(plane(0), plane(1), t[2]) * 2.0 - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planar_noise_tiles() {
        for v in [0.0, 0.13, 0.77] {
            assert!((value(0.0, v, [5, 7], 3) - value(1.0, v, [5, 7], 3)).abs() < 1e-5);
            assert!((fractal(v, 0.0, 3, 4, 9) - fractal(v, 1.0, 3, 4, 9)).abs() < 1e-5);
            assert!((cellular(0.0, v, 6, 1).0 - cellular(1.0, v, 6, 1).0).abs() < 1e-5);
        }
    }
}
