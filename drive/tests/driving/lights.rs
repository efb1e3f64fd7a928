//! Traffic lights.

use drive::labels::LightState;

use crate::sensor::Sensor;
use crate::world::{Light, Toy};
use crate::{KMH, outcome};

const LINE_M: f64 = 90.0;
const FRONT_M: f64 = 2.25;

fn story(sensor: Sensor, latency_ms: f64, state: fn(f64) -> LightState) -> Toy {
    Toy {
        sensor,
        latency_ms,
        light: Some(Light {
            line_m: LINE_M,
            state,
        }),
        ..Toy::new(50.0 * KMH)
    }
}

#[test]
fn a_red_light_is_stopped_for_one_to_two_metres_before_the_line() {
    for (sensor, latency_ms) in [
        (Sensor::TRUTH, 0.0),
        (Sensor::NETWORK, 0.0),
        (Sensor::NETWORK, 200.0),
    ] {
        let rows = story(sensor, latency_ms, |_| LightState::Red).drive(30.0);
        let end = outcome(&rows);
        let to_line_m = LINE_M - rows.last().unwrap().s_m - FRONT_M;
        assert!((0.3..2.5).contains(&to_line_m), "{to_line_m} m, {end:?}");
        assert!(
            end.end_speed_mps < 0.02 && end.min_accel_mps2 > -4.1,
            "{end:?}"
        );
    }
}

#[test]
fn ego_goes_on_when_the_light_turns_green() {
    let state = |t| {
        if t < 20.0 {
            LightState::Red
        } else {
            LightState::Green
        }
    };
    let rows = story(Sensor::TRUTH, 100.0, state).drive(30.0);
    let at = |t_s: f64| rows[(t_s * 100.0) as usize].speed_mps;
    assert!(at(19.9) < 0.02 && at(24.0) > 3.0);
}

#[test]
fn a_green_light_does_not_stop_the_car() {
    let end = outcome(&story(Sensor::NETWORK, 100.0, |_| LightState::Green).drive(10.0));
    assert!(end.min_accel_mps2 > -0.3, "{end:?}");
}

#[test]
fn an_amber_light_too_near_to_stop_for_is_passed() {
    let state = |t| match t {
        t if t < 4.9 => LightState::Green,
        t if t < 7.9 => LightState::Amber,
        _ => LightState::Red,
    };
    let rows = story(Sensor::TRUTH, 0.0, state).drive(10.0);
    assert!(outcome(&rows).min_accel_mps2 > -0.5, "{:?}", outcome(&rows));
    assert!(rows.last().unwrap().s_m > LINE_M + 20.0);
}

#[test]
fn an_amber_light_far_ahead_is_stopped_for() {
    let state = |t| match t {
        t if t < 3.5 => LightState::Green,
        t if t < 6.5 => LightState::Amber,
        _ => LightState::Red,
    };
    let rows = story(Sensor::TRUTH, 0.0, state).drive(20.0);
    assert!(rows.last().unwrap().s_m + FRONT_M < LINE_M);
    assert!(
        outcome(&rows).min_accel_mps2 > -4.05,
        "{:?}",
        outcome(&rows)
    );
}
