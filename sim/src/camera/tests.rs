//! Claims about exposures of small scenes built by hand.

use bevy::asset::{Assets, RenderAssetUsages};
use bevy::math::{Quat, Vec3};
use bevy::mesh::{Indices, Mesh, Mesh3d, PrimitiveTopology};
use bevy::transform::components::Transform;
use drive::camera::{FRAME_HEIGHT, FRAME_WIDTH};
use drive::frames::{Point2, Pose2};
use drive::labels::Class;
use scenarios::stage::Weather;

use super::*;
use crate::axes::{bevy_from_world, transform_from_pose};
use crate::scene::{Paint, Surface, TEXTURE_LAYERS, Tag, Texture};

const CAR: Tag = Tag {
    class: Class::Vehicle,
    instance: 3,
};
const ROAD: Tag = Tag {
    class: Class::Road,
    instance: 0,
};

/// A world with ego's camera and flat ground, ego at a pose.
fn stage(world_from_ego: Pose2) -> App {
    let mut app = App::new();
    app.add_plugins(SensorCameraPlugin);
    let model = CameraModel::standard();
    let eye = transform_from_pose(world_from_ego, 0.0) * mount(&model);
    app.world_mut().spawn((SensorEye(model), eye));
    let ground = quad([1000.0, 1000.0], [0.12, 0.12, 0.12]);
    place(&mut app, ground, Transform::IDENTITY, ROAD);
    app
}

fn place(app: &mut App, mesh: Mesh, transform: Transform, tag: Tag) {
    let handle = app.world_mut().resource_mut::<Assets<Mesh>>().add(mesh);
    app.world_mut()
        .spawn((Mesh3d(handle), transform, Surface::default(), tag));
}

/// A flat rectangle on the ground, in Bevy's axes, with `UV_1` twice beyond its painted half.
fn quad([x_m, y_m]: [f32; 2], colour: [f32; 3]) -> Mesh {
    let corners = [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]];
    let positions = corners.map(|[x, y]| bevy_from_world([x * x_m, y * y_m, 0.0]).to_array());
    mesh(
        positions.to_vec(),
        vec![[0.0, 1.0, 0.0]; 4],
        vec![0, 1, 2, 0, 2, 3],
        colour,
    )
    .with_inserted_attribute(
        Mesh::ATTRIBUTE_UV_1,
        corners.map(|[_, y]| [2.0 * y, 0.0]).to_vec(),
    )
}

/// A box standing on the ground, with its full size along the simulation's axes.
fn block([x_m, y_m, z_m]: [f32; 3], colour: [f32; 3]) -> Mesh {
    let (mut positions, mut normals, mut indices) = (Vec::new(), Vec::new(), Vec::new());
    let centre = Vec3::new(0.0, z_m / 2.0, 0.0);
    for normal in [
        Vec3::X,
        Vec3::NEG_X,
        Vec3::Y,
        Vec3::NEG_Y,
        Vec3::Z,
        Vec3::NEG_Z,
    ] {
        let a = normal.any_orthonormal_vector();
        let b = normal.cross(a);
        let first = positions.len() as u32;
        for corner in [-a - b, a - b, a + b, b - a] {
            let half = Vec3::new(x_m, z_m, y_m) / 2.0;
            positions.push((centre + (normal + corner) * half).to_array());
            normals.push(normal.to_array());
        }
        indices.extend([0, 1, 2, 0, 2, 3].map(|i| first + i));
    }
    mesh(positions, normals, indices, colour)
}

fn mesh(
    positions: Vec<[f32; 3]>,
    normals: Vec<[f32; 3]>,
    indices: Vec<u32>,
    [r, g, b]: [f32; 3],
) -> Mesh {
    let colours = vec![[r, g, b, 1.0]; positions.len()];
    Mesh::new(
        PrimitiveTopology::TriangleList,
        RenderAssetUsages::default(),
    )
    .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, positions)
    .with_inserted_attribute(Mesh::ATTRIBUTE_NORMAL, normals)
    .with_inserted_attribute(Mesh::ATTRIBUTE_COLOR, colours)
    .with_inserted_indices(Indices::U32(indices))
}

