//! Renders every library road with a few road users on it and draws the labels over the pictures:
//! `cargo run -p sim --example pictures -- FOLDER`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use drive::frames::Pose2;
use drive::labels::{Labels, LightState, lane_row_v_px};
use image::{Rgb, RgbImage};
use scenarios::actor::{ACTOR_MODELS, ActorModel};
use scenarios::road::{LanePosition, ROAD_NAMES, Road};
use scenarios::stage::{Stage, StageActor, Weather};
use sim::{Exposure, SimOptions, Simulation};

/// Colour of each class in the map, in the classes' order.
const CLASS_COLOURS: [[u8; 3]; 9] = [
    [90, 90, 90],
    [255, 255, 255],
    [200, 120, 200],
    [150, 80, 50],
    [60, 140, 50],
    [130, 190, 240],
    [40, 60, 220],
    [230, 40, 40],
    [240, 210, 40],
];
/// Colour of each lane boundary, from left to right.
const LANE_COLOURS: [[u8; 3]; 4] = [[255, 140, 0], [0, 220, 0], [0, 220, 220], [220, 0, 220]];
/// Places to look from, as shares of the first lane's length.
const VIEWS: [f64; 3] = [0.12, 0.5, 0.8];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args()
        .nth(1)
        .map_or_else(std::env::temp_dir, PathBuf::from);
    std::fs::create_dir_all(&folder)?;
    for (index, name) in ROAD_NAMES.iter().enumerate() {
        let road = Arc::new(Road::named(name)?);
        for (view, share) in VIEWS.iter().enumerate() {
            let Some(ego) = place_on(&road, *share) else {
                continue;
            };
            let stage = stage(&road, &ego, index * VIEWS.len() + view);
            expose(&stage, &folder, &format!("{name}-{view}"))?;
        }
    }
    Ok(())
}

fn expose(stage: &Stage, folder: &Path, name: &str) -> Result<(), Box<dyn std::error::Error>> {
    let mut simulation = Simulation::new(stage, &SimOptions::default())?;
    let mut state = simulation.world().clone();
    let shown = [LightState::Red, LightState::Amber, LightState::Green];
    for (light, state) in state.lights.iter_mut().zip(shown.iter().cycle()) {
        *light = *state;
    }
    simulation.place(&state);
    let (frame, labels) = simulation.expose(Exposure::Picture)?;
    let Some(frame) = frame else { return Ok(()) };
    let (width, height) = (frame.width as u32, frame.height as u32);
    let picture = RgbImage::from_raw(width, height, frame.rgb.to_vec());
    let picture = picture.ok_or("a frame of the wrong size")?;
    picture.save(folder.join(format!("{name}.png")))?;
    overlay(&picture, &labels).save(folder.join(format!("{name}-labels.png")))?;
    Ok(())
}

/// A driving lane's centre at a share of the way along the network's longest lane to the right.
fn place_on(road: &Road, share: f64) -> Option<LanePosition> {
    let lanes = road
        .lanes()
        .filter(|lane| lane.is_driving && lane.lane < 0 && !lane.in_junction);
    let length_m = |range_m: (f64, f64)| range_m.1 - range_m.0;
    let lane = lanes.max_by(|a, b| length_m(a.s_range_m).total_cmp(&length_m(b.s_range_m)))?;
    let s_m = lane.s_range_m.0 + share * length_m(lane.s_range_m);
    Some(LanePosition {
        road: lane.road,
        lane: lane.lane,
        s_m,
        offset_m: 0.0,
    })
}

