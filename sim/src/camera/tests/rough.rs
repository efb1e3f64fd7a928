//! Claims about exposures at night and in rain.

use super::*;
use crate::scene::{Lamp, Lamps};

fn under(app: &mut App, change: impl FnOnce(&mut Weather)) {
    let mut weather = Weather::default();
    change(&mut weather);
    app.insert_resource(Air::under(&weather));
}

fn by_night(weather: &mut Weather) {
    weather.sun_elevation_rad = -0.2;
}

fn in_rain(weather: &mut Weather) {
    weather.rain_mm_per_h = 8.0;
}

/// Mean brightness of 7 x 7 pixels around a place on the ground, in ego's frame.
fn ground(raw: &RawExposure, x_m: f64, y_m: f64) -> f64 {
    let image = CameraModel::standard()
        .project(Point2::new(x_m, y_m), 0.0)
        .unwrap();
    let offsets = (-3..=3).flat_map(|down| (-3..=3).map(move |right| (right, down)));
    let sum: u32 = offsets
        .map(|(right, down)| {
            brightness(
                raw,
                at(image.u_px + f64::from(right), image.v_px + f64::from(down)),
            )
        })
        .sum();
    f64::from(sum) / 49.0
}

#[test]
fn night_road_beyond_the_headlights_is_darker_than_inside_them() {
    let mut app = stage(Pose2::default());
    let day = expose(&mut app, Exposure::Picture);
    under(&mut app, by_night);
    let night = expose(&mut app, Exposure::Picture);
    let inside = ground(&night, 12.0, 0.0);
    let (beyond, beside) = (ground(&night, 90.0, 0.0), ground(&night, 12.0, 12.0));
    assert!(
        inside > 2.0 * beyond && inside > 2.0 * beside,
        "{inside} {beyond} {beside}"
    );
    assert!(ground(&day, 90.0, 0.0) > 3.0 * beyond);
}

#[test]
fn a_lamp_lights_the_ground_below_it() {
    let mut app = stage(Pose2::default());
    under(&mut app, by_night);
    let dark = ground(&expose(&mut app, Exposure::Picture), 30.0, 9.0);
    let lamp = Lamp {
        towards: Vec3::NEG_Y,
        light: Vec3::splat(15.0),
        ..Lamp::default()
    };
    let above = transform_from_pose(Pose2::new(30.0, 9.0, 0.0), 5.0);
    app.world_mut().spawn((Lamps(vec![lamp]), above));
    let lit = ground(&expose(&mut app, Exposure::Picture), 30.0, 9.0);
    assert!(lit > 1.5 * dark, "{lit} {dark}");
}

#[test]
fn retroreflecting_foil_shines_back_at_the_headlamps() {
    let mut app = stage(Pose2::default());
    under(&mut app, by_night);
    let mesh = block([0.1, 0.8, 0.8], [0.4; 3]);
    let handle = app.world_mut().resource_mut::<Assets<Mesh>>().add(mesh);
    for (y_m, retroreflection) in [(3.0, 0.0), (-3.0, 6.0)] {
        let surface = Surface {
            retroreflection,
            ..Surface::default()
        };
        let pose = transform_from_pose(Pose2::new(40.0, y_m, 0.0), 1.8);
        app.world_mut()
            .spawn((Mesh3d(handle.clone()), pose, surface, CAR));
    }
    let raw = expose(&mut app, Exposure::Picture);
    let seen = |y_m| {
        let image = CameraModel::standard()
            .project(Point2::new(39.95, y_m), 2.2)
            .unwrap();
        brightness(&raw, at(image.u_px, image.v_px))
    };
    assert!(seen(-3.0) > seen(3.0) + 100, "{} {}", seen(-3.0), seen(3.0));
}

#[test]
fn labels_are_the_same_by_day_and_by_night() {
    let mut app = street();
    let day = expose(&mut app, Exposure::Picture);
    under(&mut app, by_night);
    let night = expose(&mut app, Exposure::Picture);
    assert!(day.class == night.class && day.instance == night.instance);
    assert!(day.depth_m == night.depth_m && day.rgb != night.rgb);
}

#[test]
fn rain_repeats_to_the_bit() {
    let look = |seed, change: fn(&mut Weather)| {
        let mut app = street();
        under(&mut app, change);
        app.insert_resource(Moment {
            seed,
            speed_mps: 12.0,
        });
        expose(&mut app, Exposure::Picture)
    };
    assert!(look(7, in_rain) == look(7, in_rain));
    assert!(
        look(7, in_rain).rgb != look(8, in_rain).rgb,
        "drops stand still"
    );
    assert!(look(7, by_night).rgb != look(8, by_night).rgb, "no grain");
    assert!(
        look(7, |_| ()) == look(8, |_| ()),
        "a dry day depends on no chance"
    );
}

#[test]
fn rain_hides_what_is_far_and_a_camera_that_saw_it_sees_clear_days_as_before() {
    let mut app = street();
    app.update();
    let mut camera = open();
    let before = camera.expose(app.world_mut(), Exposure::Picture).unwrap();
    under(&mut app, |weather| weather.rain_mm_per_h = 40.0);
    let rain = camera.expose(app.world_mut(), Exposure::Picture).unwrap();
    let is_sky = |class: &&u8| Class::Sky as u8 == **class;
    let sky = |raw: &RawExposure| raw.class.iter().filter(is_sky).count();
    assert!(
        sky(&rain) > sky(&before) + 20,
        "{} {}",
        sky(&rain),
        sky(&before)
    );
    under(&mut app, |_| ());
    let after = camera.expose(app.world_mut(), Exposure::Picture).unwrap();
    assert!(before == after);
}
