//! From a [`Story`] to a [`CompiledStory`]: draws the seed's parameters and puts everyone in place.

use std::collections::BTreeMap;
use std::sync::Arc;

use drive::ego::EGO_LENGTH_M;
use drive::frames::{Point2, Pose2};
use drive::labels::LightState;
use drive::random::stream;
use rand::Rng;

use super::error::{StoryError, list, unknown};
use super::storyboard::{Along, SignalGroup};
use super::value::evaluate;
use super::{Behaviour, Facing, OnLane, Phase, Position, Relative, Story, StoryActor, Value};
use crate::actor::{ACTOR_MODELS, ActorModel, actor_model};
use crate::director::Motion;
use crate::path::Path;
use crate::road::{LanePosition, Road, RoadError};
use crate::stage::{Stage, StageActor, StageLight, Weather};
use crate::story::compiled::{CompiledStory, LightPlan, StopLine};

/// Lanes are followed this far, in metres: longer than any story.
const HORIZON_M: f64 = 3000.0;
/// A stop line this far from ego's lane centre (both ends) belongs to another lane, in metres.
const STOP_LINE_REACH_M: f64 = 8.0;

impl Story {
    /// The story for one seed. `overrides` fixes parameters to exact values, free of jitter.
    ///
    /// # Errors
    /// When an override is unknown or out of range, or the file names something that does not exist.
    pub fn compile(
        &self,
        seed: u64,
        overrides: &BTreeMap<String, f64>,
    ) -> Result<CompiledStory, StoryError> {
        let parameters = self.parameters_for(seed, overrides)?;
        let road = Road::open(&self.road).map_err(|source| self.road_error(source))?;
        let values = Values {
            story: self,
            parameters: &parameters,
        };
        let ego_lane = values.lane(&self.ego.at)?;
        let lane_path = road.lane_path(&ego_lane, HORIZON_M);
        let compiler = Compiler {
            story: self,
            values,
            seed,
            route: lane_path.map_err(|source| self.road_error(source))?.into(),
            road: Arc::new(road),
        };
        compiler.run(&ego_lane)
    }

    fn parameters_for(
        &self,
        seed: u64,
        overrides: &BTreeMap<String, f64>,
    ) -> Result<BTreeMap<String, f64>, StoryError> {
        let mut values = BTreeMap::new();
        for (name, parameter) in &self.parameters {
            let draw: f64 = stream(seed, &format!("story/{name}")).random_range(-1.0..=1.0);
            let (low, high) = parameter.range;
            let value = (parameter.default + draw * parameter.jitter).clamp(low, high);
            values.insert(name.clone(), value);
        }
        for (name, &value) in overrides {
            self.check_override(name, value)?;
            values.insert(name.clone(), value);
        }
        Ok(values)
    }

    fn check_override(&self, name: &str, value: f64) -> Result<(), StoryError> {
        let message = match self.parameters.get(name) {
            None => {
                let names: Vec<&str> = self.parameters.keys().map(String::as_str).collect();
                unknown("parameter", name, &names)
            }
            Some(parameter) => {
                let (low, high) = parameter.range;
                if (low..=high).contains(&value) {
                    return Ok(());
                }
                format!("parameter `{name}` is {value}; it must lie within {low}..{high}")
            }
        };
        Err(StoryError::Parameter {
            story: self.name.clone(),
            message,
        })
    }

    pub(super) fn road_error(&self, source: RoadError) -> StoryError {
        StoryError::Road {
            story: self.name.clone(),
            road: self.road.clone(),
            source,
        }
    }
}

/// A story and the values of its parameters.
struct Values<'a> {
    story: &'a Story,
    parameters: &'a BTreeMap<String, f64>,
}

impl Values<'_> {
    fn number(&self, value: &Value) -> Result<f64, StoryError> {
        match value {
            Value::Number(number) => Ok(*number),
            Value::Expression(text) => evaluate(text, self.parameters).map_err(|error| {
                let characters = text[..error.at].chars().count();
                self.story.error(text, characters, error.message)
            }),
        }
    }

    fn lane(&self, place: &OnLane) -> Result<LanePosition, StoryError> {
        Ok(LanePosition {
            road: place.road.clone(),
            lane: place.lane,
            s_m: self.number(&place.s_m)?,
            offset_m: self.number(&place.offset_m)?,
        })
    }
}

/// Everything the parts of a story are resolved against.
pub(super) struct Compiler<'a> {
    pub(super) story: &'a Story,
    values: Values<'a>,
    seed: u64,
    pub(super) road: Arc<Road>,
    pub(super) route: Path,
}

