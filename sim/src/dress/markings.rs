//! Paint on the road: ribbons with a bare margin, so that their edges can be filtered.

use std::collections::BTreeMap;

use bevy::math::{Vec2, Vec3};
use drive::frames::{Point2, Pose2};
use drive::math::lerp;
use scenarios::road::Marking;

use super::ground::{cell_of, cell_pose};
use super::palette::srgb;
use super::shape::Shape;
use super::stagehand::Stagehand;
use crate::scene::{Surface, Texture};

/// How strongly the glass beads in paint send headlamps' light back.
const RETROREFLECTION: f32 = 0.12;
/// Bare mesh beside the paint.
const MARGIN_M: f64 = 0.07;
/// Height of the ribbon above the road, so that it wins over the asphalt.
const LIFT_M: f32 = 0.008;
/// Solid lines up to this length get filtered ends.
const SHORT_M: f64 = 15.0;
/// Longest piece of a solid line.
const PIECE_M: f64 = 24.0;
/// Metres a repeat of the worn paint.
const REPEAT_M: f64 = 2.6;

/// Paints every marking.
pub(crate) fn paint(hand: &mut Stagehand<'_>, markings: &[Marking]) {
    let mut cells: BTreeMap<(i32, i32), Shape> = BTreeMap::new();
    for marking in markings {
        for stroke in strokes(marking) {
            let middle = stroke.points[stroke.points.len() / 2];
            let cell = cell_of(middle.position);
            let shape = cells.entry(cell).or_insert_with(|| Shape::new([1.0; 3]));
            shape.paint(srgb(if marking.yellow {
                0xd9_a8_28
            } else {
                0xd9_d9_d3
            }));
            ribbon(shape, &stroke, marking.width_m / 2.0, cell_pose(cell));
        }
    }
    let surface = Surface {
        texture: Texture::WornPaint,
        casts_shadow: false,
        retroreflection: RETROREFLECTION,
        ..Surface::default()
    };
    for (cell, shape) in cells {
        hand.paint(shape, cell_pose(cell), surface);
    }
}

/// A point of a stroke.
#[derive(Debug, Clone, Copy)]
struct StrokePoint {
    position: Point2,
    /// -1 to 1 along the painted length, 0 where the ends are not drawn.
    along: f64,
}

/// One connected stroke of paint, its end margins included.
#[derive(Debug, Clone)]
struct Stroke {
    points: Vec<StrokePoint>,
}

/// A polyline that can be asked by distance.
struct Line<'a> {
    points: &'a [Point2],
    distances_m: Vec<f64>,
}

impl<'a> Line<'a> {
    fn new(points: &'a [Point2]) -> Self {
        let mut distances_m = vec![0.0];
        for pair in points.windows(2) {
            distances_m.push(distances_m[distances_m.len() - 1] + pair[0].distance_m(pair[1]));
        }
        Self {
            points,
            distances_m,
        }
    }

    fn length_m(&self) -> f64 {
        self.distances_m[self.distances_m.len() - 1]
    }

    /// The point at a distance; straight on beyond both ends.
    fn at(&self, distance_m: f64) -> Point2 {
        let last = self.points.len() - 1;
        let after = self
            .distances_m
            .partition_point(|d| *d < distance_m)
            .clamp(1, last);
        let (from_m, to_m) = (self.distances_m[after - 1], self.distances_m[after]);
        let share = (distance_m - from_m) / (to_m - from_m).max(1e-9);
        let (a, b) = (self.points[after - 1], self.points[after]);
        Point2::new(lerp(a.x_m, b.x_m, share), lerp(a.y_m, b.y_m, share))
    }

    /// Distances at which a stroke from `from_m` to `to_m` has points: its ends and the corners between.
    fn corners(&self, from_m: f64, to_m: f64) -> Vec<f64> {
        let inner = self.distances_m.iter().copied();
        let inner = inner.filter(|d| *d > from_m + 0.01 && *d < to_m - 0.01);
        core::iter::once(from_m)
            .chain(inner)
            .chain([to_m])
            .collect()
    }
}

