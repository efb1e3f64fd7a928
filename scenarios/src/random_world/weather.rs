//! Random sun, clouds and fog.

use core::f64::consts::TAU;

use drive::math::powf;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::stage::Weather;

/// Height of the sun below which it is dusk, in radians.
const DUSK_RAD: f64 = 0.12;
/// How often training shows dusk.
const DUSK_SHARE: f64 = 0.15;
/// How often training shows fog or haze by day.
const FOG_SHARE: f64 = 0.4;
/// Visibility in fog and haze, from the thickest to the thinnest, in metres.
const VISIBILITY_M: [f64; 2] = [40.0, 1000.0];

/// How often it is night, and how often it rains, where both are asked for.
const NIGHT_SHARE: f64 = 0.3;
const RAIN_SHARE: f64 = 0.3;
/// Rain from the lightest to the heaviest, in millimetres per hour.
const RAIN_MM_PER_H: [f64; 2] = [1.0, 40.0];

/// Weather as training shows it: by day with or without fog, or a clear dusk.
pub(super) fn training(rng: &mut ChaCha8Rng) -> Weather {
    let is_dusk = rng.random_bool(DUSK_SHARE);
    let sun_elevation_rad = if is_dusk {
        rng.random_range(0.02..DUSK_RAD)
    } else {
        rng.random_range(DUSK_RAD + 0.03..1.2)
    };
    let is_foggy = !is_dusk && rng.random_bool(FOG_SHARE);
    Weather {
        sun_azimuth_rad: rng.random_range(0.0..TAU),
        sun_elevation_rad,
        overcast: rng.random_range(0.0..1.0),
        visibility_m: is_foggy.then(|| visibility_m(rng)),
        rain_mm_per_h: 0.0,
    }
}

/// A weather as rain and night change it: some worlds rainy, some dark, some both.
pub(super) fn roughened(weather: Weather, rng: &mut ChaCha8Rng) -> Weather {
    let sun_elevation_rad = if rng.random_bool(NIGHT_SHARE) {
        -rng.random_range(0.05..0.4)
    } else {
        weather.sun_elevation_rad
    };
    let rain_mm_per_h = if rng.random_bool(RAIN_SHARE) {
        let [light, heavy] = RAIN_MM_PER_H;
        light * powf(heavy / light, rng.random_range(0.0..1.0))
    } else {
        0.0
    };
    Weather {
        sun_elevation_rad,
        rain_mm_per_h,
        ..weather
    }
}

/// Weather kept out of training: fog at dusk.
pub(super) fn held_out(rng: &mut ChaCha8Rng) -> Weather {
    Weather {
        sun_elevation_rad: rng.random_range(0.02..DUSK_RAD),
        visibility_m: Some(visibility_m(rng)),
        ..training(rng)
    }
}

fn visibility_m(rng: &mut ChaCha8Rng) -> f64 {
    let [thick_m, thin_m] = VISIBILITY_M;
    thick_m * powf(thin_m / thick_m, rng.random_range(0.0..1.0))
}

/// Whether training never shows this weather.
pub fn is_held_out(weather: &Weather) -> bool {
    weather.sun_elevation_rad < DUSK_RAD && weather.visibility_m.is_some()
}
