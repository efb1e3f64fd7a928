//! Paint: lane markings, pedestrian crossings, and a stop line for every traffic light.

use drive::frames::{Point2, Pose2};
use xodr::{Extent, LinePattern, Object, ObjectType, RoadMarkLine, RoadMarkProvenance, Shape};

use super::Marking;
use super::lanes::Network;
use super::read::Map;
use super::surface::corner_stations;
use crate::stage::StageLight;

/// Width of a zebra crossing's bars and of the gaps between them (German RMS).
const ZEBRA_BAR_M: f64 = 0.5;
/// Width of the two broken lines that bound a signalled crossing (German RMS).
const CROSSING_LINE_M: f64 = 0.12;
/// Dashes of those lines.
const CROSSING_DASHES_M: (f64, f64) = (0.5, 0.2);
/// Width of a stop line (German RMS).
const STOP_LINE_M: f64 = 0.5;

/// Every painted line of a network.
pub(super) fn markings(network: &Network, map: &Map, lights: &[StageLight]) -> Vec<Marking> {
    let marks = map.net.road_marks().iter().zip(&map.origin.road_marks);
    let mut markings: Vec<Marking> = marks
        .flat_map(|(mark, origin)| mark.lines.iter().map(move |line| (line, origin)))
        .filter_map(|(line, origin)| lane_marking(network, line, origin))
        .collect();
    for object in map.net.objects() {
        markings.extend(crossing(object));
    }
    markings.extend(
        lights
            .iter()
            .map(|light| white(light.stop_line.to_vec(), STOP_LINE_M)),
    );
    markings
}

fn white(centre: Vec<Point2>, width_m: f64) -> Marking {
    Marking {
        centre,
        width_m,
        dashes_m: None,
        yellow: false,
    }
}

/// One line of a road mark, along the border it belongs to.
fn lane_marking(
    network: &Network,
    line: &RoadMarkLine,
    origin: &RoadMarkProvenance,
) -> Option<Marking> {
    let section = network
        .sections
        .iter()
        .position(|section| section.road == origin.road_id && section.index == origin.section)?;
    let lane_of = |id: i32| {
        let mut lanes = 0..network.lanes.len();
        lanes.find(|&k| network.lanes[k].section == section && network.lanes[k].id == id)
    };
    let (lane, on_left) = match origin.od_lane_id {
        0 => lane_of(-1).map_or_else(|| (lane_of(1), false), |lane| (Some(lane), true)),
        id => (lane_of(id), id > 0),
    };
    let lane = lane?;
    let start_m = origin.s + f64::from(line.s_offset);
    let (dashes_m, end_m) = match line.pattern {
        LinePattern::Continuous => (None, origin.s + origin.length),
        LinePattern::Dashed { length, space } => (
            Some((f64::from(length), f64::from(space))),
            origin.s + origin.length,
        ),
        LinePattern::Single { length } => (None, start_m + f64::from(length)),
    };
    let stations = &network.sections[section].stations;
    let corners = corner_stations(network, section).into_iter();
    let inner = corners
        .map(|corner| stations[corner].s_m)
        .filter(|s_m| (start_m + 1e-3..end_m - 1e-3).contains(s_m));
    let centre = core::iter::once(start_m)
        .chain(inner)
        .chain([end_m])
        .map(|s_m| {
            let slice = network.slice(lane, s_m);
            let border_t_m = if on_left {
                slice.left_t_m
            } else {
                slice.right_t_m
            };
            slice.point(border_t_m + f64::from(line.t_offset))
        });
    Some(Marking {
        centre: centre.collect(),
        width_m: f64::from(line.width),
        dashes_m,
        yellow: line.color == "yellow",
    })
}

/// The paint of a pedestrian crossing: bars for the subtype `zebra`, else two broken lines.
fn crossing(object: &Object) -> Vec<Marking> {
    let Shape::Solid {
        position,
        heading,
        extent: Some(Extent::Box { length, width, .. }),
        ..
    } = object.shape
    else {
        return Vec::new();
    };
    if object.kind != ObjectType::Crosswalk {
        return Vec::new();
    }
    let world_from_crossing = Pose2::new(
        f64::from(position.x),
        f64::from(position.y),
        f64::from(heading),
    );
    let (half_length_m, width_m) = (f64::from(length) / 2.0, f64::from(width));
    let point = |x_m: f64, y_m: f64| world_from_crossing.transform(Point2::new(x_m, y_m));
    if object.subtype != "zebra" {
        return [-half_length_m, half_length_m]
            .map(|x_m| Marking {
                dashes_m: Some(CROSSING_DASHES_M),
                ..white(
                    vec![point(x_m, -width_m / 2.0), point(x_m, width_m / 2.0)],
                    CROSSING_LINE_M,
                )
            })
            .to_vec();
    }
    let bars = ((width_m + ZEBRA_BAR_M) / (2.0 * ZEBRA_BAR_M)).floor();
    let first_y_m = -(bars - 1.0) * ZEBRA_BAR_M;
    (0..bars as usize)
        .map(|bar| first_y_m + 2.0 * ZEBRA_BAR_M * bar as f64)
        .map(|y_m| {
            white(
                vec![point(-half_length_m, y_m), point(half_length_m, y_m)],
                ZEBRA_BAR_M,
            )
        })
        .collect()
}
