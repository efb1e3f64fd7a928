//! From OpenDRIVE to lane tables: the `xodr` crate evaluates the geometry, this file tabulates it.

use std::collections::BTreeMap;

use drive::frames::{Point2, Pose2};
use drive::math::{atan2, wrap_angle};
use xodr::{Direction, LanePosition, Layer, Provenance, RoadId, RoadNetwork, RoadPosition};

use super::RoadError;
use super::lanes::{Lane, Network, Section, Station, normal};

/// Distance between stations; below a metre so that lanes outside a bend keep within one.
const STEP_M: f64 = 0.8;
/// Distance between stations where the road bends tightly.
const TIGHT_STEP_M: f64 = 0.4;
/// Curvature from which a bend counts as tight, in 1/m.
const TIGHT_CURVATURE: f64 = 1.0 / 60.0;
/// How far out the reference line's normal is measured: far, because `xodr` gives 32-bit points.
const NORMAL_REACH_M: f64 = 50.0;
/// Height of the reference line from which a road no longer counts as flat.
const FLAT_M: f32 = 0.02;
/// Inset from a section's ends at which widths are asked, so that rounding never leaves the section.
const INSET_M: f64 = 1e-3;

/// A network as `xodr` evaluates it.
pub(super) struct Map {
    pub(super) net: RoadNetwork,
    pub(super) origin: Provenance,
}

impl Map {
    /// Reads the text of an OpenDRIVE file.
    pub(super) fn parse(text: &str) -> Result<Self, RoadError> {
        let (net, origin) = xodr::load_str_with_provenance(text)
            .map_err(|error| RoadError::Parse(error.to_string()))?;
        Ok(Self { net, origin })
    }

    /// Tabulates every lane. Also gives, for each `xodr` lane id, the lane's place in the table.
    pub(super) fn tabulate(&self) -> Result<(Network, BTreeMap<usize, usize>), RoadError> {
        let mut network = Network::default();
        let mut place = BTreeMap::new();
        for ((road, index), lanes) in self.lanes_by_section() {
            let section = self.section(RoadId(road), index, lanes[0])?;
            self.push_lanes(&mut network, &mut place, section, &lanes);
        }
        for lane in self.net.lanes() {
            if let Some(&at) = place.get(&lane.id.0) {
                let next = lane.successors.iter();
                network.lanes[at].next = next.filter_map(|id| place.get(&id.0).copied()).collect();
            }
        }
        Ok((network, place))
    }

    /// The permanent lanes of each section, by road and section.
    fn lanes_by_section(&self) -> BTreeMap<(usize, usize), Vec<&xodr::Lane>> {
        let mut sections: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for lane in self.net.lanes() {
            let on = self.net.road_lane(lane.id);
            if let Some(on) = on.filter(|_| lane.layer == Layer::Permanent) {
                let key = (on.road.0, on.section);
                sections.entry(key).or_default().push(lane);
            }
        }
        sections
    }

    fn section(&self, id: RoadId, index: usize, lane: &xodr::Lane) -> Result<Section, RoadError> {
        let road = self.net.road(id).expect("a lane's road exists");
        let points = lane.center.points();
        let s_of = |point| {
            let at = self.net.road_position_on(id, point);
            let s_m = at.map_or(0.0, |at| at.s.clamp(0.0, road.length()));
            (s_m * 1000.0).round() / 1000.0
        };
        let (start_m, end_m) = (
            s_of(points[0]),
            s_of(points[points.len() - 1]).min(road.length()),
        );
        let mut stations = self.stations(id, (start_m, end_m), STEP_M)?;
        if bends_tightly(&stations) {
            stations = self.stations(id, (start_m, end_m), TIGHT_STEP_M)?;
        }
        Ok(Section {
            road: road.od_id().to_owned(),
            index,
            junction: road.junction().map(str::to_owned),
            stations,
        })
    }

    fn stations(
        &self,
        road: RoadId,
        (start_m, end_m): (f64, f64),
        step_m: f64,
    ) -> Result<Vec<Station>, RoadError> {
        let steps = ((end_m - start_m) / step_m).ceil().max(1.0);
        (0..=steps as usize)
            .map(|step| self.station(road, start_m + (end_m - start_m) * step as f64 / steps))
            .collect()
    }

    fn station(&self, id: RoadId, s_m: f64) -> Result<Station, RoadError> {
        let road = self.net.road(id).expect("a lane's road exists");
        let at = |t_m: f64| {
            let position = RoadPosition {
                road: id,
                s: s_m.clamp(0.0, road.length()),
                t: t_m,
            };
            let point = self.net.road_point(position);
            point.expect("s is held within the road")
        };
        let (middle, left, right) = (at(0.0), at(NORMAL_REACH_M), at(-NORMAL_REACH_M));
        if middle.z.abs() > FLAT_M {
            return Err(RoadError::Parse(format!(
                "road `{}` is {:.2} m high at s = {s_m:.1} m, but the world is flat: remove its \
                 elevation profile",
                road.od_id(),
                middle.z
            )));
        }
        let (dx, dy) = (f64::from(left.x - right.x), f64::from(left.y - right.y));
        let yaw_rad = atan2(-dx, dy);
        Ok(Station {
            s_m,
            world_from_reference: Pose2::new(f64::from(middle.x), f64::from(middle.y), yaw_rad),
            normal: normal(yaw_rad),
        })
    }

