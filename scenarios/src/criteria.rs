//! Criteria: what counts as having passed a story.

mod judging;

use serde::Deserialize;

use crate::story::Value;
pub(crate) use judging::{Evidence, standing_before_m};

/// Something ego must do or not do. In a file numbers are values, actors and events names; compiled they are
/// numbers and indices.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Criterion<N = Value, A = String> {
    /// Touches nobody and nothing.
    NoCollision,
    /// Passes no stop line while its light is red.
    ObeysLights,
    /// Keeps its centre near the centre of its lane.
    KeepsLane {
        /// Largest distance in metres.
        within_m: N,
    },
    /// Stands at some time with its front bumper before its first stop line.
    StopsAtLine {
        /// Largest distance from bumper to line in metres.
        within_m: N,
    },
    /// Never comes nearer to a collision than this time.
    MinTtc {
        /// Smallest time to collision in seconds.
        at_least_s: N,
    },
    /// Never brakes harder, or not before something happens: who brakes for what is not there is no better driver.
    MaxDeceleration {
        /// Hardest braking in metres per second squared.
        at_most_mps2: N,
        /// The event with whose beginning this ends; without one it holds for the whole drive.
        #[serde(default)]
        before: Option<A>,
    },
    /// Drives fast enough on average.
    MeanSpeed {
        /// Smallest mean speed as a share of the set speed.
        at_least_share: N,
    },
    /// Gets somewhere before the story ends.
    Reaches {
        /// Way along ego's lane in metres.
        distance_m: N,
    },
    /// Slows to this speed or less at some time.
    SlowsTo {
        /// The speed in metres per second.
        at_most_mps: N,
    },
    /// Stands at the end with its front bumper behind an actor.
    StopsBehind {
        /// Behind whom.
        actor: A,
        /// Smallest gap in metres.
        at_least_m: N,
        /// Largest gap in metres.
        at_most_m: N,
    },
    /// Stands at the end, both sides within its lane.
    StopsInLane,
    /// Never comes nearer to anybody.
    KeepsGap {
        /// Smallest gap, box to box, in metres.
        at_least_m: N,
    },
}

impl<N, A> Criterion<N, A> {
    /// The same criterion with its numbers, actors and events resolved.
    pub(crate) fn resolve<M, B, E>(
        &self,
        number: impl Fn(&N) -> Result<M, E>,
        actor: impl Fn(&A) -> Result<B, E>,
        event: impl Fn(&A) -> Result<B, E>,
    ) -> Result<Criterion<M, B>, E> {
        Ok(match self {
            Self::NoCollision => Criterion::NoCollision,
            Self::ObeysLights => Criterion::ObeysLights,
            Self::KeepsLane { within_m } => Criterion::KeepsLane {
                within_m: number(within_m)?,
            },
            Self::StopsAtLine { within_m } => Criterion::StopsAtLine {
                within_m: number(within_m)?,
            },
            Self::MinTtc { at_least_s } => Criterion::MinTtc {
                at_least_s: number(at_least_s)?,
            },
            Self::MaxDeceleration {
                at_most_mps2,
                before,
            } => Criterion::MaxDeceleration {
                at_most_mps2: number(at_most_mps2)?,
                before: before.as_ref().map(event).transpose()?,
            },
            Self::MeanSpeed { at_least_share } => Criterion::MeanSpeed {
                at_least_share: number(at_least_share)?,
            },
            Self::Reaches { distance_m } => Criterion::Reaches {
                distance_m: number(distance_m)?,
            },
            Self::SlowsTo { at_most_mps } => Criterion::SlowsTo {
                at_most_mps: number(at_most_mps)?,
            },
            Self::StopsBehind {
                actor: name,
                at_least_m,
                at_most_m,
            } => Criterion::StopsBehind {
                actor: actor(name)?,
                at_least_m: number(at_least_m)?,
                at_most_m: number(at_most_m)?,
            },
            Self::StopsInLane => Criterion::StopsInLane,
            Self::KeepsGap { at_least_m } => Criterion::KeepsGap {
                at_least_m: number(at_least_m)?,
            },
        })
    }

    /// Its word in story files.
    pub fn name(&self) -> &'static str {
        match self {
            Self::NoCollision => "no_collision",
            Self::ObeysLights => "obeys_lights",
            Self::KeepsLane { .. } => "keeps_lane",
            Self::StopsAtLine { .. } => "stops_at_line",
            Self::MinTtc { .. } => "min_ttc",
            Self::MaxDeceleration { .. } => "max_deceleration",
            Self::MeanSpeed { .. } => "mean_speed",
            Self::Reaches { .. } => "reaches",
            Self::SlowsTo { .. } => "slows_to",
            Self::StopsBehind { .. } => "stops_behind",
            Self::StopsInLane => "stops_in_lane",
            Self::KeepsGap { .. } => "keeps_gap",
        }
    }
}
