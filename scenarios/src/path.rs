//! A path on the ground and positions relative to it: metres along it and metres to its left.

use drive::frames::{Point2, Pose2};
use drive::math::{atan2, cos, lerp, sin, wrap_angle};

use crate::road::LanePath;

/// The nearest pose is looked for among every so many first. Paths bend gently at that scale.
const COARSE_STEP: usize = 16;

/// A polyline with headings. Beyond both ends it continues straight.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    /// Poses along it; at least one.
    poses: Vec<Pose2>,
    /// Distance of each pose from the first along the path, in metres, rising.
    distances_m: Vec<f64>,
}

/// A position relative to a path.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct PathPoint {
    /// Distance along the path from its beginning in metres; negative before it, above its length beyond it.
    pub along_m: f64,
    /// Distance to the left of the path in metres.
    pub left_m: f64,
    /// Heading of the path there, in radians.
    pub yaw_rad: f64,
}

impl From<LanePath> for Path {
    fn from(lane: LanePath) -> Self {
        Self {
            poses: lane.poses,
            distances_m: lane.distances_m,
        }
    }
}

impl Path {
    /// Straight lines through points; needs two different ones, else it points east from where they lie.
    pub fn through(points: &[Point2]) -> Self {
        let mut poses: Vec<Pose2> = Vec::new();
        let mut distances_m = Vec::new();
        let mut travelled_m = 0.0;
        for pair in points.windows(2) {
            let (from, to) = (pair[0], pair[1]);
            let length_m = from.distance_m(to);
            if length_m < 1e-6 {
                continue;
            }
            let yaw_rad = atan2(to.y_m - from.y_m, to.x_m - from.x_m);
            poses.push(Pose2::new(from.x_m, from.y_m, yaw_rad));
            distances_m.push(travelled_m);
            travelled_m += length_m;
            poses.push(Pose2::new(to.x_m, to.y_m, yaw_rad));
            distances_m.push(travelled_m);
        }
        if poses.is_empty() {
            let at = points.first().copied().unwrap_or_default();
            poses.push(Pose2::new(at.x_m, at.y_m, 0.0));
            distances_m.push(0.0);
        }
        Self { poses, distances_m }
    }

    /// A straight path that begins at a pose.
    pub fn straight_from(start: Pose2) -> Self {
        Self {
            poses: vec![start],
            distances_m: vec![0.0],
        }
    }

    /// Its length in metres.
    pub fn length_m(&self) -> f64 {
        *self.distances_m.last().expect("a path has a pose")
    }

    /// The pose `along_m` metres along it and `left_m` metres to its left, heading along it.
    pub fn pose_at(&self, along_m: f64, left_m: f64) -> Pose2 {
        let after = self.distances_m.partition_point(|&d| d <= along_m);
        let first = after.saturating_sub(1);
        let (from, from_m) = (self.poses[first], self.distances_m[first]);
        let centre = match self.poses.get(first + 1) {
            Some(&to) if along_m >= from_m => {
                let span_m = self.distances_m[first + 1] - from_m;
                let t = if span_m > 0.0 {
                    (along_m - from_m) / span_m
                } else {
                    0.0
                };
                between(from, to, t)
            }
            _ => from.then(Pose2::new(along_m - from_m, 0.0, 0.0)),
        };
        centre.then(Pose2::new(0.0, left_m, 0.0))
    }

    /// Where a point lies relative to the path: the foot of its perpendicular on the nearest segment.
    pub fn project(&self, point: Point2) -> PathPoint {
        let nearest = self.nearest_pose(point);
        let mut best: Option<(f64, PathPoint)> = None;
        for first in nearest.saturating_sub(2)..=nearest + 1 {
            if self.is_corner(first) {
                continue;
            }
            let candidate = self.project_on_segment(first, point);
            let foot = self.pose_at(candidate.along_m, 0.0).position();
            let distance_m = foot.distance_m(point);
            if best.is_none_or(|(best_m, _)| distance_m < best_m) {
                best = Some((distance_m, candidate));
            }
        }
        best.expect("beside a corner lies a leg, and a lone pose is none")
            .1
    }

    /// The same path walked the other way.
    #[must_use]
    pub fn reversed(&self) -> Self {
        let length_m = self.length_m();
        let turn = |pose: &Pose2| {
            let yaw_rad = wrap_angle(pose.yaw_rad + core::f64::consts::PI);
            Pose2::new(pose.x_m, pose.y_m, yaw_rad)
        };
        Self {
            poses: self.poses.iter().rev().map(turn).collect(),
            distances_m: self
                .distances_m
                .iter()
                .rev()
                .map(|d| length_m - d)
                .collect(),
        }
    }

    /// Whether the segment that begins at pose `first` only turns on the spot.
    fn is_corner(&self, first: usize) -> bool {
        self.distances_m
            .get(first + 1)
            .is_some_and(|&next_m| next_m - self.distances_m[first] < 1e-9)
    }

