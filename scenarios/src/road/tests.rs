//! Claims about roads as a whole.

use core::f64::consts::PI;

use drive::frames::{Point2, Pose2};
use drive::math::{cos, sin, wrap_angle};

use super::plan::{LanePlan, NetworkPlan, Paint, Piece, RoadPlan};
use super::*;

const RADIUS_M: f64 = 100.0;

/// A left-hand arc from the origin eastwards, one lane each way.
fn arc() -> Road {
    let lane = || vec![LanePlan::flat("driving", 3.5, Paint::Solid(0.12))];
    let pieces = vec![Piece::Arc {
        length_m: 150.0,
        curvature: 1.0 / RADIUS_M,
    }];
    let plan = NetworkPlan {
        roads: vec![RoadPlan::single(
            "arc",
            pieces,
            [lane(), lane()],
            Paint::Double(0.12),
        )],
        ..NetworkPlan::default()
    };
    Road::parse(&plan.to_xodr()).unwrap()
}

fn at(road: &str, lane: i32, s_m: f64, offset_m: f64) -> LanePosition {
    LanePosition {
        road: road.to_owned(),
        lane,
        s_m,
        offset_m,
    }
}

fn library() -> impl Iterator<Item = (&'static str, Road)> {
    let open = |name: &&'static str| (*name, Road::named(name).unwrap());
    ROAD_NAMES.iter().map(open)
}

/// Positions spread over every lane that `wanted` accepts.
fn positions(road: &Road, wanted: fn(&LaneInfo) -> bool) -> Vec<LanePosition> {
    let spread = |lane: LaneInfo| {
        let (start_m, end_m) = lane.s_range_m;
        [0.01, 0.37, 0.52, 0.993]
            .map(|u| at(&lane.road, lane.lane, start_m + u * (end_m - start_m), 0.4))
    };
    road.lanes().filter(wanted).flat_map(spread).collect()
}

fn distance_m(a: Pose2, b: Pose2) -> f64 {
    a.position().distance_m(b.position())
}

#[test]
fn lanes_of_an_arc_lie_on_circles_about_its_centre() {
    let road = arc();
    for (lane, radius_m) in [(-1, RADIUS_M + 1.75), (1, RADIUS_M - 1.75)] {
        for s_m in [0.0, 31.7, 80.0, 149.9] {
            let pose = road.pose(&at("arc", lane, s_m, 0.0)).unwrap();
            let angle = s_m / RADIUS_M;
            let expected = Point2::new(radius_m * sin(angle), RADIUS_M - radius_m * cos(angle));
            assert!(
                pose.position().distance_m(expected) < 2e-3,
                "{lane} {s_m} {pose:?}"
            );
            let yaw_rad = if lane < 0 { angle } else { angle + PI };
            assert!(wrap_angle(pose.yaw_rad - yaw_rad).abs() < 1e-4);
        }
    }
}

#[test]
fn a_lane_path_on_an_arc_is_as_long_as_the_circle() {
    let path = arc().lane_path(&at("arc", 1, 150.0, 0.0), 500.0).unwrap();
    let length_m = path.distances_m.last().unwrap();
    assert!((length_m - 150.0 * (RADIUS_M - 1.75) / RADIUS_M).abs() < 0.01);
    assert!(path.poses.last().unwrap().yaw_rad - PI < 1e-4);
}

#[test]
fn a_position_is_found_again_from_its_pose_on_every_driving_lane() {
    for (name, road) in library() {
        for position in positions(&road, |lane| lane.is_driving && !lane.in_junction) {
            let pose = road.pose(&position).unwrap();
            let hit = road.locate(pose.position()).unwrap();
            assert_eq!(
                (&hit.position.road, hit.position.lane),
                (&position.road, position.lane)
            );
            assert!(
                (hit.position.s_m - position.s_m).abs() < 1e-3,
                "{name} {position:?} {hit:?}"
            );
            assert!(
                (hit.position.offset_m - 0.4).abs() < 1e-3,
                "{name} {position:?} {hit:?}"
            );
            assert!(wrap_angle(hit.world_from_lane.yaw_rad - pose.yaw_rad).abs() < 1e-6);
        }
    }
}

