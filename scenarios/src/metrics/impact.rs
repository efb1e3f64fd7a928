//! Impact speed (Euro NCAP): how fast ego closes on what it touches first, along its own direction of travel.

use drive::math::cos;

use crate::world::{ActorState, EgoBody};

/// The impact speed in metres per second, 0 when ego stands or is the slower one. `ego_mps` is ego's speed on the tick
/// before the contact, as the contact itself slows it; `actor` is what was touched, `None` for something that stands.
pub fn impact_speed_mps(ego_mps: f64, ego: &EgoBody, actor: Option<&ActorState>) -> f64 {
    let away_mps = actor.map_or(0.0, |actor| {
        let turn_rad = actor.world_from_actor.yaw_rad - ego.world_from_ego.yaw_rad;
        actor.speed_mps * cos(turn_rad)
    });
    (ego_mps - away_mps).max(0.0)
}

#[cfg(test)]
mod tests {
    use core::f64::consts::{FRAC_PI_2, PI};

    use drive::frames::Pose2;

    use super::*;

    #[test]
    fn only_the_actors_speed_along_egos_travel_counts() {
        let ego = EgoBody {
            world_from_ego: Pose2::new(0.0, 0.0, FRAC_PI_2),
            ..EgoBody::default()
        };
        let actor = |yaw_rad| ActorState {
            world_from_actor: Pose2::new(0.0, 3.0, yaw_rad),
            speed_mps: 4.0,
        };
        let impact = |yaw_rad| impact_speed_mps(10.0, &ego, Some(&actor(yaw_rad)));
        assert!((impact(FRAC_PI_2) - 6.0).abs() < 1e-9, "a lead");
        assert!((impact(PI) - 10.0).abs() < 1e-9, "somebody who crosses");
        assert!((impact(-FRAC_PI_2) - 14.0).abs() < 1e-9, "oncoming");
        assert_eq!(impact_speed_mps(10.0, &ego, None), 10.0);
        assert_eq!(impact_speed_mps(1.0, &ego, Some(&actor(FRAC_PI_2))), 0.0);
    }
}
