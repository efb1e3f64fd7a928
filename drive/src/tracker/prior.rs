//! What is believed of a road user's motion before it is seen to move.

use crate::belief::{Belief, HEADINGS};
use crate::labels::ObjectClass;
use crate::math::{cos, sin};

/// Mean and covariance of a velocity in the odometry frame, x and y, in m/s.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Velocity {
    pub(super) mean: [f64; 2],
    pub(super) covariance: [[f64; 2]; 2],
}

/// What is believed of a velocity at first sight: the mixture over every kind and heading that it may have, seen from
/// an ego that heads so in the odometry frame and drives this fast.
pub(super) fn first_velocity(
    belief: &Belief,
    (ego_yaw_rad, ego_speed_mps): (f64, f64),
) -> Velocity {
    let mut mean = [0.0; 2];
    let mut square = [[0.0; 2]; 2];
    for heading in 0..HEADINGS {
        let yaw_rad = Belief::yaw_rad(heading as f64);
        let (c, s) = (cos(ego_yaw_rad + yaw_rad), sin(ego_yaw_rad + yaw_rad));
        let (along, left) = ([c, s], [-s, c]);
        for class in ObjectClass::ALL {
            let p = f64::from(belief.headings[heading] * belief.kinds[class as usize]);
            let speed = first_speed(class, cos(yaw_rad), ego_speed_mps);
            let (a, b) = (
                speed.mean.powi(2) + speed.std.powi(2),
                speed.across_std.powi(2),
            );
            for i in 0..2 {
                mean[i] += p * speed.mean * along[i];
                for j in 0..2 {
                    square[i][j] += p * (a * along[i] * along[j] + b * left[i] * left[j]);
                }
            }
        }
    }
    Velocity {
        mean,
        covariance: core::array::from_fn(|i| {
            core::array::from_fn(|j| square[i][j] - mean[i] * mean[j])
        }),
    }
}

/// Variances of the acceleration along and across the heading, in (m/s²)².
pub(super) fn acceleration_variances(belief: &Belief) -> [f64; 2] {
    let std = |class: ObjectClass| match class {
        ObjectClass::Car => [2.5, 0.7],
        ObjectClass::Truck => [2.0, 0.5],
        ObjectClass::Pedestrian => [0.8, 0.8],
        ObjectClass::Cyclist => [1.0, 0.7],
    };
    core::array::from_fn(|axis| {
        let part = |class| f64::from(belief.kinds[class as usize]) * f64::powi(std(class)[axis], 2);
        ObjectClass::ALL.into_iter().map(part).sum()
    })
}

/// A speed along the heading and its standard deviation, and that of the speed across it, in m/s.
struct Speed {
    mean: f64,
    std: f64,
    across_std: f64,
}

/// Of one kind whose heading has this part along ego's: vehicles go with ego, come towards it or cross; people may
/// stand.
fn first_speed(class: ObjectClass, along_ego: f64, ego_speed_mps: f64) -> Speed {
    let (mean, std, across_std) = match class {
        ObjectClass::Pedestrian => (0.0, 1.2, 1.2),
        ObjectClass::Cyclist => (2.0, 2.5, 1.2),
        ObjectClass::Car | ObjectClass::Truck if along_ego > 0.6 => {
            (0.5 * ego_speed_mps, 0.5 * ego_speed_mps + 2.0, 1.2)
        }
        ObjectClass::Car | ObjectClass::Truck if along_ego < -0.6 => (7.0, 6.0, 1.2),
        ObjectClass::Car | ObjectClass::Truck => (3.0, 5.0, 1.5),
    };
    Speed {
        mean,
        std,
        across_std,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_velocity_of_somebody_of_unsure_kind_is_open_to_each() {
        let pedestrian = first_velocity(&Belief::surely(ObjectClass::Pedestrian, 0.0), (0.0, 20.0));
        assert!((pedestrian.covariance[0][0] - 1.44).abs() < 1e-9);
        let mut unsure = Belief::surely(ObjectClass::Car, 0.0);
        unsure.kinds = [0.5, 0.0, 0.5, 0.0];
        let velocity = first_velocity(&unsure, (0.0, 20.0));
        assert!((velocity.mean[0] - 5.0).abs() < 1e-9);
        let std = velocity.covariance[0][0].sqrt();
        assert!(std > 9.0 && std < 12.0, "{std}");
    }

    #[test]
    fn a_car_that_may_show_its_front_or_its_back_may_come_or_go() {
        let mut unsure = Belief::surely(ObjectClass::Car, 0.0);
        (unsure.headings[0], unsure.headings[6]) = (0.5, 0.5);
        let velocity = first_velocity(&unsure, (0.0, 20.0));
        let [x, y] = [
            velocity.covariance[0][0].sqrt(),
            velocity.covariance[1][1].sqrt(),
        ];
        assert!(velocity.mean[0].abs() < 2.0 && x > 10.0, "{velocity:?}");
        assert!(y < 1.5, "{velocity:?}");
    }
}
