//! The lanes of a network as tables: where each lane's borders lie at closely spaced stations along
//! its road.

use drive::frames::{Point2, Pose2};
use drive::math::{cos, lerp, sin, wrap_angle};
use xodr::LaneType;

use crate::path::between;

/// Every lane of every lane section.
#[derive(Debug, Clone, Default)]
pub(super) struct Network {
    pub(super) sections: Vec<Section>,
    pub(super) lanes: Vec<Lane>,
}

/// One lane section of one road.
#[derive(Debug, Clone)]
pub(super) struct Section {
    /// OpenDRIVE id of the road.
    pub(super) road: String,
    /// Position of the section on its road.
    pub(super) index: usize,
    /// OpenDRIVE id of the junction that the road belongs to.
    pub(super) junction: Option<String>,
    /// Where its lanes are tabulated, in order of `s_m`.
    pub(super) stations: Vec<Station>,
}

/// The reference line at one distance.
#[derive(Debug, Clone, Copy)]
pub(super) struct Station {
    pub(super) s_m: f64,
    pub(super) world_from_reference: Pose2,
    /// Unit vector to the left of the reference line.
    pub(super) normal: Point2,
}

/// One lane of one section; the tables follow the section's stations.
#[derive(Debug, Clone)]
pub(super) struct Lane {
    pub(super) section: usize,
    /// OpenDRIVE lane number.
    pub(super) id: i32,
    pub(super) kind: LaneType,
    /// Whether its traffic drives along the reference line.
    pub(super) along: bool,
    /// Lateral position of its left border, seen along the reference line.
    pub(super) left_t_m: Vec<f64>,
    /// Lateral position of its right border, seen along the reference line.
    pub(super) right_t_m: Vec<f64>,
    /// Height above the carriageway.
    pub(super) height_m: f64,
    /// Lane at its left border, seen along the reference line.
    pub(super) left: Option<usize>,
    /// Lane at its right border, seen along the reference line.
    pub(super) right: Option<usize>,
    /// Lanes its traffic can drive on to.
    pub(super) next: Vec<usize>,
}

/// A lane's cross-section at one distance along its road.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slice {
    pub(super) s_m: f64,
    pub(super) world_from_reference: Pose2,
    normal: Point2,
    pub(super) left_t_m: f64,
    pub(super) right_t_m: f64,
}

/// Unit vector to the left of a heading.
pub(super) fn normal(yaw_rad: f64) -> Point2 {
    Point2::new(-sin(yaw_rad), cos(yaw_rad))
}

impl Slice {
    /// The point `t_m` to the left of the reference line.
    pub(super) fn point(&self, t_m: f64) -> Point2 {
        let origin = self.world_from_reference;
        Point2::new(
            origin.x_m + t_m * self.normal.x_m,
            origin.y_m + t_m * self.normal.y_m,
        )
    }

    /// Lateral position of the lane's centre.
    pub(super) fn centre_t_m(&self) -> f64 {
        f64::midpoint(self.left_t_m, self.right_t_m)
    }

    /// Width of the lane.
    pub(super) fn width_m(&self) -> f64 {
        self.left_t_m - self.right_t_m
    }

    /// The pose `t_m` to the left of the reference line, heading along it or against it.
    pub(super) fn pose(&self, t_m: f64, along: bool) -> Pose2 {
        let point = self.point(t_m);
        let turn = if along { 0.0 } else { core::f64::consts::PI };
        let yaw_rad = wrap_angle(self.world_from_reference.yaw_rad + turn);
        Pose2::new(point.x_m, point.y_m, yaw_rad)
    }
}

impl Network {
    /// The section that a lane belongs to.
    pub(super) fn section_of(&self, lane: usize) -> &Section {
        &self.sections[self.lanes[lane].section]
    }