fn open() -> SensorCamera {
    SensorCamera::open(AdapterChoice::Software).unwrap()
}

fn expose(app: &mut App, exposure: Exposure) -> RawExposure {
    app.update();
    open().expose(app.world_mut(), exposure).unwrap()
}

fn at(u_px: f64, v_px: f64) -> usize {
    v_px as usize * FRAME_WIDTH + u_px as usize
}

fn brightness(raw: &RawExposure, pixel: usize) -> u32 {
    raw.rgb[3 * pixel..][..3]
        .iter()
        .map(|&x| u32::from(x))
        .sum()
}

#[test]
fn a_small_box_appears_where_the_camera_model_projects_it() {
    let world_from_ego = Pose2::new(812.0, -455.0, 2.1);
    let mut app = stage(world_from_ego);
    let in_ego = Point2::new(18.0, -3.0);
    let in_world = world_from_ego.transform(in_ego);
    let pose = Pose2::new(in_world.x_m, in_world.y_m, world_from_ego.yaw_rad);
    let cube = block([0.02, 0.8, 0.8], [0.8, 0.1, 0.1]);
    place(&mut app, cube, transform_from_pose(pose, 0.5), CAR);
    let raw = expose(&mut app, Exposure::Labels);

    let model = CameraModel::standard();
    let (mut u_px, mut v_px, mut count) = (0.0, 0.0, 0.0);
    for pixel in (0..raw.class.len()).filter(|&pixel| raw.instance[pixel] == CAR.instance) {
        assert_eq!(raw.class[pixel], Class::Vehicle as u8);
        u_px += (pixel % FRAME_WIDTH) as f64 + 0.5;
        v_px += (pixel / FRAME_WIDTH) as f64 + 0.5;
        count += 1.0;
    }
    let near = Point2::new(17.99, -3.0);
    let expected = model.project(near, 0.9).unwrap();
    assert!(
        (u_px / count - expected.u_px).abs() < 0.5,
        "{}",
        u_px / count
    );
    assert!(
        (v_px / count - expected.v_px).abs() < 0.5,
        "{}",
        v_px / count
    );
    let side_px = 0.8 * model.focal_px / expected.depth_m;
    assert!((f64::sqrt(count) - side_px).abs() < 0.5, "{count}");
    let depth_m = f64::from(raw.depth_m[at(expected.u_px, expected.v_px)]);
    assert!((depth_m - expected.depth_m).abs() < 0.02, "{depth_m}");
}

#[test]
fn the_depth_of_the_ground_agrees_with_the_camera_model() {
    let raw = expose(&mut stage(Pose2::new(3.0, 4.0, 1.0)), Exposure::Labels);
    let model = CameraModel::standard();
    for (u_px, v_px) in [(10.5, 250.5), (256.5, 180.5), (500.5, 140.5)] {
        let ground = model.ground_at(u_px, v_px).unwrap();
        let expected = model.project(ground, 0.0).unwrap();
        let depth_m = f64::from(raw.depth_m[at(u_px, v_px)]);
        assert!((depth_m / expected.depth_m - 1.0).abs() < 1e-3, "{depth_m}");
        assert_eq!(raw.class[at(u_px, v_px)], Class::Road as u8);
    }
}

#[test]
fn above_the_horizon_is_sky_without_end() {
    let raw = expose(&mut stage(Pose2::default()), Exposure::Picture);
    let pixel = at(256.0, 30.0);
    assert_eq!(raw.class[pixel], Class::Sky as u8);
    assert!(raw.depth_m[pixel].is_infinite() && raw.instance[pixel] == 0);
    assert!(raw.rgb[3 * pixel + 2] > raw.rgb[3 * pixel], "not blue");
}

