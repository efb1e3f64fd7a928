//! Keeping the lane.

use crate::sensor::Sensor;
use crate::world::{Road, Toy};
use crate::{KMH, outcome};

fn bend(set_speed_kmh: f64, radius_m: f64) -> Toy {
    Toy {
        road: Road {
            straight_m: 60.0,
            curvature_per_m: 1.0 / radius_m,
        },
        ..Toy::new(set_speed_kmh * KMH)
    }
}

#[test]
fn the_lane_is_held_within_0_3_m_at_80_kmh_on_a_200_m_radius_with_100_ms_delay() {
    for radius_m in [200.0, -200.0] {
        let mut world = bend(80.0, radius_m);
        world.latency_ms = 100.0;
        let end = outcome(&world.drive(20.0));
        assert!(end.max_lane_error_m < 0.3, "{end:?}");
        assert!(end.mean_speed_mps > 0.9 * 80.0 * KMH, "{end:?}");
    }
}

#[test]
fn steering_stays_calm_on_a_straight_road_with_network_noise_and_200_ms_delay() {
    let mut world = Toy::new(80.0 * KMH);
    world.sensor = Sensor::NETWORK;
    world.latency_ms = 200.0;
    let rows = world.drive(20.0);
    assert!(
        outcome(&rows).max_lane_error_m < 0.2,
        "{:?}",
        outcome(&rows)
    );
    assert!(rows.iter().all(|row| row.steering_rad.abs() < 0.01));
}

#[test]
fn an_offset_at_the_start_is_corrected_without_overshoot() {
    for (kmh, latency_ms) in [(30.0, 0.0), (80.0, 200.0)] {
        let mut world = Toy::new(kmh * KMH);
        world.world_from_ego.y_m = 0.5;
        world.latency_ms = latency_ms;
        let rows = world.drive(10.0);
        let lowest = rows.iter().map(|row| row.lane_error_m).fold(1.0, f64::min);
        assert!(lowest > -0.1, "overshoot to {lowest} m at {kmh} km/h");
        assert!(rows.last().unwrap().lane_error_m.abs() < 0.07);
    }
}

#[test]
fn a_sharp_bend_is_entered_slowly() {
    let rows = bend(60.0, 60.0).drive(20.0);
    let in_bend = rows.iter().filter(|row| row.s_m > 62.0);
    let fastest = in_bend.map(|row| row.speed_mps).fold(0.0, f64::max);
    assert!(fastest * fastest / 60.0 < 2.8, "{fastest} m/s");
    assert!(outcome(&rows).min_accel_mps2 > -2.5);
    assert!(
        outcome(&rows).max_lane_error_m < 0.4,
        "{:?}",
        outcome(&rows)
    );
}

#[test]
fn a_mirrored_road_is_driven_with_mirrored_steering() {
    let noiseless = Sensor {
        lateral_m: 0.0,
        ..Sensor::TRUTH
    };
    let steering = |radius_m| {
        let mut world = bend(50.0, radius_m);
        world.sensor = noiseless;
        let rows = world.drive(12.0);
        rows.iter().map(|row| row.steering_rad).sum::<f64>() / rows.len() as f64
    };
    let (left, right) = (steering(150.0), steering(-150.0));
    assert!(left > 0.01 && (left + right).abs() < 5e-4, "{left} {right}");
}
