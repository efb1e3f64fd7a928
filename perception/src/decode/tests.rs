//! The round trip: what `decode(one_hot(encode(labels)))` recovers of scenes made of boxes.

use drive::camera::CameraModel;
use drive::frames::Pose2;
use drive::labels::{Labels, LightState, ObjectClass};
use drive::math::{cos, sin, wrap_angle};
use drive::percept::{ObjectPercept, Percept};
use drive::random::stream;
use drive::time::Tick;
use rand::Rng;

use super::decode;
use crate::encode::{EMPTY_WEIGHT, encode};
use crate::heads::Head;
use crate::probabilities::{Logits, softmax};
use crate::synthetic::{BoxActor, Markings, Scene};
use crate::targets::Targets;

const CAR_M: [f64; 3] = [4.6, 1.85, 1.5];
const TRUCK_M: [f64; 3] = [9.0, 2.5, 3.3];
const PEDESTRIAN_M: [f64; 3] = [0.45, 0.5, 1.75];
const CYCLIST_M: [f64; 3] = [1.8, 0.6, 1.7];

fn see(labels: &Labels) -> Percept {
    decode(
        &encode(labels).one_hot(),
        &CameraModel::standard(),
        labels.tick,
    )
}

fn scene(actors: &[BoxActor]) -> Scene {
    Scene {
        actors: actors.to_vec(),
        ..Scene::default()
    }
}

fn actor(class: ObjectClass, size_m: [f64; 3], pose: [f64; 3]) -> BoxActor {
    BoxActor {
        class,
        pose_in_ego: Pose2::new(pose[0], pose[1], pose[2]),
        size_m,
    }
}

/// x of the nearest corner.
fn near_x_m(actor: &BoxActor) -> f64 {
    actor
        .corners()
        .map(|(p, _)| p.x_m)
        .fold(f64::INFINITY, f64::min)
}

/// y of the leftmost and the rightmost corner.
fn edges_y_m(actor: &BoxActor) -> (f64, f64) {
    let ys = || actor.corners().map(|(p, _)| p.y_m);
    (
        ys().fold(f64::NEG_INFINITY, f64::max),
        ys().fold(f64::INFINITY, f64::min),
    )
}

fn find<'a>(percept: &'a Percept, actor: &BoxActor) -> &'a ObjectPercept {
    percept
        .objects
        .iter()
        .find(|seen| {
            seen.class == actor.class && (seen.near_x_m / near_x_m(actor) - 1.0).abs() < 0.03
        })
        .unwrap_or_else(|| panic!("{actor:?} is not among {:#?}", percept.objects))
}

fn assert_recovered(seen: &ObjectPercept, actor: &BoxActor, tolerance_m: f64) {
    let (left_y_m, right_y_m) = edges_y_m(actor);
    assert!(
        (seen.left_y_m - left_y_m).abs() < tolerance_m
            && (seen.right_y_m - right_y_m).abs() < tolerance_m,
        "{seen:#?}\nshould lie between {left_y_m} and {right_y_m}"
    );
    assert!(seen.probability > 0.99);
}

#[test]
fn an_empty_scene_is_an_empty_percept() {
    let percept = see(&Scene::default().labels(&CameraModel::standard()));
    assert!(percept.objects.is_empty() && percept.stop_line.is_none());
    assert!(percept.lanes.iter().all(Vec::is_empty));
    assert_eq!(percept.light_state(), LightState::None);
}

#[test]
fn road_users_twenty_metres_ahead_are_where_they_are() {
    for y_m in [-6.0, -3.5, -1.0, 0.0, 2.0, 3.5, 5.0] {
        for (class, size_m, yaw_rad) in [
            (ObjectClass::Car, CAR_M, 0.0),
            (ObjectClass::Car, CAR_M, core::f64::consts::PI),
            (ObjectClass::Truck, TRUCK_M, 0.0),
            (ObjectClass::Pedestrian, PEDESTRIAN_M, 1.5),
            (ObjectClass::Cyclist, CYCLIST_M, -1.5),
        ] {
            let reach_m = size_m[0] * cos(yaw_rad).abs() / 2.0;
            let actor = actor(class, size_m, [20.0 + reach_m, y_m, yaw_rad]);
            let percept = see(&scene(&[actor]).labels(&CameraModel::standard()));
            assert_eq!(percept.objects.len(), 1, "{actor:?}");
            assert_recovered(find(&percept, &actor), &actor, 0.15);
        }
    }
}

#[test]
fn a_standing_lead_close_ahead_is_told_to_three_percent() {
    for near_m in [4.0, 5.0, 7.0, 12.0] {
        let actor = actor(ObjectClass::Truck, TRUCK_M, [near_m + 4.5, 0.0, 0.0]);
        let percept = see(&scene(&[actor]).labels(&CameraModel::standard()));
        let seen = find(&percept, &actor);
        assert!(seen.near_x_std_m < 0.03 * near_m);
        assert_recovered(seen, &actor, 0.1);
    }
}

