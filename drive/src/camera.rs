//! The forward camera: a pinhole without distortion, fixed to the car.
//!
//! Pixel coordinates are continuous: (0, 0) is the upper left corner of the picture, the centre of the
//! first pixel is (0.5, 0.5), u runs right, v down.

use serde::{Deserialize, Serialize};

use crate::frames::Point2;
use crate::math::{cos, sin, tan};

/// Width of a camera frame in pixels.
pub const FRAME_WIDTH: usize = 512;
/// Height of a camera frame in pixels.
pub const FRAME_HEIGHT: usize = 256;

/// Intrinsics and mounting of the camera.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CameraModel {
    /// Focal length in pixels, the same both ways.
    pub focal_px: f64,
    /// Principal point, pixels from the left edge.
    pub centre_u_px: f64,
    /// Principal point, pixels from the upper edge.
    pub centre_v_px: f64,
    /// Position ahead of the ego origin in metres.
    pub forward_m: f64,
    /// Height above the ground in metres.
    pub height_m: f64,
    /// How far the optical axis points below the horizon, in radians.
    pub pitch_down_rad: f64,
}

/// A point as the camera sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ImagePoint {
    /// Pixels from the left edge.
    pub u_px: f64,
    /// Pixels from the upper edge.
    pub v_px: f64,
    /// Distance along the optical axis in metres.
    pub depth_m: f64,
}

impl CameraModel {
    /// The camera every network is trained for: 60 degrees wide, 1.4 m high, pitched 2 degrees down.
    pub fn standard() -> Self {
        let half_width_px = FRAME_WIDTH as f64 / 2.0;
        Self {
            focal_px: half_width_px / tan(30f64.to_radians()),
            centre_u_px: half_width_px,
            centre_v_px: FRAME_HEIGHT as f64 / 2.0,
            forward_m: 0.45,
            height_m: 1.4,
            pitch_down_rad: 2f64.to_radians(),
        }
    }

    /// Projects a point of the ego frame; `None` when it is not in front of the camera.
    pub fn project(&self, point_in_ego: Point2, z_m: f64) -> Option<ImagePoint> {
        let forward_m = point_in_ego.x_m - self.forward_m;
        let down_m = self.height_m - z_m;
        let (c, s) = (cos(self.pitch_down_rad), sin(self.pitch_down_rad));
        let depth_m = c * forward_m + s * down_m;
        if depth_m <= 1e-3 {
            return None;
        }
        let y_down_m = c * down_m - s * forward_m;
        Some(ImagePoint {
            u_px: self.centre_u_px - self.focal_px * point_in_ego.y_m / depth_m,
            v_px: self.centre_v_px + self.focal_px * y_down_m / depth_m,
            depth_m,
        })
    }

    /// Distance of a point of the ego frame along the optical axis in metres; negative behind the camera.
    pub fn depth_m(&self, point_in_ego: Point2, z_m: f64) -> f64 {
        let forward_m = point_in_ego.x_m - self.forward_m;
        cos(self.pitch_down_rad) * forward_m + sin(self.pitch_down_rad) * (self.height_m - z_m)
    }

    /// The point of the ego frame at a known depth on the ray through a pixel: ground position and height.
    pub fn unproject(&self, image: ImagePoint) -> (Point2, f64) {
        let right_m = (image.u_px - self.centre_u_px) / self.focal_px * image.depth_m;
        let y_down_m = (image.v_px - self.centre_v_px) / self.focal_px * image.depth_m;
        let (c, s) = (cos(self.pitch_down_rad), sin(self.pitch_down_rad));
        let forward_m = c * image.depth_m - s * y_down_m;
        let down_m = s * image.depth_m + c * y_down_m;
        (
            Point2::new(forward_m + self.forward_m, -right_m),
            self.height_m - down_m,
        )
    }

    /// Where the ray through a pixel meets the flat ground, in the ego frame; `None` at or above the horizon.
    pub fn ground_at(&self, u_px: f64, v_px: f64) -> Option<Point2> {
        let y_per_depth = (v_px - self.centre_v_px) / self.focal_px;
        let (c, s) = (cos(self.pitch_down_rad), sin(self.pitch_down_rad));
        let down_per_depth = s + c * y_per_depth;
        if down_per_depth <= 1e-6 {
            return None;
        }
        let depth_m = self.height_m / down_per_depth;
        Some(
            self.unproject(ImagePoint {
                u_px,
                v_px,
                depth_m,
            })
            .0,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn projecting_and_unprojecting_returns_the_point() {
        let camera = CameraModel::standard();
        let point_in_ego = Point2::new(23.0, -4.5);
        let image = camera.project(point_in_ego, 0.8).unwrap();
        let (back, z_m) = camera.unproject(image);
        assert!(back.distance_m(point_in_ego) < 1e-9 && (z_m - 0.8).abs() < 1e-9);
    }

    #[test]
    fn the_ground_under_a_pixel_projects_onto_that_pixel() {
        let camera = CameraModel::standard();
        let point_in_ego = camera.ground_at(100.0, 200.0).unwrap();
        let image = camera.project(point_in_ego, 0.0).unwrap();
        assert!((image.u_px - 100.0).abs() < 1e-9 && (image.v_px - 200.0).abs() < 1e-9);
    }

    #[test]
    fn a_point_to_the_left_appears_left_of_the_centre() {
        let camera = CameraModel::standard();
        let image = camera.project(Point2::new(20.0, 3.0), 1.4).unwrap();
        assert!(image.u_px < camera.centre_u_px);
    }
}
