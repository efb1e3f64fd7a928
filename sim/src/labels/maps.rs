//! The maps of an exposure, asked by pixel and by point in space.

use drive::camera::{CameraModel, FRAME_HEIGHT, FRAME_WIDTH, ImagePoint};
use drive::frames::Point2;

use crate::camera::RawExposure;

/// How much nearer than a point, as a share of its depth, something must be to hide it.
const HIDDEN_SHARE: f64 = 0.04;
/// And how much nearer in metres.
const HIDDEN_M: f64 = 0.3;

/// Class, instance and depth of each pixel, and the camera they were seen with.
pub(super) struct Maps<'a> {
    pub(super) camera: CameraModel,
    pub(super) instance: &'a [u16],
    pub(super) depth_m: &'a [f32],
}

impl<'a> Maps<'a> {
    /// The maps of an exposure.
    pub(super) fn new(camera: CameraModel, raw: &'a RawExposure) -> Self {
        Self {
            camera,
            instance: &raw.instance,
            depth_m: &raw.depth_m,
        }
    }

    /// The pixel that contains an image position, as an index into the maps; `None` outside the picture.
    pub(super) fn pixel(u_px: f64, v_px: f64) -> Option<usize> {
        let inside =
            (0.0..FRAME_WIDTH as f64).contains(&u_px) && (0.0..FRAME_HEIGHT as f64).contains(&v_px);
        inside.then(|| v_px as usize * FRAME_WIDTH + u_px as usize)
    }

    /// Whether what the map shows at an image position is at least as far as the point seen there;
    /// nothing is visible where air or fog hides everything.
    pub(super) fn is_visible(&self, point: ImagePoint) -> bool {
        Self::pixel(point.u_px, point.v_px).is_some_and(|pixel| {
            let seen_m = f64::from(self.depth_m[pixel]);
            seen_m.is_finite() && seen_m >= point.depth_m * (1.0 - HIDDEN_SHARE) - HIDDEN_M
        })
    }

    /// Where a point of the ground appears, if it is in the picture and nothing hides it. Far away the
    /// ground recedes by metres within a pixel, so what counts is the ground at the pixel's centre.
    pub(super) fn visible_ground(&self, point_in_ego: Point2) -> Option<ImagePoint> {
        let image = self.camera.project(point_in_ego, 0.0)?;
        let (u_px, v_px) = (image.u_px.floor() + 0.5, image.v_px.floor() + 0.5);
        let centre = self
            .camera
            .project(self.camera.ground_at(u_px, v_px)?, 0.0)?;
        self.is_visible(centre).then_some(image)
    }
}

#[cfg(test)]
pub(super) mod fixture {
    //! An exposure without a renderer: flat ground under an empty sky, with upright screens on it.

    use drive::labels::Class;

    use super::*;

    /// Flat ground to the horizon.
    pub(in crate::labels) fn empty_plain() -> RawExposure {
        let camera = CameraModel::standard();
        let pixels = FRAME_WIDTH * FRAME_HEIGHT;
        let mut raw = RawExposure {
            rgb: [].into(),
            class: vec![Class::Sky as u8; pixels],
            instance: vec![0; pixels],
            depth_m: vec![f32::INFINITY; pixels],
        };
        for pixel in 0..pixels {
            let (column, row) = (pixel % FRAME_WIDTH, pixel / FRAME_WIDTH);
            let ground = camera.ground_at(column as f64 + 0.5, row as f64 + 0.5);
            let image = ground.and_then(|point| camera.project(point, 0.0));
            if let Some(image) = image.filter(|image| image.depth_m < 700.0) {
                raw.class[pixel] = Class::Road as u8;
                raw.depth_m[pixel] = image.depth_m as f32;
            }
        }
        raw
    }

    /// Puts a screen, upright and square to the car, with its lower edge on the ground.
    pub(in crate::labels) fn put_screen(
        raw: &mut RawExposure,
        instance: u16,
        x_m: f64,
        [right_m, left_m]: [f64; 2],
        height_m: f64,
    ) {
        let camera = CameraModel::standard();
        let top_left = camera.project(Point2::new(x_m, left_m), height_m).unwrap();
        let low_right = camera.project(Point2::new(x_m, right_m), 0.0).unwrap();
        for pixel in 0..raw.depth_m.len() {
            let u_px = (pixel % FRAME_WIDTH) as f64 + 0.5;
            let v_px = (pixel / FRAME_WIDTH) as f64 + 0.5;
            let inside = (top_left.u_px..low_right.u_px).contains(&u_px)
                && (top_left.v_px..low_right.v_px).contains(&v_px);
            if inside && raw.depth_m[pixel] > low_right.depth_m as f32 * 0.98 {
                raw.class[pixel] = Class::Vehicle as u8;
                raw.instance[pixel] = instance;
                raw.depth_m[pixel] = low_right.depth_m as f32;
            }
        }
    }
}