impl Compiler<'_> {
    fn run(self, ego_lane: &LanePosition) -> Result<CompiledStory, StoryError> {
        let story = self.story;
        let placed = self.place_actors()?;
        let lane = self.road.locate(self.route.pose_at(0.0, 0.0).position());
        let (actors, motions): (Vec<_>, Vec<_>) = placed.into_iter().unzip();
        let events = self.events(&actors)?;
        let until = story.until.as_ref().map(|until| self.trigger(until));
        Ok(CompiledStory {
            name: story.name.clone(),
            title: story.title.clone(),
            kind: story.kind,
            seed: self.seed,
            parameters: self.values.parameters.clone(),
            set_speed_mps: self.number(&story.set_speed_mps)?,
            duration_s: self.number(&story.duration_s)?,
            route_m: self.number(&story.route_m)?,
            lane_width_m: lane.map_or(0.0, |hit| hit.width_m),
            criteria: self.criteria()?,
            stop_lines: self.stop_lines(),
            lights: self.light_plan()?,
            stage: self.stage(ego_lane, actors)?,
            motions,
            events,
            until: until.transpose()?,
            route: self.route,
        })
    }

    /// The number a value stands for.
    pub(super) fn number(&self, value: &Value) -> Result<f64, StoryError> {
        self.values.number(value)
    }

    /// The pose at a place along and across ego's lane, heading along it.
    pub(super) fn along(&self, place: &Along) -> Result<Pose2, StoryError> {
        let (ahead_m, left_m) = (self.number(&place.ahead_m)?, self.number(&place.left_m)?);
        Ok(self.route.pose_at(ahead_m, left_m))
    }

    fn stage(&self, ego: &LanePosition, actors: Vec<StageActor>) -> Result<Stage, StoryError> {
        let pose = self.road.pose(ego);
        Ok(Stage {
            road: Arc::clone(&self.road),
            world_from_ego: pose.map_err(|source| self.story.road_error(source))?,
            ego_speed_mps: self.number(&self.story.ego.speed_mps)?,
            actors,
            lights: self.road.lights().to_vec(),
            weather: self.weather()?,
            looks_seed: stream(self.seed, "looks").random(),
        })
    }

    fn weather(&self) -> Result<Weather, StoryError> {
        let weather = &self.story.weather;
        let visibility = weather.visibility_m.as_ref();
        Ok(Weather {
            sun_azimuth_rad: self.number(&weather.sun_azimuth_deg)?.to_radians(),
            sun_elevation_rad: self.number(&weather.sun_elevation_deg)?.to_radians(),
            overcast: self.number(&weather.overcast)?,
            visibility_m: visibility.map(|value| self.number(value)).transpose()?,
            rain_mm_per_h: self.number(&weather.rain_mm_per_h)?,
        })
    }

    fn place_actors(&self) -> Result<Vec<(StageActor, Motion)>, StoryError> {
        let actors = &self.story.actors;
        for (index, actor) in actors.iter().enumerate() {
            if actor.name == "ego" || actors[..index].iter().any(|a| a.name == actor.name) {
                let message = format!("the name `{}` is taken; choose another", actor.name);
                return Err(self.story.error(&actor.name, 0, message));
            }
        }
        actors.iter().map(|actor| self.place_actor(actor)).collect()
    }

    fn place_actor(&self, actor: &StoryActor) -> Result<(StageActor, Motion), StoryError> {
        let model = self.model(actor)?;
        let speed_mps = self.number(&actor.speed_mps)?;
        let start = self.start(actor, model)?;
        let path = self.path_from(start, actor.facing);
        let mut motion = Motion::new(path, start.position(), speed_mps);
        if let Behaviour::Traffic { set_speed_mps } = &actor.behaviour {
            motion.drive_in_traffic(self.number(set_speed_mps)?);
        }
        let stage_actor = StageActor {
            name: actor.name.clone(),
            model,
            world_from_actor: motion.state().world_from_actor,
            speed_mps,
        };
        Ok((stage_actor, motion))
    }

    fn model(&self, actor: &StoryActor) -> Result<&'static ActorModel, StoryError> {
        if actor.models.is_empty() {
            let message = format!("`{}` needs at least one model", actor.name);
            return Err(self.story.error(&actor.name, 0, message));
        }
        let mut models = Vec::new();
        for name in &actor.models {
            let model = actor_model(name).ok_or_else(|| {
                let known = list(ACTOR_MODELS.iter().map(|model| format!("`{}`", model.name)));
                let message = format!("unknown model `{name}`; there is {known}");
                self.story.error(name, 0, message)
            });
            models.push(model?);
        }
        let mut rng = stream(self.seed, &format!("model/{}", actor.name));
        Ok(models[rng.random_range(0..models.len())])
    }

    fn start(&self, actor: &StoryActor, model: &ActorModel) -> Result<Pose2, StoryError> {
        match &actor.at {
            Position::Lane(lane) => {
                let pose = self.road.pose(&self.values.lane(lane)?);
                pose.map_err(|source| self.story.error(&actor.name, 0, source.to_string()))
            }
            Position::Ahead(place) => self.beside(&actor.name, place, self.number(&place.m)?),
            Position::Gap(place) => {
                let gap_m = self.number(&place.m)?;
                let bumpers_m = f64::midpoint(EGO_LENGTH_M, model.length_m);
                self.beside(&actor.name, place, gap_m + bumpers_m.copysign(gap_m))
            }
        }
    }

    /// The pose `ahead_m` along ego's lane and then some lanes and metres to the left.
    fn beside(&self, actor: &str, place: &Relative, ahead_m: f64) -> Result<Pose2, StoryError> {
        let route = self.route.pose_at(ahead_m, 0.0);
        let mut pose = route;
        if place.lanes != 0 {
            let lane = self.neighbour(actor, route, place.lanes)?;
            let found = self.road.pose(&lane);
            pose = found.map_err(|source| self.story.error(actor, 0, source.to_string()))?;
        }
        let left_m = self.number(&place.left_m)?;
        let shifted =
            Pose2::new(pose.x_m, pose.y_m, route.yaw_rad).then(Pose2::new(0.0, left_m, 0.0));
        Ok(Pose2::new(shifted.x_m, shifted.y_m, pose.yaw_rad))
    }

    /// The lane some lanes to the left of the one at a pose.
    pub(super) fn neighbour(
        &self,
        actor: &str,
        from: Pose2,
        lanes: i32,
    ) -> Result<LanePosition, StoryError> {
        let Some(hit) = self.road.locate(from.position()) else {
            let message = format!("`{actor}` is not on a lane there");
            return Err(self.story.error(actor, 0, message));
        };
        let lane = lane_to_the_left(hit.position.lane, lanes);
        Ok(LanePosition {
            lane,
            offset_m: 0.0,
            ..hit.position
        })
    }

    /// The way an actor goes by itself: along its lane, or beside the lanes parallel to ego's.
    fn path_from(&self, start: Pose2, facing: Facing) -> Path {
        let quarter = core::f64::consts::FRAC_PI_2;
        let forward = || {
            let lane = self.road.locate(start.position()).and_then(|hit| {
                let centre = LanePosition {
                    offset_m: 0.0,
                    ..hit.position
                };
                self.road.lane_path(&centre, HORIZON_M).ok()
            });
            lane.map_or_else(|| self.route.clone(), Path::from)
        };
        match facing {
            Facing::Along => forward(),
            Facing::Against => forward().reversed(),
            Facing::Left => Path::straight_from(start.then(Pose2::new(0.0, 0.0, quarter))),
            Facing::Right => Path::straight_from(start.then(Pose2::new(0.0, 0.0, -quarter))),
        }
    }

    fn stop_lines(&self) -> Vec<StopLine> {
        let lights = self.road.lights().iter().enumerate();
        let mut lines: Vec<StopLine> = lights
            .filter_map(|(light, stage_light)| {
                let [left, right] = stage_light.stop_line.map(|end| self.route.project(end));
                let crosses = left.left_m > 0.0 && right.left_m < 0.0;
                let near = left.left_m < STOP_LINE_REACH_M && right.left_m > -STOP_LINE_REACH_M;
                let along_m = 0.5 * (left.along_m + right.along_m);
                (crosses && near && along_m > 0.0).then_some(StopLine { light, along_m })
            })
            .collect();
        lines.sort_by(|a, b| a.along_m.total_cmp(&b.along_m));
        lines
    }

    fn light_plan(&self) -> Result<LightPlan, StoryError> {
        let programs = &self.story.lights;
        Ok(LightPlan {
            groups: self
                .road
                .lights()
                .iter()
                .map(|light| self.group(light))
                .collect(),
            along: self.phases(&programs.along)?,
            across: self.phases(&programs.across)?,
        })
    }

    fn phases(&self, phases: &[Phase]) -> Result<Vec<(LightState, f64)>, StoryError> {
        let phase = |phase: &Phase| Ok((phase.show, self.number(&phase.for_s)?));
        phases.iter().map(phase).collect()
    }

    /// Lights face against their traffic: along ego's road when that is within 45 degrees of it.
    fn group(&self, light: &StageLight) -> SignalGroup {
        let [left, right] = light.stop_line;
        let middle = Point2::new(
            f64::midpoint(left.x_m, right.x_m),
            f64::midpoint(left.y_m, right.y_m),
        );
        let turn_rad = light.world_from_pole.yaw_rad - self.route.project(middle).yaw_rad;
        if drive::math::cos(turn_rad).abs() > core::f64::consts::FRAC_1_SQRT_2 {
            SignalGroup::Along
        } else {
            SignalGroup::Across
        }
    }
}

/// OpenDRIVE numbers lanes from the reference line outwards, negative to its right, without a 0.
pub(super) fn lane_to_the_left(lane: i32, lanes: i32) -> i32 {
    let (side, step) = if lane < 0 { (-1, lanes) } else { (1, -lanes) };
    let moved = lane + step;
    let crossed = moved == 0 || (moved < 0) != (lane < 0);
    if crossed { moved - side } else { moved }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_are_counted_to_the_left_across_the_reference_line() {
        assert_eq!(lane_to_the_left(-2, 1), -1);
        assert_eq!(lane_to_the_left(-2, 2), 1);
        assert_eq!(lane_to_the_left(-1, -1), -2);
        assert_eq!(lane_to_the_left(1, 1), -1);
        assert_eq!(lane_to_the_left(2, -1), 3);
    }
}
