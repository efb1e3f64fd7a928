//! Where there is room: what ground the road covers, what already stands, and along which edges the
//! world beside the road begins.

use std::collections::BTreeMap;

use drive::frames::{Point2, Pose2};
use drive::math::atan2;
use scenarios::road::{Ground, Strip};

/// Side of the squares in which covered ground is looked up.
const LOOKUP_M: f64 = 8.0;
/// Step along edges.
pub(crate) const EDGE_STEP_M: f64 = 1.0;
/// Step of the points at which a footprint is tested.
const TEST_STEP_M: f64 = 0.7;

/// A rectangle on the ground.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Footprint {
    pub(crate) world_from_centre: Pose2,
    /// Half its side along its own x axis.
    pub(crate) half_x_m: f64,
    /// Half its side along its own y axis.
    pub(crate) half_y_m: f64,
}

impl Footprint {
    /// A square around a point.
    pub(crate) fn around(centre: Point2, half_m: f64) -> Self {
        Self {
            world_from_centre: Pose2::new(centre.x_m, centre.y_m, 0.0),
            half_x_m: half_m,
            half_y_m: half_m,
        }
    }

    /// The rectangle enlarged on every side.
    pub(crate) fn grown(self, margin_m: f64) -> Self {
        Self {
            half_x_m: self.half_x_m + margin_m,
            half_y_m: self.half_y_m + margin_m,
            ..self
        }
    }

    fn corners(&self) -> [Point2; 4] {
        [(1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0), (1.0, -1.0)].map(|(x, y)| {
            self.world_from_centre
                .transform(Point2::new(x * self.half_x_m, y * self.half_y_m))
        })
    }

    /// Points that cover it, at most [`TEST_STEP_M`] apart, edges included.
    pub(crate) fn test_points(&self) -> impl Iterator<Item = Point2> + '_ {
        let count = |half_m: f64| (2.0 * half_m / TEST_STEP_M).ceil().max(1.0) as usize;
        let (columns, rows) = (count(self.half_x_m), count(self.half_y_m));
        (0..=columns).flat_map(move |column| {
            (0..=rows).map(move |row| {
                let x_m = self.half_x_m * (2.0 * column as f64 / columns as f64 - 1.0);
                let y_m = self.half_y_m * (2.0 * row as f64 / rows as f64 - 1.0);
                self.world_from_centre.transform(Point2::new(x_m, y_m))
            })
        })
    }

    fn overlaps(&self, other: &Footprint) -> bool {
        !self.separates(other) && !other.separates(self)
    }

    /// Whether one of this rectangle's own axes separates the other from it.
    fn separates(&self, other: &Footprint) -> bool {
        let corners = other
            .corners()
            .map(|corner| self.world_from_centre.inverse_transform(corner));
        corners.iter().all(|c| c.x_m > self.half_x_m)
            || corners.iter().all(|c| c.x_m < -self.half_x_m)
            || corners.iter().all(|c| c.y_m > self.half_y_m)
            || corners.iter().all(|c| c.y_m < -self.half_y_m)
    }

    fn radius_m(&self) -> f64 {
        self.half_x_m + self.half_y_m
    }
}

/// A place on the outer edge of the road's ground; yaw points away from the road.
pub(crate) type Edge = Pose2;

/// Consecutive edge places a metre apart.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct EdgeRun {
    pub(crate) edges: Vec<Edge>,
    /// Whether people walk along it.
    pub(crate) is_town: bool,
}

/// Ground that is covered, and places that are taken.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pieces: Vec<(Ground, [Point2; 4])>,
    lookup: BTreeMap<(i32, i32), Vec<usize>>,
    taken: Vec<Footprint>,
}

fn lookup_cell(point: Point2) -> (i32, i32) {
    (
        (point.x_m / LOOKUP_M).floor() as i32,
        (point.y_m / LOOKUP_M).floor() as i32,
    )
}

impl Plan {
    /// With the road's strips and nothing else.
    pub(crate) fn new(strips: &[Strip]) -> Self {
        let mut plan = Self {
            pieces: Vec::new(),
            lookup: BTreeMap::new(),
            taken: Vec::new(),
        };
        for strip in strips {
            let sides = strip.left.windows(2).zip(strip.right.windows(2));
            for (left, right) in sides {
                plan.cover(strip.ground, [left[0], left[1], right[1], right[0]]);
            }
        }
        plan
    }

    fn cover(&mut self, ground: Ground, corners: [Point2; 4]) {
        let xs = corners.map(|corner| corner.x_m);
        let ys = corners.map(|corner| corner.y_m);
        let least = |values: [f64; 4]| values.into_iter().fold(f64::MAX, f64::min);
        let most = |values: [f64; 4]| values.into_iter().fold(f64::MIN, f64::max);
        let low = lookup_cell(Point2::new(least(xs), least(ys)));
        let high = lookup_cell(Point2::new(most(xs), most(ys)));
        for cell in (low.0..=high.0).flat_map(|i| (low.1..=high.1).map(move |j| (i, j))) {
            self.lookup.entry(cell).or_default().push(self.pieces.len());
        }
        self.pieces.push((ground, corners));
    }

    /// What the road lays at a point; carriageways win over footways, footways over the rest.
    pub(crate) fn ground_at(&self, point: Point2) -> Option<Ground> {
        let near = self.lookup.get(&lookup_cell(point))?;
        let here = near.iter().map(|&index| &self.pieces[index]);
        let here = here.filter(|(_, corners)| contains(corners, point));
        here.map(|(ground, _)| *ground)
            .min_by_key(|ground| *ground as u8)
    }

