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

/// How far below the horizon the sun stands when nothing is left of its light, in radians: 8 degrees.
const NIGHT_RAD: f64 = 0.14;
/// Least cloud cover in rain.
const RAIN_OVERCAST: f64 = 0.92;
/// Light of the sky through rain clouds, after the camera has adapted to it.
const RAIN_LEVEL: f32 = 0.72;
/// The sky by night: overhead, and where lamps light it.
const ZENITH_BY_NIGHT: Vec3 = Vec3::new(0.0035, 0.0050, 0.0105);
const HORIZON_BY_NIGHT: Vec3 = Vec3::new(0.021, 0.019, 0.023);

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
    /// 0 while the sun is up to 1 when nothing is left of its light.
    pub night: f32,
    /// Rain in millimetres per hour.
    pub rain_mm_per_h: f32,
}

impl Default for Air {
    fn default() -> Self {
        Self::under(&Weather::default())
    }
}

impl Air {
    /// Light and air under a weather.
    pub fn under(weather: &Weather) -> Self {
        let air = Self::by_day(weather);
        let night = (-weather.sun_elevation_rad / NIGHT_RAD).clamp(0.0, 1.0) as f32;
        if night > 0.0 {
            air.darkened(night)
        } else {
            air
        }
    }

    /// As by day; also what is left of it below the horizon, before the night takes it.
    fn by_day(weather: &Weather) -> Self {
        let elevation_rad = weather.sun_elevation_rad;
        let rain_mm_per_h = weather.rain_mm_per_h.max(0.0);
        let clear_m = weather.visibility_m.unwrap_or(CLEAR_VISIBILITY_M);
        let visibility_m = clear_m.min(visibility_in_rain_m(rain_mm_per_h));
        let fog = (1.0 - clear_m / FOG_VISIBILITY_M).clamp(0.0, 1.0);
        let clouds = if rain_mm_per_h > 0.0 {
            RAIN_OVERCAST
        } else {
            0.0
        };
        let overcast = weather.overcast.clamp(0.0, 1.0).max(fog).max(clouds);
        let daylight = daylight(elevation_rad);
        let exposure = 1.0 / powf(daylight, ADAPTATION);
        let dimming = if rain_mm_per_h > 0.0 { RAIN_LEVEL } else { 1.0 };
        let level = (daylight * exposure) as f32 * dimming;

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
            night: 0.0,
            rain_mm_per_h: rain_mm_per_h as f32,
        }
    }

    /// With the sun's light gone by a share; what stays is the glow of the sky over lamps.
    fn darkened(self, night: f32) -> Self {
        let left = (1.0 - night) * (1.0 - night);
        let cloud = self.overcast;
        let between = |day: Vec3, night_light: Vec3| day * left + night_light * (1.0 - left);
        Self {
            sun: self.sun * left,
            sky_light: between(self.sky_light, Vec3::new(0.026, 0.030, 0.040)),
            ground_light: between(self.ground_light, Vec3::new(0.010, 0.010, 0.011)),
            zenith: between(
                self.zenith,
                mix(ZENITH_BY_NIGHT, HORIZON_BY_NIGHT, 0.5 * cloud),
            ),
            horizon: between(self.horizon, HORIZON_BY_NIGHT),
            glow: self.glow * left,
            night,
            ..self
        }
    }

    /// How wet the ground is, 0 to 1: soaked from 2 mm/h.
    pub fn wetness(&self) -> f32 {
        (self.rain_mm_per_h / 2.0).sqrt().min(1.0)
    }
}

/// Visibility in rain (extinction after Atlas, 1953, and Koschmieder's 2 % of contrast).
fn visibility_in_rain_m(rain_mm_per_h: f64) -> f64 {
    if rain_mm_per_h <= 0.0 {
        return f64::INFINITY;
    }
    3912.0 / (1.076 * powf(rain_mm_per_h, 0.67))
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

    #[test]
    fn night_leaves_no_sun_and_little_sky() {
        let night = under(|weather| weather.sun_elevation_rad = -0.2);
        let dusk = under(|weather| weather.sun_elevation_rad = 0.0);
        assert!(night.sun == Vec3::ZERO && night.night > 0.99 && dusk.night < 0.01);
        assert!(4.0 * night.sky_light.length() < dusk.sky_light.length());
    }

    #[test]
    fn the_heavier_the_rain_the_less_far_one_sees() {
        let rain = |rain_mm_per_h| under(|weather| weather.rain_mm_per_h = rain_mm_per_h);
        let (light, heavy) = (rain(2.0), rain(25.0));
        assert!(light.visibility_m > 3.0 * heavy.visibility_m);
        assert!(
            (heavy.visibility_m - 420.0).abs() < 20.0,
            "{}",
            heavy.visibility_m
        );
        assert!(light.sun.length() < 0.1 && heavy.wetness() > 0.99);
    }
}
