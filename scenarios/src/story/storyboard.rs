//! The storyboard's words: events, their triggers and their actions, named as in OpenSCENARIO.

use drive::labels::LightState;
use serde::Deserialize;

use super::fault::Fault;
use super::value::Value;
use crate::transition::Shape;

/// Something that happens once, when its trigger fires.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// Its name, unique in the story.
    pub name: String,
    /// When it happens.
    pub when: Trigger,
    /// Whether a condition that already holds at the start counts.
    #[serde(default)]
    pub edge: Edge,
    /// Time between the trigger and the actions, in seconds.
    #[serde(default)]
    pub delay_s: Value,
    /// What happens, all at once.
    pub actions: Vec<Action>,
}

/// When a condition counts as met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Edge {
    /// While it holds.
    #[default]
    None,
    /// When it begins to hold.
    Rising,
}

/// A condition on the state of the world, or a group of them. Entities are `"ego"` or an actor's name.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Trigger {
    /// All of a group hold.
    All(Vec<Trigger>),
    /// At least one of a group holds.
    Any(Vec<Trigger>),
    /// Time since the start in seconds.
    SimulationTime(Rule),
    /// Free space between two entities in metres.
    RelativeDistance {
        /// From whom.
        from: String,
        /// To whom.
        to: String,
        /// Measured how.
        #[serde(default)]
        axis: Axis,
        /// Compared how.
        is: Rule,
    },
    /// Longitudinal gap over the follower's speed, in seconds.
    TimeHeadway {
        /// The follower.
        from: String,
        /// The one ahead.
        to: String,
        /// Compared how.
        is: Rule,
    },
    /// Longitudinal gap over closing speed, in seconds; does not hold while they do not close.
    TimeToCollision {
        /// The follower.
        from: String,
        /// The one ahead.
        to: String,
        /// Compared how.
        is: Rule,
    },
    /// Time until an entity's front reaches a place along ego's lane at its present speed, in seconds.
    TimeToArrival {
        /// Who.
        of: String,
        /// The place in metres along ego's lane.
        at_m: Value,
        /// Compared how.
        is: Rule,
    },
    /// Way covered since the start in metres.
    TraveledDistance {
        /// By whom.
        of: String,
        /// Compared how.
        is: Rule,
    },
    /// An entity's centre has come within a radius of a place.
    ReachPosition {
        /// Who.
        of: String,
        /// The place.
        at: Along,
        /// The radius in metres.
        within_m: Value,
    },
    /// Speed in metres per second.
    Speed {
        /// Whose.
        of: String,
        /// Compared how.
        is: Rule,
    },
    /// An event has started or completed.
    StoryboardElementState {
        /// The event's name.
        event: String,
        /// What it must have done.
        is: ElementState,
    },
    /// A group of traffic lights shows a state.
    TrafficSignal {
        /// The group.
        group: SignalGroup,
        /// The state.
        is: LightState,
    },
}

/// A comparison.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Below a bound.
    LessThan(Value),
    /// Above a bound.
    GreaterThan(Value),
}

/// How a distance between two entities is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Axis {
    /// Along ego's lane.
    #[default]
    Longitudinal,
    /// Across ego's lane.
    Lateral,
    /// Straight from box to box.
    Euclidean,
}

/// What an event has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ElementState {
    /// Its actions have begun.
    Started,
    /// Its actions are done, or were replaced by others.
    Completed,
}

/// The lights of one direction of traffic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignalGroup {
    /// Lights whose traffic drives along ego's road, either way.
    Along,
    /// Lights of the crossing road.
    Across,
}

/// A place given along and across ego's lane.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Along {
    /// Metres along ego's lane from ego's start.
    pub ahead_m: Value,
    /// Metres to the left of the lane's centre.
    #[serde(default)]
    pub left_m: Value,
}

/// Something an event does.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// Changes an actor's speed.
    Speed {
        /// Whose.
        actor: String,
        /// To how much, in metres per second.
        to_mps: Value,
        /// How.
        #[serde(default)]
        over: Over,
    },
    /// Moves an actor to the centre of another lane.
    LaneChange {
        /// Who.
        actor: String,
        /// Lanes to the left of the lane it started on; negative to the right.
        lanes: i32,
        /// How.
        over: Over,
    },
    /// Moves an actor across its own path.
    LaneOffset {
        /// Who.
        actor: String,
        /// Metres to the left of its path.
        left_m: Value,
        /// How.
        over: Over,
    },
    /// Sends an actor straight to the other side of ego's road, where it stops.
    Cross {
        /// Who.
        actor: String,
        /// Where it stops, in metres to the left of ego's lane.
        to_left_m: Value,
        /// How fast, in metres per second.
        speed_mps: Value,
    },
    /// Sends an actor along straight lines through points, where it stops at the last.
    FollowTrajectory {
        /// Who.
        actor: String,
        /// The points.
        through: Vec<Along>,
        /// How fast, in metres per second.
        speed_mps: Value,
    },
    /// Makes an actor reach a place along its path when ego's front reaches one of its own.
    Synchronize {
        /// Who.
        actor: String,
        /// The place on the actor's path.
        actor_at: Along,
        /// The place of ego's front in metres along ego's lane.
        ego_at_m: Value,
        /// The actor goes no faster, in metres per second.
        at_most_mps: Value,
    },
    /// Overrides what a group of traffic lights shows from now on.
    TrafficSignal {
        /// The group.
        group: SignalGroup,
        /// What it shows.
        show: LightState,
    },
    /// Lets something go wrong with the camera or the network behind it.
    Fault(Fault),
}

/// Shape and length of a transition.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Over {
    /// Its shape.
    #[serde(default)]
    pub shape: Shape,
    /// Its length; at once when absent.
    #[serde(default)]
    pub span: Option<Span>,
}

/// Length of a transition.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    /// Its duration in seconds.
    TimeS(Value),
    /// Its steepest rate per second (metres per second squared, or metres per second).
    Rate(Value),
    /// The way it takes, in metres.
    DistanceM(Value),
}
