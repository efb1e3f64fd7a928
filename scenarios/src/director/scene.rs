//! The world as the director sees it on one tick: every road user along and across ego's lane.

use crate::actor::ActorModel;
use crate::geometry::Footprint;
use crate::path::{Path, PathPoint};
use crate::story::Entity;
use crate::world::WorldState;

/// Only road users this near can be the lead of another, in metres.
const LEAD_REACH_M: f64 = 120.0;
/// Half the width of the strip a follower needs free, at most, in metres.
const LEAD_MARGIN_M: f64 = 0.9;

/// Every road user on one tick.
#[derive(Debug, Clone)]
pub(super) struct Scene {
    pub(super) time_s: f64,
    /// Ego, then the actors in the stage's order.
    pub(super) bodies: Vec<Body>,
}

/// A road user on one tick.
#[derive(Debug, Clone, Copy)]
pub(super) struct Body {
    pub(super) footprint: Footprint,
    pub(super) speed_mps: f64,
    /// Its centre relative to ego's lane.
    pub(super) place: PathPoint,
    pub(super) half_length_m: f64,
    pub(super) half_width_m: f64,
    pub(super) travelled_m: f64,
}

/// The next road user ahead on a path.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Lead {
    /// Free space to it along the path, in metres.
    pub(super) gap_m: f64,
    /// Its speed along the path in metres per second.
    pub(super) speed_mps: f64,
}

impl Scene {
    pub(super) fn of(world: &WorldState, models: &[&ActorModel], route: &Path) -> Self {
        let ego = Footprint::of_ego(world.ego.world_from_ego);
        let mut bodies = vec![Body::of(ego, world.ego.state.speed_mps, route)];
        for (actor, model) in world.actors.iter().zip(models) {
            let footprint = Footprint::of_actor(actor.world_from_actor, model);
            bodies.push(Body::of(footprint, actor.speed_mps, route));
        }
        Self {
            time_s: world.tick.seconds(),
            bodies,
        }
    }

    pub(super) fn body(&self, entity: Entity) -> &Body {
        &self.bodies[slot(entity)]
    }

    /// The nearest road user ahead of `follower` that overlaps `path`.
    pub(super) fn lead_on(&self, path: &Path, follower: Entity) -> Option<Lead> {
        let own = self.body(follower);
        let from = own.footprint.world_from_centre.position();
        let own_m = path.project(from).along_m;
        let others = self.bodies.iter().enumerate();
        let ahead = others.filter(|(index, body)| {
            let place = body.footprint.world_from_centre.position();
            *index != slot(follower) && place.distance_m(from) < LEAD_REACH_M
        });
        let leads = ahead.filter_map(|(_, body)| body.as_lead_on(path, own_m, own));
        leads.min_by(|a, b| a.gap_m.total_cmp(&b.gap_m))
    }
}

fn slot(entity: Entity) -> usize {
    match entity {
        Entity::Ego => 0,
        Entity::Actor(index) => index + 1,
    }
}

impl Body {
    fn of(footprint: Footprint, speed_mps: f64, route: &Path) -> Self {
        let place = route.project(footprint.world_from_centre.position());
        let (half_length_m, half_width_m) = footprint.half_extents_m(place.yaw_rad);
        Self {
            footprint,
            speed_mps,
            place,
            half_length_m,
            half_width_m,
            travelled_m: 0.0,
        }
    }

    /// Its speed along ego's lane in metres per second.
    pub(super) fn along_mps(&self) -> f64 {
        let yaw_rad = self.footprint.world_from_centre.yaw_rad;
        self.speed_mps * drive::math::cos(yaw_rad - self.place.yaw_rad)
    }

    fn as_lead_on(&self, path: &Path, own_m: f64, own: &Body) -> Option<Lead> {
        let centre = self.footprint.world_from_centre;
        let place = path.project(centre.position());
        let (half_length_m, half_width_m) = self.footprint.half_extents_m(place.yaw_rad);
        let beside_m = half_width_m + own.half_width_m.min(LEAD_MARGIN_M);
        (place.along_m > own_m && place.left_m.abs() < beside_m).then(|| Lead {
            gap_m: place.along_m - own_m - half_length_m - own.half_length_m,
            speed_mps: self.speed_mps * drive::math::cos(centre.yaw_rad - place.yaw_rad),
        })
    }
}
