//! The ground: one ribbon per lane, one per junction area that the file outlines.

use std::collections::BTreeMap;

use drive::frames::{Point2, Pose2};
use drive::math::wrap_angle;
use xodr::LaneType;

use super::lanes::{Lane, Network, Section};
use super::read::Map;
use super::{Ground, Strip};

/// Longest piece of a ribbon.
const PIECE_M: f64 = 25.0;
/// Longest piece where a lane changes its width.
const TAPER_PIECE_M: f64 = 2.0;
/// Largest turn within a piece, in radians: 6 mm of sagitta at a radius of 120 m.
const PIECE_TURN_RAD: f64 = 0.02;
/// How far an outline may run backwards and still count as monotone, and how far corners may be
/// apart and still count as level with each other.
const MONOTONE_M: f64 = 1e-3;

/// Every ribbon of ground. Lanes of one section share the points on their common border exactly.
pub(super) fn strips(network: &Network, map: &Map) -> Vec<Strip> {
    let areas = junction_areas(network, map);
    let mut strips: Vec<Strip> = Vec::new();
    for (index, section) in network.sections.iter().enumerate() {
        let stations = corner_stations(network, index);
        let in_area = (section.junction.as_ref()).is_some_and(|id| areas.contains_key(id));
        for (at, lane) in (0..).zip(&network.lanes) {
            let covered = in_area && ground(lane) == Ground::Carriageway;
            if lane.section == index && !covered {
                strips.push(lane_strip(network, at, &stations));
            }
        }
    }
    strips.extend(areas.into_values());
    strips
}

/// What a lane's ground is made of: a curb lane is kerbstone, sidewalks and raised cycle tracks are
/// footways, soft shoulders, medians and lanes of no use are verges, all else is carriageway.
fn ground(lane: &Lane) -> Ground {
    match lane.kind {
        LaneType::Curb => Ground::Kerb,
        LaneType::Sidewalk => Ground::Footway,
        LaneType::Biking if lane.height_m > 0.0 => Ground::Footway,
        LaneType::Shoulder | LaneType::Median | LaneType::None => Ground::Verge,
        _ => Ground::Carriageway,
    }
}

fn lane_strip(network: &Network, lane: usize, stations: &[usize]) -> Strip {
    let slices = stations
        .iter()
        .map(|&station| network.slice_at(lane, station));
    let (left, right) = slices
        .map(|slice| (slice.point(slice.left_t_m), slice.point(slice.right_t_m)))
        .unzip();
    Strip {
        ground: ground(&network.lanes[lane]),
        height_m: network.lanes[lane].height_m,
        left,
        right,
    }
}

/// The stations of a section at which its ribbons and lines have corners.
pub(super) fn corner_stations(network: &Network, section: usize) -> Vec<usize> {
    let stations = &network.sections[section].stations;
    let piece_m = if tapers(network, section) {
        TAPER_PIECE_M
    } else {
        PIECE_M
    };
    let mut corners = vec![0];
    let mut last = stations[0];
    for (index, station) in stations.iter().enumerate().skip(1) {
        let turn_rad =
            wrap_angle(station.world_from_reference.yaw_rad - last.world_from_reference.yaw_rad);
        let is_corner = station.s_m - last.s_m >= piece_m || turn_rad.abs() >= PIECE_TURN_RAD;
        if is_corner || index == stations.len() - 1 {
            corners.push(index);
            last = *station;
        }
    }
    corners
}

/// Whether any lane of a section changes its width or its place across the road.
fn tapers(network: &Network, section: usize) -> bool {
    let lanes = network.lanes.iter().filter(|lane| lane.section == section);
    let changes = |t_m: &[f64]| t_m.windows(2).any(|pair| pair[0] != pair[1]);
    lanes
        .into_iter()
        .any(|lane| changes(&lane.left_t_m) || changes(&lane.right_t_m))
}

