//! Vehicles ahead, cutting in, oncoming, and those that are not there.

use drive::decision::{Action, Reason};
use drive::frames::Pose2;
use drive::labels::{BoxPx, ObjectClass};
use drive::percept::ObjectPercept;
use drive::time::Tick;

use crate::sensor::Sensor;
use crate::world::{Actor, Row, Toy};
use crate::{KMH, outcome};

const CAR: ObjectClass = ObjectClass::Car;
const HALF_CAR_M: f64 = 2.3;
const FRONT_M: f64 = 2.25;

/// A car whose rear is `gap_m` ahead of ego's bumper.
fn lead(gap_m: f64, speed_mps: f64) -> Actor {
    let start = Pose2::new(gap_m + FRONT_M + HALF_CAR_M, 0.0, 0.0);
    Actor::cruising(CAR, start, speed_mps)
}

/// The same story for decoded truth, a network, and a late network.
fn seen_by_all(story: impl Fn() -> Toy) -> Vec<Toy> {
    [
        (Sensor::TRUTH, 0.0),
        (Sensor::NETWORK, 0.0),
        (Sensor::NETWORK, 200.0),
    ]
    .map(|(sensor, latency_ms)| Toy {
        sensor,
        latency_ms,
        ..story()
    })
    .into()
}

#[test]
fn a_standing_car_is_stopped_for_comfortably() {
    // At 80 km/h it comes into view where 3.8 m/s² are needed; at 60 km/h 2.1 m/s².
    for (kmh, limit_mps2) in [(80.0, -5.1), (60.0, -4.05), (40.0, -3.0)] {
        let mut world = Toy::new(kmh * KMH);
        world.actors.push(lead(110.0, 0.0));
        let end = outcome(&world.drive(30.0));
        assert!(end.min_accel_mps2 > limit_mps2, "{kmh} km/h {end:?}");
        assert!((1.8..3.2).contains(&end.end_gap_m), "{kmh} km/h {end:?}");
        assert!(end.end_speed_mps < 0.05, "{kmh} km/h {end:?}");
    }
}

#[test]
fn a_standing_car_is_stopped_for_by_a_late_network() {
    for kmh in [80.0, 60.0, 40.0] {
        let mut world = Toy::new(kmh * KMH);
        world.actors.push(lead(110.0, 0.0));
        (world.sensor, world.latency_ms) = (Sensor::NETWORK, 200.0);
        let end = outcome(&world.drive(30.0));
        assert!((1.0..4.0).contains(&end.end_gap_m), "{kmh} km/h {end:?}");
        assert!(end.end_speed_mps < 0.3, "{kmh} km/h {end:?}");
    }
}

#[test]
fn a_stopped_ego_stays_stopped_and_starts_again_when_the_lead_goes() {
    let mut world = Toy::new(50.0 * KMH);
    world.sensor = Sensor::NETWORK;
    world.actors.push(Actor::new(CAR, |t| {
        let gone_m = 0.75 * (t - 30.0).max(0.0) * (t - 30.0).max(0.0);
        Some(Pose2::new(60.0 + gone_m, 0.0, 0.0))
    }));
    let rows = world.drive(36.0);
    let standing: Vec<&Row> = rows
        .iter()
        .filter(|r| (15.0..30.0).contains(&r.t_s))
        .collect();
    assert!(standing.iter().all(|row| row.speed_mps < 0.05));
    assert!(
        standing
            .iter()
            .all(|row| row.decision.action == Action::Stop)
    );
    assert!(rows.last().unwrap().speed_mps > 3.0, "{:?}", outcome(&rows));
}

#[test]
fn a_slow_lead_is_followed_with_headway() {
    let story = || {
        let mut world = Toy::new(80.0 * KMH);
        world.actors.push(lead(60.0, 12.0));
        world
    };
    for mut world in seen_by_all(story) {
        let rows = world.drive(40.0);
        let end = outcome(&rows);
        let headway_s = end.end_gap_m / end.end_speed_mps;
        assert!((1.3..2.6).contains(&headway_s), "{headway_s} s, {end:?}");
        assert!(end.min_accel_mps2 > -4.1, "{end:?}");
        let last = rows.last().unwrap().decision;
        assert!(
            matches!(last.reason, Reason::Object { class: CAR, .. }),
            "{last:?}"
        );
    }
}

