//! How steering, engine and brakes follow a command: pure functions of one tick.

use drive::ego::VehicleCommand;
use drive::math::exp;
use drive::time::TICK_S;

/// Time constant of the steering in seconds.
const STEERING_LAG_S: f64 = 0.1;
/// Time constant of engine and brakes in seconds.
const PEDAL_LAG_S: f64 = 0.2;
/// Largest mean angle of the front wheels in radians (a turning circle of about 10.5 m).
const MAX_STEERING_RAD: f64 = 0.55;
/// Hardest braking on dry asphalt, in metres per second squared: good tyres with an ABS.
const MAX_BRAKING_MPS2: f64 = 10.8;
/// Hardest acceleration at low speed, in metres per second squared.
const MAX_DRIVING_MPS2: f64 = 4.0;
/// Power of the engine per mass of the car, in watts per kilogram (110 kW, 1500 kg).
const POWER_W_PER_KG: f64 = 73.0;

/// What the actuators do on one tick.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Actuators {
    /// Forward acceleration that engine or brakes now give, in metres per second squared.
    pub(super) accel_mps2: f64,
    /// Mean angle of the front wheels in radians, positive to the left.
    pub(super) steering_rad: f64,
}

impl Actuators {
    /// A tick later, under a command.
    pub(super) fn follow(self, command: &VehicleCommand, speed_mps: f64) -> Self {
        let strongest_mps2 = MAX_DRIVING_MPS2.min(POWER_W_PER_KG / speed_mps.max(1.0));
        let accel_mps2 = command.accel_mps2.clamp(-MAX_BRAKING_MPS2, strongest_mps2);
        let steering_rad = command
            .steering_rad
            .clamp(-MAX_STEERING_RAD, MAX_STEERING_RAD);
        Self {
            accel_mps2: lag(self.accel_mps2, accel_mps2, PEDAL_LAG_S),
            steering_rad: lag(self.steering_rad, steering_rad, STEERING_LAG_S),
        }
    }
}

/// A first-order lag's value a tick later.
fn lag(value: f64, target: f64, time_constant_s: f64) -> f64 {
    target + (value - target) * exp(-TICK_S / time_constant_s)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steering_covers_63_percent_of_a_step_in_a_tenth_of_a_second() {
        let command = VehicleCommand {
            accel_mps2: 0.0,
            steering_rad: 0.1,
        };
        let after = (0..10).fold(Actuators::default(), |now, _| now.follow(&command, 10.0));
        assert!((after.steering_rad - 0.0632).abs() < 1e-3);
    }

    #[test]
    fn no_command_asks_for_more_than_the_tyres_and_the_engine_give() {
        let brake = VehicleCommand {
            accel_mps2: -99.0,
            steering_rad: 9.0,
        };
        let go = VehicleCommand {
            accel_mps2: 99.0,
            steering_rad: 0.0,
        };
        let braked = (0..500).fold(Actuators::default(), |now, _| now.follow(&brake, 30.0));
        let driven = (0..500).fold(Actuators::default(), |now, _| now.follow(&go, 36.5));
        assert!((braked.accel_mps2 + MAX_BRAKING_MPS2).abs() < 1e-6);
        assert!((braked.steering_rad - MAX_STEERING_RAD).abs() < 1e-6);
        assert!((driven.accel_mps2 - 2.0).abs() < 1e-6);
    }
}
