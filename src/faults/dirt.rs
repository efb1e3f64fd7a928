//! Dirt on the lens: spots so near that they are out of focus, which stay where they are.

use drive::math::{cos, exp, sin};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// Smallest and largest radius of a spot, as shares of the picture's height; small ones are more frequent.
const RADIUS: (f64, f64) = (0.02, 0.2);
/// How far a spot's edge strays from a circle, and how many bumps it has.
const BUMP: f64 = 0.15;
const BUMPS: (u32, u32) = (1, 3);
/// Width of a spot's blurred edge as a share of its radius.
const BLUR: f64 = 0.5;
/// How much light a spot keeps away at most and at least.
const OPACITY: (f64, f64) = (0.75, 0.97);
/// The colour of mud as a share of the picture's mean light.
const MUD: [f64; 3] = [0.52, 0.46, 0.38];
/// From this opacity on a pixel counts as covered.
const COVERED: f64 = 0.5;
/// So many spots cover any picture.
const MOST_SPOTS: usize = 4000;

/// The spots on a lens.
pub(super) struct Dirt {
    /// Share of the light kept away from each pixel, 0 to 1.
    opacity: Vec<f32>,
}

/// One spot, in pixels.
struct Spot {
    centre: [f64; 2],
    radius: f64,
    opacity: f64,
    bumps: f64,
    phase: f64,
}

impl Dirt {
    /// Spots at random until they cover a share of a picture of some width and height.
    pub(super) fn new(size: (usize, usize), cover: f64, mut rng: ChaCha8Rng) -> Self {
        let mut dirt = Self {
            opacity: vec![0.0; size.0 * size.1],
        };
        for _ in 0..MOST_SPOTS {
            if dirt.cover() >= cover {
                break;
            }
            dirt.add(size, &Spot::random(size, &mut rng));
        }
        dirt
    }

    /// Share of the pixels that are covered.
    fn cover(&self) -> f64 {
        let covered = self.opacity.iter().filter(|&&o| f64::from(o) >= COVERED);
        covered.count() as f64 / self.opacity.len().max(1) as f64
    }

    fn add(&mut self, (width, height): (usize, usize), spot: &Spot) {
        let reach = spot.radius * (1.0 + BUMP + BLUR);
        let range = |centre: f64, length: usize| {
            let from = (centre - reach).max(0.0) as usize;
            from..((centre + reach).max(0.0) as usize + 1).min(length)
        };
        for row in range(spot.centre[1], height) {
            for column in range(spot.centre[0], width) {
                let light = &mut self.opacity[row * width + column];
                let added = spot.opacity_at(column as f64, row as f64) as f32;
                *light = 1.0 - (1.0 - *light) * (1.0 - added);
            }
        }
    }

    /// Lays the spots over a picture: mud in the light of the whole picture.
    pub(super) fn soil(&self, rgb: &mut [u8]) {
        let light = rgb.iter().map(|byte| u64::from(*byte)).sum::<u64>();
        let mean = light as f64 / rgb.len().max(1) as f64;
        for (pixel, &opacity) in rgb.chunks_exact_mut(3).zip(&self.opacity) {
            let opacity = f64::from(opacity);
            for (byte, share) in pixel.iter_mut().zip(MUD) {
                let mixed = f64::from(*byte) * (1.0 - opacity) + share * mean * opacity;
                *byte = mixed.round().clamp(0.0, 255.0) as u8;
            }
        }
    }
}

impl Spot {
    fn random((width, height): (usize, usize), rng: &mut ChaCha8Rng) -> Self {
        let share: f64 = rng.random();
        let span = drive::math::ln(RADIUS.1 / RADIUS.0);
        Self {
            centre: [width, height].map(|length| rng.random_range(0.0..length as f64)),
            radius: height as f64 * RADIUS.0 * exp(span * share * share),
            opacity: rng.random_range(OPACITY.0..OPACITY.1),
            bumps: f64::from(rng.random_range(BUMPS.0..=BUMPS.1)),
            phase: rng.random_range(0.0..core::f64::consts::TAU),
        }
    }

    /// Full within, falling smoothly to nothing across the blurred edge.
    fn opacity_at(&self, column: f64, row: f64) -> f64 {
        let (x, y) = (column - self.centre[0], row - self.centre[1]);
        let angle = drive::math::atan2(y, x);
        let bump = sin(self.bumps * angle + self.phase) + 0.5 * cos((self.bumps + 2.0) * angle);
        let edge = self.radius * (1.0 + BUMP / 1.5 * bump);
        let outside = ((x * x + y * y).sqrt() - edge) / (BLUR * self.radius);
        let fade = (0.5 - outside).clamp(0.0, 1.0);
        self.opacity * fade * fade * (3.0 - 2.0 * fade)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use drive::random::stream;

    #[test]
    fn dirt_covers_the_share_it_is_given() {
        for cover in [0.1, 0.3, 0.7] {
            let dirt = Dirt::new((128, 64), cover, stream(3, "dirt"));
            let covered = dirt.cover();
            assert!((cover..cover + 0.1).contains(&covered), "{covered}");
        }
    }

    #[test]
    fn a_clean_lens_changes_nothing() {
        let mut rgb: Vec<u8> = (0..=255).collect();
        rgb.truncate(255);
        let before = rgb.clone();
        Dirt::new((17, 5), 0.0, stream(3, "dirt")).soil(&mut rgb);
        assert_eq!(rgb, before);
    }
}