    fn push_lanes(
        &self,
        network: &mut Network,
        place: &mut BTreeMap<usize, usize>,
        section: Section,
        lanes: &[&xodr::Lane],
    ) {
        let by_id: BTreeMap<i32, &xodr::Lane> = lanes
            .iter()
            .filter_map(|lane| Some((self.net.road_lane(lane.id)?.od_id, *lane)))
            .collect();
        let first = network.lanes.len();
        let left: Vec<i32> = by_id.keys().copied().filter(|id| *id > 0).collect();
        let right: Vec<i32> = by_id.keys().copied().filter(|id| *id < 0).rev().collect();
        for side in [left, right] {
            let mut inner_t_m: Option<Vec<f64>> = None;
            for id in side {
                let mut lane = self.lane(by_id[&id], id, &section, inner_t_m.as_deref());
                lane.section = network.sections.len();
                inner_t_m = Some(
                    if id > 0 {
                        &lane.left_t_m
                    } else {
                        &lane.right_t_m
                    }
                    .clone(),
                );
                place.insert(by_id[&id].id.0, network.lanes.len());
                network.lanes.push(lane);
            }
        }
        join_neighbours(&mut network.lanes[first..], first);
        network.sections.push(section);
    }

    /// Tabulates one lane that begins at the lateral positions `inner_t_m`, or where the file puts
    /// it if it is the innermost.
    fn lane(
        &self,
        source: &xodr::Lane,
        id: i32,
        section: &Section,
        inner_t_m: Option<&[f64]>,
    ) -> Lane {
        let side = f64::from(id.signum());
        let (start_m, end_m) = section.range_m();
        let mut inner = Vec::new();
        let mut outer = Vec::new();
        for (k, station) in section.stations.iter().enumerate() {
            let at = LanePosition {
                lane: source.id,
                s: station.s_m.clamp(start_m + INSET_M, end_m - INSET_M),
                offset: 0.0,
            };
            let width_m = to_tenth_millimetre(self.width_m(source, at));
            let inner_t = inner_t_m.map_or_else(
                || to_tenth_millimetre(self.centre_t_m(at, station) - side * width_m / 2.0),
                |inner| inner[k],
            );
            inner.push(inner_t);
            outer.push(inner_t + side * width_m);
        }
        let middle = LanePosition {
            lane: source.id,
            s: f64::midpoint(start_m, end_m),
            offset: 0.0,
        };
        let height = self.net.lane_point(middle).map_or(0.0, |point| point.z);
        let (left_t_m, right_t_m) = if id > 0 {
            (outer, inner)
        } else {
            (inner, outer)
        };
        Lane {
            section: 0,
            id,
            kind: source.kind,
            along: source.direction != Direction::Backward,
            left_t_m,
            right_t_m,
            height_m: to_tenth_millimetre(f64::from(height)),
            left: None,
            right: None,
            next: Vec::new(),
        }
    }

    /// Width of a lane at a position on it.
    fn width_m(&self, lane: &xodr::Lane, at: LanePosition) -> f64 {
        if lane.widths.is_empty() {
            return f64::from(lane.width);
        }
        let along_m = self.net.centerline_s(at).unwrap_or_default();
        f64::from(lane.width_at(along_m))
    }

    /// Lateral position of a lane's centre.
    fn centre_t_m(&self, at: LanePosition, station: &Station) -> f64 {
        let point = self.net.lane_point(at).unwrap_or_default();
        let point = Point2::new(f64::from(point.x), f64::from(point.y));
        station.world_from_reference.inverse_transform(point).y_m
    }
}

/// Whether any two neighbouring stations turn more than a tight bend does.
fn bends_tightly(stations: &[Station]) -> bool {
    stations.windows(2).any(|pair| {
        let turn_rad =
            wrap_angle(pair[1].world_from_reference.yaw_rad - pair[0].world_from_reference.yaw_rad);
        turn_rad.abs() > TIGHT_CURVATURE * (pair[1].s_m - pair[0].s_m)
    })
}

/// Links each lane of a section with the lanes at its borders.
fn join_neighbours(lanes: &mut [Lane], first: usize) {
    let place: BTreeMap<i32, usize> = lanes
        .iter()
        .enumerate()
        .map(|(k, lane)| (lane.id, first + k))
        .collect();
    for lane in lanes {
        let beside = |step: i32| {
            let id = lane.id + step;
            place.get(&if id == 0 { step } else { id }).copied()
        };
        (lane.left, lane.right) = (beside(1), beside(-1));
    }
}

/// Removes the noise of 32-bit evaluation.
fn to_tenth_millimetre(x_m: f64) -> f64 {
    (x_m * 1e4).round() / 1e4
}
