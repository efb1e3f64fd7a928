//! The lower body of a car: one loft along x, with wheel arches cut from below.

use bevy::math::Vec3;

use super::car::CarPlan;
use crate::dress::palette::srgb;
use crate::dress::shape::Shape;
use crate::dress::solids::Rows;

/// Height of the sills above the ground.
const SILL_M: f32 = 0.24;
/// Half width of the body as a share of that with mirrors.
const BODY_SHARE: f32 = 0.95;
/// Gap between tyre and arch.
const ARCH_GAP_M: f32 = 0.07;

impl CarPlan {
    /// The body from sill to belt, from near.
    pub(super) fn body(&self, shape: &mut Shape) {
        let l = self.half_length;
        let mut xs = vec![
            -l,
            -l + 0.1,
            -l + 0.45,
            self.rear_foot[0],
            self.cowl[0],
            l - 0.42,
            l - 0.1,
            l,
        ];
        for axle in self.axles {
            let r = self.wheel_radius + ARCH_GAP_M;
            xs.extend([-1.0, -0.97, -0.71, 0.0, 0.71, 0.97, 1.0].map(|share| axle + share * r));
        }
        xs.sort_by(f32::total_cmp);
        xs.dedup_by(|a, b| (*a - *b).abs() < 1e-3);
        let rows: Vec<Vec<Vec3>> = xs
            .into_iter()
            .map(|x| self.section(x, self.low_at(x)))
            .collect();
        Self::loft(shape, &rows);
        if let Some(bed) = self.bed {
            self.load_bed(shape, bed);
        }
    }

    /// The body from afar, without arches.
    pub(super) fn far_body(&self, shape: &mut Shape) {
        let l = self.half_length;
        let xs = [-l, -l + 0.3, self.cowl[0], l - 0.3, l];
        let rows: Vec<Vec<Vec3>> = xs.into_iter().map(|x| self.section(x, SILL_M)).collect();
        Self::loft(shape, &rows);
    }

    /// Half width of the body where it is widest.
    pub(super) fn body_half(&self) -> f32 {
        self.half_width * BODY_SHARE
    }

    /// Half width of the body at x: rounded at both ends.
    pub(super) fn half_at(&self, x: f32) -> f32 {
        let l = self.half_length;
        let line = [
            [-l, 0.87],
            [-l + 0.12, 0.95],
            [-l + 0.5, 0.99],
            [0.0, 1.0],
            [l - 0.75, 0.98],
            [l - 0.25, 0.91],
            [l, 0.78],
        ];
        along(&line, x) * self.body_half()
    }

    /// Calls for each wheel's centre.
    pub(super) fn each_wheel(&self, mut with: impl FnMut(Vec3)) {
        let y = self.body_half() - super::car::TYRE_M * 0.55;
        for axle in self.axles {
            for side in [y, -y] {
                with(Vec3::new(axle, side, self.wheel_radius));
            }
        }
    }

    fn loft(shape: &mut Shape, rows: &[Vec<Vec3>]) {
        let mut rear = rows[0].clone();
        rear.reverse();
        shape
            .skin(rows, Rows::Open)
            .face(&rear)
            .face(&rows[rows.len() - 1]);
    }

    /// Upper edge of the lower body at x.
    fn top_z(&self, x: f32) -> f32 {
        let l = self.half_length;
        let line = [
            [-l, self.tail_z - 0.1],
            [-l + 0.1, self.tail_z],
            [self.rear_foot[0].max(-l + 0.12), self.rear_foot[1]],
            self.cowl,
            [l - 0.42, self.nose_z + 0.03],
            [l - 0.1, self.nose_z - 0.04],
            [l, self.nose_z - 0.14],
        ];
        along(&line, x)
    }

    /// Lower edge of the side at x: the sill, or the arch over a wheel.
    fn low_at(&self, x: f32) -> f32 {
        let r = self.wheel_radius + ARCH_GAP_M;
        let raised = if x.abs() > self.half_length - 0.2 {
            0.05
        } else {
            0.0
        };
        let over = |axle: f32| {
            let inside = r * r * 0.995 - (x - axle) * (x - axle);
            (inside > 0.0).then(|| self.wheel_radius + inside.sqrt())
        };
        self.axles
            .into_iter()
            .find_map(over)
            .unwrap_or(SILL_M + raised)
    }

    /// Points across the body at x, from the left sill over the top to the right sill.
    fn section(&self, x: f32, low: f32) -> Vec<Vec3> {
        let (w, top) = (self.half_at(x), self.top_z(x));
        let side = [
            [w * 0.965, low],
            [w, low + (top - low) * 0.5],
            [w * 0.955, top - 0.06],
            [w * 0.86, top],
        ];
        let left = side.iter().map(|&[y, z]| Vec3::new(x, y, z));
        let right = side.iter().rev().map(|&[y, z]| Vec3::new(x, -y, z));
        left.chain(right).collect()
    }

    fn load_bed(&self, shape: &mut Shape, length: f32) {
        let (rear, w) = (-self.half_length + 0.1, self.body_half() * 0.84);
        let at = |x: f32, y: f32| Vec3::new(x, y, self.tail_z + 0.012);
        shape.paint(srgb(0x26_28_2a));
        shape.face(&[
            at(rear, -w),
            at(rear + length, -w),
            at(rear + length, w),
            at(rear, w),
        ]);
    }
}

/// The value at x of a line through points with rising x; constant beyond its ends.
fn along(line: &[[f32; 2]], x: f32) -> f32 {
    let after = line
        .partition_point(|point| point[0] < x)
        .clamp(1, line.len() - 1);
    let ([x0, y0], [x1, y1]) = (line[after - 1], line[after]);
    let share = ((x - x0) / (x1 - x0).max(1e-6)).clamp(0.0, 1.0);
    y0 + (y1 - y0) * share
}