#[test]
fn labels_are_the_same_with_and_without_the_picture() {
    let mut app = street();
    let picture = expose(&mut app, Exposure::Picture);
    let labels = expose(&mut app, Exposure::Labels);
    assert!(labels.rgb.is_empty() && picture.rgb.len() == 3 * FRAME_WIDTH * FRAME_HEIGHT);
    assert_eq!(labels.class, picture.class);
    assert_eq!(labels.instance, picture.instance);
    assert_eq!(labels.depth_m, picture.depth_m);
}

#[test]
fn the_same_world_gives_the_same_bytes_in_every_camera() {
    let mut app = street();
    app.update();
    let mut camera = open();
    let first = camera.expose(app.world_mut(), Exposure::Picture).unwrap();
    let again = camera.expose(app.world_mut(), Exposure::Picture).unwrap();
    let elsewhere = expose(&mut street(), Exposure::Picture);
    assert!(first == again && first == elsewhere);
}

#[test]
fn a_camera_that_takes_over_a_device_shows_nothing_of_the_world_before() {
    let seen_alone = expose(&mut street(), Exposure::Picture);
    let mut papered = street();
    let dark = vec![vec![40; 16]; TEXTURE_LAYERS as usize];
    let world = papered.world_mut();
    let layers = TextureLayers::new(&mut world.resource_mut::<Assets<Image>>(), 2, &dark);
    world.insert_resource(layers);
    let other = expose(&mut papered, Exposure::Picture);
    assert!(other.rgb != seen_alone.rgb);
    assert!(expose(&mut street(), Exposure::Picture) == seen_alone);
}

#[test]
fn a_body_moved_between_exposures_is_seen_at_its_new_place_at_once() {
    let mut app = stage(Pose2::default());
    let cube = block([1.0, 1.0, 1.0], [0.5; 3]);
    place(
        &mut app,
        cube,
        transform_from_pose(Pose2::new(15.0, 0.0, 0.0), 0.0),
        CAR,
    );
    app.update();
    let mut camera = open();
    let before = camera.expose(app.world_mut(), Exposure::Labels).unwrap();
    let mut bodies = app.world_mut().query::<(&Tag, &mut Transform)>();
    for (tag, mut transform) in bodies.iter_mut(app.world_mut()) {
        if *tag == CAR {
            transform.translation.z = -4.0;
        }
    }
    app.update();
    let after = camera.expose(app.world_mut(), Exposure::Labels).unwrap();
    let old = CameraModel::standard()
        .project(Point2::new(14.5, 0.0), 0.5)
        .unwrap();
    let new = CameraModel::standard()
        .project(Point2::new(14.5, 4.0), 0.5)
        .unwrap();
    let seen = |raw: &RawExposure, u_px, v_px| raw.instance[at(u_px, v_px)] == CAR.instance;
    assert!(seen(&before, old.u_px, old.v_px) && !seen(&before, new.u_px, new.v_px));
    assert!(!seen(&after, old.u_px, old.v_px) && seen(&after, new.u_px, new.v_px));
}

#[test]
fn a_body_darkens_the_ground_on_the_side_away_from_the_sun() {
    let mut app = stage(Pose2::default());
    app.insert_resource(Air::under(&Weather {
        sun_azimuth_rad: core::f64::consts::FRAC_PI_2,
        sun_elevation_rad: 0.8,
        overcast: 0.0,
        visibility_m: None,
        rain_mm_per_h: 0.0,
    }));
    let wall = block([3.0, 0.5, 2.0], [0.5; 3]);
    place(
        &mut app,
        wall,
        transform_from_pose(Pose2::new(15.0, 0.0, 0.0), 0.0),
        CAR,
    );
    let raw = expose(&mut app, Exposure::Picture);
    let model = CameraModel::standard();
    let ground = |y_m| {
        let image = model.project(Point2::new(15.0, y_m), 0.0).unwrap();
        brightness(&raw, at(image.u_px, image.v_px))
    };
    assert!(
        2 * ground(-1.2) < ground(1.2) + ground(-6.0),
        "{} {}",
        ground(-1.2),
        ground(1.2)
    );
}