#[test]
fn a_lead_that_brakes_hard_is_not_hit() {
    // Euro NCAP CCRb: both at 50 km/h; the lead brakes with 6 m/s² at 1.5 s headway.
    let v = 50.0 * KMH;
    let story = move || {
        let mut world = Toy::new(v);
        world.actors.push(Actor::new(CAR, move |t| {
            let braking_s = (t - 5.0).clamp(0.0, v / 6.0);
            let x_m = 27.0 + v * t.min(5.0) + v * braking_s - 3.0 * braking_s * braking_s;
            Some(Pose2::new(x_m, 0.0, 0.0))
        }));
        world
    };
    for mut world in seen_by_all(story) {
        let end = outcome(&world.drive(15.0));
        assert!(end.min_gap_m > 0.5, "{end:?}");
    }
}

#[test]
fn a_car_that_cuts_in_is_let_in() {
    // From 3.5 m to the left into ego's lane within 3 s, 12 m ahead, 15 km/h slower.
    let story = || {
        let mut world = Toy::new(70.0 * KMH);
        let v = 55.0 * KMH;
        world.actors.push(Actor::new(CAR, move |t| {
            let share = ((t - 2.0) / 3.0).clamp(0.0, 1.0);
            let smooth = share * share * (3.0 - 2.0 * share);
            Some(Pose2::new(30.0 + v * t, 3.5 * (1.0 - smooth), 0.0))
        }));
        world
    };
    for mut world in seen_by_all(story) {
        let end = outcome(&world.drive(15.0));
        assert!(end.min_gap_m > 4.0, "{end:?}");
        assert!(end.min_accel_mps2 > -5.0, "{end:?}");
    }
}

#[test]
fn a_stopped_car_revealed_late_is_braked_for_with_all_it_has() {
    let mut world = Toy::new(60.0 * KMH);
    world.actors.push(Actor::new(CAR, |t| {
        (t > 2.0).then(|| Pose2::new(67.0, 0.0, 0.0))
    }));
    let rows = world.drive(10.0);
    let end = outcome(&rows);
    assert!(end.min_gap_m > 0.3, "{end:?}");
    assert!(
        rows.iter()
            .any(|row| row.decision.action == Action::EmergencyBrake)
    );
}

#[test]
fn a_ghost_in_one_frame_does_not_brake() {
    let mut world = Toy::new(60.0 * KMH);
    world.ghosts.push((
        Tick(200),
        ObjectPercept {
            class: CAR,
            belief: drive::belief::Belief::surely(CAR, 0.0),
            probability: 0.95,
            box_px: BoxPx::default(),
            near_x_m: 25.0,
            near_x_std_m: 1.0,
            left_y_m: 0.9,
            right_y_m: -0.9,
            y_std_m: 0.1,
            yaw_rad: 0.0,
        },
    ));
    let end = outcome(&world.drive(5.0));
    assert!(end.min_accel_mps2 > -0.1, "{end:?}");
}

#[test]
fn oncoming_traffic_and_parked_cars_do_not_brake() {
    let story = || {
        let mut world = Toy::new(60.0 * KMH);
        for start_m in [80.0, 140.0, 260.0] {
            let start = Pose2::new(start_m, 3.5, core::f64::consts::PI);
            world.actors.push(Actor::cruising(CAR, start, 14.0));
        }
        for x_m in [50.0, 90.0] {
            world
                .actors
                .push(Actor::cruising(CAR, Pose2::new(x_m, -3.0, 0.0), 0.0));
        }
        world
    };
    for mut world in seen_by_all(story) {
        let end = outcome(&world.drive(12.0));
        assert!(end.min_accel_mps2 > -1.0, "{end:?}");
        assert!(end.mean_speed_mps > 0.95 * 60.0 * KMH, "{end:?}");
    }
}

#[test]
fn a_car_crossing_from_the_side_is_not_hit() {
    let story = || {
        let mut world = Toy::new(50.0 * KMH);
        let start = Pose2::new(62.0, -25.0, core::f64::consts::FRAC_PI_2);
        world.actors.push(Actor::cruising(CAR, start, 6.0));
        world
    };
    for mut world in seen_by_all(story) {
        let end = outcome(&world.drive(10.0));
        assert!(end.min_gap_m > 0.5, "{end:?}");
    }
}

#[test]
fn without_percepts_the_car_stops_carefully() {
    let mut world = Toy::new(50.0 * KMH);
    world.latency_ms = 30_000.0;
    let rows = world.drive(12.0);
    let end = outcome(&rows);
    assert_eq!(rows[300].decision.reason, Reason::Blind);
    assert!(
        end.end_speed_mps < 0.05 && end.min_accel_mps2 > -4.0,
        "{end:?}"
    );
}
