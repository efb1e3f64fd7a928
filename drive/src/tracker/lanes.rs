//! The middle of ego's lane and its width, by Kalman filter.
//!
//! The middle is a [`curve`] in ego's frame whose knots stay where they are on the road while ego moves
//! past them; so the path lives on where boundaries end (junctions, worn paint).

use crate::frames::Pose2;
use crate::kalman::{Kalman, Measured};
use crate::labels::LANE_BOUNDARIES;
use crate::math::{atan, cos};
use crate::percept::{Boundary, BoundaryPoint};
use crate::scene::{LanePath, PathPoint};

use super::curve::{self, COEFFICIENTS, FIRST_KNOT, KNOTS, OFFSET, SLOPE, SPACING_M};

/// Index of the lane's width in the state; the curve's coefficients come before it.
const WIDTH: usize = COEFFICIENTS;
/// Length of the state.
const STATE: usize = COEFFICIENTS + 1;
/// Index of ego's left boundary; its right one follows.
const EGO_LEFT: usize = 1;

/// The usual width of a lane in metres, and its standard deviation.
const WIDTH_M: (f64, f64) = (3.5, 0.3);
/// Standard deviations before anything is seen: of the offset in metres, of the slope ...
const OFFSET_STD_M: f64 = 0.7;
const SLOPE_STD: f64 = 0.06;
/// ... of the curvature beside ego, and of its change from one knot to the next, in 1/metres.
const CURVATURE_STD_PER_M: f64 = 0.006;
const CURVATURE_STEP_PER_M: f64 = 0.004;
/// Share of the curvature that goes on beyond the last knot, from one knot to the next.
const CURVATURE_KEPT: f64 = 0.9;
/// Variances that each metre of driving adds: to the offset, the slope, every knot, the width.
const OFFSET_NOISE_PER_M: f64 = 2e-5;
const SLOPE_NOISE_PER_M: f64 = 1e-6;
const KNOT_NOISE_PER_M: f64 = 1e-7;
const WIDTH_NOISE_PER_M: f64 = 1e-4;
/// A point farther than this from the expected place, in standard deviations, is not of this boundary.
const GATE_STD: f64 = 4.0;
/// Points less probable than this are not used.
const MIN_PROBABILITY: f64 = 0.3;
/// As many frames in a row whose points mostly contradict the path start it anew.
const MAX_CONTRADICTIONS: u32 = 5;
/// Fewer points than this do not contradict.
const MIN_POINTS: usize = 6;

/// The lane as of the newest percept's exposure.
#[derive(Debug, Clone)]
pub(super) struct LaneFilter {
    filter: Kalman<STATE>,
    phase_m: f64,
    contradictions: u32,
    unseen_s: f64,
}

impl LaneFilter {
    /// A straight lane of usual width with ego in its middle, loosely believed.
    pub(super) fn new() -> Self {
        let mut mean = [0.0; STATE];
        let mut std = [0.0; STATE];
        (mean[WIDTH], std[WIDTH]) = WIDTH_M;
        (std[OFFSET], std[SLOPE]) = (OFFSET_STD_M, SLOPE_STD);
        let mut filter = Kalman::new(mean, std);
        for i in 0..KNOTS {
            for j in 0..KNOTS {
                let common_steps = i.min(j) as f64;
                filter.covariance[FIRST_KNOT + i][FIRST_KNOT + j] = CURVATURE_STD_PER_M
                    * CURVATURE_STD_PER_M
                    + common_steps * CURVATURE_STEP_PER_M * CURVATURE_STEP_PER_M;
            }
        }
        Self {
            filter,
            phase_m: 0.0,
            contradictions: 0,
            unseen_s: f64::INFINITY,
        }
    }

