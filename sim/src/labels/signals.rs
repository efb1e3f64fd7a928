//! The stop line of ego's lane and the traffic light that governs it.

use drive::camera::ImagePoint;
use drive::frames::{Point2, Pose2};
use drive::labels::LightState;
use drive::math::{cos, lerp, sin};
use scenarios::stage::StageLight;

use super::maps::Maps;
use crate::dress::{LAMP_FORWARD_M, LAMP_PITCH_M, LAMP_RADIUS_M};

/// Nearest and farthest stop line that is labelled, in metres ahead of the ego origin.
const STOP_LINE_M: [f64; 2] = [4.0, 80.0];
/// Least radius of a lamp in the picture in pixels: below it no network could tell its colour.
const MIN_LAMP_RADIUS_PX: f64 = 0.8;
/// Points of the stop line that are looked at.
const LINE_SAMPLES: usize = 9;
/// How many of them must be visible.
const MIN_LINE_SAMPLES: usize = 3;

/// What governs ego's lane and has pixels.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Signals {
    pub(super) light: LightState,
    pub(super) stop_line_m: Option<f32>,
}

/// Labels the first stop line that the path of ego's lane crosses, and its light.
pub(super) fn label(
    maps: &Maps<'_>,
    world_from_ego: Pose2,
    path: &[Pose2],
    lights: &[(&StageLight, LightState)],
) -> Signals {
    let lines = lights.iter().filter_map(|(light, _)| crossing(light, path));
    let Some((_, stop)) = lines.min_by(|a, b| a.0.cmp(&b.0)) else {
        return Signals::default();
    };
    let governing = lights.iter().filter(|(light, _)| {
        crossing(light, path).is_some_and(|(_, own)| own.distance_m(stop) < 1.0)
    });
    let mut signals = Signals::default();
    for (light, state) in governing {
        if signals.light == LightState::None && lamp_is_visible(maps, world_from_ego, light, *state)
        {
            signals.light = *state;
        }
        if line_is_visible(maps, world_from_ego, light) {
            let x_m = world_from_ego.inverse_transform(stop).x_m;
            let near_enough = (STOP_LINE_M[0]..STOP_LINE_M[1]).contains(&x_m);
            signals.stop_line_m = near_enough.then_some(x_m as f32);
        }
    }
    signals
}

/// Where the path crosses a light's stop line in the direction it governs: the step of the path and
/// the place in the world.
fn crossing(light: &StageLight, path: &[Pose2]) -> Option<(usize, Point2)> {
    let [left, right] = light.stop_line;
    let faces = light.world_from_pole.yaw_rad;
    path.windows(2).enumerate().find_map(|(step, ends)| {
        let (a, b) = (ends[0].position(), ends[1].position());
        let towards = cos(faces - ends[0].yaw_rad) < 0.0;
        let t = across(left, right, a) / (across(left, right, a) - across(left, right, b));
        let s = across(a, b, left) / (across(a, b, left) - across(a, b, right));
        let crosses = (0.0..=1.0).contains(&t) && (0.0..=1.0).contains(&s);
        (towards && crosses).then(|| {
            (
                step,
                Point2::new(lerp(a.x_m, b.x_m, t), lerp(a.y_m, b.y_m, t)),
            )
        })
    })
}

/// Twice the area of the triangle a, b, c; positive when c lies left of the way from a to b.
fn across(a: Point2, b: Point2, c: Point2) -> f64 {
    (b.x_m - a.x_m) * (c.y_m - a.y_m) - (b.y_m - a.y_m) * (c.x_m - a.x_m)
}

/// Whether enough points of the painted line are in the picture and hidden by nothing.
fn line_is_visible(maps: &Maps<'_>, world_from_ego: Pose2, light: &StageLight) -> bool {
    let [left, right] = light
        .stop_line
        .map(|end| world_from_ego.inverse_transform(end));
    let visible = (0..LINE_SAMPLES).filter(|&sample| {
        let t = (sample as f64 + 0.5) / LINE_SAMPLES as f64;
        let point = Point2::new(lerp(left.x_m, right.x_m, t), lerp(left.y_m, right.y_m, t));
        maps.visible_ground(point).is_some()
    });
    visible.count() >= MIN_LINE_SAMPLES
}

