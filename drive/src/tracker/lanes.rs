//! The middle of ego's lane, y = c0 + c1 x + c2 x²/2 + c3 x³/6, and its width, by Kalman filter.
//!
//! Ego's own motion moves the curve, so the path lives on where boundaries end (junctions, worn paint).

use crate::frames::Pose2;
use crate::kalman::{Kalman, Measured};
use crate::labels::LANE_BOUNDARIES;
use crate::math::{cos, exp};
use crate::percept::{Boundary, BoundaryPoint};
use crate::scene::LanePath;

/// The usual width of a lane in metres.
const LANE_WIDTH_M: f64 = 3.5;
/// Index of ego's left boundary; its right one follows.
const EGO_LEFT: usize = 1;
/// Means and standard deviations of (c0, c1, c2, c3, width) before anything is seen.
const FIRST_MEAN: [f64; 5] = [0.0, 0.0, 0.0, 0.0, LANE_WIDTH_M];
const FIRST_STD: [f64; 5] = [0.7, 0.06, 0.008, 3e-4, 0.3];
/// Variance that each metre of driving adds to (c0, c1, c2, c3, width).
const NOISE_PER_M: [f64; 5] = [2e-5, 1e-6, 4e-7, 1e-9, 1e-4];
/// Distance over which a change of curvature is forgotten, in metres.
const CURVATURE_RATE_LENGTH_M: f64 = 40.0;
/// Measurements of neighbouring rows and frames err alike: their standard deviations count this much more.
const CORRELATION_FACTOR: f64 = 2.0;
/// How far a cubic may miss a real road's shape, in metres at 1 m² of squared distance.
const SHAPE_ERROR_PER_M2: f64 = 1e-4;
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
    filter: Kalman<5>,
    contradictions: u32,
    unseen_s: f64,
}

impl LaneFilter {
    /// A straight lane of usual width with ego in its middle, loosely believed.
    pub(super) fn new() -> Self {
        Self {
            filter: Kalman::new(FIRST_MEAN, FIRST_STD),
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
                accepted += usize::from(self.correct(point, sign));
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
        let [
            offset_m,
            heading_rad,
            curvature_per_m,
            curvature_rate_per_m2,
            width_m,
        ] = now.filter.mean;
        let full = now.filter.covariance;
        LanePath {
            offset_m,
            heading_rad,
            curvature_per_m,
            curvature_rate_per_m2,
            width_m,
            covariance: core::array::from_fn(|i| core::array::from_fn(|j| full[i][j])),
            unseen_s: self.unseen_s + age_s,
        }
    }

    /// Moves the frame along with ego.
    fn advance(&mut self, before_from_now: Pose2) {
        let s = before_from_now.x_m;
        let fade = exp(-s.abs() / CURVATURE_RATE_LENGTH_M);
        let transition = [
            [1.0, s, s * s / 2.0, s * s * s / 6.0, 0.0],
            [0.0, 1.0, s, s * s / 2.0, 0.0],
            [0.0, 0.0, 1.0, s, 0.0],
            [0.0, 0.0, 0.0, fade, 0.0],
            [0.0, 0.0, 0.0, 0.0, 1.0],
        ];
        let mut noise = [[0.0; 5]; 5];
        for i in 0..5 {
            noise[i][i] = NOISE_PER_M[i] * s.abs();
        }
        self.filter.predict(&transition, &noise);
        self.filter.mean[0] -= before_from_now.y_m;
        self.filter.mean[1] -= before_from_now.yaw_rad;
    }

    /// Corrects by a point of the left (`sign` 1) or right (-1) boundary; false if it is not of it.
    fn correct(&mut self, point: &BoundaryPoint, sign: f64) -> bool {
        let x = point.point_in_ego.x_m;
        let path = self.path(Pose2::default(), 0.0);
        let half_width = 0.5 * sign / cos(path.heading_at(x));
        let row = [1.0, x, x * x / 2.0, x * x * x / 6.0, half_width];
        let error_m = CORRELATION_FACTOR * point.y_std_m / point.probability;
        let measured = Measured {
            value: point.point_in_ego.y_m,
            std: error_m + SHAPE_ERROR_PER_M2 * x * x,
        };
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
        assert!((path.offset_m - 0.4).abs() < 0.03, "{path:?}");
        assert!((path.curvature_per_m - 0.004).abs() < 5e-4, "{path:?}");
        assert!((path.width_m - 3.2).abs() < 0.05, "{path:?}");
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
        assert!((path.offset_m - 0.5).abs() < 0.1, "{path:?}");
    }

    #[test]
    fn the_path_lives_on_by_odometry_where_boundaries_end() {
        let mut filter = LaneFilter::new();
        for _ in 0..10 {
            filter.observe(&lanes(0.0, 0.0), Pose2::default(), 0.05);
        }
        let nothing: [Boundary; LANE_BOUNDARIES] = Default::default();
        filter.observe(&nothing, Pose2::new(5.0, 0.3, 0.02), 0.3);
        let path = filter.path(Pose2::new(5.0, 0.0, 0.0), 0.2);
        assert!((path.y_at(0.0) + 0.3 + 5.0 * 0.02).abs() < 0.03, "{path:?}");
        assert!((path.heading_rad + 0.02).abs() < 0.01, "{path:?}");
        assert!((path.unseen_s - 0.5).abs() < 1e-9);
    }
}
