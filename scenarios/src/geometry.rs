//! Oriented boxes on the ground: the footprints of road users and the gaps between them.

use drive::ego::{EGO_LENGTH_M, EGO_WIDTH_M};
use drive::frames::{Point2, Pose2};

use crate::actor::ActorModel;
use crate::path::direction;

/// A rectangle on the ground.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Footprint {
    /// Pose of its centre; x runs along its length.
    pub world_from_centre: Pose2,
    /// Extent along x in metres.
    pub length_m: f64,
    /// Extent along y in metres.
    pub width_m: f64,
}

impl Footprint {
    /// The footprint of the ego car.
    pub fn of_ego(world_from_ego: Pose2) -> Self {
        Self {
            world_from_centre: world_from_ego,
            length_m: EGO_LENGTH_M,
            width_m: EGO_WIDTH_M,
        }
    }

    /// The footprint of an actor.
    pub fn of_actor(world_from_actor: Pose2, model: &ActorModel) -> Self {
        Self {
            world_from_centre: world_from_actor,
            length_m: model.length_m,
            width_m: model.width_m,
        }
    }

    /// Its corners in the world, counter-clockwise from the front left one.
    pub fn corners(&self) -> [Point2; 4] {
        let (x, y) = (self.length_m / 2.0, self.width_m / 2.0);
        [(x, y), (-x, y), (-x, -y), (x, -y)]
            .map(|(x, y)| self.world_from_centre.transform(Point2::new(x, y)))
    }

    /// Half its extents along and across a direction, in metres.
    pub fn half_extents_m(&self, along_yaw_rad: f64) -> (f64, f64) {
        let turn = direction(self.world_from_centre.yaw_rad - along_yaw_rad);
        let (c, s) = (turn.x_m.abs(), turn.y_m.abs());
        let (x, y) = (self.length_m / 2.0, self.width_m / 2.0);
        (x * c + y * s, x * s + y * c)
    }

    /// Smallest distance to another footprint in metres; 0 when they touch or overlap.
    pub fn gap_m(&self, other: &Footprint) -> f64 {
        if self.overlaps(other) {
            return 0.0;
        }
        let (ours, theirs) = (self.corners(), other.corners());
        let to_edges = |corners: &[Point2; 4], edges: &[Point2; 4]| {
            let mut best_m = f64::MAX;
            for &corner in corners {
                for side in 0..4 {
                    let edge = [edges[side], edges[(side + 1) % 4]];
                    best_m = best_m.min(distance_to_segment_m(corner, edge));
                }
            }
            best_m
        };
        to_edges(&ours, &theirs).min(to_edges(&theirs, &ours))
    }

    /// Whether two footprints share a point (separating axes).
    pub fn overlaps(&self, other: &Footprint) -> bool {
        let offset = Point2::new(
            other.world_from_centre.x_m - self.world_from_centre.x_m,
            other.world_from_centre.y_m - self.world_from_centre.y_m,
        );
        [self, other].into_iter().all(|owner| {
            let yaw_rad = owner.world_from_centre.yaw_rad;
            let axis = direction(yaw_rad);
            let (our_x, our_y) = self.half_extents_m(yaw_rad);
            let (their_x, their_y) = other.half_extents_m(yaw_rad);
            let along_m = offset.x_m * axis.x_m + offset.y_m * axis.y_m;
            let across_m = offset.y_m * axis.x_m - offset.x_m * axis.y_m;
            along_m.abs() <= our_x + their_x && across_m.abs() <= our_y + their_y
        })
    }
}

fn distance_to_segment_m(point: Point2, [from, to]: [Point2; 2]) -> f64 {
    let (dx, dy) = (to.x_m - from.x_m, to.y_m - from.y_m);
    let square_m2 = dx * dx + dy * dy;
    let t = if square_m2 > 0.0 {
        (((point.x_m - from.x_m) * dx + (point.y_m - from.y_m) * dy) / square_m2).clamp(0.0, 1.0)
    } else {
        0.0
    };
    point.distance_m(Point2::new(from.x_m + t * dx, from.y_m + t * dy))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn footprint(x_m: f64, y_m: f64, yaw_deg: f64) -> Footprint {
        Footprint {
            world_from_centre: Pose2::new(x_m, y_m, yaw_deg.to_radians()),
            length_m: 4.0,
            width_m: 2.0,
        }
    }

    #[test]
    fn boxes_in_a_row_are_apart_by_their_bumpers() {
        assert!((footprint(0.0, 0.0, 0.0).gap_m(&footprint(10.0, 0.5, 0.0)) - 6.0).abs() < 1e-12);
    }

    #[test]
    fn a_turned_box_reaches_out_with_its_corner() {
        let gap_m = footprint(0.0, 0.0, 0.0).gap_m(&footprint(0.0, 10.0, 45.0));
        let reach_m = 3.0 / core::f64::consts::SQRT_2;
        assert!((gap_m - (9.0 - reach_m)).abs() < 1e-12);
    }

    #[test]
    fn overlapping_boxes_have_no_gap() {
        assert_eq!(
            footprint(0.0, 0.0, 0.0).gap_m(&footprint(2.0, 1.0, 30.0)),
            0.0
        );
        assert_eq!(
            footprint(0.0, 0.0, 0.0).gap_m(&footprint(0.0, 0.0, 90.0)),
            0.0
        );
    }

    #[test]
    fn corner_to_corner_is_measured_diagonally() {
        let gap_m = footprint(0.0, 0.0, 0.0).gap_m(&footprint(7.0, 6.0, 0.0));
        assert!((gap_m - 5.0).abs() < 1e-12);
    }
}