#[test]
fn paint_is_labelled_on_its_painted_half_and_brightens_the_road_there() {
    let mut app = stage(Pose2::default());
    let handle = app
        .world_mut()
        .resource_mut::<Assets<Mesh>>()
        .add(quad([30.0, 0.4], [0.8; 3]));
    let tag = Tag {
        class: Class::Marking,
        instance: 0,
    };
    app.world_mut().spawn((
        Mesh3d(handle),
        Transform::IDENTITY,
        Surface::default(),
        tag,
        Paint,
    ));
    let raw = expose(&mut app, Exposure::Picture);
    let model = CameraModel::standard();
    let seen = |y_m| {
        let image = model.project(Point2::new(8.0, y_m), 0.0).unwrap();
        let pixel = at(image.u_px, image.v_px);
        (raw.class[pixel], brightness(&raw, pixel))
    };
    assert_eq!(seen(0.1).0, Class::Marking as u8);
    assert_eq!(seen(0.3).0, Class::Road as u8);
    assert!(seen(0.1).1 > seen(0.3).1 + 150);
}

#[test]
fn fog_hides_what_lies_beyond_the_visibility() {
    let mut app = stage(Pose2::default());
    let fog = Weather {
        visibility_m: Some(40.0),
        ..Weather::default()
    };
    app.insert_resource(Air::under(&fog));
    let raw = expose(&mut app, Exposure::Picture);
    let model = CameraModel::standard();
    let class = |x_m| {
        let image = model.project(Point2::new(x_m, 0.0), 0.0).unwrap();
        raw.class[at(image.u_px, image.v_px)]
    };
    assert_eq!(class(20.0), Class::Road as u8);
    assert_eq!(class(60.0), Class::Sky as u8);
}

#[test]
fn a_world_without_an_eye_is_an_error_that_says_so() {
    let mut app = App::new();
    app.add_plugins(SensorCameraPlugin);
    let error = open()
        .expose(app.world_mut(), Exposure::Labels)
        .unwrap_err();
    assert_eq!(error, CameraError::Eyes { found: 0 });
}

/// A row of houses, cars and a marking.
fn street() -> App {
    let mut app = stage(Pose2::default());
    for i in 0..8 {
        let along_m = 14.0 + 13.0 * f64::from(i);
        let house = block([11.0, 8.0, 9.0], [0.55, 0.42, 0.33]);
        let tag = Tag {
            class: Class::Building,
            instance: 0,
        };
        for side in [-1.0, 1.0] {
            let pose = Pose2::new(along_m, side * 13.0, 0.0);
            place(&mut app, house.clone(), transform_from_pose(pose, 0.0), tag);
        }
    }
    for (i, [x_m, y_m]) in [[16.0, -1.8], [25.0, 1.8], [40.0, -1.8]]
        .into_iter()
        .enumerate()
    {
        let car = block([4.4, 1.8, 1.4], [0.6, 0.05, 0.05]);
        let tag = Tag {
            class: Class::Vehicle,
            instance: i as u16 + 1,
        };
        let transform = transform_from_pose(Pose2::new(x_m, y_m, 0.1), 0.2);
        let handle = app.world_mut().resource_mut::<Assets<Mesh>>().add(car);
        let surface = Surface {
            texture: Texture::Plain,
            gloss: 0.8,
            ..Surface::default()
        };
        app.world_mut()
            .spawn((Mesh3d(handle), transform, surface, tag));
    }
    let marking = Tag {
        class: Class::Marking,
        instance: 0,
    };
    let handle = app
        .world_mut()
        .resource_mut::<Assets<Mesh>>()
        .add(quad([200.0, 0.15], [0.8; 3]));
    let lying = Transform::from_rotation(Quat::IDENTITY);
    app.world_mut()
        .spawn((Mesh3d(handle), lying, Surface::default(), marking, Paint));
    app
}

mod rough;
