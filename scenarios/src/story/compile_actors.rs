//! Puts the actors of a story in their places.

use drive::ego::EGO_LENGTH_M;
use drive::frames::Pose2;
use drive::random::stream;
use rand::Rng;

use super::checks::SPEED_MPS;
use super::compile::{Compiler, HORIZON_M};
use super::error::StoryError;
use super::source::Mark;
use super::{Behaviour, Facing, Position, Relative, StoryActor};
use crate::actor::{ACTOR_MODELS, ActorModel, actor_model};
use crate::director::Motion;
use crate::naming::unknown_of;
use crate::path::Path;
use crate::road::{LaneInfo, LanePosition};
use crate::stage::StageActor;

impl Compiler<'_> {
    pub(super) fn place_actors(&self) -> Result<Vec<(StageActor, Motion)>, StoryError> {
        let actors = &self.story.actors;
        for (index, actor) in actors.iter().enumerate() {
            if actor.name == "ego" || actors[..index].iter().any(|a| a.name == actor.name) {
                let message = format!("the name `{}` is taken; choose another", actor.name);
                let marks = [Mark::Word("actors"), Mark::Named(&actor.name)];
                return Err(self.story.error(&marks, message));
            }
        }
        actors.iter().map(|actor| self.place_actor(actor)).collect()
    }

    fn place_actor(&self, actor: &StoryActor) -> Result<(StageActor, Motion), StoryError> {
        let model = self.model(actor)?;
        let named = Mark::Named(&actor.name);
        let speed_mps = self.within(
            &actor.speed_mps,
            &[named, Mark::Word("speed_mps")],
            SPEED_MPS,
        )?;
        let start = self.start(actor, model)?;
        let path = self.path_from(start, actor.facing);
        let mut motion = Motion::new(path, start.position(), speed_mps);
        if let Behaviour::Traffic { set_speed_mps } = &actor.behaviour {
            let marks = [named, Mark::Word("set_speed_mps")];
            motion.drive_in_traffic(self.within(set_speed_mps, &marks, SPEED_MPS)?);
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
            let marks = [Mark::Named(&actor.name), Mark::Word("models")];
            return Err(self.story.error(&marks, message));
        }
        let mut models = Vec::new();
        for name in &actor.models {
            let model = actor_model(name).ok_or_else(|| {
                let known: Vec<&str> = ACTOR_MODELS.iter().map(|model| model.name).collect();
                let message = unknown_of("model", name, "there is", &known);
                self.story
                    .error(&[Mark::Named(&actor.name), Mark::Text(name)], message)
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
                pose.map_err(|error| self.misplaced(&actor.name, error.to_string()))
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
            pose = found.map_err(|error| self.misplaced(actor, error.to_string()))?;
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
            return Err(self.misplaced(actor, message));
        };
        let lane = lane_to_the_left(hit.position.lane, lanes);
        Ok(LanePosition {
            lane,
            offset_m: 0.0,
            ..hit.position
        })
    }

    /// The way an actor goes by itself: along its lane or back on it, beside the lanes parallel to ego's, or straight
    /// across.
    fn path_from(&self, start: Pose2, facing: Facing) -> Path {
        let quarter = core::f64::consts::FRAC_PI_2;
        let lane = || {
            let hit = self.road.locate(start.position())?;
            Some(LanePosition {
                offset_m: 0.0,
                ..hit.position
            })
        };
        let along = |lane: Option<LanePosition>| {
            let path = lane.and_then(|lane| self.road.lane_path(&lane, HORIZON_M).ok());
            path.map_or_else(|| self.route.clone(), Path::from)
        };
        match facing {
            Facing::Along => along(lane()),
            Facing::Against => along(lane().map(|lane| self.beginning(lane))).reversed(),
            Facing::Left => Path::straight_from(start.then(Pose2::new(0.0, 0.0, quarter))),
            Facing::Right => Path::straight_from(start.then(Pose2::new(0.0, 0.0, -quarter))),
        }
    }

    /// Where a lane begins on its road, in its own driving direction.
    fn beginning(&self, lane: LanePosition) -> LanePosition {
        let is_of = |info: &LaneInfo| {
            let (from_m, to_m) = info.s_range_m;
            let is_there = (from_m..=to_m).contains(&lane.s_m);
            (info.road.as_str(), info.lane) == (lane.road.as_str(), lane.lane) && is_there
        };
        let s_m = match self.road.lanes().find(is_of) {
            Some(info) if info.lane < 0 => info.s_range_m.0,
            Some(info) => info.s_range_m.1,
            None => lane.s_m,
        };
        LanePosition { s_m, ..lane }
    }

    /// An error about an actor's place.
    pub(super) fn misplaced(&self, actor: &str, message: String) -> StoryError {
        self.story
            .error(&[Mark::Named(actor), Mark::Word("at")], message)
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
