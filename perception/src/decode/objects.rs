//! Road users: the cells that tell of the same one are gathered to one detection.

use drive::belief::Belief;
use drive::camera::{CameraModel, FRAME_HEIGHT, FRAME_WIDTH};
use drive::labels::BoxPx;
use drive::percept::ObjectPercept;

use super::boxes::overlap;
use super::placement::place;
use crate::bins::{DEPTH, SIDE, yaw_rad};
use crate::encode::{EMPTY_WEIGHT, cell_centre_px};
use crate::expectation::{Bins, local_expectation};
use crate::heads::Head;
use crate::probabilities::Probabilities;

/// A cell less likely than this to tell of anybody is passed over.
const MIN_CELL_PROBABILITY: f64 = 0.15;
/// Cells whose boxes share this much may tell of the same road user.
const MIN_OVERLAP: f32 = 0.4;
/// Cells whose depths differ by less than this many bins (about 30 %) may tell of the same road user: networks'
/// cells disagree so much, and of two whose boxes overlap within it one hides the other.
const MAX_DEPTH_DIFFERENCE_BINS: f64 = 2.0;

/// A road user in the picture, with its depth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Detection {
    /// What it may be and where it may head, if anybody is here.
    pub(super) belief: Belief,
    /// Probability that anybody is here.
    pub(super) probability: f64,
    /// Left, top, right, bottom in pixels.
    pub(super) box_px: [f64; 4],
    /// Standard deviation of the sides in pixels.
    pub(super) side_std_px: f64,
    /// Coordinate of the depth on [`DEPTH`].
    pub(super) depth_coordinate: f64,
    /// Its standard deviation in bins.
    pub(super) depth_std: f64,
}

impl Detection {
    /// The likeliest heading in radians.
    pub(super) fn yaw_rad(&self) -> f64 {
        yaw_rad(local_expectation(&self.belief.headings, Bins::Ring).coordinate)
    }

    /// The box, clipped to the picture.
    pub(super) fn clipped_box(&self) -> BoxPx {
        let across = |u: f64| u.clamp(0.0, FRAME_WIDTH as f64) as f32;
        let down = |v: f64| v.clamp(0.0, FRAME_HEIGHT as f64) as f32;
        let [left, top, right, bottom] = self.box_px;
        BoxPx {
            left: across(left.min(right)),
            top: down(top.min(bottom)),
            right: across(left.max(right)),
            bottom: down(top.max(bottom)),
        }
    }
}

/// Every road user that is likely enough, nearest first.
pub(super) fn decode_objects(
    probabilities: &Probabilities,
    camera: &CameraModel,
) -> Vec<ObjectPercept> {
    let mut cells: Vec<Detection> = (0..Head::Objects.positions())
        .filter_map(|cell| read_cell(probabilities, cell))
        .collect();
    cells.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    let mut objects: Vec<ObjectPercept> = gather(cells)
        .iter()
        .map(|cluster| place(&merge(cluster), camera))
        .collect();
    objects.sort_by(|a, b| a.near_x_m.total_cmp(&b.near_x_m));
    objects
}

/// What one cell says, if it is likely to tell of anybody.
fn read_cell(probabilities: &Probabilities, cell: usize) -> Option<Detection> {
    let kinds = probabilities.at(Head::Objects, cell);
    let said = 1.0 - kinds[0];
    let probability = somebody(f64::from(said));
    if probability < MIN_CELL_PROBABILITY {
        return None;
    }
    let depth = local_expectation(probabilities.at(Head::Depth, cell), Bins::Line);
    let yaw = probabilities.at(Head::Yaw, cell);
    let mut sides_px = [0.0; 4];
    let mut variance_px = 0.0;
    for (side, value_px) in sides_px.iter_mut().enumerate() {
        let read = local_expectation(probabilities.at(Head::Sides, cell * 4 + side), Bins::Line);
        *value_px = SIDE.value(read.coordinate);
        // Left and right decide where somebody is across the road; top and bottom do not.
        if side % 2 == 0 {
            variance_px += SIDE.value_std(read.coordinate, read.std).powi(2) / 2.0;
        }
    }
    let (u, v) = cell_centre_px(cell);
    let (u, v) = (f64::from(u), f64::from(v));
    Some(Detection {
        belief: Belief {
            kinds: core::array::from_fn(|kind| kinds[kind + 1] / said),
            headings: core::array::from_fn(|heading| yaw[heading]),
        },
        probability,
        box_px: [
            u - sides_px[0],
            v - sides_px[1],
            u + sides_px[2],
            v + sides_px[3],
        ],
        side_std_px: variance_px.sqrt(),
        depth_coordinate: depth.coordinate,
        depth_std: depth.std,
    })
}

