//! Solids to build with: turned, lofted, extruded and lumpy.

use std::collections::BTreeMap;

use bevy::math::{Vec2, Vec3};
use drive::math::{cos, sin};

use super::shape::{CREASE_COS, SMOOTH_COS, Shape};

/// A cross-section of something that stands: an ellipse at a height.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Ring {
    /// Its centre.
    pub(crate) centre: Vec3,
    /// Half its extent along x.
    pub(crate) half_x: f32,
    /// Half its extent along y.
    pub(crate) half_y: f32,
}

impl Ring {
    /// A circle around the z axis.
    pub(crate) fn round(z: f32, radius: f32) -> Self {
        Self::oval(z, radius, radius)
    }

    /// An ellipse around the z axis.
    pub(crate) fn oval(z: f32, half_x: f32, half_y: f32) -> Self {
        Self {
            centre: Vec3::new(0.0, 0.0, z),
            half_x,
            half_y,
        }
    }

    /// The same ellipse elsewhere.
    pub(crate) fn shifted(mut self, x: f32, y: f32) -> Self {
        self.centre += Vec3::new(x, y, 0.0);
        self
    }
}

/// The unit circle in `sides` steps, counter-clockwise from +x.
pub(crate) fn circle(sides: usize) -> impl Iterator<Item = Vec2> {
    (0..sides).map(move |side| {
        let angle_rad = core::f64::consts::TAU * side as f64 / sides as f64;
        Vec2::new(cos(angle_rad) as f32, sin(angle_rad) as f32)
    })
}

/// Whether the last point of a row joins the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rows {
    /// Rows have ends.
    Open,
    /// Rows are rings.
    Closed,
}

impl Shape {
    /// Adds a skin over rows of equally many points; it looks to where row direction x stacking direction
    /// points.
    pub(crate) fn skin(&mut self, rows: &[Vec<Vec3>], kind: Rows) -> &mut Self {
        let count = rows[0].len();
        let wraps = usize::from(kind == Rows::Closed);
        let columns = count + wraps;
        let scale = self.repeats_per_m();
        let girth: f32 = rows
            .iter()
            .map(|row| length(row, wraps))
            .fold(0.0, f32::max);
        let points: Vec<Vec3> = rows.iter().flatten().copied().collect();
        let at = |row: usize, column: usize| row * count + column % count;
        let mut climbed = 0.0;
        let mut uvs = Vec::with_capacity(points.len());
        for (index, row) in rows.iter().enumerate() {
            if index > 0 {
                climbed += mean(row).distance(mean(&rows[index - 1]));
            }
            let share = |column: usize| column as f32 / (columns - 1).max(1) as f32;
            uvs.extend((0..count).map(|c| Vec2::new(share(c) * girth, -climbed) * scale));
        }
        let mut triangles = Vec::new();
        for row in 1..rows.len() {
            for column in 1..columns {
                let (a, b) = (at(row - 1, column - 1), at(row - 1, column));
                let (c, d) = (at(row, column), at(row, column - 1));
                triangles.extend([[a, b, c], [a, c, d]]);
            }
        }
        self.surface(&points, &uvs, &triangles, CREASE_COS);
        self
    }

    /// Adds a standing body through rings from the lowest to the highest, closed above and below.
    pub(crate) fn turned_body(&mut self, rings: &[Ring], sides: usize) -> &mut Self {
        let row = |ring: &Ring| -> Vec<Vec3> {
            let around = circle(sides);
            around
                .map(|c| ring.centre + Vec3::new(c.x * ring.half_x, c.y * ring.half_y, 0.0))
                .collect()
        };
        let rows: Vec<Vec<Vec3>> = rings.iter().map(row).collect();
        self.skin(&rows, Rows::Closed);
        if let (Some(bottom), Some(top)) = (rows.first(), rows.last()) {
            let mut bottom = bottom.clone();
            bottom.reverse();
            self.face(&bottom).face(top);
        }
        self
    }

    /// Adds a straight round bar between two points, without its end faces.
    pub(crate) fn bar(&mut self, from: Vec3, to: Vec3, radius: f32, sides: usize) -> &mut Self {
        self.cone([from, to], [radius, radius], sides)
    }

    /// Adds a round bar that changes its radius from end to end.
    pub(crate) fn cone(&mut self, ends: [Vec3; 2], radii: [f32; 2], sides: usize) -> &mut Self {
        let along = (ends[1] - ends[0]).normalize_or(Vec3::Z);
        let aside = along.any_orthonormal_vector();
        let third = along.cross(aside);
        let row = |end: usize| -> Vec<Vec3> {
            let around = circle(sides);
            around
                .map(|c| ends[end] + (aside * c.x + third * c.y) * radii[end])
                .collect()
        };
        self.skin(&[row(0), row(1)], Rows::Closed)
    }

    /// Adds a flat disc that looks along `normal`.
    pub(crate) fn disc(
        &mut self,
        centre: Vec3,
        normal: Vec3,
        radius: f32,
        sides: usize,
    ) -> &mut Self {
        let aside = normal.any_orthonormal_vector();
        let third = normal.cross(aside);
        let rim: Vec<Vec3> = circle(sides)
            .map(|c| centre + (aside * c.x + third * c.y) * radius)
            .collect();
        self.face(&rim)
    }

