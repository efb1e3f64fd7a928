//! A library road with a few road users on it.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use drive::frames::Pose2;
use drive::labels::LightState;
use scenarios::actor::{ACTOR_MODELS, ActorModel};
use scenarios::road::{LanePosition, Road};
use scenarios::stage::{Stage, StageActor, Weather};
use sim::{SimOptions, Simulation};

use crate::save;

/// Places to look from, as shares of the first lane's length.
const VIEWS: [f64; 3] = [0.12, 0.5, 0.8];
/// Road users: metres ahead along the lane, metres to the left of it, heading against it in radians.
const SPOTS: [(f64, f64, f64); 6] = [
    (14.0, 3.4, 3.1),
    (24.0, 0.0, 0.0),
    (38.0, 3.6, 3.1),
    (12.0, -4.6, 0.4),
    (20.0, -5.0, 2.0),
    (9.0, -3.4, 1.6),
];

/// Writes pictures of a road.
pub(crate) fn render(folder: &Path, name: &str) -> Result<(), Box<dyn Error>> {
    let road = Arc::new(Road::named(name)?);
    for (view, share) in VIEWS.iter().enumerate() {
        let ego = place_on(&road, *share).ok_or("a road without a driving lane")?;
        let stage = stage(&road, &ego, name.len() + view)?;
        let mut simulation = Simulation::new(&stage, &SimOptions::default())?;
        let mut state = simulation.world().clone();
        let shown = [LightState::Red, LightState::Amber, LightState::Green];
        state.lights.fill(shown[view]);
        simulation.place(&state);
        save(&mut simulation, folder, &format!("{name}-{view}"))?;
    }
    Ok(())
}

/// A driving lane's centre at a share of the way along the network's longest lane to the right.
fn place_on(road: &Road, share: f64) -> Option<LanePosition> {
    let lanes = road.lanes();
    let lanes = lanes.filter(|lane| lane.is_driving && lane.lane < 0 && !lane.in_junction);
    let length_m = |range_m: (f64, f64)| range_m.1 - range_m.0;
    let lane = lanes.max_by(|a, b| length_m(a.s_range_m).total_cmp(&length_m(b.s_range_m)))?;
    Some(LanePosition {
        s_m: lane.s_range_m.0 + share * length_m(lane.s_range_m),
        road: lane.road,
        lane: lane.lane,
        offset_m: 0.0,
    })
}

/// Ego at a place with road users ahead of it, another choice of models and weather for each `turn`.
fn stage(road: &Arc<Road>, ego: &LanePosition, turn: usize) -> Result<Stage, Box<dyn Error>> {
    let path = road.lane_path(ego, 40.0)?;
    let actors = SPOTS.iter().enumerate();
    let actors = actors.map(|(index, &(ahead_m, left_m, yaw_rad))| {
        let reached = path
            .distances_m
            .iter()
            .rposition(|&along_m| along_m <= ahead_m);
        let world_from_lane = path.poses[reached.unwrap_or(0)];
        StageActor {
            name: index.to_string(),
            model: model(index, turn),
            world_from_actor: world_from_lane.then(Pose2::new(0.0, left_m, yaw_rad)),
            speed_mps: 1.2,
        }
    });
    Ok(Stage {
        world_from_ego: road.pose(ego)?,
        ego_speed_mps: 0.0,
        actors: actors.collect(),
        lights: road.lights().to_vec(),
        weather: weather(turn),
        looks_seed: turn as u64,
        road: Arc::clone(road),
    })
}

/// Clear, dusk, fog, overcast in turn.
fn weather(turn: usize) -> Weather {
    let clear = Weather::default();
    match turn % 4 {
        0 => clear,
        1 => Weather {
            sun_elevation_rad: 0.06,
            sun_azimuth_rad: 2.0,
            ..clear
        },
        2 => Weather {
            overcast: 1.0,
            visibility_m: Some(120.0),
            ..clear
        },
        _ => Weather {
            overcast: 0.9,
            ..clear
        },
    }
}

/// Vehicles for the first three spots, people for the others.
fn model(spot: usize, turn: usize) -> &'static ActorModel {
    let models = ACTOR_MODELS.iter();
    let fitting: Vec<_> = models
        .filter(|model| model.class.is_vulnerable() == (spot >= 3))
        .collect();
    fitting[(turn * 3 + spot) % fitting.len()]
}
