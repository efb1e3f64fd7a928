//! Shapes under construction: vertices in the axes of the simulation (x forward, y left, z up).

use bevy::asset::RenderAssetUsages;
use bevy::math::{Vec2, Vec3};
use bevy::mesh::{Indices, Mesh, PrimitiveTopology};
use drive::math::{cos, sin};

use super::palette::{Colour, shaded};
use crate::axes::bevy_from_world;

/// Faces that meet at a smaller angle are shaded as one smooth surface: cosine of 38 degrees.
pub(crate) const CREASE_COS: f32 = 0.788;
/// Every fold is shaded smooth.
pub(crate) const SMOOTH_COS: f32 = -1.1;
/// Twice the area below which a triangle is left out, in square metres.
const SLIVER_M2: f32 = 1e-9;

/// A triangle mesh that grows; whatever is added takes the current colour and texture scale.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shape {
    colour: Colour,
    /// Repeats of the texture per metre.
    repeats_per_m: f32,
    pub(crate) positions: Vec<Vec3>,
    pub(crate) normals: Vec<Vec3>,
    pub(crate) uvs: Vec<Vec2>,
    /// `UV_1` of paint; empty for everything else.
    pub(crate) paint_uvs: Vec<Vec2>,
    pub(crate) colours: Vec<Colour>,
    pub(crate) indices: Vec<u32>,
}

impl Shape {
    /// An empty shape that begins with a colour.
    pub(crate) fn new(colour: Colour) -> Self {
        Self {
            colour,
            repeats_per_m: 1.0,
            positions: Vec::new(),
            normals: Vec::new(),
            uvs: Vec::new(),
            paint_uvs: Vec::new(),
            colours: Vec::new(),
            indices: Vec::new(),
        }
    }

    /// An empty shape whose texture repeats so often per metre.
    pub(crate) fn textured(colour: Colour, repeats_per_m: f32) -> Self {
        Self {
            repeats_per_m,
            ..Self::new(colour)
        }
    }

    /// Changes the colour of what follows.
    pub(crate) fn paint(&mut self, colour: Colour) -> &mut Self {
        self.colour = colour;
        self
    }

