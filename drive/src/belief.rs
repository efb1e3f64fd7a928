//! What kind of road user somebody is and where it heads, as probabilities: networks waver, above all at first sight,
//! and take a car's front for its back at dusk.

use core::f64::consts::TAU;

use serde::{Deserialize, Serialize};

use crate::labels::ObjectClass;
use crate::math::ln;

/// Directions that are told apart, in equal steps to the left from straight away from ego.
pub const HEADINGS: usize = 12;
/// However sure two sightings are of different kinds, they may tell of one road user with this probability.
const MIN_AGREEMENT: f64 = 0.02;

/// Probabilities of the kinds, in the order of [`ObjectClass::ALL`], and of the headings in the ego frame.
/// Each sum to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Belief {
    /// Of the kinds.
    pub kinds: [f32; ObjectClass::ALL.len()],
    /// Of the headings: the first drives away, the fourth to the left, the seventh comes towards ego.
    pub headings: [f32; HEADINGS],
}

impl Belief {
    /// Somebody of whom kind and heading are sure, the heading to the nearest direction.
    pub fn surely(class: ObjectClass, yaw_rad: f64) -> Self {
        let nearest = (yaw_rad / TAU * HEADINGS as f64).round() as isize;
        let heading = nearest.rem_euclid(HEADINGS as isize) as usize;
        let only = |is: bool| f32::from(u8::from(is));
        Self {
            kinds: ObjectClass::ALL.map(|kind| only(kind == class)),
            headings: core::array::from_fn(|at| only(at == heading)),
        }
    }

    /// The angle of a heading in radians, from 0 to a full turn; between two headings lie those in between.
    pub fn yaw_rad(heading: f64) -> f64 {
        heading * TAU / HEADINGS as f64
    }

    /// The likeliest kind.
    pub fn class(&self) -> ObjectClass {
        let p = |class: ObjectClass| self.kinds[class as usize];
        ObjectClass::ALL
            .into_iter()
            .fold(ObjectClass::Car, |best, class| {
                if p(class) > p(best) { class } else { best }
            })
    }

    /// Takes in another belief with this share of weight.
    pub fn learn(&mut self, other: &Self, share: f64) {
        let learn = |mine: &mut f32, other: f32| *mine += share as f32 * (other - *mine);
        let kinds = self.kinds.iter_mut().zip(other.kinds);
        let headings = self.headings.iter_mut().zip(other.headings);
        kinds
            .chain(headings)
            .for_each(|(mine, other)| learn(mine, other));
    }

    /// How much it speaks against two being one road user that one is a vehicle and the other a person, in squared
    /// standard deviations: nothing where both are surely the same.
    pub fn contradiction(&self, other: &Self) -> f64 {
        let (a, b) = (self.person(), other.person());
        let agreement = a * b + (1.0 - a) * (1.0 - b);
        -2.0 * ln(agreement.max(MIN_AGREEMENT))
    }

    /// Probability of being a person, on foot or on a cycle.
    fn person(&self) -> f64 {
        let probability = |class: &ObjectClass| f64::from(self.kinds[*class as usize]);
        let people = ObjectClass::ALL
            .iter()
            .filter(|class| class.is_vulnerable());
        people.map(probability).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unsure_kinds_hardly_contradict_and_sure_ones_do() {
        let of = |car: f32| Belief {
            kinds: [car, 0.0, 1.0 - car, 0.0],
            ..Belief::surely(ObjectClass::Car, 0.0)
        };
        let (car, unsure, pedestrian) = (of(0.97), of(0.4), of(0.03));
        assert!(car.contradiction(&car) < 0.2);
        assert!(car.contradiction(&unsure) < 2.0);
        assert!(car.contradiction(&pedestrian) > 5.0);
    }

    #[test]
    fn a_sure_heading_is_the_nearest_direction() {
        for (yaw_rad, heading) in [
            (0.1, 0),
            (-0.1, 0),
            (1.6, 3),
            (3.1, 6),
            (-3.1, 6),
            (-1.5, 9),
        ] {
            let belief = Belief::surely(ObjectClass::Car, yaw_rad);
            assert_eq!(belief.headings[heading], 1.0, "{yaw_rad}");
        }
    }
}