#[test]
fn of_two_overlapping_cars_both_are_seen() {
    let near = actor(ObjectClass::Car, CAR_M, [15.0, 0.0, 0.0]);
    let far = actor(ObjectClass::Car, CAR_M, [30.0, 1.8, 0.0]);
    let percept = see(&scene(&[near, far]).labels(&CameraModel::standard()));
    assert_eq!(percept.objects.len(), 2);
    assert_recovered(&percept.objects[0], &near, 0.15);
    assert_recovered(find(&percept, &far), &far, 0.25);
}

#[test]
fn a_pedestrian_in_front_of_a_car_does_not_hide_it() {
    let pedestrian = actor(ObjectClass::Pedestrian, PEDESTRIAN_M, [14.0, 0.3, 1.57]);
    let car = actor(ObjectClass::Car, CAR_M, [19.0, 0.0, 0.0]);
    let percept = see(&scene(&[pedestrian, car]).labels(&CameraModel::standard()));
    assert_eq!(percept.objects.len(), 2);
    assert_recovered(find(&percept, &pedestrian), &pedestrian, 0.1);
    assert_recovered(find(&percept, &car), &car, 0.15);
}

#[test]
fn a_child_stepping_out_from_behind_a_car_is_seen_as_soon_as_it_shows() {
    let parked = actor(ObjectClass::Car, CAR_M, [18.0, -3.0, 0.0]);
    let child = actor(
        ObjectClass::Pedestrian,
        [0.35, 0.38, 1.2],
        [21.0, -2.15, 1.57],
    );
    let labels = scene(&[parked, child]).labels(&CameraModel::standard());
    let hidden_px = labels.objects[1].box_px;
    assert!(
        (labels.objects[1].visible_px as f32)
            < 0.8 * (hidden_px.right - hidden_px.left) * (hidden_px.bottom - hidden_px.top)
    );
    assert_recovered(find(&see(&labels), &child), &child, 0.15);
}

#[test]
fn a_car_cut_by_the_edge_keeps_its_inner_edge_and_its_width() {
    let actor = actor(ObjectClass::Car, CAR_M, [9.5, -4.2, 0.0]);
    let labels = scene(&[actor]).labels(&CameraModel::standard());
    assert!(labels.objects[0].box_px.right > 511.0);
    let percept = see(&labels);
    assert_recovered(find(&percept, &actor), &actor, 0.35);
}

#[test]
fn a_truck_in_the_next_lane_does_not_reach_into_ego_lane() {
    for side in [-1.0, 1.0] {
        for x_m in [12.0, 18.0, 26.0, 40.0] {
            let actor = actor(ObjectClass::Truck, [12.0, 2.5, 3.8], [x_m, side * 3.5, 0.0]);
            let percept = see(&scene(&[actor]).labels(&CameraModel::standard()));
            let seen = find(&percept, &actor);
            let inner_m = (seen.left_y_m * side).min(seen.right_y_m * side);
            assert!(inner_m > 1.75, "inner edge {inner_m} at {x_m}");
            let cut = seen.box_px.left < 2.0 || seen.box_px.right > 510.0;
            assert!(cut || (inner_m - 2.25).abs() < 0.2, "{inner_m} at {x_m}");
        }
    }
}

#[test]
fn lane_boundaries_return_to_five_centimetres_nearby() {
    for curvature_per_m in [-0.01, 0.0, 0.005] {
        let scene = Scene {
            curvature_per_m,
            markings: Markings::Painted,
            ..Scene::default()
        };
        let percept = see(&scene.labels(&CameraModel::standard()));
        assert!(percept.lanes[1].len() >= 14 && percept.lanes[2].len() >= 14);
        for (boundary, points) in percept.lanes.iter().enumerate() {
            assert!(points.is_sorted_by(|a, b| a.point_in_ego.x_m < b.point_in_ego.x_m));
            for point in points.iter().filter(|point| point.point_in_ego.x_m < 15.0) {
                let y_m = scene.boundary_y_m(boundary, point.point_in_ego.x_m);
                assert!(
                    (point.point_in_ego.y_m - y_m).abs() < 0.05,
                    "{point:?}: {y_m}"
                );
            }
        }
    }
}

#[test]
fn stop_line_and_light_return() {
    for x_m in [4.0, 9.0, 25.0, 60.0] {
        let scene = Scene {
            stop_line_m: Some(x_m),
            light: LightState::Red,
            ..Scene::default()
        };
        let percept = see(&scene.labels(&CameraModel::standard()));
        let line = percept.stop_line.expect("a line was there");
        assert!((line.x_m / x_m - 1.0).abs() < 0.03 && line.probability > 0.99);
        assert_eq!(percept.light_state(), LightState::Red);
    }
}

