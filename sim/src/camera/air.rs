//! Light and air as the camera sees them, derived from the weather.

use bevy::ecs::resource::Resource;
use bevy::math::Vec3;
use drive::math::{cos, exp, powf, sin};
use scenarios::stage::Weather;

use crate::axes::bevy_from_world;

/// Meteorological visibility in air without fog, in metres.
const CLEAR_VISIBILITY_M: f64 = 9000.0;
/// Visibility below which fog hides the clouds and scatters the sun, in metres.
const FOG_VISIBILITY_M: f64 = 1500.0;
/// Optical depth of clear air overhead for red, green and blue light (Rayleigh and thin haze).
const OPTICAL_DEPTH: [f64; 3] = [0.09, 0.14, 0.24];
/// How much of a change in daylight the camera's exposure control takes back (1 would take all).
const ADAPTATION: f64 = 0.7;

/// Everything the shaders need to know about sun, sky and air. Colours are linear RGB, already exposed:
/// a white wall in full sun is about 1.
#[derive(Resource, Debug, Clone, Copy, PartialEq)]
pub struct Air {
    /// Unit vector towards the sun, Bevy's axes.
    pub to_sun: Vec3,
    /// Light of the sun on a surface that faces it.
    pub sun: Vec3,
    /// Light from the upper half of the sky.
    pub sky_light: Vec3,
    /// Light from the ground.
    pub ground_light: Vec3,
    /// Colour of the sky overhead.
    pub zenith: Vec3,
    /// Colour of the sky at the horizon, and of fog.
    pub horizon: Vec3,
    /// Brightness added around the sun.
    pub glow: Vec3,
    /// Cloud cover, 0 to 1.
    pub overcast: f32,
    /// Distance at which contrast has fallen to 2 %, in metres.
    pub visibility_m: f32,
}

impl Default for Air {
    fn default() -> Self {
        Self::under(&Weather::default())
    }
}

impl Air {
    /// Light and air under a weather.
    pub fn under(weather: &Weather) -> Self {
        let elevation_rad = weather.sun_elevation_rad;
        let visibility_m = weather.visibility_m.unwrap_or(CLEAR_VISIBILITY_M);
        let fog = (1.0 - visibility_m / FOG_VISIBILITY_M).clamp(0.0, 1.0);
        let overcast = weather.overcast.clamp(0.0, 1.0).max(fog);
        let daylight = daylight(elevation_rad);
        let exposure = 1.0 / powf(daylight, ADAPTATION);
        let level = (daylight * exposure) as f32;

        let redness = (1.0 - sin(elevation_rad.clamp(0.0, 1.5)) * 2.5).clamp(0.0, 1.0) as f32;
        let cloud = overcast as f32;
        let direct = powf(1.0 - overcast, 1.4) as f32;
        let grey = Vec3::new(0.66, 0.70, 0.75);
        let zenith = mix(Vec3::new(0.10, 0.25, 0.62), grey * 0.9, cloud);
        let dusk = Vec3::new(0.95, 0.62, 0.42);
        let clear_horizon = mix(Vec3::new(0.50, 0.68, 0.90), dusk, 0.75 * redness);
        let horizon = mix(clear_horizon, grey, cloud * (1.0 - 0.3 * redness));
        Self {
            to_sun: direction(weather),
            sun: sunlight(elevation_rad) * exposure as f32 * direct,
            sky_light: mix(Vec3::new(0.30, 0.38, 0.52), Vec3::splat(0.62), cloud) * level,
            ground_light: mix(Vec3::new(0.20, 0.19, 0.17), Vec3::splat(0.30), cloud) * level,
            zenith: mix(zenith, horizon, fog as f32) * level,
            horizon: horizon * level,
            glow: sunlight(elevation_rad.max(0.02)) * exposure as f32 * (0.15 + 0.85 * direct),
            overcast: cloud,
            visibility_m: visibility_m as f32,
        }
    }
}

fn direction(weather: &Weather) -> Vec3 {
    let (azimuth_rad, elevation_rad) = (weather.sun_azimuth_rad, weather.sun_elevation_rad);
    let across = cos(elevation_rad);
    let to_sun = [
        across * cos(azimuth_rad),
        across * sin(azimuth_rad),
        sin(elevation_rad),
    ];
    bevy_from_world(to_sun.map(|x| x as f32))
}

/// Brightness of the sky against a high sun: 1 from about 40 degrees, a fifth at sunset, little below.
fn daylight(elevation_rad: f64) -> f64 {
    let up = (elevation_rad + 0.12).clamp(0.0, 0.75) / 0.75;
    0.02 + 0.98 * powf(up, 1.1)
}

/// Colour and strength of the direct sun after its way through the air (Kasten and Young's air mass).
fn sunlight(elevation_rad: f64) -> Vec3 {
    if elevation_rad <= 0.0 {
        return Vec3::ZERO;
    }
    let degrees = elevation_rad.to_degrees();
    let air_mass = 1.0 / (sin(elevation_rad) + 0.50572 * powf(degrees + 6.07995, -1.6364));
    let fade = (elevation_rad / 0.12).min(1.0);
    let colour = OPTICAL_DEPTH.map(|depth| (1.75 * fade * exp(-depth * air_mass)) as f32);
    Vec3::from_array(colour)
}

fn mix(a: Vec3, b: Vec3, t: f32) -> Vec3 {
    a + (b - a) * t
}

#[cfg(test)]
mod tests {
    use super::*;

    fn under(change: impl FnOnce(&mut Weather)) -> Air {
        let mut weather = Weather::default();
        change(&mut weather);
        Air::under(&weather)
    }

    #[test]
    fn an_overcast_sky_throws_no_shadows() {
        let air = under(|weather| weather.overcast = 1.0);
        assert_eq!(air.sun, Vec3::ZERO);
        assert!(air.sky_light.length() > Air::default().sky_light.length());
    }

    #[test]
    fn a_low_sun_is_redder_and_weaker_than_a_high_one() {
        let (low, high) = (
            under(|weather| weather.sun_elevation_rad = 0.08),
            Air::default(),
        );
        assert!(low.sun.x / low.sun.z > 1.5 * high.sun.x / high.sun.z);
        assert!(low.sun.length() < high.sun.length());
    }

    #[test]
    fn the_sun_stands_where_the_weather_says() {
        let air = under(|weather| {
            weather.sun_azimuth_rad = core::f64::consts::FRAC_PI_2;
            weather.sun_elevation_rad = 0.5;
        });
        assert!(air.to_sun.z < -0.8 && (air.to_sun.y - 0.479).abs() < 1e-3);
    }
}
