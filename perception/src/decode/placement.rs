//! Where a detected road user stands: its box and depth put on the ground.
//!
//! A box's side is a ray. Beside the optical axis the outer side of a box belongs to the near face,
//! but the inner one to the far face: taken at the near face's depth it would reach into ego's lane.
//! So the inner edge is found from two sides, weighted by how sure each is: the ray at the far
//! face's depth, and the outer edge plus the width; both by the usual size of the class and the yaw.
//! Where the picture cuts a box, the cut side is no edge: the other edge and the usual width give the
//! hidden one, which never lies inside the picture.

use drive::camera::{CameraModel, FRAME_WIDTH, ImagePoint};
use drive::labels::ObjectClass;
use drive::math::{cos, hypot, sin};
use drive::percept::ObjectPercept;

use super::objects::{Detection, depth_m};

/// A box side this near to the picture's edge is cut by it: so many pixels, and as networks err in proportion,
/// this share of the box's width. Taken for whole, a cut side of somebody close by would stand in ego's way.
const CUT_PX: f64 = 2.0;
const CUT_SHARE: f64 = 0.06;

/// The middle between two sides errs by this share of what their distributions spread; measured over stories with
/// teacher and student: a third.
const MIDDLE_STD_SHARE: f64 = 0.5;

/// A length and its standard deviation, in metres.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Measure {
    m: f64,
    std_m: f64,
}

/// Length and width usual for a class: the mean and spread of everyday European models.
fn usual_size(class: ObjectClass) -> (Measure, Measure) {
    let measure = |m, std_m| Measure { m, std_m };
    match class {
        ObjectClass::Car => (measure(4.6, 0.45), measure(1.85, 0.1)),
        ObjectClass::Truck => (measure(9.8, 2.2), measure(2.5, 0.1)),
        ObjectClass::Pedestrian => (measure(0.45, 0.1), measure(0.5, 0.1)),
        ObjectClass::Cyclist => (measure(1.9, 0.25), measure(0.6, 0.1)),
    }
}

/// How far the class, so turned, usually reaches along x and y of the ego frame.
fn usual_extent(class: ObjectClass, yaw_rad: f64) -> (Measure, Measure) {
    let (length, width) = usual_size(class);
    let (along, across) = (cos(yaw_rad).abs(), sin(yaw_rad).abs());
    let turned = |a: f64, b: f64| Measure {
        m: a * length.m + b * width.m,
        std_m: hypot(a * length.std_m, b * width.std_m),
    };
    (turned(along, across), turned(across, along))
}

/// Puts a detection on the ground.
pub(super) fn place(detection: &Detection, camera: &CameraModel) -> ObjectPercept {
    let (depth_m, depth_std_m) = depth_m(detection);
    let (class, yaw_rad) = (detection.belief.class(), detection.yaw_rad());
    let box_px = detection.clipped_box();
    let cut_px = CUT_PX + CUT_SHARE * f64::from(box_px.right - box_px.left);
    // The point of a box nearest along the axis, which points down, is the top of its near face.
    let (near, _) = camera.unproject(ImagePoint {
        u_px: camera.centre_u_px,
        v_px: f64::from(box_px.top),
        depth_m,
    });
    let view = View {
        depth: Measure {
            m: depth_m,
            std_m: depth_std_m,
        },
        left_slope: (camera.centre_u_px - f64::from(box_px.left)) / camera.focal_px,
        right_slope: (camera.centre_u_px - f64::from(box_px.right)) / camera.focal_px,
        slope_std: detection.side_std_px / camera.focal_px,
        left_cut: f64::from(box_px.left) < cut_px,
        right_cut: f64::from(box_px.right) > FRAME_WIDTH as f64 - cut_px,
    };
    let (left, right) = edges(&view, class, yaw_rad);
    ObjectPercept {
        class,
        belief: detection.belief,
        probability: detection.probability,
        box_px,
        near_x_m: near.x_m,
        near_x_std_m: depth_std_m,
        left_y_m: left.m.max(right.m),
        right_y_m: left.m.min(right.m),
        y_std_m: MIDDLE_STD_SHARE * left.std_m.max(right.std_m),
        yaw_rad,
    }
}

