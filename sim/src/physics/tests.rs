//! Claims about how the ego car drives.

use drive::frames::Point2;
use scenarios::actor::actor_model;

use super::*;

const KMH: f64 = 1.0 / 3.6;

fn car_at(speed_mps: f64) -> Physics {
    let mut physics = Physics::new(&[], &[]);
    physics.place_ego(Pose2::default(), speed_mps);
    physics
}

fn command(accel_mps2: f64, steering_rad: f64) -> VehicleCommand {
    VehicleCommand {
        accel_mps2,
        steering_rad,
    }
}

fn run(physics: &mut Physics, ticks: u64, command: &VehicleCommand) -> EgoBody {
    for _ in 0..ticks {
        physics.step(command, &[]);
    }
    physics.ego(Tick(ticks))
}

#[test]
fn a_full_stop_from_100_kmh_takes_38_to_42_metres() {
    let mut physics = car_at(100.0 * KMH);
    let stopped = run(&mut physics, 500, &command(-20.0, 0.0));
    let distance_m = stopped.world_from_ego.x_m;
    assert!((38.0..=42.0).contains(&distance_m), "{distance_m} m");
    assert!(stopped.world_from_ego.y_m.abs() < 0.01, "{stopped:?}");
}

#[test]
fn a_stopped_car_neither_creeps_nor_reverses() {
    let mut physics = car_at(30.0 * KMH);
    let mut last_x_m = 0.0;
    for _ in 0..400 {
        physics.step(&command(-6.0, 0.2), &[]);
        let x_m = physics.ego(Tick(0)).world_from_ego.x_m;
        assert!(physics.ego(Tick(0)).state.speed_mps > -1e-3);
        last_x_m = x_m;
    }
    let held = run(&mut physics, 1000, &command(0.0, 0.2));
    assert_eq!(held.world_from_ego.x_m, last_x_m);
    assert_eq!(held.state.speed_mps, 0.0);
}

#[test]
fn a_held_car_drives_off_again() {
    let mut physics = car_at(0.0);
    run(&mut physics, 100, &command(-1.0, 0.0));
    let moving = run(&mut physics, 300, &command(1.5, 0.0));
    assert!(
        (moving.state.speed_mps - 1.5 * 2.8).abs() < 0.2,
        "{moving:?}"
    );
}

#[test]
fn commanded_acceleration_is_reached_within_five_percent() {
    for accel_mps2 in [-6.0, -3.0, -1.0, 0.5, 1.5] {
        let mut physics = car_at(20.0);
        let before = run(&mut physics, 120, &command(accel_mps2, 0.0));
        let after = run(&mut physics, 50, &command(accel_mps2, 0.0));
        let reached_mps2 = (after.state.speed_mps - before.state.speed_mps) / 0.5;
        assert!(
            (reached_mps2 / accel_mps2 - 1.0).abs() < 0.05,
            "{accel_mps2}: {reached_mps2}"
        );
        assert!(
            (after.state.accel_mps2 / accel_mps2 - 1.0).abs() < 0.05,
            "{after:?}"
        );
    }
}

#[test]
fn a_car_told_to_go_straight_keeps_speed_and_line() {
    let mut physics = car_at(25.0);
    let later = run(&mut physics, 2000, &command(0.0, 0.0));
    assert!(later.world_from_ego.y_m.abs() < 0.01, "{later:?}");
    assert!((later.state.speed_mps - 25.0).abs() < 0.05, "{later:?}");
}

#[test]
fn a_steered_car_turns_as_its_wheelbase_says() {
    let mut physics = car_at(10.0);
    let turning = run(&mut physics, 200, &command(0.0, 0.05));
    let expected_radps = turning.state.speed_mps * drive::math::tan(0.05) / 2.8;
    let ratio = turning.state.yaw_rate_radps / expected_radps;
    assert!((ratio - 1.0).abs() < 0.05, "{ratio}");
}