    /// A lane's cross-section at a tabulated station.
    pub(super) fn slice_at(&self, lane: usize, station: usize) -> Slice {
        let table = &self.lanes[lane];
        let at = self.sections[table.section].stations[station];
        Slice {
            s_m: at.s_m,
            world_from_reference: at.world_from_reference,
            normal: at.normal,
            left_t_m: table.left_t_m[station],
            right_t_m: table.right_t_m[station],
        }
    }

    /// A lane's cross-section the fraction `u` of the way from a station to the next.
    pub(super) fn slice_between(&self, lane: usize, station: usize, u: f64) -> Slice {
        let (a, b) = (
            self.slice_at(lane, station),
            self.slice_at(lane, station + 1),
        );
        let (from, to) = (a.world_from_reference, b.world_from_reference);
        let world_from_reference = between(from, to, u);
        let (left_t_m, right_t_m) = self.borders_t_m(lane, station, u);
        Slice {
            s_m: lerp(a.s_m, b.s_m, u),
            world_from_reference,
            normal: normal(world_from_reference.yaw_rad),
            left_t_m,
            right_t_m,
        }
    }

    /// Lateral positions of a lane's left and right border the fraction `u` of the way from a station
    /// to the next.
    pub(super) fn borders_t_m(&self, lane: usize, station: usize, u: f64) -> (f64, f64) {
        let table = &self.lanes[lane];
        let at = |t_m: &[f64]| lerp(t_m[station], t_m[station + 1], u);
        (at(&table.left_t_m), at(&table.right_t_m))
    }

    /// A lane's cross-section at distance `s_m`, held within the lane's section.
    pub(super) fn slice(&self, lane: usize, s_m: f64) -> Slice {
        let section = self.section_of(lane);
        let (station, u) = section.find(s_m);
        self.slice_between(lane, station, u)
    }

    /// A lane's first and last cross-section in its driving direction.
    pub(super) fn ends(&self, lane: usize) -> [Slice; 2] {
        let last = self.section_of(lane).stations.len() - 1;
        let (start, end) = (self.slice_at(lane, 0), self.slice_at(lane, last));
        if self.lanes[lane].along {
            [start, end]
        } else {
            [end, start]
        }
    }

    /// The driving-direction heading at a lane's exit.
    fn exit_yaw_rad(&self, lane: usize) -> f64 {
        let [_, end] = self.ends(lane);
        end.pose(0.0, self.lanes[lane].along).yaw_rad
    }

    /// The lane that traffic reaches by driving straight on.
    pub(super) fn straight_on(&self, lane: usize) -> Option<usize> {
        let yaw_rad = self.exit_yaw_rad(lane);
        let turn = |next: usize| wrap_angle(self.exit_yaw_rad(next) - yaw_rad).abs();
        let next = self.lanes[lane].next.iter().copied();
        next.min_by(|a, b| turn(*a).total_cmp(&turn(*b)))
    }

    /// The lane `id` of the section of `road` that contains `s_m`.
    pub(super) fn find(&self, road: &str, id: i32, s_m: f64) -> Option<usize> {
        (0..self.lanes.len()).find(|&lane| {
            let section = self.section_of(lane);
            self.lanes[lane].id == id && section.road == road && section.contains(s_m)
        })
    }
}

impl Section {
    /// Where the section begins and ends along its road.
    pub(super) fn range_m(&self) -> (f64, f64) {
        let last = self.stations.len() - 1;
        (self.stations[0].s_m, self.stations[last].s_m)
    }

    fn contains(&self, s_m: f64) -> bool {
        let (start, end) = self.range_m();
        (start - 1e-6..=end + 1e-6).contains(&s_m)
    }

    /// The last station at or before `s_m` that has a next one, and the fraction of the way to the next.
    pub(super) fn find(&self, s_m: f64) -> (usize, f64) {
        let after = self.stations.partition_point(|station| station.s_m <= s_m);
        let station = after.clamp(1, self.stations.len() - 1) - 1;
        let (from, to) = (self.stations[station].s_m, self.stations[station + 1].s_m);
        (station, ((s_m - from) / (to - from)).clamp(0.0, 1.0))
    }
}
