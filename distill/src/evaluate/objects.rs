//! Road users in the percept against road users in the truth.

use std::collections::BTreeMap;

use drive::labels::ObjectClass;
use drive::math::wrap_angle;
use drive::percept::{ObjectPercept, Percept};
use serde::{Deserialize, Serialize};

use super::counts::{Counts, Detection, Mean};

/// A road user less likely than this counts as not found.
const MIN_PROBABILITY: f64 = 0.5;
/// Farther apart along the road than this share of the distance is another road user...
const DISTANCE_SHARE: f64 = 0.15;
/// ...but never nearer than this, in metres.
const MIN_DISTANCE_M: f64 = 1.0;
/// Farther apart across the road than this, in metres, is another road user.
const MAX_LATERAL_M: f64 = 1.5;
/// Upper ends of the distance bands in metres.
const BANDS_M: [f64; 4] = [15.0, 30.0, 50.0, f64::INFINITY];
const BAND_NAMES: [&str; 4] = ["0-15 m", "15-30 m", "30-50 m", "50-80 m"];

/// How well road users are seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ObjectReport {
    /// All of them.
    pub all: Detection,
    /// By what they are.
    pub by_class: BTreeMap<String, Detection>,
    /// By how far away they are.
    pub by_distance: BTreeMap<String, Detection>,
    /// Mean error of the nearest face's x, as a share of it.
    pub near_x_relative_error: f64,
    /// Mean error of the middle's y in metres.
    pub lateral_error_m: f64,
    /// Mean error of the heading in degrees.
    pub yaw_error_deg: f64,
}

/// The counting behind a report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct ObjectTally {
    pub(super) all: Counts,
    by_class: [Counts; ObjectClass::ALL.len()],
    by_distance: [Counts; BANDS_M.len()],
    near_x: Mean,
    lateral: Mean,
    yaw: Mean,
}

impl ObjectTally {
    /// Adds what was counted elsewhere.
    pub(super) fn merge(&mut self, other: &Self) {
        self.all.merge(&other.all);
        let classes = self.by_class.iter_mut().zip(&other.by_class);
        let bands = self.by_distance.iter_mut().zip(&other.by_distance);
        classes
            .chain(bands)
            .for_each(|(counts, more)| counts.merge(more));
        self.near_x.merge(&other.near_x);
        self.lateral.merge(&other.lateral);
        self.yaw.merge(&other.yaw);
    }

    /// Matches the road users of a frame, likeliest first, each with the nearest of its class.
    pub(super) fn add(&mut self, truth: &Percept, seen: &Percept) {
        let mut found: Vec<&ObjectPercept> = seen
            .objects
            .iter()
            .filter(|object| object.probability >= MIN_PROBABILITY)
            .collect();
        found.sort_by(|a, b| b.probability.total_cmp(&a.probability));
        let mut left: Vec<&ObjectPercept> = truth.objects.iter().collect();
        for object in found {
            let candidates = left
                .iter()
                .enumerate()
                .filter(|(_, there)| is_same(there, object));
            let distance_m = |there: &ObjectPercept| (there.near_x_m - object.near_x_m).abs();
            let nearest = candidates
                .min_by(|(_, a), (_, b)| distance_m(a).total_cmp(&distance_m(b)))
                .map(|(i, _)| i);
            match nearest {
                Some(i) => self.hit(left.remove(i), object),
                None => self.count(object, |counts| counts.false_alarms += 1),
            }
        }
        for missed in left {
            self.count(missed, |counts| counts.misses += 1);
        }
    }

    fn hit(&mut self, there: &ObjectPercept, found: &ObjectPercept) {
        self.count(there, |counts| counts.hits += 1);
        self.near_x
            .add((found.near_x_m / there.near_x_m - 1.0).abs());
        self.lateral
            .add((found.centre_y_m() - there.centre_y_m()).abs());
        self.yaw
            .add(wrap_angle(found.yaw_rad - there.yaw_rad).abs().to_degrees());
    }

    /// Counts a road user everywhere it belongs.
    fn count(&mut self, object: &ObjectPercept, add: impl Fn(&mut Counts)) {
        let band = BANDS_M
            .iter()
            .take_while(|&&end_m| object.near_x_m > end_m)
            .count();
        add(&mut self.all);
        add(&mut self.by_class[object.class as usize]);
        add(&mut self.by_distance[band]);
    }

    pub(super) fn report(&self) -> ObjectReport {
        let by_class = ObjectClass::ALL.map(|class| {
            let name = ["car", "truck", "pedestrian", "cyclist"][class as usize];
            (name.to_owned(), self.by_class[class as usize].report())
        });
        let by_distance = BAND_NAMES.iter().zip(&self.by_distance);
        ObjectReport {
            all: self.all.report(),
            by_class: by_class.into(),
            by_distance: by_distance
                .map(|(name, counts)| ((*name).to_owned(), counts.report()))
                .collect(),
            near_x_relative_error: self.near_x.value().unwrap_or(0.0),
            lateral_error_m: self.lateral.value().unwrap_or(0.0),
            yaw_error_deg: self.yaw.value().unwrap_or(0.0),
        }
    }
}

/// Whether one road user may be the other.
fn is_same(there: &ObjectPercept, found: &ObjectPercept) -> bool {
    let bound_m = (DISTANCE_SHARE * there.near_x_m).max(MIN_DISTANCE_M);
    there.class == found.class
        && (there.near_x_m - found.near_x_m).abs() <= bound_m
        && (there.centre_y_m() - found.centre_y_m()).abs() <= MAX_LATERAL_M
}
