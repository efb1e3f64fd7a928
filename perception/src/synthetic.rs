//! Labels of simple scenes made of boxes on a plane: for tests, and to exercise the networks without
//! a simulator.

use drive::camera::{CameraModel, FRAME_HEIGHT, FRAME_WIDTH};
use drive::frames::{Point2, Pose2};
use drive::labels::{
    BoxPx, Class, LANE_BOUNDARIES, LANE_ROWS, Labels, LaneLabels, LightState, ObjectClass,
    ObjectLabel, lane_row_v_px,
};
use drive::time::Tick;

/// Where the four boundaries of a three-lane road lie beside ego, in metres to the left.
pub const BOUNDARIES_Y_M: [f64; LANE_BOUNDARIES] = [5.25, 1.75, -1.75, -5.25];

/// A road user shaped like a box.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BoxActor {
    /// Its kind.
    pub class: ObjectClass,
    /// Centre of its footprint and heading in the ego frame.
    pub pose_in_ego: Pose2,
    /// Length, width and height in metres.
    pub size_m: [f64; 3],
}

impl BoxActor {
    /// Its corners: place on the ground and height, in the ego frame.
    pub fn corners(&self) -> impl Iterator<Item = (Point2, f64)> {
        let [length_m, width_m, height_m] = self.size_m;
        let pose = self.pose_in_ego;
        (0..8).map(move |i| {
            let sign = |bit: usize| if i >> bit & 1 == 0 { -0.5 } else { 0.5 };
            let corner = Point2::new(sign(0) * length_m, sign(1) * width_m);
            (pose.transform(corner), (sign(2) + 0.5) * height_m)
        })
    }
}

/// A flat world with a three-lane road.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scene {
    /// Road users; instance numbers count from 1.
    pub actors: Vec<BoxActor>,
    /// Curvature of the road in 1/metres, positive to the left.
    pub curvature_per_m: f64,
    /// Whether the road has markings, and with them boundaries.
    pub markings: Markings,
    /// Ego's traffic light.
    pub light: LightState,
    /// x of ego's stop line in metres.
    pub stop_line_m: Option<f64>,
}

/// Whether boundaries are painted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Markings {
    /// No paint.
    #[default]
    Bare,
    /// All four boundaries.
    Painted,
}

impl Scene {
    /// The labels of this scene as the camera would see it: each road user fills its box.
    pub fn labels(&self, camera: &CameraModel) -> Labels {
        let mut labels = empty_labels(camera);
        let mut farthest_first: Vec<(u16, ObjectLabel)> = self
            .actors
            .iter()
            .enumerate()
            .filter_map(|(i, actor)| {
                Some((i as u16 + 1, object_label(actor, i as u16 + 1, camera)?))
            })
            .collect();
        farthest_first.sort_by(|a, b| b.1.depth_m.total_cmp(&a.1.depth_m));
        for (_, object) in &farthest_first {
            paint(&mut labels, object);
        }
        farthest_first.sort_by_key(|(instance, _)| *instance);
        for (instance, mut object) in farthest_first {
            object.visible_px = labels.instance.iter().filter(|&&i| i == instance).count() as u32;
            if object.visible_px > 0 {
                labels.objects.push(object);
            }
        }
        if self.markings == Markings::Painted {
            labels.lanes = self.lanes(&labels.instance, camera);
        }
        labels.light = self.light;
        labels.stop_line_m = self.stop_line_m.map(|x_m| x_m as f32);
        labels
    }

    /// y of a boundary at x ahead, in metres.
    pub fn boundary_y_m(&self, boundary: usize, x_m: f64) -> f64 {
        BOUNDARIES_Y_M[boundary] + 0.5 * self.curvature_per_m * x_m * x_m
    }

