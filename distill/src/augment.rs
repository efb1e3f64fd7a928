//! Random changes of a training frame that its labels survive.

use perception::preprocess::{INPUT_LEN, INPUT_WIDTH, normalise};
use rand::{Rng, RngCore};
use serde::{Deserialize, Serialize};

/// How strongly frames are changed; all zero leaves them as they are.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Augmentation {
    /// Share of the frames that are mirrored.
    pub mirror: f32,
    /// Largest shift of the brightness, in standard deviations of typical frames.
    pub brightness: f32,
    /// Largest relative change of the contrast.
    pub contrast: f32,
    /// Largest relative change of a single colour channel.
    pub colour: f32,
    /// Largest standard deviation of the noise, in standard deviations of typical frames.
    pub noise: f32,
    /// Share of the frames that are blurred a little.
    pub blur: f32,
}

impl Augmentation {
    /// Frames as they are.
    pub const NONE: Self = Self {
        mirror: 0.0,
        brightness: 0.0,
        contrast: 0.0,
        colour: 0.0,
        noise: 0.0,
        blur: 0.0,
    };

    /// What training uses.
    pub const STANDARD: Self = Self {
        mirror: 0.5,
        brightness: 0.4,
        contrast: 0.25,
        colour: 0.1,
        noise: 0.12,
        blur: 0.2,
    };

    /// The same with light, colour, noise and blur this many times as strong; frames are mirrored as often.
    #[must_use]
    pub fn times(self, strength: f32) -> Self {
        Self {
            brightness: strength * self.brightness,
            contrast: strength * self.contrast,
            colour: strength * self.colour,
            noise: strength * self.noise,
            blur: strength * self.blur,
            ..self
        }
    }
}

/// Normalises a frame and changes its light, colour, sharpness and noise at random.
pub fn photometric(image: &[u8], strength: &Augmentation, random: &mut impl Rng) -> Vec<f32> {
    let within = |random: &mut dyn RngCore, bound: f32| bound * (2.0 * unit(random) - 1.0);
    let brightness = within(random, strength.brightness);
    let contrast = 1.0 + within(random, strength.contrast);
    let gains: [f32; 3] =
        core::array::from_fn(|_| contrast * (1.0 + within(random, strength.colour)));
    let blurred = unit(random) < strength.blur;
    let noise_std = unit(random) * strength.noise;
    let tables: [[f32; 256]; 3] =
        gains.map(|gain| core::array::from_fn(|byte| normalise(byte as u8) * gain + brightness));
    let mut changed = vec![0.0; image.len()];
    for (to, from) in changed.chunks_exact_mut(3).zip(image.chunks_exact(3)) {
        for channel in 0..3 {
            to[channel] = tables[channel][from[channel] as usize];
        }
    }
    if blurred {
        blur(&mut changed);
    }
    if noise_std > 0.0 {
        add_noise(&mut changed, noise_std, random);
    }
    changed
}

/// A number from 0 to below 1.
fn unit(random: &mut dyn RngCore) -> f32 {
    (random.next_u32() >> 8) as f32 / (1 << 24) as f32
}

/// Weighs each pixel with its neighbours, 1-2-1, along the rows and then along the columns.
fn blur(image: &mut [f32]) {
    let before = image.to_vec();
    smooth(&before, image, 3);
    let before = image.to_vec();
    smooth(&before, image, INPUT_WIDTH * 3);
}

/// 1-2-1 over neighbours `stride` values apart; the first and last are kept.
fn smooth(before: &[f32], after: &mut [f32], stride: usize) {
    for i in stride..before.len() - stride {
        after[i] = 0.25 * (before[i - stride] + 2.0 * before[i] + before[i + stride]);
    }
}

/// Adds noise that is close to Gaussian: the sum of four random bytes.
fn add_noise(image: &mut [f32], std: f32, random: &mut impl RngCore) {
    /// Standard deviation of the sum of four uniform bytes.
    const SUM_STD: f32 = 147.8;
    let mut bytes = vec![0; INPUT_LEN * 4];
    random.fill_bytes(&mut bytes);
    for (value, four) in image.iter_mut().zip(bytes.chunks_exact(4)) {
        let sum: u16 = four.iter().map(|&byte| u16::from(byte)).sum();
        *value += (f32::from(sum) - 510.0) / SUM_STD * std;
    }
}

#[cfg(test)]
mod tests {
    use drive::random::stream;

    use super::*;

    #[test]
    fn no_augmentation_is_plain_normalisation() {
        let image: Vec<u8> = (0..INPUT_LEN).map(|i| (i % 256) as u8).collect();
        let plain: Vec<f32> = image.iter().map(|&byte| normalise(byte)).collect();
        let same = photometric(&image, &Augmentation::NONE, &mut stream(1, "augment"));
        assert_eq!(same, plain);
    }

    #[test]
    fn noise_has_the_asked_spread_and_no_bias() {
        let mut noise = vec![0.0; INPUT_LEN];
        add_noise(&mut noise, 0.5, &mut stream(1, "noise"));
        let mean = noise.iter().sum::<f32>() / INPUT_LEN as f32;
        let variance = noise.iter().map(|n| n * n).sum::<f32>() / INPUT_LEN as f32;
        assert!(mean.abs() < 0.01 && (variance.sqrt() - 0.5).abs() < 0.01);
    }

    #[test]
    fn blur_keeps_an_even_picture() {
        let mut image = vec![0.7; INPUT_LEN];
        blur(&mut image);
        assert!(image.iter().all(|value| (value - 0.7).abs() < 1e-6));
    }
}