    /// Whether neither the road nor anything that stands reaches into a rectangle.
    pub(crate) fn is_free(&self, footprint: &Footprint) -> bool {
        let blocked = self.taken.iter().any(|other| {
            let distance_m = other
                .world_from_centre
                .position()
                .distance_m(footprint.world_from_centre.position());
            distance_m < other.radius_m() + footprint.radius_m() && other.overlaps(footprint)
        });
        !blocked
            && footprint
                .test_points()
                .all(|point| self.ground_at(point).is_none())
    }

    /// Reserves a rectangle.
    pub(crate) fn take(&mut self, footprint: Footprint) {
        self.taken.push(footprint);
    }

    /// Reserves a rectangle if it is free.
    pub(crate) fn claim(&mut self, footprint: Footprint) -> bool {
        let free = self.is_free(&footprint);
        if free {
            self.take(footprint);
        }
        free
    }

    /// The outer edges of the road's ground, in the strips' order.
    pub(crate) fn outer_edges(&self, strips: &[Strip]) -> Vec<EdgeRun> {
        let mut runs = Vec::new();
        for strip in strips {
            self.follow(&strip.left, &strip.right, &mut runs);
            self.follow(&strip.right, &strip.left, &mut runs);
        }
        runs
    }

    /// Walks along one side of a strip and collects where nothing lies beyond it.
    fn follow(&self, side: &[Point2], other: &[Point2], runs: &mut Vec<EdgeRun>) {
        let mut edges: Vec<Edge> = Vec::new();
        for (here, across) in side.windows(2).zip(other.windows(2)) {
            let length_m = here[0].distance_m(here[1]);
            let (dx, dy) = (here[1].x_m - here[0].x_m, here[1].y_m - here[0].y_m);
            let (ox, oy) = (here[0].x_m - across[0].x_m, here[0].y_m - across[0].y_m);
            let turned = if dx * oy - dy * ox > 0.0 {
                (-dy, dx)
            } else {
                (dy, -dx)
            };
            let yaw_rad = atan2(turned.1, turned.0);
            for step in 0..(length_m / EDGE_STEP_M) as usize {
                let share = (step as f64 + 0.5) * EDGE_STEP_M / length_m;
                let edge = Pose2::new(here[0].x_m + dx * share, here[0].y_m + dy * share, yaw_rad);
                if self.ground_at(outwards(edge, 0.35)).is_none() {
                    edges.push(edge);
                } else {
                    self.close(&mut edges, runs);
                }
            }
        }
        self.close(&mut edges, runs);
    }

    fn close(&self, edges: &mut Vec<Edge>, runs: &mut Vec<EdgeRun>) {
        if edges.len() < 4 {
            edges.clear();
            return;
        }
        let middle = edges[edges.len() / 2];
        let inner = [0.2, 1.0, 2.0, 3.0, 4.0].map(|back_m| outwards(middle, -back_m));
        let is_town = inner
            .iter()
            .any(|point| self.ground_at(*point) == Some(Ground::Footway));
        runs.push(EdgeRun {
            edges: core::mem::take(edges),
            is_town,
        });
    }
}

/// The point so far from an edge, away from the road.
pub(crate) fn outwards(edge: Edge, distance_m: f64) -> Point2 {
    edge.transform(Point2::new(distance_m, 0.0))
}

/// The pose so far from an edge that looks back at the road.
pub(crate) fn facing_road(edge: Edge, distance_m: f64) -> Pose2 {
    let place = outwards(edge, distance_m);
    Pose2::new(place.x_m, place.y_m, edge.yaw_rad + core::f64::consts::PI)
}

/// Whether a quadrilateral contains a point: one of its two triangles does.
fn contains(corners: &[Point2; 4], point: Point2) -> bool {
    let within = |triangle: [Point2; 3]| {
        let [a, b, c] = triangle;
        let side = |p: Point2, q: Point2| {
            (q.x_m - p.x_m) * (point.y_m - p.y_m) - (q.y_m - p.y_m) * (point.x_m - p.x_m)
        };
        let signs = [side(a, b), side(b, c), side(c, a)];
        signs.iter().all(|s| *s >= 0.0) || signs.iter().all(|s| *s <= 0.0)
    };
    let [a, b, c, d] = *corners;
    within([a, b, c]) || within([a, c, d])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dress::tests::straight_street;

    #[test]
    fn the_middle_of_the_street_is_carriageway_and_the_fields_are_bare() {
        let plan = Plan::new(&straight_street());
        assert_eq!(
            plan.ground_at(Point2::new(50.0, 1.0)),
            Some(Ground::Carriageway)
        );
        assert_eq!(
            plan.ground_at(Point2::new(50.0, 5.0)),
            Some(Ground::Footway)
        );
        assert_eq!(plan.ground_at(Point2::new(50.0, 12.0)), None);
    }

    #[test]
    fn both_outer_edges_of_a_street_are_found_and_look_away_from_it() {
        let strips = straight_street();
        let runs = Plan::new(&strips).outer_edges(&strips);
        assert_eq!(runs.len(), 2);
        for edge in runs.iter().flat_map(|run| &run.edges) {
            assert!(outwards(*edge, 1.0).y_m.abs() > edge.y_m.abs());
        }
        assert!(runs.iter().all(|run| run.is_town));
    }

    #[test]
    fn turned_rectangles_overlap_only_where_they_meet() {
        let square = Footprint::around(Point2::default(), 1.0);
        let turned = |x_m: f64| Footprint {
            world_from_centre: Pose2::new(x_m, 0.0, core::f64::consts::FRAC_PI_4),
            half_x_m: 1.0,
            half_y_m: 1.0,
        };
        assert!(square.overlaps(&turned(2.3)));
        assert!(!square.overlaps(&turned(2.5)));
    }
}
