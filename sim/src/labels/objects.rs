//! Road users that have pixels in an exposure.

use drive::camera::{CameraModel, FRAME_HEIGHT, FRAME_WIDTH};
use drive::frames::{Point2, Pose2};
use drive::labels::{BoxPx, ObjectLabel};
use drive::math::lerp;
use scenarios::actor::ActorModel;

use super::maps::Maps;

/// Least number of pixels of a labelled road user.
const MIN_VISIBLE_PX: u32 = 12;
/// Depth in metres beyond which road users are not labelled.
const MAX_DEPTH_M: f64 = 80.0;
/// Least share of its own outline that a labelled road user shows.
const MIN_VISIBLE_SHARE: f64 = 0.15;
/// Share of its box that a vehicle in full view covers.
const VEHICLE_FILL: f64 = 0.8;
/// Share of its box that a person in full view covers.
const PERSON_FILL: f64 = 0.4;
/// Depth in metres at which boxes are cut off before they are projected.
const NEAR_M: f64 = 0.3;
/// The corners of a box, as halves of its length and width and as whole height.
const CORNERS: [[f64; 3]; 8] = [
    [-0.5, -0.5, 0.0],
    [0.5, -0.5, 0.0],
    [-0.5, 0.5, 0.0],
    [0.5, 0.5, 0.0],
    [-0.5, -0.5, 1.0],
    [0.5, -0.5, 1.0],
    [-0.5, 0.5, 1.0],
    [0.5, 0.5, 1.0],
];

/// A point of the ego frame: on the ground, height, and depth before the camera.
#[derive(Clone, Copy)]
struct Corner {
    point: Point2,
    z_m: f64,
    depth_m: f64,
}

/// A road user's bounding box in the world.
pub(super) struct Body {
    pub(super) model: &'static ActorModel,
    pub(super) world_from_actor: Pose2,
    /// Height of the ground it stands on.
    pub(super) ground_m: f64,
}

/// Labels the road users that show enough of themselves, by instance.
pub(super) fn label(
    maps: &Maps<'_>,
    world_from_ego: Pose2,
    bodies: impl ExactSizeIterator<Item = Body>,
) -> Vec<ObjectLabel> {
    let visible_px = count_pixels(maps.instance, bodies.len());
    let ego_from_world = world_from_ego.inverse();
    let visible = bodies
        .zip(visible_px)
        .zip(1..)
        .filter(|((_, count), _)| *count >= MIN_VISIBLE_PX);
    visible
        .filter_map(|((body, count), instance)| {
            let ego_from_actor = ego_from_world.then(body.world_from_actor);
            let corners = corners(&maps.camera, &body, ego_from_actor);
            let box_px = project_box(&maps.camera, &corners)?;
            let nearest_m = corners
                .iter()
                .map(|corner| corner.depth_m)
                .fold(f64::MAX, f64::min);
            let labelled = nearest_m < MAX_DEPTH_M && shows_enough(body.model, &box_px, count);
            labelled.then_some(ObjectLabel {
                instance,
                class: body.model.class,
                box_px,
                depth_m: nearest_m.max(NEAR_M) as f32,
                yaw_rad: ego_from_actor.yaw_rad as f32,
                visible_px: count,
            })
        })
        .collect()
}

/// How many pixels show each actor.
fn count_pixels(instance: &[u16], actors: usize) -> Vec<u32> {
    let mut counts = vec![0; actors];
    for &instance in instance.iter().filter(|&&instance| instance > 0) {
        if let Some(count) = counts.get_mut(usize::from(instance) - 1) {
            *count += 1;
        }
    }
    counts
}

/// Whether the pixels are a fair share of those an unhidden road user of this kind would have.
fn shows_enough(model: &ActorModel, box_px: &BoxPx, visible_px: u32) -> bool {
    let area_px = f64::from(box_px.right - box_px.left) * f64::from(box_px.bottom - box_px.top);
    let fill = if model.class.is_vulnerable() {
        PERSON_FILL
    } else {
        VEHICLE_FILL
    };
    f64::from(visible_px) >= MIN_VISIBLE_SHARE * fill * area_px
}

fn corners(camera: &CameraModel, body: &Body, ego_from_actor: Pose2) -> [Corner; 8] {
    CORNERS.map(|[along, across, up]| {
        let model = body.model;
        let in_actor = Point2::new(along * model.length_m, across * model.width_m);
        let point = ego_from_actor.transform(in_actor);
        let z_m = body.ground_m + up * model.height_m;
        Corner {
            point,
            z_m,
            depth_m: camera.depth_m(point, z_m),
        }
    })
}

/// The box around the projection of a body's corners, clipped to the picture; `None` outside it.
fn project_box(camera: &CameraModel, corners: &[Corner; 8]) -> Option<BoxPx> {
    let mut sides = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];
    for a in 0..8usize {
        for b in [a | 1, a | 2, a | 4] {
            for corner in in_front(corners[a], corners[b]).into_iter().flatten() {
                let image = camera.project(corner.point, corner.z_m)?;
                sides[0] = sides[0].min(image.u_px);
                sides[1] = sides[1].min(image.v_px);
                sides[2] = sides[2].max(image.u_px);
                sides[3] = sides[3].max(image.v_px);
            }
        }
    }
    let (width_px, height_px) = (FRAME_WIDTH as f64, FRAME_HEIGHT as f64);
    let box_px = BoxPx {
        left: sides[0].clamp(0.0, width_px) as f32,
        top: sides[1].clamp(0.0, height_px) as f32,
        right: sides[2].clamp(0.0, width_px) as f32,
        bottom: sides[3].clamp(0.0, height_px) as f32,
    };
    (box_px.left < box_px.right && box_px.top < box_px.bottom).then_some(box_px)
}