    /// Whether there is nothing in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.indices.is_empty()
    }

    /// Adds one vertex and returns its number; `uv` is in repeats.
    pub(crate) fn vertex(&mut self, position: Vec3, normal: Vec3, uv: Vec2) -> u32 {
        self.positions.push(position);
        self.normals.push(normal);
        self.uvs.push(uv);
        self.colours.push(self.colour);
        self.positions.len() as u32 - 1
    }

    /// Adds a flat convex face; corners counter-clockwise seen from outside. The texture lies on it with
    /// u along the first side.
    pub(crate) fn face(&mut self, corners: &[Vec3]) -> &mut Self {
        let Some(normal) = normal_of(corners) else {
            return self;
        };
        let along = (corners[1] - corners[0]).normalize_or(Vec3::X);
        let up = normal.cross(along);
        let scale = self.repeats_per_m;
        let first = self.positions.len() as u32;
        for &corner in corners {
            let arm = corner - corners[0];
            let uv = Vec2::new(arm.dot(along), -arm.dot(up)) * scale;
            self.vertex(corner, normal, uv);
        }
        self.fan(first, corners.len() as u32);
        self
    }

    /// Adds a flat quadrilateral with the texture coordinates of its corners, in repeats.
    pub(crate) fn panel(&mut self, corners: [Vec3; 4], uvs: [Vec2; 4]) -> &mut Self {
        let Some(normal) = normal_of(&corners) else {
            return self;
        };
        let first = self.positions.len() as u32;
        for (corner, uv) in corners.into_iter().zip(uvs) {
            self.vertex(corner, normal, uv);
        }
        self.fan(first, 4);
        self
    }

    /// Adds the faces of a box, without the one it stands on.
    pub(crate) fn cuboid(&mut self, low: Vec3, high: Vec3) -> &mut Self {
        let at = |x: bool, y: bool, z: bool| {
            let pick = |upper: bool, low: f32, high: f32| if upper { high } else { low };
            Vec3::new(
                pick(x, low.x, high.x),
                pick(y, low.y, high.y),
                pick(z, low.z, high.z),
            )
        };
        let (f, t) = (false, true);
        self.face(&[at(t, f, f), at(t, t, f), at(t, t, t), at(t, f, t)]);
        self.face(&[at(f, t, f), at(f, f, f), at(f, f, t), at(f, t, t)]);
        self.face(&[at(t, t, f), at(f, t, f), at(f, t, t), at(t, t, t)]);
        self.face(&[at(f, f, f), at(t, f, f), at(t, f, t), at(f, f, t)]);
        self.face(&[at(f, f, t), at(t, f, t), at(t, t, t), at(f, t, t)])
    }

    /// Adds a box whose underside is seen.
    pub(crate) fn floating_cuboid(&mut self, low: Vec3, high: Vec3) -> &mut Self {
        self.cuboid(low, high);
        let at = |x: f32, y: f32| Vec3::new(x, y, low.z);
        let corners = [
            at(low.x, high.y),
            at(high.x, high.y),
            at(high.x, low.y),
            at(low.x, low.y),
        ];
        self.face(&corners)
    }

    /// Adds triangles over shared points, smooth where the cosine of the angle between faces is above
    /// `crease_cos`, creased elsewhere.
    pub(crate) fn surface(
        &mut self,
        points: &[Vec3],
        uvs: &[Vec2],
        triangles: &[[usize; 3]],
        crease_cos: f32,
    ) {
        let cross = |[a, b, c]: [usize; 3]| (points[b] - points[a]).cross(points[c] - points[a]);
        let whole = |triangle: &&[usize; 3]| cross(**triangle).length() > SLIVER_M2;
        let triangles: Vec<[usize; 3]> = triangles.iter().filter(whole).copied().collect();
        let areas: Vec<Vec3> = triangles.iter().map(|&triangle| cross(triangle)).collect();
        let mut faces_at = vec![Vec::new(); points.len()];
        for (face, triangle) in triangles.iter().enumerate() {
            for &corner in triangle {
                faces_at[corner].push(face);
            }
        }
        let mut made: Vec<Vec<(Vec3, u32)>> = vec![Vec::new(); points.len()];
        for (face, triangle) in triangles.iter().enumerate() {
            let own = areas[face].normalize();
            for &corner in triangle {
                let near = faces_at[corner].iter().map(|&other| areas[other]);
                let smooth = near.filter(|area| area.normalize().dot(own) > crease_cos);
                let normal = smooth.sum::<Vec3>().normalize_or(own);
                let known = made[corner].iter().find(|(n, _)| n.dot(normal) > 0.9999);
                let index = known.map(|&(_, index)| index);
                let index = index.unwrap_or_else(|| {
                    let index = self.vertex(points[corner], normal, uvs[corner]);
                    made[corner].push((normal, index));
                    index
                });
                self.indices.push(index);
            }
        }
    }

    /// Repeats of the texture per metre.
    pub(crate) fn repeats_per_m(&self) -> f32 {
        self.repeats_per_m
    }

    /// Adds all of another shape.
    pub(crate) fn append(&mut self, other: &Shape) -> &mut Self {
        let first = self.positions.len() as u32;
        self.positions.extend(&other.positions);
        self.normals.extend(&other.normals);
        self.uvs.extend(&other.uvs);
        self.paint_uvs.extend(&other.paint_uvs);
        self.colours.extend(&other.colours);
        self.indices
            .extend(other.indices.iter().map(|index| first + index));
        self
    }

    /// Makes each vertex so much lighter or darker.
    pub(crate) fn light(&mut self, factor_of: impl Fn(Vec3, Vec3) -> f32) -> &mut Self {
        let places = self.positions.iter().zip(&self.normals);
        for (colour, (&position, &normal)) in self.colours.iter_mut().zip(places) {
            *colour = shaded(*colour, factor_of(position, normal));
        }
        self
    }

    /// The shape moved by an offset.
    pub(crate) fn moved(mut self, offset: Vec3) -> Self {
        for position in &mut self.positions {
            *position += offset;
        }
        self
    }

    /// The shape turned about the z axis, counter-clockwise seen from above.
    pub(crate) fn turned(mut self, yaw_rad: f64) -> Self {
        let (c, s) = (cos(yaw_rad) as f32, sin(yaw_rad) as f32);
        let turn = |v: &mut Vec3| *v = Vec3::new(c * v.x - s * v.y, s * v.x + c * v.y, v.z);
        self.positions.iter_mut().for_each(turn);
        self.normals.iter_mut().for_each(turn);
        self
    }

    /// The mesh in Bevy's axes.
    pub(crate) fn into_mesh(self) -> Mesh {
        let in_bevy = |v: &Vec3| bevy_from_world(v.to_array()).to_array();
        let positions: Vec<[f32; 3]> = self.positions.iter().map(in_bevy).collect();
        let normals: Vec<[f32; 3]> = self.normals.iter().map(in_bevy).collect();
        let uvs: Vec<[f32; 2]> = self.uvs.iter().map(Vec2::to_array).collect();
        let colours: Vec<[f32; 4]> = self
            .colours
            .iter()
            .map(|[r, g, b]| [*r, *g, *b, 1.0])
            .collect();
        let mesh = Mesh::new(
            PrimitiveTopology::TriangleList,
            RenderAssetUsages::default(),
        )
        .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, positions)
        .with_inserted_attribute(Mesh::ATTRIBUTE_NORMAL, normals)
        .with_inserted_attribute(Mesh::ATTRIBUTE_UV_0, uvs)
        .with_inserted_attribute(Mesh::ATTRIBUTE_COLOR, colours)
        .with_inserted_indices(Indices::U32(self.indices));
        if self.paint_uvs.is_empty() {
            return mesh;
        }
        let paint_uvs: Vec<[f32; 2]> = self.paint_uvs.iter().map(Vec2::to_array).collect();
        mesh.with_inserted_attribute(Mesh::ATTRIBUTE_UV_1, paint_uvs)
    }

    /// Joins `count` vertices from `first` on to a fan of triangles.
    fn fan(&mut self, first: u32, count: u32) {
        let triangles = (2..count).flat_map(|last| [first, first + last - 1, first + last]);
        self.indices.extend(triangles);
    }
}

