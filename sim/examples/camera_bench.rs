//! Times the sensor camera on full streets, by day, in rain and by night, and checks that the pictures show them:
//! `cargo run -p sim --example camera_bench -- [ROUNDS]`.
#![expect(clippy::print_stdout, reason = "a program that reports to its caller")]
#![expect(clippy::disallowed_methods, reason = "it measures the wall clock")]

use std::sync::Arc;
use std::time::Instant;

use drive::frames::Pose2;
use drive::labels::Class;
use scenarios::actor::ACTOR_MODELS;
use scenarios::road::{LanePosition, Road};
use scenarios::stage::{Stage, StageActor, Weather};
use scenarios::world::WorldState;
use sim::{Exposure, SimOptions, Simulation};

type AnyError = Box<dyn std::error::Error>;

/// The roads that are timed.
const ROADS: [&str; 4] = ["town", "winding", "multilane", "crossing"];
/// Places on each road, in metres from its lane's beginning, at which frames are timed.
const PLACES_M: [f64; 6] = [5.0, 30.0, 55.0, 80.0, 105.0, 130.0];
/// Weathers in which pictures are timed: name, sun's height in radians, rain in millimetres per hour.
const WEATHERS: [(&str, f64, f64); 4] = [
    ("day", 0.8, 0.0),
    ("rain", 0.8, 8.0),
    ("night", -0.2, 0.0),
    ("rainy night", -0.2, 8.0),
];
/// Road users ahead of each other along the lane, and the metres between them.
const ACTORS: usize = 14;
const SPACING_M: f64 = 14.0;
/// Classes that every frame of every road must show: an empty picture is fast.
const EXPECTED: [Class; 5] = [
    Class::Road,
    Class::Marking,
    Class::Vegetation,
    Class::Sky,
    Class::Vehicle,
];

fn main() -> Result<(), AnyError> {
    let rounds = match std::env::args().nth(1) {
        Some(text) => text.parse()?,
        None => 20,
    };
    for name in ROADS {
        let road = Arc::new(Road::named(name)?);
        let lane = first_lane(&road).ok_or("a road without driving lanes")?;
        for (weather, sun_elevation_rad, rain_mm_per_h) in WEATHERS {
            let mut stage = stage(&road, &lane)?;
            stage.weather.sun_elevation_rad = sun_elevation_rad;
            stage.weather.rain_mm_per_h = rain_mm_per_h;
            let mut simulation = Simulation::new(&stage, &SimOptions::default())?;
            let states = states(&simulation, &road, &lane)?;
            for exposure in [Exposure::Picture, Exposure::Labels] {
                let (mean_ms, quiet_ms) = time(&mut simulation, &states, exposure, rounds)?;
                println!(
                    "{name}, {weather}, {exposure:?}: mean {mean_ms:.1} ms ({:.0} frames/s), undisturbed {quiet_ms:.1} ms ({:.0} frames/s)",
                    1e3 / mean_ms,
                    1e3 / quiet_ms
                );
            }
        }
    }
    Ok(())
}

/// Milliseconds a frame: the mean of all, and the mean over the places of the least at each, which other
/// programs on the machine disturb little.
fn time(
    simulation: &mut Simulation,
    states: &[WorldState],
    exposure: Exposure,
    rounds: u32,
) -> Result<(f64, f64), AnyError> {
    let mut sum_ms = 0.0;
    let mut least_ms = vec![f64::INFINITY; states.len()];
    for (state, least_ms) in states.iter().zip(&mut least_ms) {
        simulation.place(state);
        let (_, labels) = simulation.expose(exposure)?;
        check(&labels.class)?;
        for _ in 0..rounds {
            let start = Instant::now();
            simulation.expose(exposure)?;
            let took_ms = start.elapsed().as_secs_f64() * 1e3;
            sum_ms += took_ms;
            *least_ms = least_ms.min(took_ms);
        }
    }
    let places = states.len() as f64;
    let quiet_ms = least_ms.iter().sum::<f64>() / places;
    Ok((sum_ms / f64::from(rounds) / places, quiet_ms))
}

fn check(classes: &[u8]) -> Result<(), AnyError> {
    for class in EXPECTED {
        let pixels = classes.iter().filter(|&&pixel| pixel == class as u8);
        if pixels.count() < 20 {
            return Err(format!("the picture shows no {class:?}").into());
        }
    }
    Ok(())
}

/// The beginning of the longest driving lane outside of junctions.
fn first_lane(road: &Road) -> Option<LanePosition> {
    let lanes = road
        .lanes()
        .filter(|lane| lane.is_driving && lane.lane < 0 && !lane.in_junction);
    let length_m = |range_m: (f64, f64)| range_m.1 - range_m.0;
    let longest = lanes.max_by(|a, b| length_m(a.s_range_m).total_cmp(&length_m(b.s_range_m)))?;
    Some(LanePosition {
        road: longest.road,
        lane: longest.lane,
        s_m: longest.s_range_m.0,
        offset_m: 0.0,
    })
}

fn at(road: &Road, lane: &LanePosition, ahead_m: f64, offset_m: f64) -> Result<Pose2, AnyError> {
    let position = LanePosition {
        s_m: lane.s_m + ahead_m,
        offset_m,
        ..lane.clone()
    };
    Ok(road.pose(&position)?)
}

/// Vehicles of every kind towards ego on its left, people on its right.
fn stage(road: &Arc<Road>, lane: &LanePosition) -> Result<Stage, AnyError> {
    let mut actors = Vec::new();
    for (index, model) in ACTOR_MODELS.iter().cycle().take(ACTORS).enumerate() {
        let is_person = model.class.is_vulnerable();
        let (offset_m, turn_rad) = if is_person {
            (-3.6, 0.0)
        } else {
            (3.5, core::f64::consts::PI)
        };
        let along = at(road, lane, 20.0 + SPACING_M * index as f64, offset_m)?;
        actors.push(StageActor {
            name: index.to_string(),
            model,
            world_from_actor: Pose2::new(along.x_m, along.y_m, along.yaw_rad + turn_rad),
            speed_mps: 0.0,
        });
    }
    Ok(Stage {
        world_from_ego: at(road, lane, 0.0, 0.0)?,
        ego_speed_mps: 0.0,
        actors,
        lights: road.lights().to_vec(),
        weather: Weather::default(),
        looks_seed: 3,
        road: Arc::clone(road),
    })
}

fn states(
    simulation: &Simulation,
    road: &Road,
    lane: &LanePosition,
) -> Result<Vec<WorldState>, AnyError> {
    let state = |place_m: &f64| {
        let mut state = simulation.world().clone();
        state.ego.world_from_ego = at(road, lane, *place_m, 0.0)?;
        Ok(state)
    };
    PLACES_M.iter().map(state).collect()
}