/// The ends of the part of an edge that lies before the near plane; none if it lies behind.
fn in_front(a: Corner, b: Corner) -> [Option<Corner>; 2] {
    let cut = |inside: Corner, outside: Corner| {
        let t = (inside.depth_m - NEAR_M) / (inside.depth_m - outside.depth_m);
        Corner {
            point: Point2::new(
                lerp(inside.point.x_m, outside.point.x_m, t),
                lerp(inside.point.y_m, outside.point.y_m, t),
            ),
            z_m: lerp(inside.z_m, outside.z_m, t),
            depth_m: NEAR_M,
        }
    };
    match (a.depth_m >= NEAR_M, b.depth_m >= NEAR_M) {
        (true, true) => [Some(a), Some(b)],
        (true, false) => [Some(a), Some(cut(a, b))],
        (false, true) => [Some(b), Some(cut(b, a))],
        (false, false) => [None, None],
    }
}

#[cfg(test)]
mod tests {
    use scenarios::actor::actor_model;

    use super::super::maps::fixture::{empty_plain, put_screen};
    use super::*;
    use crate::camera::RawExposure;

    fn body(name: &str, world_from_actor: Pose2) -> Body {
        Body {
            model: actor_model(name).unwrap(),
            world_from_actor,
            ground_m: 0.0,
        }
    }

    fn label_cars(raw: &RawExposure, world_from_ego: Pose2, cars: &[Pose2]) -> Vec<ObjectLabel> {
        let maps = Maps::new(CameraModel::standard(), raw);
        let bodies = cars.iter().map(|&car| body("sedan", car));
        label(&maps, world_from_ego, bodies)
    }

    #[test]
    fn a_car_ahead_is_labelled_where_it_projects() {
        let world_from_ego = Pose2::new(100.0, 50.0, 1.2);
        let car = world_from_ego.then(Pose2::new(22.35, 0.0, 0.3));
        let mut raw = empty_plain();
        put_screen(&mut raw, 1, 20.0, [-0.9, 0.9], 1.44);
        let labels = label_cars(&raw, world_from_ego, &[car]);
        let [only] = labels[..] else {
            panic!("{labels:?}")
        };
        assert_eq!(only.instance, 1);
        assert!((only.yaw_rad - 0.3).abs() < 1e-5);
        assert!((f64::from(only.depth_m) - 19.5).abs() < 0.5, "{only:?}");
        let centre_px = 0.5 * (only.box_px.left + only.box_px.right);
        assert!((centre_px - 256.0).abs() < 5.0, "{only:?}");
        let width_px = only.box_px.right - only.box_px.left;
        assert!(
            width_px > 443.0 * 1.82 / 20.0 && width_px < 443.0 * 3.4 / 19.0,
            "{only:?}"
        );
    }

    #[test]
    fn a_car_without_pixels_is_not_labelled() {
        let car = Pose2::new(20.0, 0.0, 0.0);
        assert!(label_cars(&empty_plain(), Pose2::default(), &[car]).is_empty());
    }

    #[test]
    fn a_sliver_of_a_hidden_car_is_not_labelled_and_a_third_of_it_is() {
        let car = Pose2::new(12.35, 0.0, 0.0);
        let label_strip = |right_m: f64| {
            let mut raw = empty_plain();
            put_screen(&mut raw, 1, 10.0, [right_m, 0.91], 1.44);
            label_cars(&raw, Pose2::default(), &[car]).len()
        };
        assert_eq!(label_strip(0.80), 0);
        assert_eq!(label_strip(0.30), 1);
    }

    #[test]
    fn a_truck_alongside_keeps_the_part_before_the_camera() {
        let truck = body("lorry", Pose2::new(2.0, 3.0, 0.0));
        let mut raw = empty_plain();
        for row in 60..200 {
            raw.instance[row * FRAME_WIDTH..row * FRAME_WIDTH + 90].fill(1);
        }
        let maps = Maps::new(CameraModel::standard(), &raw);
        let labels = label(&maps, Pose2::default(), [truck].into_iter());
        let [only] = labels[..] else {
            panic!("{labels:?}")
        };
        assert_eq!(only.box_px.left, 0.0);
        assert!(
            only.box_px.right > 60.0 && only.box_px.right < 256.0,
            "{only:?}"
        );
        assert!(f64::from(only.depth_m) <= NEAR_M + 1e-6);
    }

    #[test]
    fn a_car_beyond_eighty_metres_is_not_labelled() {
        let car = Pose2::new(95.0, 0.0, 0.0);
        let mut raw = empty_plain();
        put_screen(&mut raw, 1, 92.0, [-2.0, 2.0], 3.0);
        assert!(label_cars(&raw, Pose2::default(), &[car]).is_empty());
    }
}
