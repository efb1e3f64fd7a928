//! The driving score of the CARLA leaderboard: route completion, reduced for infractions.
//! Version 2.0 multiplies penalties, version 2.1 adds them up.

use serde::{Deserialize, Serialize};

/// What a driving score is reduced for.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Infractions {
    /// People and cyclists hit.
    pub pedestrian_collisions: u32,
    /// Cars and trucks hit.
    pub vehicle_collisions: u32,
    /// Collisions with what stands.
    pub static_collisions: u32,
    /// Red lights run.
    pub red_lights: u32,
    /// Times the story's route was not covered in the time it demands.
    pub timeouts: u32,
    /// Share of the way driven outside the lane, 0 to 1.
    pub outside_lane_share: f64,
    /// Speed driven over the speed the story demands, 0 to 1; 1 where it demands none.
    pub minimum_speed_share: f64,
}

/// Factor per collision with a person, a vehicle and a static object, per red light and per timeout (2.0).
const FACTORS: [f64; 5] = [0.50, 0.60, 0.65, 0.70, 0.70];
/// Factor for the minimum speed when ego does not move at all (2.0).
const MINIMUM_SPEED_FACTOR: f64 = 0.70;
/// Weight per collision with a person, a vehicle and a static object, per red light and per timeout (2.1).
const WEIGHTS: [f64; 5] = [1.0, 0.7, 0.6, 0.4, 0.4];
/// Weight of the minimum speed when ego does not move at all (2.1).
const MINIMUM_SPEED_WEIGHT: f64 = 0.4;

impl Infractions {
    fn counts(&self) -> [u32; 5] {
        [
            self.pedestrian_collisions,
            self.vehicle_collisions,
            self.static_collisions,
            self.red_lights,
            self.timeouts,
        ]
    }
}

/// Driving score 2.0, 0 to 100, for a route completion of 0 to 1.
pub fn driving_score_v2_0(route_completion: f64, infractions: &Infractions) -> f64 {
    let mut penalty = 1.0;
    for (count, factor) in infractions.counts().into_iter().zip(FACTORS) {
        penalty = (0..count).fold(penalty, |product, _| product * factor);
    }
    penalty *= 1.0 - (1.0 - MINIMUM_SPEED_FACTOR) * (1.0 - infractions.minimum_speed_share);
    penalty *= 1.0 - infractions.outside_lane_share;
    100.0 * route_completion * penalty
}

/// Driving score 2.1, 0 to 100, for a route completion of 0 to 1.
pub fn driving_score_v2_1(route_completion: f64, infractions: &Infractions) -> f64 {
    let counts = infractions.counts().into_iter().zip(WEIGHTS);
    let weighted: f64 = counts
        .map(|(count, weight)| weight * f64::from(count))
        .sum();
    let slow = MINIMUM_SPEED_WEIGHT * (1.0 - infractions.minimum_speed_share);
    let penalty = (1.0 - infractions.outside_lane_share) / (1.0 + weighted + slow);
    100.0 * route_completion * penalty
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLEAN: Infractions = Infractions {
        pedestrian_collisions: 0,
        vehicle_collisions: 0,
        static_collisions: 0,
        red_lights: 0,
        timeouts: 0,
        outside_lane_share: 0.0,
        minimum_speed_share: 1.0,
    };

    #[test]
    fn a_clean_drive_scores_its_route_completion() {
        assert_eq!(driving_score_v2_0(0.8, &CLEAN), 80.0);
        assert_eq!(driving_score_v2_1(0.8, &CLEAN), 80.0);
    }

    #[test]
    fn penalties_multiply_in_2_0_and_add_up_in_2_1() {
        let infractions = Infractions {
            pedestrian_collisions: 1,
            red_lights: 2,
            ..CLEAN
        };
        assert!((driving_score_v2_0(1.0, &infractions) - 24.5).abs() < 1e-12);
        assert!((driving_score_v2_1(1.0, &infractions) - 100.0 / 2.8).abs() < 1e-12);
    }

    #[test]
    fn standing_still_costs_the_minimum_speed_penalty() {
        let infractions = Infractions {
            minimum_speed_share: 0.0,
            ..CLEAN
        };
        assert!((driving_score_v2_0(1.0, &infractions) - 70.0).abs() < 1e-12);
        assert!((driving_score_v2_1(1.0, &infractions) - 100.0 / 1.4).abs() < 1e-12);
    }
}
