//! Where the camera and the sun look: matrices and culling volumes.
//!
//! Everything is relative to the camera's position (axes of Bevy's world), so that a map far from its
//! origin costs no precision.

use bevy::math::{Affine3A, Mat3, Mat4, Quat, Vec2, Vec3, Vec3A, Vec4};
use bevy::transform::components::{GlobalTransform, Transform};
use bytemuck::{Pod, Zeroable};
use drive::camera::{CameraModel, FRAME_HEIGHT, FRAME_WIDTH};
use drive::math::{cos, sin};

use super::air::Air;
use super::targets::SHADOW_SIZE_PX;
use crate::axes::bevy_from_world;

/// Nearest depth that is drawn, in metres.
pub const NEAR_M: f32 = 0.1;
/// Visibility below which fog hides pixels from the labels, in metres.
const FOG_M: f32 = 1000.0;
/// Farthest distance that is drawn, in metres.
const FAR_M: f32 = 1200.0;
/// Radius below which a body is not drawn, in pixels.
const LEAST_RADIUS_PX: f32 = 1.0;
/// Radius per square of the distance below which a body is not drawn, per metre: a person is gone at 190 m,
/// a tree at 450 m, hills stay.
const LEAST_RADIUS_PER_SQUARE: f32 = 2.5e-5;
/// Radius per distance below which a body throws no shadow.
const LEAST_CASTER_RADIUS: f32 = 0.01;
/// Half the side of the square that the shadow map covers, in metres.
const SHADOW_HALF_M: f32 = 33.0;
/// How far ahead of the camera the middle of the shadow map lies, in metres.
const SHADOW_AHEAD_M: f32 = 27.0;
/// How far towards the sun casters are looked for, in metres.
const SHADOW_REACH_M: f32 = 120.0;
/// Cloud cover from which the shadow map shows what the bodies take from the sky overhead, not the sun.
const DIFFUSE_OVERCAST: f32 = 0.75;

/// The camera's place in the car, as a child transform of ego in Bevy's axes.
pub fn mount(camera: &CameraModel) -> Transform {
    let half_pitch_rad = -camera.pitch_down_rad / 2.0;
    let half_right_rad = -core::f64::consts::FRAC_PI_4;
    let right = Quat::from_xyzw(
        0.0,
        sin(half_right_rad) as f32,
        0.0,
        cos(half_right_rad) as f32,
    );
    let down = Quat::from_xyzw(
        sin(half_pitch_rad) as f32,
        0.0,
        0.0,
        cos(half_pitch_rad) as f32,
    );
    let position_in_ego = [camera.forward_m as f32, 0.0, camera.height_m as f32];
    Transform {
        translation: bevy_from_world(position_in_ego),
        rotation: right * down,
        scale: Vec3::ONE,
    }
}

/// What the shaders know about the frame; mirrors `Frame` in `common.wgsl`.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
pub(super) struct FrameUniform {
    clip_from_camera: Mat4,
    shadow_from_camera: Mat4,
    /// Ray through the upper left corner, at depth 1; w: near plane in metres.
    ray_corner: Vec4,
    /// Change of the ray per pixel to the right; w: height of the camera in metres.
    ray_per_u: Vec4,
    /// Change of the ray per pixel down; w: extinction of the air per metre.
    ray_per_v: Vec4,
    /// w: cloud cover.
    to_sun: Vec4,
    /// w: how dark sun shadows are, 0 to 1.
    sun: Vec4,
    /// w: how dark shadows of the open sky are, 0 to 1.
    sky_light: Vec4,
    ground_light: Vec4,
    zenith: Vec4,
    horizon: Vec4,
    glow: Vec4,
}

/// What a pass draws: bodies that are not too small, between planes with inward normals.
pub(super) struct Volume {
    planes: Vec<Vec4>,
    /// Least radius of a body per metre of distance from the camera, and per square of it.
    least_radius: [f32; 2],
}

/// A body's bounding box: its centre and its three half axes.
pub(super) struct BoundingBox {
    pub(super) centre: Vec3,
    pub(super) half_axes: Mat3,
}

impl BoundingBox {
    /// Half its extent along a unit direction, in metres.
    fn reach_m(&self, direction: Vec3) -> f32 {
        let along = self.half_axes.transpose() * direction;
        along.x.abs() + along.y.abs() + along.z.abs()
    }

    /// Radius of the sphere around it, in metres.
    pub(super) fn radius_m(&self) -> f32 {
        let axes = self.half_axes;
        (axes.x_axis.length_squared() + axes.y_axis.length_squared() + axes.z_axis.length_squared())
            .sqrt()
    }
}