    /// Adds a body that is as wide as each point of its side view says. The outline's points are
    /// (x, z, half width), from the front over the top to the rear and back below.
    pub(crate) fn extruded(&mut self, outline: &[[f32; 3]]) -> &mut Self {
        let left: Vec<Vec3> = outline
            .iter()
            .map(|&[x, z, w]| Vec3::new(x, w, z))
            .collect();
        let right: Vec<Vec3> = outline
            .iter()
            .map(|&[x, z, w]| Vec3::new(x, -w, z))
            .collect();
        for (i, j) in (0..outline.len()).zip((1..outline.len()).chain([0])) {
            self.face(&[right[i], left[i], left[j], right[j]]);
        }
        let middle: Vec3 = left.iter().sum::<Vec3>() / left.len() as f32;
        for (i, j) in (0..outline.len()).zip((1..outline.len()).chain([0])) {
            let other = Vec3::new(middle.x, -middle.y, middle.z);
            self.face(&[left[j], left[i], middle]);
            self.face(&[right[i], right[j], other]);
        }
        self
    }

    /// Adds a sphere whose every direction is `radius_of` far out; `detail` splits the edges of an octahedron.
    pub(crate) fn lump(&mut self, centre: Vec3, detail: usize, radius_of: impl Fn(Vec3) -> Vec3) {
        let (directions, triangles) = octasphere(detail);
        let scale = self.repeats_per_m();
        let points: Vec<Vec3> = directions.iter().map(|&d| centre + radius_of(d)).collect();
        let uv = |(d, p): (&Vec3, &Vec3)| {
            let sideways = p.x * 0.8 + p.y * 0.6;
            Vec2::new(sideways + 0.5 * d.y, -p.z - 0.4 * d.x) * scale
        };
        let uvs: Vec<Vec2> = directions.iter().zip(&points).map(uv).collect();
        self.surface(&points, &uvs, &triangles, SMOOTH_COS);
    }
}

fn length(row: &[Vec3], wraps: usize) -> f32 {
    let open: f32 = row.windows(2).map(|pair| pair[0].distance(pair[1])).sum();
    open + wraps as f32 * row[0].distance(row[row.len() - 1])
}

fn mean(row: &[Vec3]) -> Vec3 {
    row.iter().sum::<Vec3>() / row.len() as f32
}

/// Evenly spread directions and the triangles between them: an octahedron with every edge split into
/// `detail` parts; `4 detail^2 + 2` directions.
pub(crate) fn octasphere(detail: usize) -> (Vec<Vec3>, Vec<[usize; 3]>) {
    let n = detail as i32;
    let mut number_of: BTreeMap<[i32; 3], usize> = BTreeMap::new();
    let mut directions = Vec::new();
    let mut triangles = Vec::new();
    for octant in 0..8 {
        let sign = [0, 1, 2].map(|bit| if octant >> bit & 1 == 0 { 1 } else { -1 });
        let mut number = |i: i32, j: i32| {
            let key = [sign[0] * (n - i - j), sign[1] * i, sign[2] * j];
            *number_of.entry(key).or_insert_with(|| {
                directions.push(Vec3::from_array(key.map(|k| k as f32)).normalize());
                directions.len() - 1
            })
        };
        let is_mirrored = sign.iter().product::<i32>() < 0;
        let mut add =
            |[a, b, c]: [usize; 3]| triangles.push(if is_mirrored { [a, c, b] } else { [a, b, c] });
        for i in 0..n {
            for j in 0..n - i {
                add([number(i, j), number(i + 1, j), number(i, j + 1)]);
                if i + j + 1 < n {
                    add([number(i + 1, j), number(i + 1, j + 1), number(i, j + 1)]);
                }
            }
        }
    }
    (directions, triangles)
}

/// The corners of the box around some shapes' vertices.
pub(crate) fn bounds<'a>(shapes: impl Iterator<Item = &'a Shape>) -> (Vec3, Vec3) {
    let points = shapes.flat_map(|shape| shape.positions.iter());
    points.fold((Vec3::INFINITY, Vec3::NEG_INFINITY), |(low, high), &p| {
        (low.min(p), high.max(p))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dress::checks::assert_sound;

    fn assert_outwards(shape: &Shape, centre: Vec3) {
        for (position, normal) in shape.positions.iter().zip(&shape.normals) {
            assert!(
                (position - centre).dot(*normal) > 0.0,
                "inside out at {position}"
            );
        }
    }

    #[test]
    fn solids_look_outwards() {
        let mut turned = Shape::new([1.0; 3]);
        turned.turned_body(
            &[
                Ring::round(-1.0, 0.5),
                Ring::round(0.0, 1.0),
                Ring::round(1.0, 0.0),
            ],
            8,
        );
        let mut lump = Shape::new([1.0; 3]);
        lump.lump(Vec3::ZERO, 3, |direction| direction * 2.0);
        let mut extruded = Shape::new([1.0; 3]);
        extruded.extruded(&[
            [1.0, 1.0, 0.8],
            [-1.0, 1.0, 0.8],
            [-1.0, -1.0, 1.0],
            [1.0, -1.0, 1.0],
        ]);
        let mut bar = Shape::new([1.0; 3]);
        bar.bar(Vec3::new(-1.0, 0.0, -1.0), Vec3::new(1.0, 0.0, 1.0), 0.1, 6);
        for (name, shape) in [
            ("turned", turned),
            ("lump", lump),
            ("extruded", extruded),
            ("bar", bar),
        ] {
            assert_sound(&shape, name);
            let low = if name == "bar" {
                Vec3::ZERO
            } else {
                Vec3::new(0.0, 0.0, -0.2)
            };
            if name == "bar" {
                let across = |p: &Vec3| p - Vec3::new(1.0, 0.0, 1.0) * (p.x + p.z) / 2.0;
                let outwards = |(p, n): (&Vec3, &Vec3)| across(p).dot(*n) > 0.0;
                assert!(shape.positions.iter().zip(&shape.normals).all(outwards));
            } else {
                assert_outwards(&shape, low);
            }
        }
    }

    #[test]
    fn an_octasphere_has_the_promised_number_of_directions() {
        assert_eq!(octasphere(4).0.len(), 66);
    }
}
