//! Along the lanes: centre lines to follow and the boundaries around a car.

use drive::frames::{Point2, Pose2};

use super::lanes::{Network, Slice};
use super::locate::{Found, is_with_traffic};
use super::{LaneBoundaries, LanePath};
use crate::path::between;

/// Steps shorter than this are left out.
const MIN_STEP_M: f64 = 1e-6;

/// A lane's cross-section on the way along it.
struct Step {
    lane: usize,
    slice: Slice,
    /// Whether the way goes along the reference line.
    along: bool,
}

impl Step {
    fn centre(&self) -> Pose2 {
        self.slice.pose(self.slice.centre_t_m(), self.along)
    }
}

/// The cross-sections of one lane from `s_m` to its end.
fn steps_to_end(
    network: &Network,
    lane: usize,
    s_m: f64,
    along: bool,
) -> impl Iterator<Item = Step> + '_ {
    let stations = &network.section_of(lane).stations;
    let first = stations.partition_point(|at| at.s_m < s_m);
    let count = if along { stations.len() - first } else { first };
    let station = move |step: usize| {
        if along {
            first + step
        } else {
            first - 1 - step
        }
    };
    let rest = (0..count).map(move |step| network.slice_at(lane, station(step)));
    core::iter::once(network.slice(lane, s_m))
        .chain(rest)
        .map(move |slice| Step { lane, slice, along })
}

/// The centre line from `s_m` on a lane, straight on through junctions, for at most `length_m`.
pub(super) fn lane_path(network: &Network, lane: usize, s_m: f64, length_m: f64) -> LanePath {
    let mut path = LanePath {
        poses: Vec::new(),
        distances_m: Vec::new(),
    };
    let mut at = Some((lane, s_m));
    while let Some((lane, s_m)) = at {
        for step in steps_to_end(network, lane, s_m, network.lanes[lane].along) {
            if !extend(&mut path, step.centre(), length_m) {
                return path;
            }
        }
        at = network
            .straight_on(lane)
            .map(|next| (next, network.ends(next)[0].s_m));
    }
    path
}

/// Adds a pose to a path; false once the path has its full length.
fn extend(path: &mut LanePath, pose: Pose2, length_m: f64) -> bool {
    let (Some(&last), Some(&distance_m)) = (path.poses.last(), path.distances_m.last()) else {
        path.poses.push(pose);
        path.distances_m.push(0.0);
        return true;
    };
    let step_m = pose.position().distance_m(last.position());
    if step_m < MIN_STEP_M {
        return true;
    }
    let u = ((length_m - distance_m) / step_m).min(1.0);
    if u * step_m > MIN_STEP_M {
        path.poses.push(between(last, pose, u));
        path.distances_m.push(distance_m + u * step_m);
    }
    u >= 1.0
}

/// The boundaries around a car found on a lane. A car that drives against the traffic gets those
/// ahead of it, left and right as it sees them.
pub(super) fn lane_boundaries(
    network: &Network,
    found: &Found,
    world_from_car: Pose2,
    ahead_m: f64,
) -> LaneBoundaries {
    let mut boundaries = LaneBoundaries::default();
    let with_traffic = is_with_traffic(network, found, world_from_car);
    let (mut at, mut driven_m) = (Some((found.lane, found.slice.s_m)), 0.0);
    while let Some((lane, s_m)) = at {
        if network.section_of(lane).junction.is_some() {
            break;
        }
        let along = network.lanes[lane].along == with_traffic;
        let mut last: Option<Point2> = None;
        for step in steps_to_end(network, lane, s_m, along) {
            let centre = step.centre().position();
            driven_m += last.map_or(0.0, |last| last.distance_m(centre));
            last = Some(centre);
            if driven_m > ahead_m {
                return boundaries;
            }
            push_borders(network, &step, &mut boundaries);
        }
        let next = with_traffic.then(|| network.straight_on(lane)).flatten();
        at = next.map(|next| (next, network.ends(next)[0].s_m));
    }
    boundaries
}

/// Adds the borders around one cross-section to the boundaries.
fn push_borders(network: &Network, step: &Step, boundaries: &mut LaneBoundaries) {
    let lane = &network.lanes[step.lane];
    let (station, u) = network.section_of(step.lane).find(step.slice.s_m);
    let beside = |neighbour: Option<usize>| {
        neighbour
            .filter(|&neighbour| network.lanes[neighbour].kind.is_drivable())
            .map(|neighbour| network.borders_t_m(neighbour, station, u))
    };
    let mut borders = [
        beside(lane.left).map(|(left_t_m, _)| left_t_m),
        Some(step.slice.left_t_m),
        Some(step.slice.right_t_m),
        beside(lane.right).map(|(_, right_t_m)| right_t_m),
    ];
    if !step.along {
        borders.reverse();
    }
    for (line, t_m) in boundaries.iter_mut().zip(borders) {
        line.extend(t_m.map(|t_m| step.slice.point(t_m)));
    }
}