fn strokes(marking: &Marking) -> Vec<Stroke> {
    if marking.centre.len() < 2 {
        return Vec::new();
    }
    let line = Line::new(&marking.centre);
    let length_m = line.length_m();
    match marking.dashes_m {
        Some((painted_m, bare_m)) => {
            let count = ((length_m / (painted_m + bare_m)).ceil() as usize).max(1);
            let begins = (0..count).map(|dash| dash as f64 * (painted_m + bare_m));
            let dash = |from_m: f64| ended(&line, from_m, (from_m + painted_m).min(length_m));
            begins
                .filter(|from_m| length_m - from_m > 0.1)
                .map(dash)
                .collect()
        }
        None if length_m <= SHORT_M => vec![ended(&line, 0.0, length_m)],
        None => {
            let count = (length_m / PIECE_M).ceil() as usize;
            let bound = |piece: usize| length_m * piece as f64 / count as f64;
            (0..count)
                .map(|piece| endless(&line, bound(piece), bound(piece + 1)))
                .collect()
        }
    }
}

/// A stroke whose ends are seen.
fn ended(line: &Line<'_>, from_m: f64, to_m: f64) -> Stroke {
    let (middle_m, half_m) = (f64::midpoint(from_m, to_m), (to_m - from_m) / 2.0);
    let point = |distance_m: f64| StrokePoint {
        position: line.at(distance_m),
        along: (distance_m - middle_m) / half_m,
    };
    let corners = line.corners(from_m - MARGIN_M, to_m + MARGIN_M);
    Stroke {
        points: corners.into_iter().map(point).collect(),
    }
}

/// A piece of a stroke that goes on at both ends.
fn endless(line: &Line<'_>, from_m: f64, to_m: f64) -> Stroke {
    let point = |distance_m: f64| StrokePoint {
        position: line.at(distance_m),
        along: 0.0,
    };
    let corners = line.corners(from_m, to_m);
    Stroke {
        points: corners.into_iter().map(point).collect(),
    }
}

fn ribbon(shape: &mut Shape, stroke: &Stroke, half_m: f64, origin: Pose2) {
    let points = &stroke.points;
    let reach_m = half_m + MARGIN_M;
    let mut rows: Vec<[u32; 2]> = Vec::with_capacity(points.len());
    for (index, point) in points.iter().enumerate() {
        let before = points[index.saturating_sub(1)].position;
        let after = points[(index + 1).min(points.len() - 1)].position;
        let length_m = before.distance_m(after).max(1e-9);
        let left = [
            -(after.y_m - before.y_m) / length_m,
            (after.x_m - before.x_m) / length_m,
        ];
        rows.push([reach_m, -reach_m].map(|aside_m| {
            let x_m = point.position.x_m + left[0] * aside_m;
            let y_m = point.position.y_m + left[1] * aside_m;
            let at = Vec3::new((x_m - origin.x_m) as f32, (y_m - origin.y_m) as f32, LIFT_M);
            let uv = Vec2::new((x_m / REPEAT_M) as f32, (-y_m / REPEAT_M) as f32);
            shape
                .paint_uvs
                .push(Vec2::new((aside_m / half_m) as f32, point.along as f32));
            shape.vertex(at, Vec3::Z, uv)
        }));
    }
    for pair in rows.windows(2) {
        let ([left_0, right_0], [left_1, right_1]) = (pair[0], pair[1]);
        shape
            .indices
            .extend([left_0, right_0, right_1, left_0, right_1, left_1]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dress::checks::assert_sound;

    fn straight(length_m: f64, dashes_m: Option<(f64, f64)>) -> Marking {
        Marking {
            centre: vec![Point2::new(0.0, 0.0), Point2::new(length_m, 0.0)],
            width_m: 0.12,
            dashes_m,
            yellow: false,
        }
    }

    #[test]
    fn dashes_are_as_many_as_begin_within_the_line() {
        assert_eq!(strokes(&straight(36.0, Some((6.0, 12.0)))).len(), 2);
        assert_eq!(strokes(&straight(37.0, Some((6.0, 12.0)))).len(), 3);
    }

    #[test]
    fn paint_coordinates_are_one_at_the_edge_of_the_paint() {
        let stroke = &strokes(&straight(3.0, Some((3.0, 6.0))))[0];
        let mut shape = Shape::new([1.0; 3]);
        ribbon(&mut shape, stroke, 0.06, Pose2::default());
        assert_sound(&shape, "ribbon");
        for (position, uv) in shape.positions.iter().zip(&shape.paint_uvs) {
            assert!((f64::from(position.y) - 0.06 * f64::from(uv.x)).abs() < 1e-6);
            assert!((f64::from(position.x) - 1.5 - 1.5 * f64::from(uv.y)).abs() < 1e-5);
        }
    }
}
