//! Things that stand beside the road, as far as a car can run into them.

use drive::frames::{Point2, Pose2};
use rapier3d::prelude::{ColliderBuilder, Rotation, Vector};

use super::pose_3d;

/// Something that stands on the ground.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Obstacle {
    /// A building, a wall, a fence.
    Box {
        /// Centre of its footprint.
        world_from_centre: Pose2,
        /// Side along the centre's x axis in metres.
        length_m: f64,
        /// Side along the centre's y axis in metres.
        width_m: f64,
        /// Height in metres.
        height_m: f64,
    },
    /// A trunk, a pole.
    Cylinder {
        /// Centre of its footprint in the world.
        centre: Point2,
        /// Radius in metres.
        radius_m: f64,
        /// Height in metres.
        height_m: f64,
    },
}

impl Obstacle {
    /// Its shape in place.
    pub(super) fn collider(&self) -> ColliderBuilder {
        match *self {
            Obstacle::Box {
                world_from_centre,
                length_m,
                width_m,
                height_m,
            } => {
                let half_m = [length_m, width_m, height_m].map(|side_m| side_m as f32 / 2.0);
                ColliderBuilder::cuboid(half_m[0], half_m[1], half_m[2])
                    .position(pose_3d(world_from_centre, half_m[2]))
            }
            Obstacle::Cylinder {
                centre,
                radius_m,
                height_m,
            } => {
                let half_height_m = height_m as f32 / 2.0;
                let mut pose = pose_3d(Pose2::new(centre.x_m, centre.y_m, 0.0), half_height_m);
                // Rapier's cylinders stand along y.
                pose.rotation = Rotation::from_rotation_arc(Vector::Y, Vector::Z);
                ColliderBuilder::cylinder(half_height_m, radius_m as f32).position(pose)
            }
        }
    }
}