    /// Moves on to a new exposure and corrects the lane by the boundaries seen there.
    pub(super) fn observe(
        &mut self,
        lanes: &[Boundary; LANE_BOUNDARIES],
        before_from_now: Pose2,
        dt_s: f64,
    ) {
        self.advance(before_from_now);
        self.unseen_s += dt_s;
        let (mut accepted, mut total) = (0, 0);
        for (side, sign) in [(EGO_LEFT, 1.0), (EGO_LEFT + 1, -1.0)] {
            for point in lanes[side]
                .iter()
                .filter(|p| p.probability >= MIN_PROBABILITY)
            {
                total += 1;
                accepted += usize::from(self.correct(point, sign, dt_s));
            }
        }
        if accepted > 0 {
            self.unseen_s = 0.0;
        }
        self.judge(accepted, total);
    }

    /// The path as seen from a later pose, `age_s` seconds after the exposure.
    pub(super) fn path(&self, then_from_now: Pose2, age_s: f64) -> LanePath {
        let mut now = self.clone();
        now.advance(then_from_now);
        LanePath {
            points: core::array::from_fn(|i| now.point_at(LanePath::x_of_point_m(i))),
            width_m: now.filter.mean[WIDTH],
            unseen_s: self.unseen_s + age_s,
        }
    }

    /// The curve's middle at `x`.
    fn point_at(&self, x: f64) -> PathPoint {
        let value = in_state(curve::value_weights(x, self.phase_m));
        let slope = self.slope_at(x);
        let bend = self
            .filter
            .expected(&in_state(curve::bend_weights(x, self.phase_m)));
        let c = cos(atan(slope));
        PathPoint {
            y_m: self.filter.expected(&value),
            y_std_m: self.filter.variance(&value).max(0.0).sqrt(),
            heading_rad: atan(slope),
            curvature_per_m: bend * c * c * c,
        }
    }

    /// dy/dx at `x`.
    fn slope_at(&self, x: f64) -> f64 {
        self.filter
            .expected(&in_state(curve::slope_weights(x, self.phase_m)))
    }

    /// Moves the frame along with ego, past the knots.
    fn advance(&mut self, before_from_now: Pose2) {
        let driven_m = before_from_now.x_m.max(0.0);
        let mut transition = identity();
        transition[OFFSET] = in_state(curve::value_weights(driven_m, self.phase_m));
        transition[SLOPE] = in_state(curve::slope_weights(driven_m, self.phase_m));
        let mut noise = [[0.0; STATE]; STATE];
        for (i, row) in noise.iter_mut().enumerate() {
            row[i] = driven_m
                * match i {
                    OFFSET => OFFSET_NOISE_PER_M,
                    SLOPE => SLOPE_NOISE_PER_M,
                    WIDTH => WIDTH_NOISE_PER_M,
                    _ => KNOT_NOISE_PER_M,
                };
        }
        self.filter.predict(&transition, &noise);
        self.filter.mean[OFFSET] -= before_from_now.y_m;
        self.filter.mean[SLOPE] -= before_from_now.yaw_rad;
        self.phase_m += driven_m;
        while self.phase_m >= SPACING_M {
            self.phase_m -= SPACING_M;
            self.pass_a_knot();
        }
    }

    /// Forgets the knot behind ego and adds one at the far end.
    fn pass_a_knot(&mut self) {
        let mut transition = identity();
        for knot in 0..KNOTS {
            let source = (knot + 1).min(KNOTS - 1);
            transition[FIRST_KNOT + knot] = [0.0; STATE];
            transition[FIRST_KNOT + knot][FIRST_KNOT + source] = 1.0;
        }
        let last = FIRST_KNOT + KNOTS - 1;
        transition[last][last] = CURVATURE_KEPT;
        let mut noise = [[0.0; STATE]; STATE];
        noise[last][last] = CURVATURE_STEP_PER_M * CURVATURE_STEP_PER_M;
        self.filter.predict(&transition, &noise);
    }

    /// Corrects by a point of the left (`sign` 1) or right (-1) boundary; false if it is not of it.
    fn correct(&mut self, point: &BoundaryPoint, sign: f64, dt_s: f64) -> bool {
        let x = point.point_in_ego.x_m;
        let mut row = in_state(curve::value_weights(x, self.phase_m));
        row[WIDTH] = 0.5 * sign / cos(atan(self.slope_at(x)));
        let measured = Measured {
            value: point.point_in_ego.y_m,
            std: point.y_std_m / point.probability,
        }
        .after(dt_s);
        let is_of_it = self.filter.surprise(&row, measured).abs() < GATE_STD;
        if is_of_it {
            self.filter.update(&row, measured);
        }
        is_of_it
    }