impl Volume {
    /// Whether any of the box may lie inside and be seen.
    pub(super) fn touches(&self, body: &BoundingBox) -> bool {
        let distance_m = body.centre.length();
        let [per_m, per_square] = self.least_radius;
        let least_m = distance_m * per_m.max(per_square * distance_m);
        let is_speck = body.radius_m() < least_m;
        !is_speck
            && self.planes.iter().all(|plane| {
                let normal = plane.truncate();
                normal.dot(body.centre) + plane.w > -body.reach_m(normal)
            })
    }
}

/// Camera, sun and air of one exposure.
pub(super) struct View {
    position: Vec3,
    pub(super) visible: Volume,
    pub(super) lit: Volume,
    air: Air,
    model: CameraModel,
    camera: Mat3,
    shadow_from_camera: Mat4,
}

impl View {
    pub(super) fn new(air: &Air, (model, pose): (CameraModel, GlobalTransform)) -> Self {
        let position = pose.translation();
        let camera = Mat3::from(pose.affine().matrix3);
        let (shadow_from_camera, lit) = shadow(air, position, -camera.z_axis);
        Self {
            position,
            visible: frustum(&model, &camera, air),
            lit,
            air: *air,
            model,
            camera,
            shadow_from_camera,
        }
    }

    /// The motion from a mesh's frame to camera-relative positions.
    pub(super) fn camera_from(&self, pose: &GlobalTransform) -> Affine3A {
        let mut camera_from_mesh = pose.affine();
        camera_from_mesh.translation -= Vec3A::from(self.position);
        camera_from_mesh
    }

    /// Light and air.
    pub(super) fn air(&self) -> &Air {
        &self.air
    }

    /// The camera's place in the world.
    pub(super) fn position(&self) -> Vec3 {
        self.position
    }

    /// The level direction in which the camera looks.
    pub(super) fn ahead(&self) -> Vec3 {
        let forward = -self.camera.z_axis;
        Vec3::new(forward.x, 0.0, forward.z).normalize_or_zero()
    }

    /// Depth in metres from the depth buffer's value.
    pub(super) fn depth_m(stored: f32) -> f32 {
        NEAR_M / stored
    }

    /// Depth in metres beyond which fog hides a pixel, by pixel; `None` when the air is clear enough.
    pub(super) fn visibility_m(&self) -> Option<f32> {
        (self.air.visibility_m < FOG_M).then_some(self.air.visibility_m)
    }

    /// Length of the ray to depth 1 through the centre of a pixel.
    pub(super) fn ray_length(&self, column: usize, row: usize) -> f32 {
        let x = (column as f32 + 0.5 - self.model.centre_u_px as f32) / self.model.focal_px as f32;
        let y = (row as f32 + 0.5 - self.model.centre_v_px as f32) / self.model.focal_px as f32;
        (1.0 + x * x + y * y).sqrt()
    }

    pub(super) fn uniform(&self) -> FrameUniform {
        let air = &self.air;
        let (right, up, back) = (self.camera.x_axis, self.camera.y_axis, self.camera.z_axis);
        let focal_px = self.model.focal_px as f32;
        let (u_px, v_px) = (self.model.centre_u_px as f32, self.model.centre_v_px as f32);
        let corner = -back - right * (u_px / focal_px) + up * (v_px / focal_px);
        let is_diffuse = is_diffuse(air);
        FrameUniform {
            clip_from_camera: clip_from_camera(&self.model, &self.camera),
            shadow_from_camera: self.shadow_from_camera,
            ray_corner: corner.extend(NEAR_M),
            ray_per_u: (right / focal_px).extend(self.position.y),
            ray_per_v: (-up / focal_px).extend(3.912 / air.visibility_m),
            to_sun: air.to_sun.extend(air.overcast),
            sun: air.sun.extend(if is_diffuse { 0.0 } else { 1.0 }),
            sky_light: air.sky_light.extend(if is_diffuse { 0.6 } else { 0.0 }),
            ground_light: air.ground_light.extend(0.0),
            zenith: air.zenith.extend(0.0),
            horizon: air.horizon.extend(0.0),
            glow: air.glow.extend(0.0),
        }
    }
}

/// Whether shadows are those of the open sky: under clouds, and when the sun is too low.
fn is_diffuse(air: &Air) -> bool {
    air.overcast >= DIFFUSE_OVERCAST || air.to_sun.y < 0.05
}

/// Pinhole projection with depth stored as near / depth (1 at the near plane, 0 at infinity).
fn clip_from_camera(model: &CameraModel, camera: &Mat3) -> Mat4 {
    let size = Vec2::new(FRAME_WIDTH as f32, FRAME_HEIGHT as f32);
    let scale = 2.0 * model.focal_px as f32 / size;
    let shift_x = 2.0 * model.centre_u_px as f32 / size.x - 1.0;
    let shift_y = 1.0 - 2.0 * model.centre_v_px as f32 / size.y;
    let projection = Mat4::from_cols(
        Vec4::new(scale.x, 0.0, 0.0, 0.0),
        Vec4::new(0.0, scale.y, 0.0, 0.0),
        Vec4::new(-shift_x, -shift_y, 0.0, -1.0),
        Vec4::new(0.0, 0.0, NEAR_M, 0.0),
    );
    projection * Mat4::from_mat3(camera.transpose())
}