/// Probability that a cell tells of anybody, from what a network says that learned from empty cells of less weight.
fn somebody(said: f64) -> f64 {
    let odds = f64::from(EMPTY_WEIGHT) * said;
    odds / (odds + 1.0 - said)
}

/// Groups cells, likeliest first, by their agreement with the likeliest of a group.
fn gather(cells: Vec<Detection>) -> Vec<Vec<Detection>> {
    let mut clusters: Vec<Vec<Detection>> = Vec::new();
    for cell in cells {
        match clusters
            .iter_mut()
            .find(|cluster| agree(&cluster[0], &cell))
        {
            Some(cluster) => cluster.push(cell),
            None => clusters.push(vec![cell]),
        }
    }
    clusters
}

/// Whether two cells tell of the same road user.
fn agree(a: &Detection, b: &Detection) -> bool {
    (a.depth_coordinate - b.depth_coordinate).abs() < MAX_DEPTH_DIFFERENCE_BINS
        && overlap(&a.clipped_box(), &b.clipped_box()) > MIN_OVERLAP
}

/// One detection from the cells that tell of it, likeliest first.
///
/// Probability: that the two likeliest cells are not both wrong, for a road user between two cells
/// may be half in each. Everything else: the mean, weighted by probability.
fn merge(cluster: &[Detection]) -> Detection {
    let total: f64 = cluster.iter().map(|cell| cell.probability).sum();
    let mean = |value: &dyn Fn(&Detection) -> f64| {
        cluster
            .iter()
            .map(|cell| cell.probability * value(cell))
            .sum::<f64>()
            / total
    };
    let nobody: f64 = cluster
        .iter()
        .take(2)
        .map(|cell| 1.0 - cell.probability)
        .product();
    let depth_coordinate = mean(&|cell| cell.depth_coordinate);
    let depth_variance =
        mean(&|cell| cell.depth_std.powi(2) + (cell.depth_coordinate - depth_coordinate).powi(2));
    Detection {
        belief: Belief {
            kinds: core::array::from_fn(|kind| {
                mean(&|cell| f64::from(cell.belief.kinds[kind])) as f32
            }),
            headings: core::array::from_fn(|heading| {
                mean(&|cell| f64::from(cell.belief.headings[heading])) as f32
            }),
        },
        probability: 1.0 - nobody,
        box_px: core::array::from_fn(|side| mean(&|cell| cell.box_px[side])),
        side_std_px: mean(&|cell| cell.side_std_px.powi(2)).sqrt(),
        depth_coordinate,
        depth_std: depth_variance.sqrt(),
    }
}

/// Depth of a detection in metres and its standard deviation.
pub(super) fn depth_m(detection: &Detection) -> (f64, f64) {
    (
        DEPTH.value(detection.depth_coordinate),
        DEPTH.value_std(detection.depth_coordinate, detection.depth_std),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_training_made_too_much_of_is_taken_back() {
        assert_eq!((somebody(0.0), somebody(1.0)), (0.0, 1.0));
        // Five cells that tell of nobody weighed as much as one that tells of somebody.
        assert!((somebody(0.5) - 1.0 / 6.0).abs() < 1e-6);
    }
}
