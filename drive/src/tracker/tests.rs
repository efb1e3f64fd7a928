//! What the tracker believes after a few percepts of one car.

use super::*;
use crate::belief::Belief;
use crate::labels::{BoxPx, ObjectClass};
use crate::math::cos;
use crate::percept::ObjectPercept;
use crate::scene::TrackedObject;

const EGO_SPEED_MPS: f64 = 20.0;

/// How well a network tells how far a road user is.
const COARSE_STD_SHARE: f64 = 0.15;

fn car_at(near_x_m: f64) -> ObjectPercept {
    ObjectPercept {
        class: ObjectClass::Car,
        belief: Belief::surely(ObjectClass::Car, 0.0),
        probability: 0.95,
        box_px: BoxPx::default(),
        near_x_m,
        near_x_std_m: 0.03 * near_x_m,
        left_y_m: 0.9,
        right_y_m: -0.9,
        y_std_m: 0.1,
        yaw_rad: 0.0,
    }
}

fn percept(exposure: Tick, car_x_m: Option<f64>) -> Percept {
    Percept {
        exposure,
        objects: car_x_m.map(car_at).into_iter().collect(),
        lanes: Default::default(),
        light: [1.0, 0.0, 0.0, 0.0],
        stop_line: None,
    }
}

/// Drives straight on for some ticks; on each exposure tick `seen` tells where the car is, and its
/// percept arrives `late_ticks` later.
fn track(ticks: u64, late_ticks: u64, seen: impl Fn(f64) -> Option<f64>) -> Tracker {
    let mut tracker = Tracker::new();
    for tick in (0..ticks).map(Tick) {
        tracker.advance(&EgoState {
            tick,
            speed_mps: EGO_SPEED_MPS,
            ..EgoState::default()
        });
        let exposure = Tick(tick.0.saturating_sub(late_ticks));
        if exposure.is_exposure() && tick.0 >= late_ticks {
            tracker.observe(&percept(exposure, seen(exposure.seconds())));
        }
    }
    tracker
}

fn only(scene: &Scene) -> TrackedObject {
    assert_eq!(scene.objects.len(), 1, "{scene:?}");
    scene.objects[0]
}

#[test]
fn a_late_percept_is_placed_where_its_frame_was_exposed() {
    // A car standing 80 m ahead of the start; every percept arrives 300 ms late.
    let tracker = track(150, 30, |t| Some(80.0 - EGO_SPEED_MPS * t));
    let scene = tracker.scene();
    let car = only(&scene);
    let truth_m = 80.0 - EGO_SPEED_MPS * scene.tick.seconds();
    assert!(
        (car.near_x_m - truth_m).abs() < 0.7,
        "{car:?}, truly {truth_m}"
    );
    assert!(car.velocity_x_mps.abs() < 1.0, "{car:?}");
    assert!(scene.percept_age_s.is_some_and(|age_s| age_s >= 0.3));
}

#[test]
fn the_speed_of_a_lead_is_learned() {
    let tracker = track(150, 0, |t| Some(30.0 - 8.0 * t));
    let car = only(&tracker.scene());
    assert!((car.velocity_x_mps - 12.0).abs() < 0.7, "{car:?}");
    assert!(cos(car.yaw_rad) > 0.99);
}

#[test]
fn a_far_car_whose_distance_is_coarsely_known_is_followed_from_its_second_sighting() {
    let mut tracker = Tracker::new();
    for exposure in [0, 5].map(Tick) {
        tracker.advance(&EgoState {
            tick: exposure,
            speed_mps: EGO_SPEED_MPS,
            ..EgoState::default()
        });
        let mut seen = percept(exposure, Some(60.0 - EGO_SPEED_MPS * exposure.seconds()));
        seen.objects[0].near_x_std_m = COARSE_STD_SHARE * seen.objects[0].near_x_m;
        tracker.observe(&seen);
    }
    assert!(only(&tracker.scene()).confirmed);
}

#[test]
fn one_sighting_is_doubted_and_two_are_believed() {
    let seen_until = |end_s: f64| track(11, 0, move |t| (t < end_s).then_some(30.0)).scene();
    assert!(
        !seen_until(0.01)
            .objects
            .iter()
            .any(|object| object.confirmed)
    );
    assert!(only(&seen_until(0.06)).confirmed);
}

#[test]
fn one_miss_does_not_drop_a_believed_road_user_and_lasting_absence_does() {
    let absent = |from_s: f64, to_s: f64| {
        let seen = move |t: f64| (!(from_s..to_s).contains(&t)).then_some(40.0);
        track(100, 0, seen).scene()
    };
    assert!(only(&absent(0.94, 1.0)).confirmed);
    assert!(absent(0.5, 1.0).objects.is_empty());
}

#[test]
fn older_percepts_than_the_newest_are_ignored() {
    let mut tracker = track(51, 0, |_| Some(30.0));
    let before = tracker.scene();
    tracker.observe(&percept(Tick(45), Some(50.0)));
    assert_eq!(tracker.scene(), before);
}

#[test]
fn a_car_first_taken_for_a_pedestrian_is_one_road_user_and_not_believed_to_stand() {
    let mut tracker = Tracker::new();
    for exposure in (0..=100).step_by(5).map(Tick) {
        tracker.advance(&EgoState {
            tick: exposure,
            speed_mps: EGO_SPEED_MPS,
            ..EgoState::default()
        });
        let mut seen = percept(exposure, Some(25.0));
        if exposure < Tick(15) {
            seen.objects[0].class = ObjectClass::Pedestrian;
            seen.objects[0].belief = Belief::surely(ObjectClass::Pedestrian, 0.0);
            seen.objects[0].belief.kinds = [0.2, 0.0, 0.8, 0.0];
        }
        tracker.observe(&seen);
        assert_eq!(tracker.scene().objects.len(), 1, "{exposure:?}");
    }
    let car = only(&tracker.scene());
    assert_eq!(car.class, ObjectClass::Car);
    assert!(car.velocity_x_mps > 17.0, "{car:?}");
}
