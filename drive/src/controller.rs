//! The controller: a decision becomes a command, on every tick.

use crate::decision::Decision;
use crate::ego::{EGO_WHEELBASE_M, EgoState, VehicleCommand};
use crate::math::atan;

/// Share of the missing curvature that is added, so that tyres which give way still follow the path.
const CURVATURE_GAIN: f64 = 0.3;
/// Below this speed the driven curvature is not known, in metres per second.
const MIN_SPEED_MPS: f64 = 2.0;
/// Largest angle of the front wheels in radians.
const MAX_STEERING_RAD: f64 = 0.55;

/// The command that carries out a decision.
pub fn command(decision: &Decision, ego: &EgoState) -> VehicleCommand {
    let wanted_per_m = decision.curvature_per_m;
    let missing_per_m = if ego.speed_mps > MIN_SPEED_MPS {
        wanted_per_m - ego.yaw_rate_radps / ego.speed_mps
    } else {
        0.0
    };
    let curvature_per_m = wanted_per_m + CURVATURE_GAIN * missing_per_m;
    VehicleCommand {
        accel_mps2: decision.accel_mps2,
        steering_rad: atan(EGO_WHEELBASE_M * curvature_per_m)
            .clamp(-MAX_STEERING_RAD, MAX_STEERING_RAD),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bend_to_the_left_is_steered_to_the_left_and_mirrored_to_the_right() {
        let ego = EgoState {
            speed_mps: 10.0,
            ..EgoState::default()
        };
        let steer = |curvature_per_m| {
            let decision = Decision {
                curvature_per_m,
                ..Decision::default()
            };
            command(&decision, &ego).steering_rad
        };
        assert!(steer(0.01) > 0.0);
        assert_eq!(steer(0.01), -steer(-0.01));
    }

    #[test]
    fn a_car_that_drives_the_wanted_curvature_steers_by_its_geometry() {
        let ego = EgoState {
            speed_mps: 10.0,
            yaw_rate_radps: 0.1,
            ..EgoState::default()
        };
        let decision = Decision {
            curvature_per_m: 0.01,
            accel_mps2: -2.0,
            ..Decision::default()
        };
        let command = command(&decision, &ego);
        assert!((command.steering_rad - atan(EGO_WHEELBASE_M * 0.01)).abs() < 1e-12);
        assert_eq!(command.accel_mps2, -2.0);
    }
}
