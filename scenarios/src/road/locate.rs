//! From points to lanes, through a uniform grid.

use std::collections::BTreeMap;

use drive::frames::{Point2, Pose2};
use drive::math::wrap_angle;

use super::lanes::{Network, Slice};

/// Side of a grid cell.
const CELL_M: f64 = 8.0;
/// How far outside a lane's border a point still counts as on the lane.
const BORDER_M: f64 = 1e-6;
/// Metres of offset from the lane's centre that a radian of misalignment outweighs where lanes overlap.
const OFFSET_PER_MISALIGNMENT_M: f64 = 5.0;

/// Which pieces of driving lanes lie in which cell.
#[derive(Debug, Clone, Default)]
pub(super) struct Grid {
    /// Lane and station before the piece.
    cells: BTreeMap<(i64, i64), Vec<(usize, usize)>>,
}

/// A point found on a lane.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub(super) lane: usize,
    pub(super) slice: Slice,
    /// Offset from the lane's centre, positive to the left of the reference line.
    pub(super) offset_m: f64,
}

impl Grid {
    /// Sorts the pieces of all driving lanes into cells.
    pub(super) fn new(network: &Network) -> Self {
        let mut grid = Self::default();
        for (index, lane) in network.lanes.iter().enumerate() {
            if !lane.kind.is_drivable() {
                continue;
            }
            for station in 0..lane.left_t_m.len() - 1 {
                for cell in cells_of(network, index, station) {
                    grid.cells.entry(cell).or_default().push((index, station));
                }
            }
        }
        grid
    }

    /// The driving lane under a point; where several overlap, the one whose centre is nearest and,
    /// given a heading, whose traffic is best aligned with it.
    pub(super) fn locate(
        &self,
        network: &Network,
        point: Point2,
        yaw_rad: Option<f64>,
    ) -> Option<Found> {
        let cost = |found: &Found| {
            let lane_yaw_rad = found
                .slice
                .pose(0.0, network.lanes[found.lane].along)
                .yaw_rad;
            let misalignment = yaw_rad.map_or(0.0, |yaw| wrap_angle(yaw - lane_yaw_rad).abs());
            found.offset_m.abs() + OFFSET_PER_MISALIGNMENT_M * misalignment
        };
        let pieces = self.cells.get(&cell(point))?.iter();
        pieces
            .filter_map(|&(lane, station)| project(network, lane, station, point))
            .min_by(|a, b| cost(a).total_cmp(&cost(b)))
    }
}

fn cell(point: Point2) -> (i64, i64) {
    (
        (point.x_m / CELL_M).floor() as i64,
        (point.y_m / CELL_M).floor() as i64,
    )
}

/// The cells that the piece of a lane behind a station touches.
fn cells_of(network: &Network, lane: usize, station: usize) -> Vec<(i64, i64)> {
    let (a, b) = (
        network.slice_at(lane, station),
        network.slice_at(lane, station + 1),
    );
    let corners = [&a, &b].map(|slice| [slice.point(slice.left_t_m), slice.point(slice.right_t_m)]);
    let cells = corners.as_flattened().iter().map(|corner| cell(*corner));
    let (xs, ys): (Vec<i64>, Vec<i64>) = cells.unzip();
    let range = |values: &[i64]| {
        let low = values.iter().copied().min().unwrap_or_default();
        low..=values.iter().copied().max().unwrap_or_default()
    };
    let ys = range(&ys);
    range(&xs)
        .flat_map(|x| ys.clone().map(move |y| (x, y)))
        .collect()
}

/// Projects a point on the piece of a lane behind a station.
fn project(network: &Network, lane: usize, station: usize, point: Point2) -> Option<Found> {
    let (a, b) = (
        network.slice_at(lane, station),
        network.slice_at(lane, station + 1),
    );
    let length_m = b.s_m - a.s_m;
    let turn_rad = wrap_angle(b.world_from_reference.yaw_rad - a.world_from_reference.yaw_rad);
    let local = |u: f64| -> (Slice, Point2) {
        let slice = network.slice_between(lane, station, u);
        (slice, slice.world_from_reference.inverse_transform(point))
    };
    let mut u = 0.5;
    for _ in 0..3 {
        let (_, at) = local(u);
        u += at.x_m / (length_m - at.y_m * turn_rad).max(0.1 * length_m);
    }
    if !(-1e-6..=1.0 + 1e-6).contains(&u) {
        return None;
    }
    let (slice, at) = local(u.clamp(0.0, 1.0));
    let inside = slice.right_t_m - BORDER_M..=slice.left_t_m + BORDER_M;
    inside.contains(&at.y_m).then(|| Found {
        lane,
        slice,
        offset_m: at.y_m - slice.centre_t_m(),
    })
}

/// Whether a car at this pose drives the way the lane's traffic does.
pub(super) fn is_with_traffic(network: &Network, found: &Found, world_from_car: Pose2) -> bool {
    let lane_yaw_rad = found
        .slice
        .pose(0.0, network.lanes[found.lane].along)
        .yaw_rad;
    wrap_angle(world_from_car.yaw_rad - lane_yaw_rad).abs() < core::f64::consts::FRAC_PI_2
}
