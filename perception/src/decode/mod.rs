//! From distributions to a percept. The segmentation head is watched, not decoded.

mod boxes;
mod lanes;
mod objects;
mod placement;
#[cfg(test)]
mod tests;

use drive::camera::CameraModel;
use drive::percept::{Percept, StopLinePercept};
use drive::time::Tick;

use crate::bins::DEPTH;
use crate::expectation::{Bins, local_expectation};
use crate::heads::Head;
use crate::probabilities::Probabilities;

/// A stop line less likely than this is left out.
const MIN_STOP_LINE_PROBABILITY: f64 = 0.4;

/// What the distributions say of the scene at the exposure tick, seen through this camera.
pub fn decode(probabilities: &Probabilities, camera: &CameraModel, exposure: Tick) -> Percept {
    let mut light = [0.0; 4];
    for (state, &p) in light.iter_mut().zip(probabilities.at(Head::Light, 0)) {
        *state = f64::from(p);
    }
    Percept {
        exposure,
        objects: objects::decode_objects(probabilities, camera),
        lanes: lanes::decode_lanes(probabilities, camera),
        light,
        stop_line: decode_stop_line(probabilities.at(Head::StopLine, 0)),
    }
}

/// The stop line, if it is likely enough.
fn decode_stop_line(distribution: &[f32]) -> Option<StopLinePercept> {
    let probability = 1.0 - f64::from(distribution[DEPTH.bins]);
    (probability >= MIN_STOP_LINE_PROBABILITY).then(|| {
        let read = local_expectation(&distribution[..DEPTH.bins], Bins::Line);
        StopLinePercept {
            x_m: DEPTH.value(read.coordinate),
            x_std_m: DEPTH.value_std(read.coordinate, read.std),
            probability,
        }
    })
}
