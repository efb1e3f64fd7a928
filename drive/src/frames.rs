//! Frames of reference and rigid motions between them.
//!
//! - World: x east, y north, z up, metres (the `OpenDRIVE` inertial frame).
//! - Ego: origin on the ground under the centre of the car's footprint; x forward, y left, z up.
//! - Camera: x right, y down, z forward; see [`crate::camera`].
//!
//! The pose of every road user, ego included, is that of its footprint's centre on the ground.
//! Roads are flat: z of the ground is 0 everywhere.

use serde::{Deserialize, Serialize};

use crate::math::{cos, hypot, sin, wrap_angle};

/// A point on the ground, in metres; its frame is named by the variable that holds it.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Point2 {
    /// Along the frame's x axis.
    pub x_m: f64,
    /// Along the frame's y axis.
    pub y_m: f64,
}

impl Point2 {
    /// The point (x, y).
    pub fn new(x_m: f64, y_m: f64) -> Self {
        Self { x_m, y_m }
    }

    /// Distance to `other` in metres.
    pub fn distance_m(self, other: Point2) -> f64 {
        hypot(self.x_m - other.x_m, self.y_m - other.y_m)
    }
}

/// Position and heading on the ground: the motion that maps the body's frame into the frame it is given in.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Pose2 {
    /// Position along x in metres.
    pub x_m: f64,
    /// Position along y in metres.
    pub y_m: f64,
    /// Heading in radians, counter-clockwise from the x axis.
    pub yaw_rad: f64,
}

impl Pose2 {
    /// The pose at (x, y) with a heading.
    pub fn new(x_m: f64, y_m: f64, yaw_rad: f64) -> Self {
        Self { x_m, y_m, yaw_rad }
    }

    /// The pose's position.
    pub fn position(self) -> Point2 {
        Point2::new(self.x_m, self.y_m)
    }

    /// Maps a point from the body's frame into the outer frame.
    pub fn transform(self, body: Point2) -> Point2 {
        let (c, s) = (cos(self.yaw_rad), sin(self.yaw_rad));
        Point2::new(
            self.x_m + c * body.x_m - s * body.y_m,
            self.y_m + s * body.x_m + c * body.y_m,
        )
    }

    /// Maps a point from the outer frame into the body's frame.
    pub fn inverse_transform(self, outer: Point2) -> Point2 {
        let (c, s) = (cos(self.yaw_rad), sin(self.yaw_rad));
        let (dx, dy) = (outer.x_m - self.x_m, outer.y_m - self.y_m);
        Point2::new(c * dx + s * dy, -s * dx + c * dy)
    }

    /// The pose reached by first moving as `self`, then, seen from there, as `next`
    /// (`world_from_a.then(a_from_b)` is `world_from_b`).
    #[must_use]
    pub fn then(self, next: Pose2) -> Pose2 {
        let position = self.transform(next.position());
        Pose2::new(
            position.x_m,
            position.y_m,
            wrap_angle(self.yaw_rad + next.yaw_rad),
        )
    }

    /// The motion seen the other way round (`world_from_a.inverse()` is `a_from_world`).
    #[must_use]
    pub fn inverse(self) -> Pose2 {
        let origin = self.inverse_transform(Point2::default());
        Pose2::new(origin.x_m, origin.y_m, wrap_angle(-self.yaw_rad))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pose_after_its_inverse_is_where_it_began() {
        let world_from_car = Pose2::new(3.0, -2.0, 0.7);
        let back = world_from_car.then(world_from_car.inverse());
        assert!(back.x_m.abs() < 1e-12 && back.y_m.abs() < 1e-12 && back.yaw_rad.abs() < 1e-12);
    }

    #[test]
    fn a_point_ahead_of_a_car_heading_north_lies_to_its_north() {
        let point_in_world =
            Pose2::new(1.0, 1.0, core::f64::consts::FRAC_PI_2).transform(Point2::new(2.0, 0.0));
        assert!(point_in_world.distance_m(Point2::new(1.0, 3.0)) < 1e-12);
    }
}
