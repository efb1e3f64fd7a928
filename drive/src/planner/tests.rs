//! What the planner does about one scene, stated for scenes that leave no doubt.

use super::*;
use crate::labels::{LightState, ObjectClass};
use crate::scene::{
    LanePath, PATH_POINTS, PathPoint, TrackedLight, TrackedObject, TrackedStopLine,
};

const SPEED_MPS: f64 = 14.0;

/// A straight empty road, seen perfectly.
fn empty_road() -> Scene {
    Scene {
        tick: Tick(0),
        objects: Vec::new(),
        path: LanePath {
            points: [PathPoint::default(); PATH_POINTS],
            width_m: 3.5,
            unseen_s: 0.0,
        },
        light: TrackedLight::default(),
        stop_line: None,
        percept_age_s: Some(0.0),
        overdue_s: 0.0,
    }
}

/// Someone who stands at (x, y), seen perfectly.
fn standing(class: ObjectClass, x_m: f64, y_m: f64) -> TrackedObject {
    TrackedObject {
        id: 1,
        class,
        existence: 0.99,
        confirmed: true,
        near_x_m: x_m,
        near_x_std_m: 0.1,
        centre_y_m: y_m,
        y_std_m: 0.05,
        half_width_m: if class.is_vulnerable() { 0.25 } else { 0.9 },
        velocity_x_mps: 0.0,
        velocity_y_mps: 0.0,
        velocity_x_std_mps: 0.1,
        velocity_y_std_mps: 0.1,
        acceleration_x_mps2: 0.0,
        acceleration_x_std_mps2: 0.2,
        yaw_rad: 0.0,
        unseen_s: 0.0,
    }
}

/// The decision about a scene after one second of it, at 14 m/s.
fn decide(scene: &Scene) -> Decision {
    let mut state = PlannerState::default();
    let mut decision = Decision::default();
    for tick in 0..100 {
        let ego = EgoState {
            tick: Tick(tick),
            speed_mps: SPEED_MPS,
            ..EgoState::default()
        };
        let params = PlannerParams::default();
        decision = plan(scene, &ego, SPEED_MPS, &params, &mut state);
    }
    decision
}

/// The decision about one road user on an empty road.
fn decide_about(object: TrackedObject) -> Decision {
    decide(&Scene {
        objects: vec![object],
        ..empty_road()
    })
}

/// The decision about a light with its line `gap_m` ahead of the bumper.
fn decide_about_light(state: LightState, gap_m: f64) -> Decision {
    decide(&Scene {
        light: TrackedLight {
            state,
            probabilities: [0.0; 4],
            since_s: 1.0,
        },
        stop_line: Some(TrackedStopLine {
            x_m: gap_m + crate::ego::EGO_FRONT_M,
            x_std_m: 0.1,
        }),
        ..empty_road()
    })
}

#[test]
fn an_empty_road_is_cruised() {
    let decision = decide(&empty_road());
    assert_eq!(decision.action, Action::Cruise);
    assert!(decision.accel_mps2.abs() < 1e-9 && decision.curvature_per_m == 0.0);
}

#[test]
fn braking_grows_with_need_and_ends_in_an_emergency() {
    let about = |x_m| decide_about(standing(ObjectClass::Car, x_m, 0.0));
    let (far, near, nearest) = (about(60.0), about(35.0), about(16.0));
    assert_eq!(far.action, Action::Stop);
    assert!(near.accel_mps2 < far.accel_mps2 && far.accel_mps2 < -1.0);
    assert_eq!(nearest.action, Action::EmergencyBrake);
    assert!(nearest.accel_mps2 < -9.0);
}

#[test]
fn an_unconfirmed_road_user_is_not_acted_upon() {
    let decision = decide_about(TrackedObject {
        confirmed: false,
        ..standing(ObjectClass::Car, 20.0, 0.0)
    });
    assert_eq!(decision.action, Action::Cruise);
}

#[test]
fn a_lead_as_fast_as_ego_at_two_seconds_is_followed_without_braking() {
    let decision = decide_about(TrackedObject {
        velocity_x_mps: SPEED_MPS,
        ..standing(ObjectClass::Car, 2.0 * SPEED_MPS + 4.0, 0.0)
    });
    assert_eq!(decision.action, Action::Follow);
    assert!(decision.accel_mps2 > -1.2, "{decision:?}");
}

#[test]
fn someone_standing_beside_the_lane_is_passed_and_someone_stepping_in_is_not() {
    let beside = standing(ObjectClass::Pedestrian, 35.0, -2.6);
    let stepping_in = TrackedObject {
        velocity_y_mps: 1.2,
        ..beside
    };
    let leaving = TrackedObject {
        velocity_y_mps: -1.2,
        ..beside
    };
    assert_eq!(decide_about(beside).action, Action::Cruise);
    assert_eq!(decide_about(leaving).action, Action::Cruise);
    let yielding = decide_about(stepping_in);
    assert_eq!(yielding.action, Action::Slow);
    assert!(yielding.accel_mps2 < -2.0, "{yielding:?}");
}

#[test]
fn oncoming_traffic_in_its_own_lane_is_ignored() {
    let decision = decide_about(TrackedObject {
        velocity_x_mps: -14.0,
        velocity_y_mps: -0.6,
        yaw_rad: core::f64::consts::PI,
        ..standing(ObjectClass::Car, 30.0, 3.4)
    });
    assert_eq!(decision.action, Action::Cruise);
}

#[test]
fn red_stops_green_does_not_and_amber_only_where_comfortable() {
    let action = |state, gap_m| decide_about_light(state, gap_m).action;
    assert_eq!(action(LightState::Red, 40.0), Action::Stop);
    assert_eq!(action(LightState::Green, 40.0), Action::Cruise);
    assert_eq!(action(LightState::Amber, 45.0), Action::Stop);
    assert_eq!(action(LightState::Amber, 25.0), Action::Cruise);
}

#[test]
fn a_red_light_without_a_line_slows_ego_gently() {
    let mut scene = empty_road();
    scene.light.state = LightState::Red;
    scene.light.since_s = 1.0;
    let decision = decide(&scene);
    assert_eq!(decision.action, Action::Slow);
    assert!((-1.5..-0.5).contains(&decision.accel_mps2), "{decision:?}");
}

#[test]
fn a_driver_without_percepts_stops_blind() {
    let decision = decide(&Scene {
        overdue_s: 0.6,
        ..empty_road()
    });
    assert_eq!(
        (decision.action, decision.reason),
        (Action::Stop, Reason::Blind)
    );
}

#[test]
fn a_path_to_the_left_is_steered_to_the_left() {
    let mut scene = empty_road();
    for point in &mut scene.path.points {
        point.y_m = 0.5;
    }
    assert!(decide(&scene).curvature_per_m > 0.0);
}
