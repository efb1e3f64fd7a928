//! Resolves the storyboard and the criteria: names to indices, values to numbers.

use drive::frames::Pose2;
use drive::math::cos;

use super::compile::Compiler;
use super::compiled::{
    ActorAction, Bound, Entity, Length, LengthSpan, StoryAction, StoryEvent, StoryTrigger,
};
use super::error::{StoryError, unknown};
use super::storyboard::{Action, Along, Event, Over, Rule, Span, Trigger};
use super::{Fault, Value};
use crate::criteria::Criterion;
use crate::path::Path;
use crate::stage::StageActor;

/// A changed lane is followed this far, in metres.
const HORIZON_M: f64 = 3000.0;

impl Compiler<'_> {
    pub(super) fn events(&self, actors: &[StageActor]) -> Result<Vec<StoryEvent>, StoryError> {
        let events = self.story.storyboard.iter();
        events.map(|event| self.event(event, actors)).collect()
    }

    fn event(&self, event: &Event, actors: &[StageActor]) -> Result<StoryEvent, StoryError> {
        let actions = event.actions.iter();
        let actions: Result<_, _> = actions
            .map(|action| self.action(&event.name, action, actors))
            .collect();
        Ok(StoryEvent {
            when: self.trigger(&event.when)?,
            edge: event.edge,
            delay_s: self.number(&event.delay_s)?,
            actions: actions?,
        })
    }

    pub(super) fn trigger(&self, trigger: &Trigger) -> Result<StoryTrigger, StoryError> {
        Ok(match trigger {
            Trigger::All(group) => StoryTrigger::All(self.triggers(group)?),
            Trigger::Any(group) => StoryTrigger::Any(self.triggers(group)?),
            Trigger::SimulationTime(is) => StoryTrigger::SimulationTime(self.bound(is)?),
            Trigger::RelativeDistance { from, to, axis, is } => StoryTrigger::RelativeDistance {
                pair: self.pair(from, to)?,
                axis: *axis,
                is: self.bound(is)?,
            },
            Trigger::TimeHeadway { from, to, is } => StoryTrigger::TimeHeadway {
                pair: self.pair(from, to)?,
                is: self.bound(is)?,
            },
            Trigger::TimeToCollision { from, to, is } => StoryTrigger::TimeToCollision {
                pair: self.pair(from, to)?,
                is: self.bound(is)?,
            },
            Trigger::TimeToArrival { of, at_m, is } => StoryTrigger::TimeToArrival {
                of: self.entity(of)?,
                at_m: self.number(at_m)?,
                is: self.bound(is)?,
            },
            Trigger::TraveledDistance { of, is } => StoryTrigger::TraveledDistance {
                of: self.entity(of)?,
                is: self.bound(is)?,
            },
            Trigger::ReachPosition { of, at, within_m } => StoryTrigger::ReachPosition {
                of: self.entity(of)?,
                at: self.along(at)?.position(),
                within_m: self.number(within_m)?,
            },
            Trigger::Speed { of, is } => StoryTrigger::Speed {
                of: self.entity(of)?,
                is: self.bound(is)?,
            },
            Trigger::StoryboardElementState { event, is } => StoryTrigger::StoryboardElementState {
                event: self.event_index(event)?,
                is: *is,
            },
            Trigger::TrafficSignal { group, is } => StoryTrigger::TrafficSignal {
                group: *group,
                is: *is,
            },
        })
    }

    fn triggers(&self, group: &[Trigger]) -> Result<Vec<StoryTrigger>, StoryError> {
        group.iter().map(|trigger| self.trigger(trigger)).collect()
    }

    fn action(
        &self,
        event: &str,
        action: &Action,
        actors: &[StageActor],
    ) -> Result<StoryAction, StoryError> {
        let (actor, action) = match action {
            Action::Fault(fault) => return self.fault(event, fault).map(StoryAction::Fault),
            Action::TrafficSignal { group, show } => {
                return Ok(StoryAction::TrafficSignal(*group, *show));
            }
            Action::Speed {
                actor,
                to_mps,
                over,
            } => {
                let (to_mps, over) = (self.number(to_mps)?, self.length(over)?);
                (actor, ActorAction::Speed { to_mps, over })
            }
            Action::LaneChange { actor, lanes, over } => {
                let start = actors[self.actor(actor)?].world_from_actor;
                let path = self.lane_path_beside(actor, start, *lanes)?;
                let over = self.length(over)?;
                (actor, ActorAction::LaneChange { path, over })
            }
            Action::LaneOffset {
                actor,
                left_m,
                over,
            } => {
                let (left_m, over) = (self.number(left_m)?, self.length(over)?);
                (actor, ActorAction::LaneOffset { left_m, over })
            }
            Action::Cross {
                actor,
                to_left_m,
                speed_mps,
            } => {
                let action = ActorAction::Cross {
                    to_left_m: self.number(to_left_m)?,
                    speed_mps: self.number(speed_mps)?,
                };
                (actor, action)
            }
            Action::FollowTrajectory {
                actor,
                through,
                speed_mps,
            } => (actor, self.trajectory(through, speed_mps)?),
            Action::Synchronize {
                actor,
                actor_at,
                ego_at_m,
                at_most_mps,
            } => {
                let action = ActorAction::Synchronize {
                    actor_at: self.along(actor_at)?.position(),
                    ego_at_m: self.number(ego_at_m)?,
                    at_most_mps: self.number(at_most_mps)?,
                };
                (actor, action)
            }
        };
        Ok(StoryAction::Actor(self.actor(actor)?, action))
    }

    /// A fault with numbers that make sense; errors show the event it is in.
    fn fault(&self, event: &str, fault: &Fault) -> Result<Fault<f64>, StoryError> {
        let fault = fault.resolve(|value| self.number(value))?;
        fault
            .check()
            .map_err(|message| self.story.error(event, 0, message))?;
        Ok(fault)
    }

    fn trajectory(&self, through: &[Along], speed_mps: &Value) -> Result<ActorAction, StoryError> {
        let points = through
            .iter()
            .map(|place| Ok(self.along(place)?.position()));
        Ok(ActorAction::FollowTrajectory {
            through: points.collect::<Result<_, _>>()?,
            speed_mps: self.number(speed_mps)?,
        })
    }

    /// The lane some lanes to the left of a pose, which must lead the same way.
    fn lane_path_beside(&self, actor: &str, start: Pose2, lanes: i32) -> Result<Path, StoryError> {
        let position = self.neighbour(actor, start, lanes)?;
        let path = self.road.lane_path(&position, HORIZON_M);
        let path =
            Path::from(path.map_err(|source| self.story.error(actor, 0, source.to_string()))?);
        if cos(path.pose_at(0.0, 0.0).yaw_rad - start.yaw_rad) < 0.0 {
            let message = format!("`{actor}` cannot change to a lane of oncoming traffic");
            return Err(self.story.error(actor, 0, message));
        }
        Ok(path)
    }

    fn length(&self, over: &Over) -> Result<Length, StoryError> {
        let span = match &over.span {
            None => LengthSpan::AtOnce,
            Some(Span::TimeS(value)) => LengthSpan::TimeS(self.number(value)?),
            Some(Span::Rate(value)) => LengthSpan::Rate(self.number(value)?),
            Some(Span::DistanceM(value)) => LengthSpan::DistanceM(self.number(value)?),
        };
        Ok(Length {
            shape: over.shape,
            span,
        })
    }

    fn bound(&self, rule: &Rule) -> Result<Bound, StoryError> {
        Ok(match rule {
            Rule::LessThan(value) => Bound::LessThan(self.number(value)?),
            Rule::GreaterThan(value) => Bound::GreaterThan(self.number(value)?),
        })
    }

    fn pair(&self, from: &str, to: &str) -> Result<[Entity; 2], StoryError> {
        Ok([self.entity(from)?, self.entity(to)?])
    }

    fn entity(&self, name: &str) -> Result<Entity, StoryError> {
        if name == "ego" {
            return Ok(Entity::Ego);
        }
        self.actor(name).map(Entity::Actor)
    }

    fn actor(&self, name: &str) -> Result<usize, StoryError> {
        let actors = &self.story.actors;
        actors
            .iter()
            .position(|actor| actor.name == name)
            .ok_or_else(|| {
                if name == "ego" {
                    let message = "ego drives itself; only an actor of the story can be named here";
                    return self.story.error(name, 0, message.to_owned());
                }
                let mut names = vec!["ego"];
                names.extend(actors.iter().map(|actor| actor.name.as_str()));
                self.story.error(name, 0, unknown("actor", name, &names))
            })
    }

    fn event_index(&self, name: &str) -> Result<usize, StoryError> {
        let events = &self.story.storyboard;
        events
            .iter()
            .position(|event| event.name == name)
            .ok_or_else(|| {
                let names: Vec<&str> = events.iter().map(|event| event.name.as_str()).collect();
                self.story.error(name, 0, unknown("event", name, &names))
            })
    }

    pub(super) fn criteria(&self) -> Result<Vec<Criterion<f64, usize>>, StoryError> {
        let resolve = |criterion: &Criterion| {
            criterion.resolve(|value| self.number(value), |name| self.actor(name))
        };
        self.story.criteria.iter().map(resolve).collect()
    }
}