#[test]
fn a_car_in_a_junction_is_found_on_the_lane_it_follows() {
    for (name, road) in library() {
        for position in positions(&road, |lane| lane.is_driving && lane.in_junction) {
            let pose = road.pose(&position).unwrap();
            let hit = road.locate_pose(pose).unwrap();
            let there = road.pose(&hit.position).unwrap();
            assert!(
                distance_m(there, pose) < 1e-3,
                "{name} {position:?} {hit:?}"
            );
            assert!(wrap_angle(hit.world_from_lane.yaw_rad - pose.yaw_rad).abs() < 0.3);
        }
    }
}

#[test]
fn lane_paths_run_on_without_gaps_or_kinks() {
    for (name, road) in library() {
        for position in positions(&road, |lane| lane.is_driving) {
            let path = road.lane_path(&position, 300.0).unwrap();
            for pair in path.poses.windows(2) {
                let turn_rad = wrap_angle(pair[1].yaw_rad - pair[0].yaw_rad).abs();
                assert!(
                    distance_m(pair[0], pair[1]) <= 1.0,
                    "{name} {position:?} {pair:?}"
                );
                assert!(turn_rad < 0.12, "{name} {position:?} {pair:?}");
            }
            let length_m = *path.distances_m.last().unwrap();
            assert!(length_m <= 300.0 + 1e-9, "{name} {length_m}");
        }
    }
}

#[test]
fn boundaries_lie_left_to_right_of_a_car_whichever_way_it_drives() {
    for (name, road) in library() {
        for position in positions(&road, |lane| lane.is_driving && !lane.in_junction) {
            let world_from_lane = road.pose(&position).unwrap();
            for turn_rad in [0.0, PI] {
                let world_from_car = world_from_lane.then(Pose2::new(0.0, 0.0, turn_rad));
                let boundaries = road.lane_boundaries(world_from_car, 20.0);
                let near = boundaries.iter().filter_map(|line| line.first());
                let ys: Vec<f64> = near
                    .map(|p| world_from_car.inverse_transform(*p).y_m)
                    .collect();
                assert!(ys.len() >= 3, "{name} {position:?} {ys:?}");
                assert!(ys.windows(2).all(|pair| pair[0] > pair[1]), "{name} {ys:?}");
                assert!(!boundaries[1].is_empty() && !boundaries[2].is_empty());
                for point in boundaries.iter().flatten() {
                    assert!(
                        world_from_car.inverse_transform(*point).x_m > -0.1,
                        "{name}"
                    );
                }
            }
        }
    }
}

#[test]
fn neighbouring_strips_share_their_common_border_exactly() {
    let road = Road::named("winding").unwrap();
    for pair in road.strips()[3..].windows(2) {
        assert_eq!(pair[0].right, pair[1].left);
    }
}

#[test]
fn an_unknown_lane_is_answered_with_the_lanes_there_are() {
    let error = arc()
        .pose(&at("arc", 4, 10.0, 0.0))
        .unwrap_err()
        .to_string();
    assert!(error.contains("lanes 1, -1"), "{error}");
    let error = arc()
        .pose(&at("ark", 1, 10.0, 0.0))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("`ark`") && error.contains("has arc"),
        "{error}"
    );
}

#[test]
fn an_unknown_road_is_answered_with_the_library() {
    let error = Road::open("strait").unwrap_err().to_string();
    assert!(
        error.contains("strait") && error.contains("winding"),
        "{error}"
    );
}

#[test]
fn a_road_with_elevation_is_refused() {
    let text = library::text("straight").unwrap();
    let hill = "</planView><elevationProfile><elevation s=\"0\" a=\"3\" b=\"0\" c=\"0\" d=\"0\"/>\
                </elevationProfile>";
    let error = Road::parse(&text.replace("</planView>", hill)).unwrap_err();
    assert!(error.to_string().contains("flat"), "{error}");
}
