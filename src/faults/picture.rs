//! Faults of the sensor that change its pixels: a wrong exposure, and noise.

use rand::RngCore;

/// Number of 8-bit levels.
const LEVELS: usize = 256;
/// sRGB's transfer curve (IEC 61966-2-1): linear below the first bound, a power above.
const LINEAR_BELOW: f64 = 0.040_45;
const LINEAR_SLOPE: f64 = 12.92;
const OFFSET: f64 = 0.055;
const GAMMA: f64 = 2.4;
/// The sum of the eight bytes of a random word: its mean and its standard deviation.
const SUM_MEAN: f64 = 8.0 * 127.5;
const SUM_STD: f64 = 209.020_73;

/// Multiplies the light of every pixel by 2 to the power of `ev`; what is too bright turns white.
pub(super) fn expose(rgb: &mut [u8], ev: f64) {
    let gain = drive::math::exp(ev * core::f64::consts::LN_2);
    let table: [u8; LEVELS] = core::array::from_fn(|level| {
        let light = gain * linear(level as f64 / 255.0);
        (255.0 * encoded(light.min(1.0))).round() as u8
    });
    for byte in rgb {
        *byte = table[usize::from(*byte)];
    }
}

/// Adds noise of a standard deviation in 8-bit levels to every colour of every pixel. The bell curve is
/// the sum of eight even bytes: whole numbers, equal on every machine.
pub(super) fn add_noise(rgb: &mut [u8], sigma: f64, rng: &mut impl RngCore) {
    let levels_per_sum = sigma / SUM_STD;
    for byte in rgb {
        let sum: u32 = rng.next_u64().to_le_bytes().map(u32::from).iter().sum();
        let off = (f64::from(sum) - SUM_MEAN) * levels_per_sum;
        *byte = (f64::from(*byte) + off).round().clamp(0.0, 255.0) as u8;
    }
}

/// Light of an encoded value, both 0 to 1.
fn linear(value: f64) -> f64 {
    if value <= LINEAR_BELOW {
        value / LINEAR_SLOPE
    } else {
        drive::math::powf((value + OFFSET) / (1.0 + OFFSET), GAMMA)
    }
}

/// The encoded value of light, both 0 to 1.
fn encoded(light: f64) -> f64 {
    if light <= LINEAR_BELOW / LINEAR_SLOPE {
        light * LINEAR_SLOPE
    } else {
        (1.0 + OFFSET) * drive::math::powf(light, 1.0 / GAMMA) - OFFSET
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use drive::random::stream;

    #[test]
    fn a_stop_more_is_twice_the_light_and_none_changes_nothing() {
        let grey = |ev| {
            let mut rgb = [0, 100, 188, 255];
            expose(&mut rgb, ev);
            rgb
        };
        assert_eq!(grey(0.0), [0, 100, 188, 255]);
        // 188 is half of full light; a stop less brings white to it.
        assert_eq!(grey(1.0)[2..], [255, 255]);
        assert_eq!(grey(-1.0)[3], 188);
        assert!(grey(-1.0)[1] < 100 && grey(1.0)[1] > 100);
    }

    #[test]
    fn noise_has_the_standard_deviation_it_is_given_and_no_bias() {
        let mut rgb = vec![128; 60_000];
        add_noise(&mut rgb, 10.0, &mut stream(1, "noise"));
        let off = rgb.iter().map(|byte| f64::from(*byte) - 128.0);
        let mean = off.clone().sum::<f64>() / 60_000.0;
        let std = (off.map(|level| level * level).sum::<f64>() / 60_000.0).sqrt();
        assert!(mean.abs() < 0.2 && (std - 10.0).abs() < 0.2, "{mean} {std}");
    }
}
