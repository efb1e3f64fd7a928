//! Renders every road user from three sides, and streets in several kinds of weather:
//! `cargo run -p sim --example gallery -- FOLDER [SEED]`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use drive::camera::{FRAME_HEIGHT, FRAME_WIDTH};
use drive::frames::Pose2;
use drive::labels::LightState;
use image::imageops::{FilterType, resize};
use image::{RgbImage, imageops};
use scenarios::actor::{ACTOR_MODELS, ActorModel};
use scenarios::road::{LanePosition, ROAD_NAMES, Road};
use scenarios::stage::{Stage, StageActor, Weather};
use sim::{Exposure, SimOptions, Simulation};

type AnyError = Box<dyn std::error::Error>;

/// Day, overcast, dusk, fog, rain, cloudburst, night, rain by night.
const WEATHERS: [Weather; 8] = [
    weather(0.8, 0.2),
    weather(0.6, 1.0),
    weather(0.05, 0.3),
    Weather {
        visibility_m: Some(70.0),
        ..weather(0.5, 0.9)
    },
    Weather {
        rain_mm_per_h: 4.0,
        ..weather(0.6, 0.9)
    },
    Weather {
        rain_mm_per_h: 25.0,
        ..weather(0.5, 1.0)
    },
    weather(-0.2, 0.2),
    Weather {
        rain_mm_per_h: 8.0,
        ..weather(-0.2, 1.0)
    },
];
/// Angles from which a road user is shown: seen from ahead, from the side, from behind.
const ANGLES_RAD: [f64; 3] = [2.6, 1.6, 0.45];

const fn weather(sun_elevation_rad: f64, overcast: f64) -> Weather {
    Weather {
        sun_azimuth_rad: 0.9,
        sun_elevation_rad,
        overcast,
        visibility_m: None,
        rain_mm_per_h: 0.0,
    }
}

fn main() -> Result<(), AnyError> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments
        .next()
        .map_or_else(std::env::temp_dir, PathBuf::from);
    let seed = arguments.next().map_or(Ok(1), |text| text.parse())?;
    std::fs::create_dir_all(&folder)?;
    for (sheet, models) in (0..).zip(ACTOR_MODELS.chunks(6)) {
        model_sheet(models, seed)?.save(folder.join(format!("models-{sheet}.png")))?;
    }
    for name in ROAD_NAMES {
        streets(name, seed, &folder)?;
    }
    posts(seed)?.save(folder.join("posts.png"))?;
    Ok(())
}

/// Traffic lights and signs of every library road, three of each at most, seen by the traffic they address.
fn posts(seed: u64) -> Result<RgbImage, AnyError> {
    let (width, height) = (FRAME_WIDTH as u32, FRAME_HEIGHT as u32);
    let mut sheet = RgbImage::new(2 * width, 6 * height);
    let mut place = 0;
    for name in ROAD_NAMES {
        let road = Arc::new(Road::named(name)?);
        let lights = road
            .lights()
            .iter()
            .take(2)
            .map(|light| light.world_from_pole);
        let signs = road.signs().iter().take(2).map(|sign| sign.world_from_pole);
        for world_from_pole in lights.chain(signs).collect::<Vec<_>>() {
            let stage = Stage {
                lights: road.lights().to_vec(),
                road: road.clone(),
                world_from_ego: world_from_pole.then(Pose2::new(12.0, -3.2, core::f64::consts::PI)),
                ego_speed_mps: 0.0,
                actors: Vec::new(),
                weather: Weather::default(),
                looks_seed: seed,
            };
            let (x, y) = (
                i64::from(width) * (place % 2),
                i64::from(height) * (place / 2),
            );
            imageops::replace(&mut sheet, &expose(&stage)?, x, y);
            place += 1;
        }
    }
    Ok(sheet)
}

/// One row per model, seen from three sides.
fn model_sheet(models: &'static [ActorModel], seed: u64) -> Result<RgbImage, AnyError> {
    let (width, height) = (FRAME_WIDTH as u32 / 4 * 3, FRAME_HEIGHT as u32 / 4 * 3);
    let mut sheet = RgbImage::new(width * 3, height * models.len() as u32);
    for (row, model) in (0..).zip(models) {
        for (column, angle_rad) in (0..).zip(ANGLES_RAD) {
            let picture = portrait(model, angle_rad, seed + column)?;
            let small = resize(&picture, width, height, FilterType::Triangle);
            let (x, y) = (i64::from(width) * column as i64, i64::from(height) * row);
            imageops::replace(&mut sheet, &small, x, y);
        }
    }
    Ok(sheet)
}

