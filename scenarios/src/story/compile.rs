//! From a [`Story`] to a [`CompiledStory`]: draws the seed's parameters and puts everyone in place.

use std::collections::BTreeMap;
use std::sync::Arc;

use drive::frames::{Point2, Pose2};
use drive::labels::LightState;
use drive::random::stream;
use rand::Rng;

use super::checks::{DURATION_S, ELEVATION_DEG, RAIN_MM_PER_H, SHARE, SPEED_MPS, VISIBILITY_M};
use super::error::StoryError;
use super::source::Mark;
use super::storyboard::{Along, SignalGroup};
use super::value::evaluate;
use super::{OnLane, Phase, Story, Value};
use crate::naming::unknown;
use crate::path::Path;
use crate::road::{LanePosition, Road, RoadError};
use crate::stage::{Stage, StageActor, StageLight, Weather};
use crate::story::compiled::{CompiledStory, LightPlan, StopLine};

/// Lanes are followed this far, in metres: longer than any story.
pub(super) const HORIZON_M: f64 = 3000.0;
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
        let road = Road::open(&self.road, self.folder()).map_err(|error| {
            let marks = [Mark::Word("road"), Mark::Text(&self.road)];
            self.error(&marks, error.to_string())
        })?;
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
            route: lane_path
                .map_err(|error| self.ego_misplaced(&error))?
                .into(),
            road: Arc::new(road),
        };
        let compiled = compiler.run(&ego_lane)?;
        self.check_use()?;
        Ok(compiled)
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

    fn ego_misplaced(&self, error: &RoadError) -> StoryError {
        let marks = [Mark::Word("ego"), Mark::Word("at")];
        self.error(&marks, error.to_string())
    }
}

/// A story and the values of its parameters.
pub(super) struct Values<'a> {
    story: &'a Story,
    parameters: &'a BTreeMap<String, f64>,
}

impl Values<'_> {
    fn number(&self, value: &Value) -> Result<f64, StoryError> {
        match value {
            Value::Number(number) => Ok(*number),
            Value::Expression(text) => evaluate(text, self.parameters).map_err(|error| {
                let characters = text[..error.at].chars().count();
                self.story
                    .error_inside(&[Mark::Value(text)], characters, error.message)
            }),
        }
    }

    pub(super) fn lane(&self, place: &OnLane) -> Result<LanePosition, StoryError> {
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
    pub(super) values: Values<'a>,
    pub(super) seed: u64,
    pub(super) road: Arc<Road>,
    pub(super) route: Path,
}

impl Compiler<'_> {
    fn run(self, ego_lane: &LanePosition) -> Result<CompiledStory, StoryError> {
        let story = self.story;
        let lane_width_m = self.ego_lane_width_m()?;
        let placed = self.place_actors()?;
        self.check_places(&placed)?;
        let (actors, motions): (Vec<_>, Vec<_>) = placed.into_iter().unzip();
        let events = self.events(&actors)?;
        let until = story.until.as_ref();
        let until = until.map(|until| self.trigger(Mark::Word("until"), until));
        Ok(CompiledStory {
            name: story.name.clone(),
            title: story.title.clone(),
            kind: story.kind,
            seed: self.seed,
            parameters: self.values.parameters.clone(),
            set_speed_mps: self.field(&story.set_speed_mps, "set_speed_mps", SPEED_MPS)?,
            duration_s: self.field(&story.duration_s, "duration_s", DURATION_S)?,
            route_m: self.route_m()?,
            lane_width_m,
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
            world_from_ego: pose.map_err(|error| self.story.ego_misplaced(&error))?,
            ego_speed_mps: self.within(
                &self.story.ego.speed_mps,
                &[Mark::Word("ego"), Mark::Word("speed_mps")],
                SPEED_MPS,
            )?,
            actors,
            lights: self.road.lights().to_vec(),
            weather: self.weather()?,
            looks_seed: stream(self.seed, "looks").random(),
        })
    }

    fn weather(&self) -> Result<Weather, StoryError> {
        let weather = &self.story.weather;
        let elevation_deg = &weather.sun_elevation_deg;
        let elevation_deg = self.field(elevation_deg, "sun_elevation_deg", ELEVATION_DEG)?;
        let visibility = weather.visibility_m.as_ref();
        let visibility = visibility.map(|value| self.field(value, "visibility_m", VISIBILITY_M));
        Ok(Weather {
            sun_azimuth_rad: self.number(&weather.sun_azimuth_deg)?.to_radians(),
            sun_elevation_rad: elevation_deg.to_radians(),
            overcast: self.field(&weather.overcast, "overcast", SHARE)?,
            visibility_m: visibility.transpose()?,
            rain_mm_per_h: self.field(&weather.rain_mm_per_h, "rain_mm_per_h", RAIN_MM_PER_H)?,
        })
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
        let phase = |phase: &Phase| {
            let for_s = self.field(&phase.for_s, "for_s", DURATION_S)?;
            Ok((phase.show, for_s))
        };
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
