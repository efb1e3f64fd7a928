//! Resolves the storyboard and the criteria: names to indices, values to numbers.

use drive::frames::Pose2;
use drive::math::cos;

use super::checks::{BOUND, DELAY_S, DURATION_S, SPEED_MPS};
use super::compile::{Compiler, HORIZON_M};
use super::compiled::{
    ActorAction, Bound, Entity, Length, LengthSpan, StoryAction, StoryEvent, StoryTrigger,
};
use super::error::StoryError;
use super::source::Mark;
use super::storyboard::{Action, Along, Event, Over, Rule, Span, Trigger};
use super::{Fault, Value};
use crate::criteria::Criterion;
use crate::naming::unknown;
use crate::path::Path;
use crate::stage::StageActor;

impl Compiler<'_> {
    pub(super) fn events(&self, actors: &[StageActor]) -> Result<Vec<StoryEvent>, StoryError> {
        let events = &self.story.storyboard;
        for (index, event) in events.iter().enumerate() {
            if events[..index].iter().any(|other| other.name == event.name) {
                let message = format!("another event is named `{}` too", event.name);
                let twice = [Mark::Named(&event.name); 2];
                return Err(self.story.error(&twice, message));
            }
        }
        let events = events.iter();
        events.map(|event| self.event(event, actors)).collect()
    }

    fn event(&self, event: &Event, actors: &[StageActor]) -> Result<StoryEvent, StoryError> {
        let place = Mark::Named(&event.name);
        let actions = event.actions.iter();
        let actions: Result<_, _> = actions
            .map(|action| self.action(place, action, actors))
            .collect();
        Ok(StoryEvent {
            name: event.name.clone(),
            when: self.trigger(place, &event.when)?,
            edge: event.edge,
            delay_s: self.within(&event.delay_s, &[place, Mark::Word("delay_s")], DELAY_S)?,
            actions: actions?,
        })
    }

    /// Resolves a condition; `place` is what it belongs to.
    pub(super) fn trigger(
        &self,
        place: Mark<'_>,
        trigger: &Trigger,
    ) -> Result<StoryTrigger, StoryError> {
        Ok(match trigger {
            Trigger::All(group) => StoryTrigger::All(self.triggers(place, group)?),
            Trigger::Any(group) => StoryTrigger::Any(self.triggers(place, group)?),
            Trigger::SimulationTime(is) => StoryTrigger::SimulationTime(self.moment(place, is)?),
            Trigger::RelativeDistance { from, to, axis, is } => StoryTrigger::RelativeDistance {
                pair: self.pair(place, from, to)?,
                axis: *axis,
                is: self.amount(place, is)?,
            },
            Trigger::TimeHeadway { from, to, is } => StoryTrigger::TimeHeadway {
                pair: self.pair(place, from, to)?,
                is: self.amount(place, is)?,
            },
            Trigger::TimeToCollision { from, to, is } => StoryTrigger::TimeToCollision {
                pair: self.pair(place, from, to)?,
                is: self.amount(place, is)?,
            },
            Trigger::TimeToArrival { of, at_m, is } => StoryTrigger::TimeToArrival {
                of: self.entity(place, of)?,
                at_m: self.number(at_m)?,
                is: self.amount(place, is)?,
            },
            Trigger::TraveledDistance { of, is } => StoryTrigger::TraveledDistance {
                of: self.entity(place, of)?,
                is: self.amount(place, is)?,
            },
            Trigger::ReachPosition { of, at, within_m } => StoryTrigger::ReachPosition {
                of: self.entity(place, of)?,
                at: self.along(at)?.position(),
                within_m: self.number(within_m)?,
            },
            Trigger::Speed { of, is } => StoryTrigger::Speed {
                of: self.entity(place, of)?,
                is: self.amount(place, is)?,
            },
            Trigger::StoryboardElementState { event, is } => StoryTrigger::StoryboardElementState {
                event: self.event_index(place, event)?,
                is: *is,
            },
            Trigger::TrafficSignal { group, is } => StoryTrigger::TrafficSignal {
                group: *group,
                is: *is,
            },
        })
    }

    fn triggers(
        &self,
        place: Mark<'_>,
        group: &[Trigger],
    ) -> Result<Vec<StoryTrigger>, StoryError> {
        let triggers = group.iter();
        triggers
            .map(|trigger| self.trigger(place, trigger))
            .collect()
    }

    fn action(
        &self,
        place: Mark<'_>,
        action: &Action,
        actors: &[StageActor],
    ) -> Result<StoryAction, StoryError> {
        let speed =
            |value: &Value, name: &str| self.within(value, &[place, Mark::Word(name)], SPEED_MPS);
        let (actor, action) = match action {
            Action::Fault(fault) => return self.fault(place, fault).map(StoryAction::Fault),
            Action::TrafficSignal { group, show } => {
                return Ok(StoryAction::TrafficSignal(*group, *show));
            }
            Action::Speed {
                actor,
                to_mps,
                over,
            } => {
                let (to_mps, over) = (speed(to_mps, "to_mps")?, self.length(place, over)?);
                (actor, ActorAction::Speed { to_mps, over })
            }
            Action::LaneChange { actor, lanes, over } => {
                let start = actors[self.actor(&[place], actor)?].world_from_actor;
                let path = self.lane_path_beside((place, actor), start, *lanes)?;
                let over = self.length(place, over)?;
                (actor, ActorAction::LaneChange { path, over })
            }
            Action::LaneOffset {
                actor,
                left_m,
                over,
            } => {
                let (left_m, over) = (self.number(left_m)?, self.length(place, over)?);
                (actor, ActorAction::LaneOffset { left_m, over })
            }
            Action::Cross {
                actor,
                to_left_m,
                speed_mps,
            } => {
                let action = ActorAction::Cross {
                    to_left_m: self.number(to_left_m)?,
                    speed_mps: speed(speed_mps, "speed_mps")?,
                };
                (actor, action)
            }
            Action::FollowTrajectory {
                actor,
                through,
                speed_mps,
            } => (actor, self.trajectory(place, through, speed_mps)?),
            Action::Synchronize {
                actor,
                actor_at,
                ego_at_m,
                at_most_mps,
            } => (
                actor,
                self.synchronization(place, actor_at, (ego_at_m, at_most_mps))?,
            ),
        };
        let actor = self.actor(&[place, Mark::Word("actions")], actor)?;
        Ok(StoryAction::Actor(actor, action))
    }

    /// A fault with numbers that make sense.
    fn fault(&self, place: Mark<'_>, fault: &Fault) -> Result<Fault<f64>, StoryError> {
        let fault = fault.resolve(|value| self.number(value))?;
        fault.check().map_err(|message| {
            let marks = [place, Mark::Word("fault")];
            self.story.error(&marks, message)
        })?;
        Ok(fault)
    }

    fn synchronization(
        &self,
        place: Mark<'_>,
        actor_at: &Along,
        (ego_at_m, at_most_mps): (&Value, &Value),
    ) -> Result<ActorAction, StoryError> {
        let marks = [place, Mark::Word("at_most_mps")];
        Ok(ActorAction::Synchronize {
            actor_at: self.along(actor_at)?.position(),
            ego_at_m: self.number(ego_at_m)?,
            at_most_mps: self.within(at_most_mps, &marks, SPEED_MPS)?,
        })
    }

    fn trajectory(
        &self,
        place: Mark<'_>,
        through: &[Along],
        speed_mps: &Value,
    ) -> Result<ActorAction, StoryError> {
        let marks = [place, Mark::Word("speed_mps")];
        let points = through
            .iter()
            .map(|place| Ok(self.along(place)?.position()));
        Ok(ActorAction::FollowTrajectory {
            through: points.collect::<Result<_, _>>()?,
            speed_mps: self.within(speed_mps, &marks, SPEED_MPS)?,
        })
    }

    /// The lane some lanes to the left of a pose, which must lead the same way.
    fn lane_path_beside(
        &self,
        (place, actor): (Mark<'_>, &str),
        start: Pose2,
        lanes: i32,
    ) -> Result<Path, StoryError> {
        let wrong = |message: String| {
            let marks = [place, Mark::Word("lane_change")];
            self.story.error(&marks, message)
        };
        let position = self.neighbour(actor, start, lanes)?;
        if !self.road.is_driving_lane(&position) {
            return Err(wrong(format!(
                "lane {} of `{}`, to which `{actor}` would change, is none to drive on",
                position.lane, position.road
            )));
        }
        let path = self.road.lane_path(&position, HORIZON_M);
        let path = Path::from(path.map_err(|error| wrong(error.to_string()))?);
        if cos(path.pose_at(0.0, 0.0).yaw_rad - start.yaw_rad) < 0.0 {
            return Err(wrong(format!(
                "`{actor}` cannot change to a lane of oncoming traffic"
            )));
        }
        Ok(path)
    }

    fn length(&self, place: Mark<'_>, over: &Over) -> Result<Length, StoryError> {
        let number = |value: &Value| self.within(value, &[place, Mark::Word("span")], BOUND);
        let span = match &over.span {
            None => LengthSpan::AtOnce,
            Some(Span::TimeS(value)) => LengthSpan::TimeS(number(value)?),
            Some(Span::Rate(value)) => LengthSpan::Rate(number(value)?),
            Some(Span::DistanceM(value)) => LengthSpan::DistanceM(number(value)?),
        };
        Ok(Length {
            shape: over.shape,
            span,
        })
    }

    /// The bound of something that is not asked about below zero: a distance, a speed, a time to come.
    fn amount(&self, place: Mark<'_>, rule: &Rule) -> Result<Bound, StoryError> {
        let bound = match rule {
            Rule::LessThan(value) => Bound::LessThan(self.number(value)?),
            Rule::GreaterThan(value) => Bound::GreaterThan(self.number(value)?),
        };
        if let Bound::LessThan(bound) = bound
            && bound <= 0.0
        {
            let message = format!(
                "`less_than` needs a number above 0 here, not {bound}: distances and speeds are never negative, and \
                 nobody waits for an arrival that is past"
            );
            let marks = [place, Mark::Word("less_than")];
            return Err(self.story.error(&marks, message));
        }
        Ok(bound)
    }

    /// The bound of a time of the story, which must come before its end.
    fn moment(&self, place: Mark<'_>, rule: &Rule) -> Result<Bound, StoryError> {
        let bound = self.amount(place, rule)?;
        let duration_s = self.field(&self.story.duration_s, "duration_s", DURATION_S)?;
        if let Bound::GreaterThan(bound) = bound
            && bound >= duration_s
        {
            let message = format!(
                "the story ends at {duration_s} s: this never comes; raise `duration_s`, or name a moment before"
            );
            let marks = [place, Mark::Word("greater_than")];
            return Err(self.story.error(&marks, message));
        }
        Ok(bound)
    }

    fn pair(&self, place: Mark<'_>, from: &str, to: &str) -> Result<[Entity; 2], StoryError> {
        if from == to {
            let message = format!("`{to}` is compared with itself; name another one");
            let marks = [place, Mark::Word("to"), Mark::Text(to)];
            return Err(self.story.error(&marks, message));
        }
        Ok([self.entity(place, from)?, self.entity(place, to)?])
    }

    fn entity(&self, place: Mark<'_>, name: &str) -> Result<Entity, StoryError> {
        if name == "ego" {
            return Ok(Entity::Ego);
        }
        self.actor(&[place], name).map(Entity::Actor)
    }

    /// The index of an actor; `place` is what names it.
    fn actor(&self, place: &[Mark<'_>], name: &str) -> Result<usize, StoryError> {
        let actors = &self.story.actors;
        let index = actors.iter().position(|actor| actor.name == name);
        index.ok_or_else(|| {
            let mut names = vec!["ego"];
            names.extend(actors.iter().map(|actor| actor.name.as_str()));
            let message = match name {
                "ego" => "ego drives itself; only an actor of the story can be named here".into(),
                _ => unknown("actor", name, &names),
            };
            let marks = [place, &[Mark::Text(name)]].concat();
            self.story.error(&marks, message)
        })
    }

    fn event_index(&self, place: Mark<'_>, name: &str) -> Result<usize, StoryError> {
        let events = &self.story.storyboard;
        let index = events.iter().position(|event| event.name == name);
        index.ok_or_else(|| {
            let names: Vec<&str> = events.iter().map(|event| event.name.as_str()).collect();
            let marks = [place, Mark::Text(name)];
            self.story.error(&marks, unknown("event", name, &names))
        })
    }

    pub(super) fn criteria(&self) -> Result<Vec<Criterion<f64, usize>>, StoryError> {
        let place = Mark::Word("criteria");
        let resolve = |criterion: &Criterion| {
            let marks = [place, Mark::Word(criterion.name())];
            criterion.resolve(
                |value| self.within(value, &marks, BOUND),
                |name| self.actor(&[place], name),
                |name| self.event_index(place, name),
            )
        };
        self.story.criteria.iter().map(resolve).collect()
    }
}
