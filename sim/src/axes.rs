//! Between the axes of the simulation's world (z up) and those of Bevy's (y up).

use bevy::math::{Quat, Vec3};
use bevy::transform::components::Transform;
use drive::frames::Pose2;
use drive::math::{cos, sin};

/// A point or direction of the simulation's world in Bevy's axes: (x, y, z) becomes (x, z, -y).
pub fn bevy_from_world(point_in_world: [f32; 3]) -> Vec3 {
    let [x, y, z] = point_in_world;
    Vec3::new(x, z, -y)
}

/// The rotation by `yaw_rad`, counter-clockwise seen from above, in Bevy's axes.
pub fn rotation_from_yaw(yaw_rad: f64) -> Quat {
    let half_rad = yaw_rad / 2.0;
    Quat::from_xyzw(0.0, sin(half_rad) as f32, 0.0, cos(half_rad) as f32)
}

/// The transform of a body that stands at a pose on the ground, lifted by `height_m`.
pub fn transform_from_pose(world_from_body: Pose2, height_m: f64) -> Transform {
    let Pose2 { x_m, y_m, yaw_rad } = world_from_body;
    Transform {
        translation: bevy_from_world([x_m as f32, y_m as f32, height_m as f32]),
        rotation: rotation_from_yaw(yaw_rad),
        scale: Vec3::ONE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use drive::frames::Point2;

    #[test]
    fn a_pose_moves_points_alike_in_both_axes() {
        let world_from_body = Pose2::new(3.0, -5.0, 0.7);
        let in_world = world_from_body.transform(Point2::new(2.0, 1.0));
        let in_bevy = transform_from_pose(world_from_body, 0.5)
            .transform_point(bevy_from_world([2.0, 1.0, 0.25]));
        let expected = bevy_from_world([in_world.x_m as f32, in_world.y_m as f32, 0.75]);
        assert!(in_bevy.distance(expected) < 1e-5);
    }
}
