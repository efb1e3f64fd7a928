//! Three drivers without camera or physics: ego slides along its lane's centre.

use drive::ego::{EGO_FRONT_M, EGO_LENGTH_M, EGO_WIDTH_M};
use drive::frames::Point2;
use drive::labels::LightState;
use drive::time::{TICK_S, Tick};
use scenarios::director::{Director, opening_world};
use scenarios::geometry::Footprint;
use scenarios::judge::Judge;
use scenarios::story::{CompiledStory, Fault};
use scenarios::verdict::Verdict;
use scenarios::world::{ActorCommands, Contact, WorldState};

/// How far the attentive driver sees, in metres.
const SIGHT_M: f64 = 70.0;
/// Acceleration, comfortable and hardest braking in metres per second squared.
const ACCEL_MPS2: f64 = 1.5;
const BRAKING_MPS2: f64 = 2.0;
const HARD_BRAKING_MPS2: f64 = 8.0;
/// Braking of the attentive driver whose camera is dead.
const SAFE_STOP_MPS2: f64 = 3.5;
/// Room the attentive driver leaves for people, in metres.
const MARGIN_M: f64 = 0.6;

/// How ego drives.
#[derive(Clone, Copy)]
pub(crate) enum Driver {
    /// Keeps the set speed, whatever comes.
    Blind,
    /// Brakes from the start.
    AlwaysBrakes,
    /// Sees what has a line of sight within reach; follows, yields and stops.
    Attentive,
}

/// What became of a drive.
pub(crate) struct Outcome {
    pub(crate) verdict: Verdict,
    pub(crate) commands: Vec<ActorCommands>,
}

/// Plays a story to its end.
pub(crate) fn play(story: &CompiledStory, driver: Driver) -> Outcome {
    let (mut director, mut judge) = (Director::new(story), Judge::new(story));
    let mut world = opening_world(story);
    let (mut along_m, mut accel_mps2) = (0.0, 0.0);
    let mut all_commands = Vec::new();
    judge.observe(&world);
    while !director.finished(&world) {
        let commands = director.direct(&world);
        if world.tick.is_exposure() {
            accel_mps2 = match driver {
                Driver::Blind => towards(story.set_speed_mps, &world),
                Driver::AlwaysBrakes => -3.0,
                Driver::Attentive if is_dead(&director) => -SAFE_STOP_MPS2,
                Driver::Attentive => attentive(story, &world, along_m),
            };
        }
        let speed_mps = (world.ego.state.speed_mps + accel_mps2 * TICK_S).max(0.0);
        along_m += speed_mps * TICK_S;
        world.tick = Tick(world.tick.0 + 1);
        world.ego.world_from_ego = story.route.pose_at(along_m, 0.0);
        world.ego.state.speed_mps = speed_mps;
        world.actors.clone_from(&commands.actors);
        world.lights.clone_from(&commands.lights);
        world.contacts = contacts(story, &world);
        all_commands.push(commands);
        judge.observe(&world);
    }
    Outcome {
        verdict: judge.verdict(&director.events().collect::<Vec<_>>()),
        commands: all_commands,
    }
}

fn is_dead(director: &Director) -> bool {
    let mut faults = director.faults().iter();
    faults.any(|active| active.fault == Fault::CameraDies)
}

fn towards(set_speed_mps: f64, world: &WorldState) -> f64 {
    (set_speed_mps - world.ego.state.speed_mps).clamp(-BRAKING_MPS2, ACCEL_MPS2)
}

pub(crate) fn footprints(story: &CompiledStory, world: &WorldState) -> Vec<Footprint> {
    let actors = world.actors.iter().zip(&story.stage.actors);
    actors
        .map(|(state, actor)| Footprint::of_actor(state.world_from_actor, actor.model))
        .collect()
}

fn contacts(story: &CompiledStory, world: &WorldState) -> Vec<Contact> {
    let ego = Footprint::of_ego(world.ego.world_from_ego);
    let actors = footprints(story, world);
    let touched = actors
        .iter()
        .enumerate()
        .filter(|(_, actor)| ego.overlaps(actor));
    touched.map(|(index, _)| Contact::Actor(index)).collect()
}

/// The hardest of what everyone in sight and the lights ask for.
fn attentive(story: &CompiledStory, world: &WorldState, along_m: f64) -> f64 {
    let v = world.ego.state.speed_mps;
    let mut accel_mps2 = towards(story.set_speed_mps, world);
    for line in &story.stop_lines {
        let gap_m = line.along_m - along_m - EGO_FRONT_M;
        let stop = matches!(
            world.lights[line.light],
            LightState::Red | LightState::Amber
        );
        if stop && (0.0..SIGHT_M).contains(&gap_m) && v * v / (2.0 * gap_m.max(0.1)) < 5.0 {
            accel_mps2 = accel_mps2.min(following(v, story.set_speed_mps, gap_m, 0.0));
        }
    }
    let actors = footprints(story, world);
    for (index, footprint) in actors.iter().enumerate() {
        if is_visible(world, &actors, index) {
            let speed_mps = world.actors[index].speed_mps;
            if let Some((gap_m, lead_mps)) = conflict(story, footprint, speed_mps, (along_m, v)) {
                accel_mps2 = accel_mps2.min(following(v, story.set_speed_mps, gap_m, lead_mps));
            }
        }
    }
    accel_mps2.max(-HARD_BRAKING_MPS2)
}