/// Ego at a place with road users ahead of it, another choice of models for each `turn`.
fn stage(road: &Arc<Road>, ego: &LanePosition, turn: usize) -> Stage {
    let world_from_ego = road.pose(ego).unwrap_or_default();
    let spots = [
        (14.0, 3.4, 3.1),
        (24.0, 0.0, 0.0),
        (38.0, 3.6, 3.1),
        (12.0, -4.6, 0.4),
        (20.0, -5.0, 2.0),
        (9.0, -3.4, 1.6),
    ];
    let actors = spots
        .iter()
        .enumerate()
        .map(|(index, &(ahead_m, left_m, yaw_rad))| StageActor {
            name: index.to_string(),
            model: model(index, turn),
            world_from_actor: along(road, ego, ahead_m).then(Pose2::new(0.0, left_m, yaw_rad)),
            speed_mps: 0.0,
        });
    let weathers = [
        Weather::default(),
        Weather {
            sun_elevation_rad: 0.06,
            sun_azimuth_rad: 2.0,
            ..Weather::default()
        },
        Weather {
            overcast: 1.0,
            visibility_m: Some(120.0),
            ..Weather::default()
        },
    ];
    Stage {
        world_from_ego,
        ego_speed_mps: 0.0,
        actors: actors.collect(),
        lights: road.lights().to_vec(),
        weather: weathers[turn % weathers.len()],
        looks_seed: turn as u64,
        road: Arc::clone(road),
    }
}

/// Vehicles for the first three spots, people for the others.
fn model(spot: usize, turn: usize) -> &'static ActorModel {
    let people = spot >= 3;
    let fitting: Vec<_> = ACTOR_MODELS
        .iter()
        .filter(|model| model.class.is_vulnerable() == people)
        .collect();
    fitting[(turn * 3 + spot) % fitting.len()]
}

fn along(road: &Road, from: &LanePosition, ahead_m: f64) -> Pose2 {
    let path = road.lane_path(from, ahead_m).ok();
    path.and_then(|path| path.poses.last().copied())
        .unwrap_or_default()
}

/// The picture with boxes, lanes, light and stop line over it; the class map below.
fn overlay(picture: &RgbImage, labels: &Labels) -> RgbImage {
    let (width, height) = picture.dimensions();
    let mut sheet = RgbImage::new(2 * width, 4 * height);
    for (x, y, pixel) in sheet.enumerate_pixels_mut() {
        let (column, row) = (x / 2, y / 2 % height);
        let class = labels.class[(row * width + column) as usize];
        let lower = y / 2 >= height;
        *pixel = if lower {
            Rgb(CLASS_COLOURS[usize::from(class)])
        } else {
            *picture.get_pixel(column, row)
        };
    }
    for object in &labels.objects {
        let b = object.box_px;
        frame(
            &mut sheet,
            [b.left, b.top, b.right, b.bottom],
            [255, 255, 0],
        );
    }
    for (boundary, colour) in labels.lanes.iter().zip(LANE_COLOURS) {
        for (row, u_px) in boundary.iter().enumerate() {
            let Some(u_px) = *u_px else { continue };
            let v_px = lane_row_v_px(row) as f32;
            frame(
                &mut sheet,
                [u_px - 1.5, v_px - 1.5, u_px + 1.5, v_px + 1.5],
                colour,
            );
        }
    }
    let light = [[60, 60, 60], [255, 0, 0], [255, 180, 0], [0, 255, 0]][labels.light as usize];
    frame(&mut sheet, [2.0, 2.0, 12.0, 12.0], light);
    if let Some(x_m) = labels.stop_line_m {
        frame(
            &mut sheet,
            [16.0, 2.0, 16.0 + 2.0 * x_m, 8.0],
            [255, 255, 255],
        );
    }
    sheet
}

/// Draws a rectangle's outline; sides left, top, right, bottom in the picture's pixels.
fn frame(sheet: &mut RgbImage, sides_px: [f32; 4], colour: [u8; 3]) {
    let [left, top, right, bottom] = sides_px.map(|side| (2.0 * side) as i64);
    let edges = (left..=right)
        .flat_map(|x| [(x, top), (x, bottom)])
        .chain((top..=bottom).flat_map(|y| [(left, y), (right, y)]));
    for (x, y) in edges {
        let inside = (0..i64::from(sheet.width())).contains(&x)
            && (0..i64::from(sheet.height())).contains(&y);
        if inside {
            sheet.put_pixel(x as u32, y as u32, Rgb(colour));
        }
    }
}
