//! People in the road, at its side, and stepping onto it.

use core::f64::consts::{FRAC_PI_2, PI};

use drive::decision::Action;
use drive::frames::Pose2;
use drive::labels::ObjectClass;

use crate::sensor::Sensor;
use crate::world::{Actor, Toy};
use crate::{KMH, outcome};

const PEDESTRIAN: ObjectClass = ObjectClass::Pedestrian;

/// Someone who crosses from the right at `x_m` so as to meet ego, which drives `ego_kmh`, head on.
fn crossing(class: ObjectClass, walk_kmh: f64, ego_kmh: f64, x_m: f64) -> Toy {
    let mut world = Toy::new(ego_kmh * KMH);
    let meet_s = x_m / (ego_kmh * KMH);
    let start = Pose2::new(x_m, -walk_kmh * KMH * meet_s, FRAC_PI_2);
    world
        .actors
        .push(Actor::cruising(class, start, walk_kmh * KMH));
    world
}

#[test]
fn a_pedestrian_who_crosses_in_view_is_yielded_to_comfortably() {
    for (sensor, latency_ms) in [
        (Sensor::TRUTH, 0.0),
        (Sensor::NETWORK, 0.0),
        (Sensor::NETWORK, 200.0),
    ] {
        for ego_kmh in [20.0, 40.0, 60.0] {
            let mut world = crossing(PEDESTRIAN, 5.0, ego_kmh, 80.0);
            (world.sensor, world.latency_ms) = (sensor, latency_ms);
            let rows = world.drive(20.0);
            let end = outcome(&rows);
            assert!(end.min_gap_m > 1.0, "{ego_kmh} km/h {end:?}");
            assert!(end.min_accel_mps2 > -4.6, "{ego_kmh} km/h {end:?}");
            assert!(
                end.end_speed_mps > 0.8 * ego_kmh * KMH,
                "{ego_kmh} km/h {end:?}"
            );
        }
    }
}

#[test]
fn a_cyclist_who_crosses_is_not_hit() {
    for ego_kmh in [30.0, 40.0, 50.0] {
        let end = outcome(&crossing(ObjectClass::Cyclist, 15.0, ego_kmh, 70.0).drive(15.0));
        assert!(end.min_gap_m > 0.5, "{ego_kmh} km/h {end:?}");
    }
}

#[test]
fn a_child_from_behind_a_parked_car_is_braked_for_at_once() {
    // Hidden until 1.9 m beside the path's middle, 18 m ahead of the bumper at 40 km/h.
    let ego_mps = 40.0 * KMH;
    let mut world = Toy::new(ego_mps);
    let reveal_s = 2.0;
    let x_m = ego_mps * reveal_s + 20.0;
    world.actors.push(Actor::new(PEDESTRIAN, move |t| {
        let y_m = -2.2 + 5.0 * KMH * (t - reveal_s);
        (t > reveal_s).then(|| Pose2::new(x_m, y_m, FRAC_PI_2))
    }));
    let rows = world.drive(8.0);
    let end = outcome(&rows);
    assert!(end.min_gap_m > 0.2, "{end:?}");
    assert!(
        rows.iter()
            .any(|row| row.decision.action == Action::EmergencyBrake)
    );
}

#[test]
fn people_on_the_pavement_do_not_brake() {
    for sensor in [Sensor::TRUTH, Sensor::NETWORK] {
        let mut world = Toy::new(50.0 * KMH);
        world.sensor = sensor;
        for (x_m, y_m, yaw_rad, speed_mps) in [
            (40.0, -3.0, 0.0, 1.4),
            (70.0, -3.2, PI, 1.4),
            (90.0, -2.9, FRAC_PI_2, 0.0),
            (110.0, 6.0, -FRAC_PI_2, 0.0),
        ] {
            let start = Pose2::new(x_m, y_m, yaw_rad);
            world
                .actors
                .push(Actor::cruising(PEDESTRIAN, start, speed_mps));
        }
        let end = outcome(&world.drive(10.0));
        assert!(end.min_accel_mps2 > -1.0, "{end:?}");
    }
}

#[test]
fn a_pedestrian_walking_along_the_lane_is_followed_not_hit() {
    let mut world = Toy::new(40.0 * KMH);
    let start = Pose2::new(60.0, -0.5, 0.0);
    world.actors.push(Actor::cruising(PEDESTRIAN, start, 1.4));
    let end = outcome(&world.drive(20.0));
    assert!(end.min_gap_m > 1.0 && end.min_accel_mps2 > -4.1, "{end:?}");
}
