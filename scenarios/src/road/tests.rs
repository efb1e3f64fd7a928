//! Claims about roads as a whole.

use core::f64::consts::PI;
use std::path::Path;

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
    assert!(wrap_angle(path.poses.last().unwrap().yaw_rad - PI).abs() < 1e-4);
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
fn straight_on_over_the_crossing_leads_to_the_opposite_arm() {
    let road = Road::named("crossing").unwrap();
    let path = road.lane_path(&at("west", -1, 10.0, 0.0), 500.0).unwrap();
    for pose in &path.poses {
        assert!(
            (pose.y_m + 1.75).abs() < 1e-3 && pose.yaw_rad.abs() < 1e-5,
            "{pose:?}"
        );
    }
    let end = road.locate(path.poses.last().unwrap().position()).unwrap();
    assert_eq!((end.position.road.as_str(), end.position.lane), ("east", 1));
}

#[test]
fn boundaries_end_where_the_junction_begins() {
    let road = Road::named("crossing").unwrap();
    let world_from_car = road.pose(&at("west", -1, 300.0, 0.0)).unwrap();
    let last = *road.lane_boundaries(world_from_car, 60.0)[1]
        .last()
        .unwrap();
    assert!((last.x_m + 13.0).abs() < 0.01, "{last:?}");
    let inside = Pose2::new(0.0, -1.75, 0.0);
    assert!(road.lane_boundaries(inside, 60.0).iter().all(Vec::is_empty));
}

#[test]
fn lights_face_their_traffic_from_the_right_and_stop_it_before_the_junction() {
    let road = Road::named("crossing").unwrap();
    assert_eq!(road.lights().len(), 4);
    for light in road.lights() {
        let [left, right] = light.stop_line;
        let middle = Point2::new(
            f64::midpoint(left.x_m, right.x_m),
            f64::midpoint(left.y_m, right.y_m),
        );
        let traffic = road.locate(middle).unwrap().world_from_lane;
        let turn_rad = wrap_angle(traffic.yaw_rad - light.world_from_pole.yaw_rad);
        assert!((turn_rad.abs() - PI).abs() < 1e-4, "{light:?}");
        assert!(traffic.inverse_transform(left).y_m > 1.7);
        assert!(traffic.inverse_transform(right).y_m < -1.7);
        let pole = traffic.inverse_transform(light.world_from_pole.position());
        assert!(
            pole.y_m < -2.0 && (4.0..8.0).contains(&pole.x_m),
            "{pole:?}"
        );
        assert!((light.red_height_m - 3.32).abs() < 0.01, "{light:?}");
    }
}

#[test]
fn every_point_on_the_carriageway_of_a_junction_is_covered_once() {
    for name in ["crossing", "t_junction"] {
        let road = Road::named(name).unwrap();
        for step in 0..900 {
            let point = Point2::new(f64::from(step % 30) - 14.6, f64::from(step / 30) - 14.7);
            let strips = road.strips().iter();
            let count = strips
                .filter(|strip| strip.ground == Ground::Carriageway && covers(strip, point))
                .count();
            let corner = point.x_m.abs() > 3.4 && point.y_m.abs() > 3.4;
            let gone = name == "t_junction" && point.y_m > 3.5;
            let is_free = point.x_m.abs().max(point.y_m.abs()) < 13.0 && !corner && !gone;
            assert!(
                count <= 1 && (!is_free || count == 1),
                "{name} {point:?} {count}"
            );
        }
    }
}

#[test]
fn a_junction_without_an_outline_is_covered_by_its_lanes() {
    let text = library::text("crossing").unwrap();
    let start = text.find("<boundary>").unwrap();
    let end = text.find("</boundary>").unwrap() + "</boundary>".len();
    let road = Road::parse(&[&text[..start], &text[end..]].concat()).unwrap();
    for point in [Point2::new(0.0, 0.5), Point2::new(-8.0, -3.0)] {
        assert!(
            road.strips().iter().any(|strip| covers(strip, point)),
            "{point:?}"
        );
    }
}

/// Whether a point lies in one of a strip's quadrilaterals.
fn covers(strip: &Strip, point: Point2) -> bool {
    (1..strip.left.len()).any(|k| {
        let ring = [
            strip.left[k],
            strip.left[k - 1],
            strip.right[k - 1],
            strip.right[k],
        ];
        (0..4).all(|i| {
            let (a, b) = (ring[i], ring[(i + 1) % 4]);
            let cross =
                (b.x_m - a.x_m) * (point.y_m - a.y_m) - (b.y_m - a.y_m) * (point.x_m - a.x_m);
            cross >= 0.0
        })
    })
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
    let error = Road::open("strait", Path::new("")).unwrap_err().to_string();
    assert!(
        error.contains("`strait`; did you mean `straight`?") && error.contains("winding"),
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