/// The unit normal of a closed ring of points, by Newell's method; `None` when it has no area.
fn normal_of(corners: &[Vec3]) -> Option<Vec3> {
    let next = corners.iter().skip(1).chain(corners.first());
    let sum: Vec3 = corners
        .iter()
        .zip(next)
        .map(|(a, b)| (a - corners[0]).cross(b - corners[0]))
        .sum();
    (sum.length() > SLIVER_M2).then(|| sum.normalize())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dress::checks::assert_sound;

    #[test]
    fn faces_of_a_box_look_outwards() {
        let mut shape = Shape::new([1.0; 3]);
        shape.floating_cuboid(Vec3::new(-1.0, -2.0, 0.0), Vec3::new(1.0, 2.0, 3.0));
        assert_sound(&shape, "box");
        assert_eq!(shape.positions.len(), 24);
    }

    #[test]
    fn a_gentle_fold_is_smooth_and_a_sharp_one_creased() {
        let fold = |rise: f32| {
            let points = [
                Vec3::new(-1.0, 0.0, 0.0),
                Vec3::new(0.0, -1.0, rise),
                Vec3::new(1.0, 0.0, 0.0),
                Vec3::new(0.0, 1.0, rise),
            ];
            let mut shape = Shape::new([1.0; 3]);
            shape.surface(
                &points,
                &[Vec2::ZERO; 4],
                &[[0, 1, 3], [1, 2, 3]],
                CREASE_COS,
            );
            shape.positions.len()
        };
        assert_eq!(fold(0.1), 4);
        assert_eq!(fold(2.0), 6);
    }
}
