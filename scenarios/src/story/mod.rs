//! A story as its file says it: the words of a `.ron` file, one type per word.
//!
//! [`Story::parse`] reads one, [`Story::compile`] turns it into a [`CompiledStory`] for one seed.
//! Longitudinal positions are metres along ego's lane from where ego starts; lateral ones are metres to
//! the left of that lane's centre; speeds are metres per second; angles in files are degrees.

mod checks;
mod compile;
mod compile_actors;
mod compile_board;
mod compiled;
mod error;
mod fault;
mod parse;
mod source;
mod storyboard;
mod syntax;
mod value;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use crate::criteria::Criterion;
pub(crate) use compiled::{
    ActorAction, Entity, Length, LengthSpan, LightPlan, StoryAction, StoryEvent, StoryTrigger,
};
pub use compiled::{CompiledStory, StopLine};
pub use error::StoryError;
pub use fault::Fault;
pub use source::Source;
pub use storyboard::{
    Action, Along, Axis, Edge, ElementState, Event, Over, Rule, SignalGroup, Span, Trigger,
};
pub use value::Value;

/// A story.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Story {
    /// Its name: the file's name without ending.
    #[serde(skip)]
    pub name: String,
    /// What happens, as an English sentence.
    pub title: String,
    /// Whether ego has to react or must not.
    pub kind: Kind,
    /// Words to select it by.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Name of a road of the library, or the path of an OpenDRIVE file.
    pub road: String,
    /// Where ego starts.
    pub ego: EgoStart,
    /// The speed every driver is asked to keep, in metres per second.
    pub set_speed_mps: Value,
    /// Numbers that make one file serve many variants.
    pub parameters: BTreeMap<String, Parameter>,
    /// The parameter that makes it easy or hard.
    pub difficulty: Difficulty,
    /// Sun, clouds and air.
    #[serde(default)]
    pub weather: StoryWeather,
    /// Road users other than ego.
    #[serde(default)]
    pub actors: Vec<StoryActor>,
    /// What the traffic lights show when; without it they show green along ego's road.
    #[serde(default)]
    pub lights: LightPrograms,
    /// What happens when.
    #[serde(default)]
    pub storyboard: Vec<Event>,
    /// When the story ends at the latest, in seconds.
    pub duration_s: Value,
    /// Ends the story earlier.
    #[serde(default)]
    pub until: Option<Trigger>,
    /// The way ego is to cover for a route completion of 100 %, in metres.
    pub route_m: Value,
    /// What counts as having passed.
    pub criteria: Vec<Criterion>,
    /// The texts it was read from: a variant's own, then its base's.
    #[serde(skip)]
    pub(crate) sources: Vec<Source>,
}

/// What a story asks of the driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// It must brake or stop: a blind driver fails.
    Reaction,
    /// It must drive on: a driver that brakes for nothing fails.
    Negative,
}

/// Where ego starts.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EgoStart {
    /// Its place on the road.
    pub at: OnLane,
    /// Its speed in metres per second.
    pub speed_mps: Value,
}

/// A number with a name, a default and a range.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// What it means, with its unit.
    pub about: String,
    /// Its value unless a seed or a user says otherwise.
    pub default: f64,
    /// Smallest and largest allowed value.
    pub range: (f64, f64),
    /// Each seed draws it from the default plus or minus this much (clipped to the range).
    #[serde(default)]
    pub jitter: f64,
}

/// Which parameter makes a story hard, and by which steps.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Difficulty {
    /// The parameter's name.
    pub parameter: String,
    /// Its values from easy to hard; the parameter's default is among them.
    pub levels: Vec<f64>,
}