/// Steers along a lane that moves 3.5 m to the left and back, as an ISO 3888-1 lane change does.
#[test]
fn a_double_lane_change_at_80_kmh_ends_straight_and_in_lane() {
    let mut physics = car_at(80.0 * KMH);
    let mut widest_m = 0f64;
    for tick in 0..900 {
        let ego = physics.ego(Tick(tick)).world_from_ego;
        let target_m = if (15.0..70.0).contains(&ego.x_m) {
            3.5
        } else {
            0.0
        };
        let steering_rad = 0.012 * (target_m - ego.y_m) - 0.22 * ego.yaw_rad;
        physics.step(&command(0.0, steering_rad), &[]);
        widest_m = widest_m.max(ego.y_m);
    }
    let end = physics.ego(Tick(900));
    assert!(widest_m > 3.0 && widest_m < 4.2, "widest {widest_m}");
    assert!(
        end.world_from_ego.y_m.abs() < 0.1 && end.world_from_ego.yaw_rad.abs() < 0.01,
        "{end:?}"
    );
    assert!(end.state.speed_mps > 75.0 * KMH, "{end:?}");
}

#[test]
fn two_equal_drives_end_in_equal_bits() {
    let drive_about = || {
        let mut physics = Physics::new(&[parked_car(30.0)], &[]);
        physics.place_ego(Pose2::new(0.0, 1.5, 0.05), 15.0);
        for tick in 0..400 {
            let steering_rad = 0.05 * drive::math::sin(tick as f64 * 0.02);
            physics.step(&command(1.0, steering_rad), &[]);
        }
        physics.ego(Tick(400))
    };
    assert_eq!(drive_about(), drive_about());
}

fn parked_car(x_m: f64) -> StageActor {
    StageActor {
        name: "parked".to_owned(),
        model: actor_model("sedan").unwrap(),
        world_from_actor: Pose2::new(x_m, 0.0, 0.0),
        speed_mps: 0.0,
    }
}

#[test]
fn driving_into_an_actor_is_a_contact_and_driving_past_is_none() {
    let mut physics = Physics::new(&[parked_car(30.0), parked_car(90.0)], &[]);
    physics.place_ego(Pose2::default(), 10.0);
    let mut first_touch_x_m = None;
    for _ in 0..400 {
        physics.step(&command(0.0, 0.0), &[]);
        if physics.contacts() == [Contact::Actor(0)] {
            first_touch_x_m.get_or_insert(physics.ego(Tick(0)).world_from_ego.x_m);
        }
    }
    let bumper_to_bumper_m = 30.0 - 4.7 / 2.0 - 4.5 / 2.0;
    assert!(
        (first_touch_x_m.unwrap() - bumper_to_bumper_m).abs() < 0.15,
        "{first_touch_x_m:?}"
    );
    let mut passing = Physics::new(&[parked_car(30.0)], &[]);
    passing.place_ego(Pose2::new(0.0, 1.95, 0.0), 10.0);
    for _ in 0..600 {
        passing.step(&command(0.0, 0.0), &[]);
        assert!(passing.contacts().is_empty());
    }
}

#[test]
fn an_actor_that_drives_into_the_standing_ego_is_a_contact() {
    let mut physics = Physics::new(&[parked_car(-20.0)], &[]);
    physics.place_ego(Pose2::default(), 0.0);
    let touched = (0..200).any(|tick| {
        let world_from_actor = Pose2::new(-20.0 + 0.1 * f64::from(tick), 0.0, 0.0);
        physics.step(
            &command(0.0, 0.0),
            &[ActorState {
                world_from_actor,
                speed_mps: 10.0,
            }],
        );
        !physics.contacts().is_empty()
    });
    assert!(touched);
}

#[test]
fn walls_and_trees_are_scenery_contacts() {
    let wall = Obstacle::Box {
        world_from_centre: Pose2::new(20.0, 0.0, 0.3),
        length_m: 2.0,
        width_m: 8.0,
        height_m: 5.0,
    };
    let tree = Obstacle::Cylinder {
        centre: Point2::new(20.0, 0.5),
        radius_m: 0.3,
        height_m: 4.0,
    };
    for obstacle in [wall, tree] {
        let mut physics = Physics::new(&[], &[obstacle]);
        physics.place_ego(Pose2::default(), 10.0);
        let touched = (0..300).any(|_| {
            physics.step(&command(0.0, 0.0), &[]);
            physics.contacts() == [Contact::Scenery]
        });
        assert!(touched, "{obstacle:?}");
    }
}