/// The carriageway of each junction that has a boundary, as one ribbon across it.
fn junction_areas(network: &Network, map: &Map) -> BTreeMap<String, Strip> {
    let mut areas = BTreeMap::new();
    for area in map.net.junction_areas() {
        let corners = area.boundary.iter();
        let ring: Vec<Point2> = corners
            .map(|p| Point2::new(f64::from(p.x), f64::from(p.y)))
            .collect();
        let sections = network.sections.iter();
        let inside = sections.filter(|section| section.junction.as_ref() == Some(&area.od_id));
        let strip = inside
            .map(heading_rad)
            .find_map(|yaw_rad| ribbon_across(&ring, yaw_rad));
        if let Some(strip) = strip {
            areas.insert(area.od_id.clone(), strip);
        }
    }
    areas
}

fn heading_rad(section: &Section) -> f64 {
    section.stations[0].world_from_reference.yaw_rad
}

/// A counter-clockwise ring as a ribbon in the direction `yaw_rad`, if the ring crosses every line
/// square to that direction at most twice.
fn ribbon_across(ring: &[Point2], yaw_rad: f64) -> Option<Strip> {
    let world_from_ribbon = Pose2::new(0.0, 0.0, yaw_rad);
    let ring: Vec<Point2> = ring
        .iter()
        .map(|point| world_from_ribbon.inverse_transform(*point))
        .collect();
    let order = |a: &usize, b: &usize| ring[*a].x_m.total_cmp(&ring[*b].x_m);
    let back = (0..ring.len()).min_by(order)?;
    let front = (0..ring.len()).max_by(order)?;
    let chain = |from: usize, to: usize| -> Vec<Point2> {
        let count = (to + ring.len() - from) % ring.len();
        (0..=count)
            .map(|step| ring[(from + step) % ring.len()])
            .collect()
    };
    let right = forwards(chain(back, front))?;
    let mut left = chain(front, back);
    left.reverse();
    let left = forwards(left)?;
    let mut xs: Vec<f64> = left.iter().chain(&right).map(|point| point.x_m).collect();
    xs.sort_by(f64::total_cmp);
    xs.dedup_by(|next, kept| *next - *kept < MONOTONE_M);
    let mut strip = Strip {
        ground: Ground::Carriageway,
        height_m: 0.0,
        left: Vec::new(),
        right: Vec::new(),
    };
    for x_m in xs {
        let (left_y, right_y) = (values_at(&left, x_m), values_at(&right, x_m));
        for (left_y_m, right_y_m) in left_y.into_iter().zip(right_y) {
            let ends =
                [left_y_m, right_y_m].map(|y_m| world_from_ribbon.transform(Point2::new(x_m, y_m)));
            let is_new =
                strip.left.last() != Some(&ends[0]) || strip.right.last() != Some(&ends[1]);
            if is_new && left_y_m > right_y_m {
                strip.left.push(ends[0]);
                strip.right.push(ends[1]);
            }
        }
    }
    Some(strip)
}

/// The chain with its x made monotone, if it nearly is.
fn forwards(mut chain: Vec<Point2>) -> Option<Vec<Point2>> {
    for index in 1..chain.len() {
        let last_x_m = chain[index - 1].x_m;
        if chain[index].x_m < last_x_m - MONOTONE_M {
            return None;
        }
        chain[index].x_m = chain[index].x_m.max(last_x_m);
    }
    Some(chain)
}

/// The heights of a monotone chain just before and just after `x_m`; they differ where it is vertical.
fn values_at(chain: &[Point2], x_m: f64) -> [f64; 2] {
    let first = chain.partition_point(|point| point.x_m < x_m - MONOTONE_M);
    let after = chain.partition_point(|point| point.x_m < x_m + MONOTONE_M);
    if first < after {
        return [chain[first].y_m, chain[after - 1].y_m];
    }
    let (a, b) = (chain[first - 1], chain[first]);
    let y_m = drive::math::lerp(a.y_m, b.y_m, (x_m - a.x_m) / (b.x_m - a.x_m));
    [y_m, y_m]
}
