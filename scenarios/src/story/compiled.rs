//! A story for one seed: names resolved, expressions evaluated, everyone in place.

use std::collections::BTreeMap;

use drive::frames::Point2;
use drive::labels::LightState;

use super::storyboard::{Axis, Edge, ElementState, SignalGroup};
use super::{Fault, Kind};
use crate::criteria::Criterion;
use crate::director::Motion;
use crate::path::Path;
use crate::stage::Stage;
use crate::transition::Shape;

/// A story ready to be played and judged.
#[derive(Debug, Clone)]
pub struct CompiledStory {
    /// Name of the story.
    pub name: String,
    /// What happens, as an English sentence.
    pub title: String,
    /// Whether ego has to react or must not.
    pub kind: Kind,
    /// The seed it was compiled for.
    pub seed: u64,
    /// The parameters' values for this seed.
    pub parameters: BTreeMap<String, f64>,
    /// The world before the first tick.
    pub stage: Stage,
    /// The speed every driver is asked to keep, in metres per second.
    pub set_speed_mps: f64,
    /// When it ends at the latest, in seconds.
    pub duration_s: f64,
    /// The centre of ego's lane, from ego's start.
    pub route: Path,
    /// The way ego is to cover for a route completion of 100 %, in metres.
    pub route_m: f64,
    /// Width of ego's lane at its start, in metres.
    pub lane_width_m: f64,
    /// What counts as having passed; actors by their index in the stage.
    pub criteria: Vec<Criterion<f64, usize>>,
    /// The stop lines on ego's way.
    pub stop_lines: Vec<StopLine>,
    pub(crate) motions: Vec<Motion>,
    pub(crate) events: Vec<StoryEvent>,
    pub(crate) until: Option<StoryTrigger>,
    pub(crate) lights: LightPlan,
}

impl CompiledStory {
    /// Whether camera or network fails in it.
    pub fn has_faults(&self) -> bool {
        let mut actions = self.events.iter().flat_map(|event| &event.actions);
        actions.any(|action| matches!(action, StoryAction::Fault(_)))
    }
}

/// A stop line on ego's way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StopLine {
    /// Index of its light in the stage.
    pub light: usize,
    /// Where it lies along ego's lane, in metres from ego's start.
    pub along_m: f64,
}

/// A road user, ego or scripted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entity {
    Ego,
    Actor(usize),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StoryEvent {
    pub(crate) name: String,
    pub(crate) when: StoryTrigger,
    pub(crate) edge: Edge,
    pub(crate) delay_s: f64,
    pub(crate) actions: Vec<StoryAction>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Bound {
    LessThan(f64),
    GreaterThan(f64),
}

impl Bound {
    pub(crate) fn holds(self, value: f64) -> bool {
        match self {
            Bound::LessThan(bound) => value < bound,
            Bound::GreaterThan(bound) => value > bound,
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum StoryTrigger {
    All(Vec<StoryTrigger>),
    Any(Vec<StoryTrigger>),
    SimulationTime(Bound),
    RelativeDistance {
        pair: [Entity; 2],
        axis: Axis,
        is: Bound,
    },
    TimeHeadway {
        pair: [Entity; 2],
        is: Bound,
    },
    TimeToCollision {
        pair: [Entity; 2],
        is: Bound,
    },
    TimeToArrival {
        of: Entity,
        at_m: f64,
        is: Bound,
    },
    TraveledDistance {
        of: Entity,
        is: Bound,
    },
    ReachPosition {
        of: Entity,
        at: Point2,
        within_m: f64,
    },
    Speed {
        of: Entity,
        is: Bound,
    },
    StoryboardElementState {
        event: usize,
        is: ElementState,
    },
    TrafficSignal {
        group: SignalGroup,
        is: LightState,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum StoryAction {
    /// What an actor does next.
    Actor(usize, ActorAction),
    TrafficSignal(SignalGroup, LightState),
    Fault(Fault<f64>),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ActorAction {
    Speed {
        to_mps: f64,
        over: Length,
    },
    LaneChange {
        path: Path,
        over: Length,
    },
    LaneOffset {
        left_m: f64,
        over: Length,
    },
    Cross {
        to_left_m: f64,
        speed_mps: f64,
    },
    FollowTrajectory {
        through: Vec<Point2>,
        speed_mps: f64,
    },
    Synchronize {
        actor_at: Point2,
        ego_at_m: f64,
        at_most_mps: f64,
    },
}

/// Shape and length of a transition.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Length {
    pub(crate) shape: Shape,
    pub(crate) span: LengthSpan,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum LengthSpan {
    AtOnce,
    TimeS(f64),
    Rate(f64),
    DistanceM(f64),
}

/// What each light shows when, unless an event overrides it.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct LightPlan {
    /// The group of each light, in the stage's order.
    pub(crate) groups: Vec<SignalGroup>,
    /// Phases along ego's road: state and seconds.
    pub(crate) along: Vec<(LightState, f64)>,
    /// Phases across it; empty when they follow from those along.
    pub(crate) across: Vec<(LightState, f64)>,
}