/// Sun, clouds and air.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoryWeather {
    /// Direction the sun stands in, degrees counter-clockwise from the world's x axis.
    #[serde(default = "StoryWeather::default_azimuth")]
    pub sun_azimuth_deg: Value,
    /// Height of the sun above the horizon in degrees; below about 6 it is dusk, below -8 it is night: head
    /// and street lamps are the light there is.
    #[serde(default = "StoryWeather::default_elevation")]
    pub sun_elevation_deg: Value,
    /// Cloud cover, 0 (clear) to 1 (overcast).
    #[serde(default = "StoryWeather::default_overcast")]
    pub overcast: Value,
    /// Meteorological visibility in metres; absent in clear air.
    #[serde(default)]
    pub visibility_m: Option<Value>,
    /// Rain in millimetres per hour; it clouds the sky, shortens the view and wets the road. What it does to
    /// the tyres' grip is not simulated.
    #[serde(default)]
    pub rain_mm_per_h: Value,
}

impl StoryWeather {
    fn default_azimuth() -> Value {
        Value::Number(50.0)
    }

    fn default_elevation() -> Value {
        Value::Number(45.0)
    }

    fn default_overcast() -> Value {
        Value::Number(0.2)
    }
}

impl Default for StoryWeather {
    fn default() -> Self {
        Self {
            sun_azimuth_deg: Self::default_azimuth(),
            sun_elevation_deg: Self::default_elevation(),
            overcast: Self::default_overcast(),
            visibility_m: None,
            rain_mm_per_h: Value::default(),
        }
    }
}

/// A road user.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoryActor {
    /// Its name, unique in the story.
    pub name: String,
    /// Models it may be; each seed picks one.
    pub models: Vec<String>,
    /// Where it starts.
    pub at: Position,
    /// Which way it looks; lanes have a direction of their own.
    #[serde(default)]
    pub facing: Facing,
    /// Its speed at the start in metres per second.
    #[serde(default)]
    pub speed_mps: Value,
    /// What it does until an event tells it otherwise.
    #[serde(default)]
    pub behaviour: Behaviour,
}

/// What an actor does by itself.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Behaviour {
    /// Keeps its speed along its lane, or parallel to the road when it starts beside the lanes.
    #[default]
    KeepSpeed,
    /// Follows its lane and the one ahead of it by the intelligent driver model.
    Traffic {
        /// The speed it would like, in metres per second.
        set_speed_mps: Value,
    },
}

/// A place for an actor.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Position {
    /// On a lane of the road network.
    Lane(OnLane),
    /// Relative to ego's start, centre to centre.
    Ahead(Relative),
    /// Relative to ego's start, from ego's front bumper to the actor's rear bumper.
    Gap(Relative),
}

/// A place on a lane of the road network.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OnLane {
    /// Id of the OpenDRIVE road.
    pub road: String,
    /// OpenDRIVE lane number: negative right of the reference line, positive left.
    pub lane: i32,
    /// Distance along the road's reference line in metres.
    pub s_m: Value,
    /// Offset from the lane's centre in metres, positive to the left of the reference line's direction.
    #[serde(default)]
    pub offset_m: Value,
}

/// A place relative to ego's start, along ego's lane.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relative {
    /// Metres ahead along ego's lane; negative behind.
    pub m: Value,
    /// Lanes to the left; negative to the right.
    #[serde(default)]
    pub lanes: i32,
    /// Metres to the left of that lane's centre.
    #[serde(default)]
    pub left_m: Value,
}

/// Which way an actor looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Facing {
    /// Along its lane, or ego's beside the lanes.
    #[default]
    Along,
    /// The other way.
    Against,
    /// To the left of it.
    Left,
    /// To the right of it.
    Right,
}

/// What the lights show, phase after phase and round again.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LightPrograms {
    /// Lights whose traffic drives along ego's road, either way.
    #[serde(default)]
    pub along: Vec<Phase>,
    /// Lights of the crossing road.
    #[serde(default)]
    pub across: Vec<Phase>,
}

/// One phase of a traffic light.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phase {
    /// What it shows.
    pub show: drive::labels::LightState,
    /// For how long, in seconds.
    pub for_s: Value,
}