#[test]
fn anywhere_at_random_a_lone_road_user_is_found_once_and_in_place() {
    let mut random = stream(1, "placements");
    for _ in 0..400 {
        let (class, size_m) = [
            (ObjectClass::Car, CAR_M),
            (ObjectClass::Truck, TRUCK_M),
            (ObjectClass::Pedestrian, PEDESTRIAN_M),
            (ObjectClass::Cyclist, CYCLIST_M),
        ][random.random_range(0..4)];
        let x_m = random.random_range(8.0..60.0);
        let y_m = x_m * random.random_range(-0.4..0.4);
        let yaw_rad: f64 = random.random_range(-3.1..3.1);
        let actor = actor(class, size_m, [x_m + size_m[0] / 2.0, y_m, yaw_rad]);
        let labels = scene(&[actor]).labels(&CameraModel::standard());
        let cut = |b: drive::labels::BoxPx| b.left < 2.0 || b.right > 510.0;
        if labels
            .objects
            .first()
            .is_none_or(|object| cut(object.box_px))
        {
            continue;
        }
        let percept = see(&labels);
        assert_eq!(percept.objects.len(), 1, "{actor:?}");
        let seen = find(&percept, &actor);
        let turned = wrap_angle(seen.yaw_rad - yaw_rad).abs();
        assert!(turned < 0.01);
        // The edges are those of the near face: a box at an odd angle reaches farther behind it.
        if sin(2.0 * yaw_rad).abs() < 0.1 {
            let (left_y_m, right_y_m) = edges_y_m(&actor);
            let tolerance_m = 0.2 + 0.1 * size_m[0] + 0.01 * x_m;
            assert!(
                (seen.left_y_m - left_y_m).abs() < tolerance_m,
                "{seen:?} {left_y_m}"
            );
            assert!(
                (seen.right_y_m - right_y_m).abs() < tolerance_m,
                "{seen:?} {right_y_m}"
            );
        }
    }
}

#[test]
fn crowded_random_scenes_decode_to_finite_ordered_percepts() {
    let mut random = stream(2, "crowds");
    for _ in 0..50 {
        let actors: Vec<BoxActor> = (0..random.random_range(1..12))
            .map(|_| {
                let pose = [
                    random.random_range(1.0..120.0),
                    random.random_range(-15.0..15.0),
                    random.random_range(-3.0..3.0),
                ];
                actor(ObjectClass::Car, CAR_M, pose)
            })
            .collect();
        assert_sound(&see(&scene(&actors).labels(&CameraModel::standard())));
    }
}

#[test]
fn random_logits_decode_to_finite_ordered_percepts() {
    let mut random = stream(3, "logits");
    for scale in [0.0, 1.0, 30.0] {
        let logits = Logits::new(Head::ALL.map(|head| {
            (0..head.positions() * head.classes())
                .map(|_| scale * random.random_range(-1.0f32..1.0))
                .collect()
        }));
        let percept = decode(&softmax(logits), &CameraModel::standard(), Tick(5));
        assert_eq!(percept.exposure, Tick(5));
        assert_sound(&percept);
    }
}

#[test]
fn a_road_user_half_in_each_of_two_cells_is_not_lost() {
    let actor = actor(ObjectClass::Pedestrian, PEDESTRIAN_M, [30.0, 0.0, 0.0]);
    let targets = encode(&scene(&[actor]).labels(&CameraModel::standard()));
    let told: Vec<usize> = told_cells(&targets);
    let mut probabilities = targets.one_hot();
    for &cell in &told {
        let row = probabilities.at_mut(Head::Objects, cell);
        // An even chance, as training has empty cells weigh it.
        row[0] = EMPTY_WEIGHT / (1.0 + EMPTY_WEIGHT);
        row[3] = 1.0 / (1.0 + EMPTY_WEIGHT);
    }
    let percept = decode(&probabilities, &CameraModel::standard(), Tick(0));
    assert!(told.len() >= 2 && percept.objects.len() == 1);
    assert!(percept.objects[0].probability >= 0.75);
}

fn told_cells(targets: &Targets) -> Vec<usize> {
    let cells = targets.head(Head::Objects).iter().enumerate();
    cells
        .filter(|(_, target)| target.index > 0)
        .map(|(cell, _)| cell)
        .collect()
}

fn assert_sound(percept: &Percept) {
    for seen in &percept.objects {
        let numbers = [
            seen.probability,
            seen.near_x_m,
            seen.near_x_std_m,
            seen.left_y_m,
            seen.right_y_m,
            seen.y_std_m,
            seen.yaw_rad,
        ];
        assert!(numbers.iter().all(|number| number.is_finite()), "{seen:?}");
        assert!(seen.left_y_m >= seen.right_y_m && seen.near_x_std_m > 0.0);
        assert!((0.0..=1.0).contains(&seen.probability));
    }
    assert!(
        percept
            .objects
            .is_sorted_by(|a, b| a.near_x_m <= b.near_x_m)
    );
    for point in percept.lanes.iter().flatten() {
        assert!(point.point_in_ego.y_m.is_finite() && point.y_std_m >= 0.0);
    }
}