/// Gap to and speed of a road user that is in ego's way, or will be when ego arrives.
fn conflict(
    story: &CompiledStory,
    footprint: &Footprint,
    speed_mps: f64,
    (along_m, ego_mps): (f64, f64),
) -> Option<(f64, f64)> {
    let centre = footprint.world_from_centre;
    let place = story.route.project(centre.position());
    let turn_rad = centre.yaw_rad - place.yaw_rad;
    let (half_length_m, half_width_m) = footprint.half_extents_m(place.yaw_rad);
    let gap_m = place.along_m - along_m - EGO_FRONT_M - half_length_m;
    let (lead_mps, left_mps) = (
        speed_mps * drive::math::cos(turn_rad),
        speed_mps * drive::math::sin(turn_rad),
    );
    let reach_m = half_width_m + EGO_WIDTH_M / 2.0;
    let crossing = left_mps.abs() > 0.3;
    let reach_m = if crossing {
        reach_m + MARGIN_M
    } else {
        reach_m
    };
    let closing_mps = (ego_mps - lead_mps).max(2.0);
    let (enter_s, leave_s) = (
        gap_m.max(0.0) / closing_mps,
        (gap_m + EGO_LENGTH_M + 2.0 * half_length_m) / closing_mps,
    );
    let then_m = [0.0, enter_s, 0.5 * (enter_s + leave_s), leave_s]
        .map(|after_s| place.left_m + left_mps * after_s);
    let sweeps = then_m.iter().any(|m| m.abs() < reach_m)
        || (then_m[0] < 0.0) != (then_m[3] < 0.0) && crossing;
    (gap_m > -EGO_LENGTH_M && lead_mps > -1.0 && sweeps).then_some((gap_m, lead_mps))
}

/// The intelligent driver model, kept from braking much harder than what avoids a collision.
fn following(v: f64, set_mps: f64, gap_m: f64, lead_mps: f64) -> f64 {
    let closing_mps = v - lead_mps;
    let root = 2.0 * (ACCEL_MPS2 * BRAKING_MPS2).sqrt();
    let wanted_m = 2.0 + (1.5 * v + v * closing_mps / root).max(0.0);
    let ratio = wanted_m / gap_m.max(0.1);
    let share = v / set_mps;
    let idm = ACCEL_MPS2 * (1.0 - share * share - ratio * ratio);
    let needed = -closing_mps.max(0.0) * closing_mps.max(0.0) / (2.0 * (gap_m - 1.5).max(0.1));
    if idm < needed {
        needed + 0.6 * drive::math::tanh((idm - needed) / 0.6)
    } else {
        idm
    }
}

/// Whether an actor is near enough and no other one stands between it and ego's camera.
pub(crate) fn is_visible(world: &WorldState, actors: &[Footprint], index: usize) -> bool {
    let camera = world.ego.world_from_ego.transform(Point2::new(0.45, 0.0));
    let corners = actors[index].corners();
    let centre = actors[index].world_from_centre.position();
    let mut points = corners.to_vec();
    points.push(centre);
    camera.distance_m(centre) < SIGHT_M
        && points.iter().any(|&point| {
            let mut others = actors
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != index);
            !others.any(|(_, other)| hides(other, camera, point))
        })
}

/// Whether the line from `from` to `to` passes through a footprint.
fn hides(footprint: &Footprint, from: Point2, to: Point2) -> bool {
    let steps = (from.distance_m(to) / 0.5).ceil().max(1.0);
    (1..steps as usize).any(|step| {
        let t = step as f64 / steps;
        let (x_m, y_m) = (
            from.x_m + t * (to.x_m - from.x_m),
            from.y_m + t * (to.y_m - from.y_m),
        );
        let local = footprint
            .world_from_centre
            .inverse_transform(Point2::new(x_m, y_m));
        local.x_m.abs() < footprint.length_m / 2.0 && local.y_m.abs() < footprint.width_m / 2.0
    })
}

/// How long before a blind ego hits an actor that actor comes into view for good, in seconds.
pub(crate) fn hidden_before_collision_s(story: &CompiledStory, actor: usize) -> f64 {
    let outcome = play(story, Driver::Blind);
    let mut seen_s = 0.0;
    let mut along_m = 0.0;
    for commands in &outcome.commands {
        let mut world = opening_world(story);
        along_m += story.set_speed_mps * TICK_S;
        world.ego.world_from_ego = story.route.pose_at(along_m, 0.0);
        world.actors.clone_from(&commands.actors);
        let seen = is_visible(&world, &footprints(story, &world), actor);
        seen_s = if seen { seen_s + TICK_S } else { 0.0 };
    }
    seen_s
}