/// A box as two rays (slopes: metres to the left for each metre of depth) and the near depth.
#[derive(Debug, Clone, Copy)]
struct View {
    depth: Measure,
    left_slope: f64,
    right_slope: f64,
    slope_std: f64,
    left_cut: bool,
    right_cut: bool,
}

impl View {
    /// The same seen in a mirror.
    fn mirrored(self) -> Self {
        Self {
            left_slope: -self.right_slope,
            right_slope: -self.left_slope,
            left_cut: self.right_cut,
            right_cut: self.left_cut,
            ..self
        }
    }

    /// y where a ray reaches a depth. An error of the near face's depth moves every edge along its ray and is
    /// told by the depth.
    fn at(&self, slope: f64, depth: Measure) -> Measure {
        Measure {
            m: slope * depth.m,
            std_m: hypot(slope * depth.std_m, self.slope_std * depth.m),
        }
    }
}

/// The left and right edge in metres to the left of the axis.
fn edges(view: &View, class: ObjectClass, yaw_rad: f64) -> (Measure, Measure) {
    if view.right_slope > 0.0 || view.left_cut && !view.right_cut {
        let (left, right) = edges_right_of_axis(&view.mirrored(), class, yaw_rad);
        return (negated(right), negated(left));
    }
    edges_right_of_axis(view, class, yaw_rad)
}

/// The edges of somebody on the axis or to its right.
fn edges_right_of_axis(view: &View, class: ObjectClass, yaw_rad: f64) -> (Measure, Measure) {
    let (along, across) = usual_extent(class, yaw_rad);
    let near = Measure {
        std_m: 0.0,
        ..view.depth
    };
    let right = view.at(view.right_slope, near);
    let left = if view.left_slope >= 0.0 {
        view.at(view.left_slope, near)
    } else {
        let far = Measure {
            m: view.depth.m + along.m,
            std_m: along.std_m,
        };
        let from_far_face = view.at(view.left_slope, far);
        if view.right_cut {
            from_far_face
        } else {
            fused(from_far_face, sum(right, across))
        }
    };
    if view.right_cut {
        let hidden = sum(left, negated(across));
        return (left, if hidden.m < right.m { hidden } else { right });
    }
    (left, right)
}

fn negated(a: Measure) -> Measure {
    Measure {
        m: -a.m,
        std_m: a.std_m,
    }
}

fn sum(a: Measure, b: Measure) -> Measure {
    Measure {
        m: a.m + b.m,
        std_m: hypot(a.std_m, b.std_m),
    }
}

/// Two readings of one length, each weighted by how sure it is.
fn fused(a: Measure, b: Measure) -> Measure {
    let (wa, wb) = (a.std_m.powi(-2), b.std_m.powi(-2));
    Measure {
        m: (wa * a.m + wb * b.m) / (wa + wb),
        std_m: (1.0 / (wa + wb)).sqrt(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bins::DEPTH;
    use drive::belief::Belief;

    /// A parked car close by on the right, its right side told at this column.
    fn parked_car(right_px: f64) -> ObjectPercept {
        let detection = Detection {
            belief: Belief::surely(ObjectClass::Car, 0.0),
            probability: 1.0,
            box_px: [387.0, 81.0, right_px, 256.0],
            side_std_px: 4.0,
            depth_coordinate: DEPTH.coordinate(3.5),
            depth_std: 0.3,
        };
        place(&detection, &CameraModel::standard())
    }

    #[test]
    fn a_cut_car_stays_beside_the_lane_when_its_cut_side_is_told_a_little_off() {
        for right_px in [512.0, 509.4, 505.0] {
            let car = parked_car(right_px);
            assert!(car.left_y_m < -1.5, "{right_px}: {car:?}");
        }
    }
}