    /// Boundaries where they lie in the picture and nobody hides them.
    fn lanes(&self, instance: &[u16], camera: &CameraModel) -> LaneLabels {
        let mut lanes: LaneLabels = [[None; LANE_ROWS]; LANE_BOUNDARIES];
        for (boundary, rows) in lanes.iter_mut().enumerate() {
            for (row, u_px) in rows.iter_mut().enumerate() {
                let v_px = lane_row_v_px(row);
                let seen = camera
                    .ground_at(camera.centre_u_px, v_px)
                    .and_then(|ground| {
                        let y_m = self.boundary_y_m(boundary, ground.x_m);
                        camera.project(Point2::new(ground.x_m, y_m), 0.0)
                    });
                *u_px = seen
                    .map(|image| image.u_px)
                    .filter(|&u| {
                        (0.0..FRAME_WIDTH as f64).contains(&u)
                            && instance[v_px as usize * FRAME_WIDTH + u as usize] == 0
                    })
                    .map(|u| u as f32);
            }
        }
        lanes
    }
}

/// Road below the horizon, sky above, nobody there.
fn empty_labels(camera: &CameraModel) -> Labels {
    let pixels = FRAME_WIDTH * FRAME_HEIGHT;
    let mut labels = Labels {
        tick: Tick(0),
        width: FRAME_WIDTH,
        height: FRAME_HEIGHT,
        class: vec![Class::Sky as u8; pixels],
        instance: vec![0; pixels],
        depth_m: vec![f32::INFINITY; pixels],
        objects: Vec::new(),
        lanes: [[None; LANE_ROWS]; LANE_BOUNDARIES],
        light: LightState::None,
        stop_line_m: None,
    };
    for row in 0..FRAME_HEIGHT {
        let v_px = row as f64 + 0.5;
        let ground = camera.ground_at(camera.centre_u_px, v_px);
        if let Some(image) = ground.and_then(|ground| camera.project(ground, 0.0)) {
            let pixels = row * FRAME_WIDTH..(row + 1) * FRAME_WIDTH;
            labels.class[pixels.clone()].fill(Class::Road as u8);
            labels.depth_m[pixels].fill(image.depth_m as f32);
        }
    }
    labels
}

/// The label of a road user, if all of it is in front of the camera and some of it in the picture.
fn object_label(actor: &BoxActor, instance: u16, camera: &CameraModel) -> Option<ObjectLabel> {
    let mut box_px = BoxPx {
        left: f32::INFINITY,
        top: f32::INFINITY,
        right: f32::NEG_INFINITY,
        bottom: f32::NEG_INFINITY,
    };
    let mut depth_m = f64::INFINITY;
    for (point_in_ego, z_m) in actor.corners() {
        let image = camera.project(point_in_ego, z_m)?;
        box_px.left = box_px.left.min(image.u_px as f32);
        box_px.top = box_px.top.min(image.v_px as f32);
        box_px.right = box_px.right.max(image.u_px as f32);
        box_px.bottom = box_px.bottom.max(image.v_px as f32);
        depth_m = depth_m.min(image.depth_m);
    }
    let (width, height) = (FRAME_WIDTH as f32, FRAME_HEIGHT as f32);
    let clipped = BoxPx {
        left: box_px.left.clamp(0.0, width),
        top: box_px.top.clamp(0.0, height),
        right: box_px.right.clamp(0.0, width),
        bottom: box_px.bottom.clamp(0.0, height),
    };
    let visible = clipped.right - clipped.left > 1.0 && clipped.bottom - clipped.top > 1.0;
    visible.then_some(ObjectLabel {
        instance,
        class: actor.class,
        box_px: clipped,
        depth_m: depth_m as f32,
        yaw_rad: actor.pose_in_ego.yaw_rad as f32,
        visible_px: 0,
    })
}

/// Fills a road user's box in every map.
fn paint(labels: &mut Labels, object: &ObjectLabel) {
    let class = if object.class.is_vulnerable() {
        Class::Person
    } else {
        Class::Vehicle
    };
    let b = object.box_px;
    for row in b.top as usize..b.bottom as usize {
        let pixels = row * FRAME_WIDTH + b.left as usize..row * FRAME_WIDTH + b.right as usize;
        labels.class[pixels.clone()].fill(class as u8);
        labels.instance[pixels.clone()].fill(object.instance);
        labels.depth_m[pixels].fill(object.depth_m);
    }
}