/// Whether the lit lamp faces ego, is large enough in the picture, and at least half of it is hidden
/// by nothing.
fn lamp_is_visible(
    maps: &Maps<'_>,
    world_from_ego: Pose2,
    light: &StageLight,
    state: LightState,
) -> bool {
    let below_red = match state {
        LightState::None => return false,
        LightState::Red => 0.0,
        LightState::Amber => 1.0,
        LightState::Green => 2.0,
    };
    let z_m = light.red_height_m - below_red * f64::from(LAMP_PITCH_M);
    let lamp_in_pole = Point2::new(f64::from(LAMP_FORWARD_M), 0.0);
    let lamp_in_world = light.world_from_pole.transform(lamp_in_pole);
    let lamp_in_ego = world_from_ego.inverse_transform(lamp_in_world);
    let Some(centre) = maps.camera.project(lamp_in_ego, z_m) else {
        return false;
    };
    let radius_px = maps.camera.focal_px * f64::from(LAMP_RADIUS_M) / centre.depth_m;
    let shown = disc(centre, radius_px)
        .into_iter()
        .filter(|&point| maps.is_visible(point))
        .count();
    radius_px >= MIN_LAMP_RADIUS_PX && shown >= 5
}

/// The centre of a disc and eight points within it, in the picture.
fn disc(centre: ImagePoint, radius_px: f64) -> [ImagePoint; 9] {
    core::array::from_fn(|index| {
        let reach_px = if index == 0 { 0.0 } else { 0.7 * radius_px };
        let angle_rad = index as f64 * core::f64::consts::FRAC_PI_4;
        ImagePoint {
            u_px: centre.u_px + reach_px * cos(angle_rad),
            v_px: centre.v_px + reach_px * sin(angle_rad),
            depth_m: centre.depth_m,
        }
    })
}

#[cfg(test)]
mod tests {
    use core::f64::consts::PI;

    use drive::camera::CameraModel;

    use super::super::maps::fixture::{empty_plain, put_screen};
    use super::*;
    use crate::camera::RawExposure;

    const EGO: Pose2 = Pose2 {
        x_m: 5.0,
        y_m: -3.0,
        yaw_rad: 0.4,
    };

    /// A light on the right of ego's lane, its line `x_m` ahead of ego.
    fn light_ahead(x_m: f64) -> StageLight {
        StageLight {
            world_from_pole: EGO.then(Pose2::new(x_m + 1.0, -3.0, PI)),
            red_height_m: 3.0,
            stop_line: [
                EGO.transform(Point2::new(x_m, 1.6)),
                EGO.transform(Point2::new(x_m, -1.6)),
            ],
        }
    }

    /// An exposure in which the pole of [`light_ahead`] stands before the sky.
    fn with_pole(x_m: f64) -> RawExposure {
        let mut raw = empty_plain();
        put_screen(&mut raw, 0, x_m + 1.0, [-3.3, -2.7], 3.5);
        raw
    }

    fn label_straight(raw: &RawExposure, light: &StageLight, state: LightState) -> Signals {
        let path: Vec<Pose2> = (0..86)
            .map(|i| EGO.then(Pose2::new(f64::from(i), 0.0, 0.0)))
            .collect();
        label(
            &Maps::new(CameraModel::standard(), raw),
            EGO,
            &path,
            &[(light, state)],
        )
    }

    #[test]
    fn a_light_ahead_and_its_line_are_seen() {
        for state in [LightState::Red, LightState::Amber, LightState::Green] {
            let signals = label_straight(&with_pole(30.5), &light_ahead(30.5), state);
            assert_eq!(signals.light, state);
            assert!((signals.stop_line_m.unwrap() - 30.5).abs() < 1e-3);
        }
    }

    #[test]
    fn a_line_is_seen_up_to_eighty_metres() {
        for metres in 5..79 {
            let x_m = f64::from(metres) + 0.3;
            let signals = label_straight(&empty_plain(), &light_ahead(x_m), LightState::Red);
            assert!(signals.stop_line_m.is_some(), "{x_m}");
        }
    }

    #[test]
    fn a_dark_light_still_has_a_line() {
        let signals = label_straight(&with_pole(30.5), &light_ahead(30.5), LightState::None);
        assert_eq!(signals.light, LightState::None);
        assert!(signals.stop_line_m.is_some());
    }

    #[test]
    fn a_light_that_faces_the_other_way_does_not_govern() {
        let mut light = light_ahead(30.5);
        light.world_from_pole.yaw_rad -= PI;
        let signals = label_straight(&with_pole(30.5), &light, LightState::Red);
        assert_eq!(signals, Signals::default());
    }

    #[test]
    fn a_light_beside_another_lane_does_not_govern() {
        let mut light = light_ahead(30.5);
        let aside = |x_m, y_m| EGO.transform(Point2::new(x_m, y_m));
        light.stop_line = [aside(30.5, 5.0), aside(30.5, 2.0)];
        let signals = label_straight(&with_pole(30.5), &light, LightState::Red);
        assert_eq!(signals, Signals::default());
    }

    #[test]
    fn a_lorry_ahead_hides_light_and_line() {
        let mut raw = with_pole(30.5);
        put_screen(&mut raw, 1, 12.0, [-3.0, 3.0], 4.0);
        let signals = label_straight(&raw, &light_ahead(30.5), LightState::Red);
        assert_eq!(signals, Signals::default());
    }
}