    /// The pose nearest to a point, found coarsely first and then among the neighbours.
    fn nearest_pose(&self, point: Point2) -> usize {
        let coarse = self.nearest_among((0..self.poses.len()).step_by(COARSE_STEP), point);
        let end = (coarse + COARSE_STEP).min(self.poses.len());
        self.nearest_among(coarse.saturating_sub(COARSE_STEP)..end, point)
    }

    fn nearest_among(&self, poses: impl Iterator<Item = usize>, point: Point2) -> usize {
        let mut best = (0, f64::MAX);
        for index in poses {
            let pose = self.poses[index];
            let (dx, dy) = (pose.x_m - point.x_m, pose.y_m - point.y_m);
            let square_m2 = dx * dx + dy * dy;
            if square_m2 < best.1 {
                best = (index, square_m2);
            }
        }
        best.0
    }

    /// Projects on the segment that begins at pose `first`; the first and the last continue straight.
    fn project_on_segment(&self, first: usize, point: Point2) -> PathPoint {
        let first = first.min(self.poses.len().saturating_sub(2));
        let from = self.poses[first];
        let Some(&to) = self.poses.get(first + 1) else {
            return straight_projection(from, self.distances_m[first], point);
        };
        let span_m = self.distances_m[first + 1] - self.distances_m[first];
        let chord_rad = atan2(to.y_m - from.y_m, to.x_m - from.x_m);
        let local = Pose2::new(from.x_m, from.y_m, chord_rad).inverse_transform(point);
        if local.x_m < 0.0 && first == 0 {
            return straight_projection(from, self.distances_m[first], point);
        }
        if local.x_m > span_m && first + 2 == self.poses.len() {
            return straight_projection(to, self.distances_m[first + 1], point);
        }
        let along_m = local.x_m.clamp(0.0, span_m);
        let t = if span_m > 0.0 { along_m / span_m } else { 0.0 };
        PathPoint {
            along_m: self.distances_m[first] + along_m,
            left_m: local.y_m,
            yaw_rad: between(from, to, t).yaw_rad,
        }
    }
}

fn straight_projection(from: Pose2, from_m: f64, point: Point2) -> PathPoint {
    let local = from.inverse_transform(point);
    PathPoint {
        along_m: from_m + local.x_m,
        left_m: local.y_m,
        yaw_rad: from.yaw_rad,
    }
}

/// The pose a fraction `t` of the way from one to another, in place and heading.
pub(crate) fn between(from: Pose2, to: Pose2, t: f64) -> Pose2 {
    Pose2::new(
        lerp(from.x_m, to.x_m, t),
        lerp(from.y_m, to.y_m, t),
        wrap_angle(from.yaw_rad + t * wrap_angle(to.yaw_rad - from.yaw_rad)),
    )
}

/// Unit vector of a heading.
pub(crate) fn direction(yaw_rad: f64) -> Point2 {
    Point2::new(cos(yaw_rad), sin(yaw_rad))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A quarter circle to the left of radius 50 m, then straight on.
    pub(crate) fn bend() -> Path {
        let mut points = Vec::new();
        for step in 0..=90 {
            let angle = f64::from(step).to_radians();
            points.push(Pose2::new(
                50.0 * sin(angle),
                50.0 * (1.0 - cos(angle)),
                angle,
            ));
        }
        let distances_m = (0..=90).map(|i| 50.0 * f64::from(i).to_radians()).collect();
        Path {
            poses: points,
            distances_m,
        }
    }

    #[test]
    fn projecting_a_pose_of_the_path_returns_its_coordinates() {
        let path = bend();
        for along_m in [-5.0, 0.3, 20.0, 77.7, 90.0] {
            for left_m in [-3.0, 0.0, 2.5] {
                let found = path.project(path.pose_at(along_m, left_m).position());
                assert!(
                    (found.along_m - along_m).abs() < 0.06,
                    "{along_m} {found:?}"
                );
                assert!((found.left_m - left_m).abs() < 0.02, "{left_m} {found:?}");
            }
        }
    }

    #[test]
    fn a_reversed_path_leads_back() {
        let path = bend();
        let back = path.reversed();
        let there = path.pose_at(10.0, 1.0).position();
        let again = back.pose_at(path.length_m() - 10.0, -1.0).position();
        assert!(there.distance_m(again) < 1e-9);
    }

    #[test]
    fn corners_keep_the_length_of_their_legs() {
        let path = Path::through(&[
            Point2::new(0.0, 0.0),
            Point2::new(3.0, 0.0),
            Point2::new(3.0, 4.0),
        ]);
        assert_eq!(path.length_m(), 7.0);
        assert!(
            path.pose_at(5.0, 0.0)
                .position()
                .distance_m(Point2::new(3.0, 2.0))
                < 1e-12
        );
    }
}