fn frustum(model: &CameraModel, camera: &Mat3, air: &Air) -> Volume {
    let focal_px = model.focal_px as f32;
    let (u_px, v_px) = (model.centre_u_px as f32, model.centre_v_px as f32);
    let (width_px, height_px) = (FRAME_WIDTH as f32, FRAME_HEIGHT as f32);
    let far_m = FAR_M.min(1.2 * air.visibility_m);
    let inward = [
        Vec3::new(focal_px, 0.0, -u_px),
        Vec3::new(-focal_px, 0.0, u_px - width_px),
        Vec3::new(0.0, -focal_px, -v_px),
        Vec3::new(0.0, focal_px, v_px - height_px),
    ];
    let mut planes: Vec<Vec4> = inward
        .map(|normal| (*camera * normal).normalize().extend(0.0))
        .into();
    let forward = -camera.z_axis;
    planes.push(forward.extend(-NEAR_M));
    planes.push((-forward).extend(far_m));
    Volume {
        planes,
        least_radius: [LEAST_RADIUS_PX / focal_px, LEAST_RADIUS_PER_SQUARE],
    }
}

/// The shadow map's projection from camera-relative positions, and the casters' volume.
///
/// The map keeps to a fixed grid of texels in the world, so that shadow edges stand still as the car drives.
fn shadow(air: &Air, position: Vec3, forward: Vec3) -> (Mat4, Volume) {
    let back = if is_diffuse(air) { Vec3::Y } else { air.to_sun };
    let right = back.any_orthonormal_vector();
    let up = back.cross(right);
    let texel_m = 2.0 * SHADOW_HALF_M / SHADOW_SIZE_PX as f32;
    let level = Vec3::new(forward.x, 0.0, forward.z).normalize_or_zero();
    let centre = position * Vec3::new(1.0, 0.0, 1.0) + level * SHADOW_AHEAD_M;
    let snap = |axis: Vec3| (centre.dot(axis) / texel_m).round() * texel_m - position.dot(axis);
    let (x_m, y_m, z_m) = (snap(right), snap(up), (centre - position).dot(back));
    let depth_m = 2.0 * SHADOW_REACH_M;
    let row = |axis: Vec3, offset_m: f32, scale: f32, bias: f32| {
        (axis * scale).extend(bias - offset_m * scale)
    };
    let rows = [
        row(right, x_m, 1.0 / SHADOW_HALF_M, 0.0),
        row(up, y_m, 1.0 / SHADOW_HALF_M, 0.0),
        row(back, z_m, -1.0 / depth_m, 0.5),
        Vec4::W,
    ];
    let planes = [(right, x_m), (up, y_m)]
        .into_iter()
        .flat_map(|(axis, at_m)| {
            [
                axis.extend(SHADOW_HALF_M - at_m),
                (-axis).extend(SHADOW_HALF_M + at_m),
            ]
        })
        .collect();
    let shadow_from_camera = Mat4::from_cols(rows[0], rows[1], rows[2], rows[3]).transpose();
    let volume = Volume {
        planes,
        least_radius: [LEAST_CASTER_RADIUS, 0.0],
    };
    (shadow_from_camera, volume)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mounted_camera_looks_ahead_and_slightly_down() {
        let model = CameraModel::standard();
        let forward = mount(&model).rotation * Vec3::NEG_Z;
        let expected = bevy_from_world([
            cos(model.pitch_down_rad) as f32,
            0.0,
            -sin(model.pitch_down_rad) as f32,
        ]);
        assert!(forward.distance(expected) < 1e-6, "{forward}");
    }

    #[test]
    fn the_frustum_keeps_what_is_ahead_and_drops_what_is_behind() {
        let model = CameraModel::standard();
        let camera = Mat3::from_quat(mount(&model).rotation);
        let volume = frustum(&model, &camera, &Air::default());
        let at = |point_in_world: [f32; 3]| BoundingBox {
            centre: bevy_from_world(point_in_world),
            half_axes: Mat3::IDENTITY,
        };
        assert!(volume.touches(&at([20.0, 0.0, 0.0])));
        assert!(volume.touches(&at([20.0, 12.0, 0.0])));
        assert!(!volume.touches(&at([20.0, 16.0, 0.0])));
        assert!(!volume.touches(&at([-5.0, 0.0, 0.0])));
    }
}
