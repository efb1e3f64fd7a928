//! The scales of the ordered heads: how metres, pixels and angles map to bin coordinates and back.
//!
//! Coordinate `i` is the centre of bin `i`; a value between two centres lies between their numbers.

use core::f64::consts::PI;

use drive::belief::{Belief, HEADINGS};
use drive::math::{exp, ln, wrap_angle};

use crate::targets::Target;

/// Nearest depth that can be told, in metres.
pub const MIN_DEPTH_M: f64 = 3.0;
/// Farthest depth that can be told, in metres.
pub const MAX_DEPTH_M: f64 = 80.0;
/// Columns of the lane head, each [`COLUMN_PX`] wide.
pub const COLUMNS: usize = 64;
/// Width of a lane column in pixels of a 512-pixel frame.
pub const COLUMN_PX: f64 = 8.0;
/// Bins of a full turn.
pub const YAW_BINS: usize = HEADINGS;

/// Bins whose centres are evenly spaced in the logarithm of a shifted value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogScale {
    /// How many bins.
    pub bins: usize,
    /// Value of the first centre.
    pub first: f64,
    /// Value of the last centre.
    pub last: f64,
    /// Added to a value before its logarithm is taken.
    pub shift: f64,
}

/// Depths in metres: 24 bins over 3 to 80 m, 15 % apart. Also the stop line's distance.
pub const DEPTH: LogScale = LogScale {
    bins: 24,
    first: MIN_DEPTH_M,
    last: MAX_DEPTH_M,
    shift: 0.0,
};

/// Distances from a cell's centre to its box's sides, in pixels. Negative ones occur where a thin
/// box lies beside the centre of the cell that tells of it.
pub const SIDE: LogScale = LogScale {
    bins: 12,
    first: -8.0,
    last: 400.0,
    shift: 16.0,
};

impl LogScale {
    /// Bin coordinate of a value; values beyond the ends are held at the ends.
    pub fn coordinate(&self, value: f64) -> f64 {
        let value = value.clamp(self.first, self.last);
        ln((value + self.shift) / (self.first + self.shift)) / self.step()
    }

    /// Value at a bin coordinate.
    pub fn value(&self, coordinate: f64) -> f64 {
        (self.first + self.shift) * exp(coordinate * self.step()) - self.shift
    }

    /// Standard deviation of the value, from that of its coordinate.
    pub fn value_std(&self, coordinate: f64, coordinate_std: f64) -> f64 {
        (self.value(coordinate) + self.shift) * self.step() * coordinate_std
    }

    /// Logarithm of the ratio of neighbouring centres.
    fn step(&self) -> f64 {
        ln((self.last + self.shift) / (self.first + self.shift)) / (self.bins - 1) as f64
    }
}

/// Bin coordinate of a picture column given in pixels from the left edge.
pub fn column_coordinate(u_px: f64) -> f64 {
    (u_px / COLUMN_PX - 0.5).clamp(0.0, (COLUMNS - 1) as f64)
}

/// Pixels from the left edge at a column's bin coordinate.
pub fn column_u_px(coordinate: f64) -> f64 {
    (coordinate + 0.5) * COLUMN_PX
}

/// Cyclic bin coordinate of an angle in radians, in 0..12.
pub fn yaw_coordinate(yaw_rad: f64) -> f64 {
    let turned = wrap_angle(yaw_rad) / (2.0 * PI) * YAW_BINS as f64;
    let coordinate = turned.rem_euclid(YAW_BINS as f64);
    // rem_euclid of a tiny negative number rounds up to the period itself.
    if coordinate < YAW_BINS as f64 {
        coordinate
    } else {
        0.0
    }
}

/// Angle in radians, in -pi..pi, at a cyclic bin coordinate.
pub fn yaw_rad(coordinate: f64) -> f64 {
    wrap_angle(Belief::yaw_rad(coordinate))
}

/// Splits one unit of probability between the two bins beside a coordinate, so that its expectation
/// is the coordinate. The upper bin of the last one is bin 0 where the scale is cyclic; on a line
/// the last centre gets all.
pub fn two_hot(coordinate: f64) -> Target {
    let lower = coordinate.floor();
    Target {
        index: lower as u16,
        upper_weight: (coordinate - lower) as f32,
        weight: 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_return_from_their_coordinates() {
        for depth_m in [3.0, 7.7, 21.0, 80.0] {
            assert!((DEPTH.value(DEPTH.coordinate(depth_m)) - depth_m).abs() < 1e-9);
        }
        for side_px in [-8.0, 0.0, 13.0, 400.0] {
            assert!((SIDE.value(SIDE.coordinate(side_px)) - side_px).abs() < 1e-9);
        }
        for yaw in [-3.1, -0.2, 0.0, 1.5, 3.1] {
            assert!((yaw_rad(yaw_coordinate(yaw)) - yaw).abs() < 1e-9);
        }
        assert!((column_u_px(column_coordinate(301.5)) - 301.5).abs() < 1e-9);
    }

    #[test]
    fn values_beyond_the_ends_are_held() {
        assert_eq!(DEPTH.coordinate(1.0), 0.0);
        assert!((DEPTH.coordinate(f64::INFINITY) - 23.0).abs() < 1e-9);
        assert_eq!(column_coordinate(-5.0), 0.0);
    }

    #[test]
    fn neighbouring_depth_bins_are_fifteen_percent_apart() {
        assert!((DEPTH.value(1.0) / DEPTH.value(0.0) - 1.153).abs() < 0.001);
    }

    #[test]
    fn an_angle_just_below_zero_stays_inside_the_ring() {
        assert!(yaw_coordinate(-1e-18) < 12.0);
    }
}
