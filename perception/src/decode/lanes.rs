//! Lane boundaries: from columns of picture rows to points on the ground.

use core::array;

use drive::camera::CameraModel;
use drive::labels::{LANE_BOUNDARIES, LANE_ROWS, lane_row_v_px};
use drive::percept::{Boundary, BoundaryPoint};

use crate::bins::{COLUMN_PX, COLUMNS, column_u_px};
use crate::expectation::{Bins, local_expectation};
use crate::heads::Head;
use crate::probabilities::Probabilities;

/// A point less likely than this is left out.
const MIN_PROBABILITY: f64 = 0.4;

/// Every boundary, its points from near to far.
pub(super) fn decode_lanes(
    probabilities: &Probabilities,
    camera: &CameraModel,
) -> [Boundary; LANE_BOUNDARIES] {
    array::from_fn(|boundary| {
        (0..LANE_ROWS)
            .rev()
            .filter_map(|row| {
                let distribution = probabilities.at(Head::Lanes, boundary * LANE_ROWS + row);
                decode_point(distribution, lane_row_v_px(row), camera)
            })
            .collect()
    })
}

/// The point where a boundary crosses a picture row, if it is likely enough.
fn decode_point(distribution: &[f32], v_px: f64, camera: &CameraModel) -> Option<BoundaryPoint> {
    let probability = 1.0 - f64::from(distribution[COLUMNS]);
    if probability < MIN_PROBABILITY {
        return None;
    }
    let read = local_expectation(&distribution[..COLUMNS], Bins::Line);
    let u_px = column_u_px(read.coordinate);
    let point_in_ego = camera.ground_at(u_px, v_px)?;
    let beside = camera.ground_at(u_px + read.std * COLUMN_PX, v_px)?;
    Some(BoundaryPoint {
        point_in_ego,
        y_std_m: (beside.y_m - point_in_ego.y_m).abs(),
        probability,
    })
}
