//! Frames of reference, and road users as boxes.

use drive::camera::CameraModel;
use drive::ego::{EGO_HEIGHT_M, EGO_LENGTH_M, EGO_WIDTH_M};
use drive::frames::Pose2;
use drive::labels::ObjectClass;
use drive::math::{cos, sin};
use drive::percept::{ObjectPercept, Percept};
use drive::time::Tick;
use foxglove::messages::{
    CubePrimitive, FrameTransform, FrameTransforms, Pose, Quaternion, SceneEntity,
    SceneEntityDeletion, SceneUpdate, Vector3, scene_entity_deletion,
};
use scenarios::stage::Stage;
use scenarios::world::WorldState;

use super::values::{colour, timestamp};
use super::{CAMERA, EGO, WORLD};

/// The car in the world, and the camera in the car.
pub(super) fn transforms(world: &WorldState) -> FrameTransforms {
    let camera = CameraModel::standard();
    let pose = world.ego.world_from_ego;
    let at = |parent: &str, child: &str, translation, rotation| FrameTransform {
        timestamp: Some(timestamp(world.tick)),
        parent_frame_id: parent.to_owned(),
        child_frame_id: child.to_owned(),
        translation: Some(translation),
        rotation: Some(rotation),
    };
    let mounted = vector([camera.forward_m, 0.0, camera.height_m]);
    let driven = vector([pose.x_m, pose.y_m, 0.0]);
    FrameTransforms {
        transforms: vec![
            at(WORLD, EGO, driven, turn(pose.yaw_rad)),
            at(EGO, CAMERA, mounted, camera_turn(camera.pitch_down_rad)),
        ],
    }
}

/// Ego and every road user as they are.
pub(super) fn truth(stage: &Stage, world: &WorldState) -> SceneUpdate {
    let tick = world.tick;
    let size_m = [EGO_LENGTH_M, EGO_WIDTH_M, EGO_HEIGHT_M];
    let ego = standing(world.ego.world_from_ego, size_m, [0xee, 0xee, 0xee]);
    let actors = stage.actors.iter().zip(&world.actors);
    let actors = actors.map(|(actor, state)| {
        let model = actor.model;
        let size_m = [model.length_m, model.width_m, model.height_m];
        let cube = standing(state.world_from_actor, size_m, class_colour(model.class));
        entity(tick, WORLD, actor.name.clone(), cube)
    });
    SceneUpdate {
        entities: std::iter::once(entity(tick, WORLD, EGO.to_owned(), ego))
            .chain(actors)
            .collect(),
        ..Default::default()
    }
}

/// What a seat saw last, instead of what it saw before: in the ego frame as that was when the picture was taken.
pub(super) fn percept(name: &str, percept: &Percept) -> SceneUpdate {
    let exposure = percept.exposure;
    let objects = percept.objects.iter().enumerate();
    let entities = objects
        .map(|(index, object)| entity(exposure, EGO, format!("{name} {index}"), seen(object)));
    SceneUpdate {
        deletions: vec![SceneEntityDeletion {
            timestamp: Some(timestamp(exposure)),
            r#type: scene_entity_deletion::Type::All.into(),
            id: String::new(),
        }],
        entities: entities.collect(),
    }
}

/// A road user as far as it was seen: its near face, half a metre deep.
fn seen(object: &ObjectPercept) -> CubePrimitive {
    let size_m = [0.5, (object.left_y_m - object.right_y_m).max(0.2), 1.6];
    let centre = Pose2::new(object.near_x_m + 0.25, object.centre_y_m(), 0.0);
    let mut cube = standing(centre, size_m, class_colour(object.class));
    cube.color = Some(colour(class_colour(object.class), 0.7 * object.probability));
    cube
}

/// A box that stands on the ground.
fn standing(pose: Pose2, size_m: [f64; 3], rgb: [u8; 3]) -> CubePrimitive {
    CubePrimitive {
        pose: Some(Pose {
            position: Some(vector([pose.x_m, pose.y_m, size_m[2] / 2.0])),
            orientation: Some(turn(pose.yaw_rad)),
        }),
        size: Some(vector(size_m)),
        color: Some(colour(rgb, 0.9)),
    }
}

fn entity(tick: Tick, frame: &str, id: String, cube: CubePrimitive) -> SceneEntity {
    SceneEntity {
        timestamp: Some(timestamp(tick)),
        frame_id: frame.to_owned(),
        id,
        cubes: vec![cube],
        ..Default::default()
    }
}

fn class_colour(class: ObjectClass) -> [u8; 3] {
    match class {
        ObjectClass::Car => [0x3f, 0x6b, 0xe0],
        ObjectClass::Truck => [0x8e, 0x5f, 0xd0],
        ObjectClass::Pedestrian => [0xff, 0x4f, 0xb0],
        ObjectClass::Cyclist => [0xff, 0x9f, 0x40],
    }
}

fn vector([x, y, z]: [f64; 3]) -> Vector3 {
    Vector3 { x, y, z }
}

/// The rotation by `yaw_rad`, counter-clockwise seen from above.
fn turn(yaw_rad: f64) -> Quaternion {
    Quaternion {
        x: 0.0,
        y: 0.0,
        z: sin(yaw_rad / 2.0),
        w: cos(yaw_rad / 2.0),
    }
}

/// From the camera's axes (right, down, forward) to ego's (forward, left, up), looking down by an angle.
fn camera_turn(pitch_down_rad: f64) -> Quaternion {
    // The axes change by a turn of 120 degrees about (-1, 1, -1); then the car's y axis is turned about.
    let (c, s) = (cos(pitch_down_rad / 2.0), sin(pitch_down_rad / 2.0));
    let (w, [x, y, z]) = (0.5, [-0.5, 0.5, -0.5]);
    Quaternion {
        w: c * w - s * y,
        x: c * x + s * z,
        y: c * y + s * w,
        z: c * z - s * x,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A vector of the camera's axes in those of ego.
    fn rotated(turn: &Quaternion, [x, y, z]: [f64; 3]) -> [f64; 3] {
        let cross = |a: [f64; 3], b: [f64; 3]| {
            [
                a[1] * b[2] - a[2] * b[1],
                a[2] * b[0] - a[0] * b[2],
                a[0] * b[1] - a[1] * b[0],
            ]
        };
        let axis = [turn.x, turn.y, turn.z];
        let once = cross(axis, [x, y, z]).map(|part| 2.0 * part);
        let twice = cross(axis, once);
        [0, 1, 2].map(|i| [x, y, z][i] + turn.w * once[i] + twice[i])
    }

    #[test]
    fn the_camera_looks_ahead_and_slightly_down() {
        let camera = CameraModel::standard();
        let turn = camera_turn(camera.pitch_down_rad);
        let [x, y, z] = rotated(&turn, [0.0, 0.0, 1.0]);
        assert!(
            (x - cos(camera.pitch_down_rad)).abs() < 1e-12 && y.abs() < 1e-12,
            "{x} {y} {z}"
        );
        assert!((z + sin(camera.pitch_down_rad)).abs() < 1e-12, "{z}");
        let right = rotated(&turn, [1.0, 0.0, 0.0]);
        assert!((right[1] + 1.0).abs() < 1e-12, "{right:?}");
    }
}