fn portrait(model: &'static ActorModel, angle_rad: f64, seed: u64) -> Result<RgbImage, AnyError> {
    let road = Arc::new(Road::named("straight")?);
    let world_from_ego = lane_pose(&road, 0.5)?;
    let away_m = 2.6 + model.length_m.max(model.height_m * 1.4) * 0.95;
    let actor = StageActor {
        name: model.name.to_owned(),
        model,
        world_from_actor: world_from_ego.then(Pose2::new(away_m, 0.0, angle_rad)),
        speed_mps: 1.3,
    };
    let stage = Stage {
        road,
        world_from_ego,
        ego_speed_mps: 0.0,
        actors: vec![actor],
        lights: Vec::new(),
        weather: Weather::default(),
        looks_seed: seed,
    };
    expose(&stage)
}

/// Pictures along a library road, each in its own weather.
fn streets(name: &str, seed: u64, folder: &Path) -> Result<(), AnyError> {
    let road = Arc::new(Road::named(name)?);
    let (width, height) = (FRAME_WIDTH as u32, FRAME_HEIGHT as u32);
    let mut sheet = RgbImage::new(2 * width, 4 * height);
    for (index, weather) in (0..).zip(WEATHERS) {
        let world_from_ego = lane_pose(&road, 0.15 + 0.2 * (index % 4) as f64)?;
        let stage = Stage {
            actors: traffic(world_from_ego, index as usize),
            lights: road.lights().to_vec(),
            road: road.clone(),
            world_from_ego,
            ego_speed_mps: 0.0,
            weather,
            looks_seed: seed + index as u64,
        };
        let (x, y) = (
            i64::from(width) * (index % 2),
            i64::from(height) * (index / 2),
        );
        imageops::replace(&mut sheet, &expose(&stage)?, x, y);
    }
    sheet.save(folder.join(format!("{name}.png")))?;
    Ok(())
}

/// A few road users ahead of ego.
fn traffic(world_from_ego: Pose2, first: usize) -> Vec<StageActor> {
    let places = [
        (16.0, 3.4, 3.1),
        (26.0, 0.0, 0.0),
        (14.0, -3.6, 1.5),
        (40.0, 3.4, 3.1),
        (22.0, -4.6, 0.2),
    ];
    let actors = (0..)
        .zip(places)
        .map(|(index, (ahead_m, left_m, yaw_rad))| {
            let vehicles = &ACTOR_MODELS[..10];
            let people = &ACTOR_MODELS[10..];
            let is_person = left_m < -1.0;
            let list = if is_person { people } else { vehicles };
            let model = &list[(first * 5 + index * 3) % list.len()];
            StageActor {
                name: model.name.to_owned(),
                model,
                world_from_actor: world_from_ego.then(Pose2::new(ahead_m, left_m, yaw_rad)),
                speed_mps: 1.3,
            }
        });
    actors.collect()
}

/// A pose at a share of the way along the network's longest lane to the right.
fn lane_pose(road: &Road, share: f64) -> Result<Pose2, AnyError> {
    let lanes = road
        .lanes()
        .filter(|lane| lane.is_driving && lane.lane < 0 && !lane.in_junction);
    let length_m = |range_m: (f64, f64)| range_m.1 - range_m.0;
    let longest = lanes.max_by(|a, b| length_m(a.s_range_m).total_cmp(&length_m(b.s_range_m)));
    let lane = longest.ok_or("a road without lanes")?;
    let s_m = lane.s_range_m.0 + share * length_m(lane.s_range_m);
    Ok(road.pose(&LanePosition {
        road: lane.road,
        lane: lane.lane,
        s_m,
        offset_m: 0.0,
    })?)
}

/// One exposure of a stage as it begins, its traffic lights showing one state each.
fn expose(stage: &Stage) -> Result<RgbImage, AnyError> {
    let mut simulation = Simulation::new(stage, &SimOptions::default())?;
    let mut state = simulation.world().clone();
    let shown = [LightState::Red, LightState::Green, LightState::Amber];
    for (light, shown) in state.lights.iter_mut().zip(shown.into_iter().cycle()) {
        *light = shown;
    }
    simulation.place(&state);
    let (frame, _) = simulation.expose(Exposure::Picture)?;
    let frame = frame.ok_or("an exposure without a picture")?;
    let picture = RgbImage::from_raw(frame.width as u32, frame.height as u32, frame.rgb.to_vec());
    Ok(picture.ok_or("a frame of the wrong size")?)
}