    /// Starts anew when what is seen has long contradicted what is believed.
    fn judge(&mut self, accepted: usize, total: usize) {
        if total < MIN_POINTS {
            return;
        }
        if accepted * 3 >= total {
            self.contradictions = 0;
            return;
        }
        self.contradictions += 1;
        if self.contradictions >= MAX_CONTRADICTIONS {
            let unseen_s = self.unseen_s;
            *self = Self::new();
            self.unseen_s = unseen_s;
        }
    }
}

/// Weights of a curve's coefficients as weights of the state.
fn in_state(weights: [f64; COEFFICIENTS]) -> [f64; STATE] {
    let mut row = [0.0; STATE];
    row[..COEFFICIENTS].copy_from_slice(&weights);
    row
}

/// The transition that changes nothing.
fn identity() -> [[f64; STATE]; STATE] {
    let mut identity = [[0.0; STATE]; STATE];
    for (i, row) in identity.iter_mut().enumerate() {
        row[i] = 1.0;
    }
    identity
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frames::Point2;

    /// Boundaries of a lane of width 3.2 m along y = offset + curvature x²/2.
    fn lanes(offset_m: f64, curvature_per_m: f64) -> [Boundary; LANE_BOUNDARIES] {
        let boundary = |side_m: f64| {
            (0..16)
                .map(|row| {
                    let x_m = 4.5 * libm::pow(12.0, f64::from(row) / 15.0);
                    let y_m = offset_m + side_m + curvature_per_m * x_m * x_m / 2.0;
                    BoundaryPoint {
                        point_in_ego: Point2::new(x_m, y_m),
                        y_std_m: 0.005 * x_m,
                        probability: 0.95,
                    }
                })
                .collect()
        };
        [vec![], boundary(1.6), boundary(-1.6), vec![]]
    }

    #[test]
    fn offset_curvature_and_width_are_learned_from_ten_frames() {
        let mut filter = LaneFilter::new();
        for _ in 0..10 {
            filter.observe(&lanes(0.4, 0.004), Pose2::default(), 0.05);
        }
        let path = filter.path(Pose2::default(), 0.0);
        assert!((path.y_at(0.0) - 0.4).abs() < 0.03, "{path:?}");
        assert!((path.curvature_at(10.0) - 0.004).abs() < 8e-4, "{path:?}");
        assert!((path.width_m - 3.2).abs() < 0.06, "{path:?}");
    }

    #[test]
    fn one_boundary_suffices_once_the_width_is_known() {
        let mut filter = LaneFilter::new();
        for _ in 0..10 {
            filter.observe(&lanes(0.0, 0.0), Pose2::default(), 0.05);
        }
        let [_, _, right, _] = lanes(0.5, 0.0);
        for _ in 0..20 {
            let only_right = [vec![], vec![], right.clone(), vec![]];
            filter.observe(&only_right, Pose2::new(1.0, 0.0, 0.0), 0.05);
        }
        let path = filter.path(Pose2::default(), 0.0);
        assert!((path.y_at(0.0) - 0.5).abs() < 0.1, "{path:?}");
    }

    #[test]
    fn the_path_lives_on_by_odometry_where_boundaries_end() {
        let mut filter = LaneFilter::new();
        for _ in 0..10 {
            filter.observe(&lanes(0.0, 0.0), Pose2::default(), 0.05);
        }
        let nothing: [Boundary; LANE_BOUNDARIES] = Default::default();
        filter.observe(&nothing, Pose2::new(15.0, 0.3, 0.02), 0.3);
        let path = filter.path(Pose2::new(5.0, 0.0, 0.0), 0.2);
        assert!((path.y_at(0.0) + 0.3 + 5.0 * 0.02).abs() < 0.03, "{path:?}");
        assert!((path.heading_at(0.0) + 0.02).abs() < 0.01, "{path:?}");
        assert!((path.unseen_s - 0.5).abs() < 1e-9);
    }
}
