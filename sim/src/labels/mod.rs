//! What is true about one exposure: the maps, and the road users, lanes, light and stop line that
//! have pixels in them.

mod lanes;
mod maps;
mod objects;
mod signals;

use drive::camera::{CameraModel, FRAME_HEIGHT, FRAME_WIDTH};
use drive::frames::Pose2;
use drive::labels::Labels;
use scenarios::stage::Stage;
use scenarios::world::WorldState;

use self::maps::Maps;
use self::objects::Body;
use crate::camera::RawExposure;
use crate::ground::Ground;

/// How far ahead lane boundaries are looked for, in metres.
const LANES_AHEAD_M: f64 = 70.0;
/// How far ahead a stop line and its light are looked for, in metres (along the lane).
const SIGNALS_AHEAD_M: f64 = 85.0;

/// Labels one exposure of the world as it is.
pub(crate) fn label(
    stage: &Stage,
    ground: &Ground,
    world: &WorldState,
    raw: RawExposure,
) -> Labels {
    let world_from_ego = world.ego.world_from_ego;
    let maps = Maps::new(CameraModel::standard(), &raw);
    let bodies = stage.actors.iter().zip(&world.actors);
    let bodies = bodies.map(|(actor, state)| Body {
        model: actor.model,
        world_from_actor: state.world_from_actor,
        ground_m: ground.height_m(state.world_from_actor.position()),
    });
    let objects = objects::label(&maps, world_from_ego, bodies);
    let boundaries = stage.road.lane_boundaries(world_from_ego, LANES_AHEAD_M);
    let lanes = lanes::label(&maps, world_from_ego, &boundaries);
    let lit: Vec<_> = stage
        .lights
        .iter()
        .zip(world.lights.iter().copied())
        .collect();
    let signals = if lit.is_empty() {
        signals::Signals::default()
    } else {
        signals::label(
            &maps,
            world_from_ego,
            &lane_ahead(stage, world_from_ego),
            &lit,
        )
    };
    Labels {
        tick: world.tick,
        width: FRAME_WIDTH,
        height: FRAME_HEIGHT,
        objects,
        lanes,
        light: signals.light,
        stop_line_m: signals.stop_line_m,
        class: raw.class,
        instance: raw.instance,
        depth_m: raw.depth_m,
    }
}

/// The centre line of ego's lane from ego on; empty off the road.
fn lane_ahead(stage: &Stage, world_from_ego: Pose2) -> Vec<Pose2> {
    let Some(hit) = stage.road.locate_pose(world_from_ego) else {
        return Vec::new();
    };
    let path = stage.road.lane_path(&hit.position, SIGNALS_AHEAD_M);
    path.map(|path| path.poses).unwrap_or_default()
}
