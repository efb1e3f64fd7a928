//! The ground: carriageways, kerbs, footways and verges from a road's strips, meadows around them, and
//! hills on the horizon.

use std::collections::BTreeMap;

use bevy::math::{Vec2, Vec3};
use drive::frames::{Point2, Pose2};
use drive::labels::Class;
use drive::math::lerp;
use scenarios::road::{Ground, Strip};

use super::noise::in_space;
use super::palette::{Colour, blended, shaded, srgb};
use super::shape::Shape;
use super::solids::{Rows, circle};
use super::stagehand::{Stagehand, Thing};
use crate::scene::{Surface, Texture};

/// Side of the squares the ground is cut into, so that what is out of sight is not drawn.
pub(crate) const CELL_M: f64 = 48.0;
/// Longest piece of a strip; its tint may change from piece to piece.
const PIECE_M: f64 = 9.0;
/// Strips that are raised by more than this have side faces.
const STEP_M: f64 = 0.02;
/// How far the meadows lie below the road.
const MEADOW_DEPTH_M: f32 = 0.07;
/// Side of a square of meadow, and how far meadows reach beyond the road.
const MEADOW_M: f64 = 128.0;
const MEADOW_MARGIN_M: f64 = 320.0;
/// Where lanes are worn by wheels: share of the width, lightness.
const LANE_WEAR: [(f64, f32); 5] = [
    (0.0, 1.03),
    (0.24, 0.93),
    (0.5, 1.02),
    (0.76, 0.93),
    (1.0, 1.03),
];

/// Colours of the ground in one world.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GroundColours {
    pub(crate) asphalt: Colour,
    pub(crate) paving: Colour,
    pub(crate) kerb: Colour,
    pub(crate) grass: Colour,
    pub(crate) field: Colour,
}

/// The square a place lies in.
pub(crate) fn cell_of(point: Point2) -> (i32, i32) {
    (
        (point.x_m / CELL_M).floor() as i32,
        (point.y_m / CELL_M).floor() as i32,
    )
}

/// The pose at the middle of a square.
pub(crate) fn cell_pose((i, j): (i32, i32)) -> Pose2 {
    Pose2::new(
        (f64::from(i) + 0.5) * CELL_M,
        (f64::from(j) + 0.5) * CELL_M,
        0.0,
    )
}

/// Lays every strip.
pub(crate) fn lay_strips(hand: &mut Stagehand<'_>, strips: &[Strip], colours: &GroundColours) {
    let mut cells: BTreeMap<(u8, (i32, i32)), (Ground, Shape)> = BTreeMap::new();
    for strip in strips {
        for piece in pieces(strip) {
            let middle = Point2::new(
                f64::midpoint(piece.left[0].x_m, piece.right[1].x_m),
                f64::midpoint(piece.left[0].y_m, piece.right[1].y_m),
            );
            let key = (strip.ground as u8, cell_of(middle));
            let (_, shape) = cells
                .entry(key)
                .or_insert_with(|| (strip.ground, Shape::new([1.0; 3])));
            lay_piece(shape, &piece, cell_pose(key.1), colours);
        }
    }
    for ((_, cell), (ground, shape)) in cells {
        let thing = Thing::new(shape, surface_of(ground), class_of(ground));
        hand.stand(thing, cell_pose(cell));
    }
}

fn class_of(ground: Ground) -> Class {
    match ground {
        Ground::Carriageway => Class::Road,
        Ground::Footway | Ground::Kerb | Ground::Verge => Class::Pavement,
    }
}

fn surface_of(ground: Ground) -> Surface {
    let (texture, gloss) = match ground {
        Ground::Carriageway => (Texture::Asphalt, 0.06),
        Ground::Footway => (Texture::Paving, 0.0),
        Ground::Kerb => (Texture::Plain, 0.0),
        Ground::Verge => (Texture::Grass, 0.0),
    };
    Surface {
        texture,
        gloss,
        casts_shadow: false,
        ..Surface::default()
    }
}

/// Metres a repeat of each ground's texture.
fn repeat_m(ground: Ground) -> f64 {
    match ground {
        Ground::Carriageway => 6.5,
        Ground::Footway | Ground::Kerb => 4.0,
        Ground::Verge => 5.0,
    }
}

/// A quadrilateral of a strip: both corners at its beginning and end.
struct Piece {
    ground: Ground,
    height_m: f64,
    left: [Point2; 2],
    right: [Point2; 2],
}

fn pieces(strip: &Strip) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let sides = strip.left.windows(2).zip(strip.right.windows(2));
    for (left, right) in sides {
        let length_m = left[0]
            .distance_m(left[1])
            .max(right[0].distance_m(right[1]));
        let count = (length_m / PIECE_M).ceil().max(1.0) as usize;
        let at = |side: &[Point2], step: usize| {
            let share = step as f64 / count as f64;
            Point2::new(
                lerp(side[0].x_m, side[1].x_m, share),
                lerp(side[0].y_m, side[1].y_m, share),
            )
        };
        pieces.extend((0..count).map(|step| Piece {
            ground: strip.ground,
            height_m: strip.height_m,
            left: [at(left, step), at(left, step + 1)],
            right: [at(right, step), at(right, step + 1)],
        }));
    }
    pieces
}

fn lay_piece(shape: &mut Shape, piece: &Piece, origin: Pose2, colours: &GroundColours) {
    let width_m = piece.left[0].distance_m(piece.right[0]);
    let is_lane = piece.ground == Ground::Carriageway && (2.4..4.6).contains(&width_m);
    let plain = [(0.0, 1.0), (1.0, 1.0)];
    let columns: &[(f64, f32)] = if is_lane { &LANE_WEAR } else { &plain };
    let base = match piece.ground {
        Ground::Carriageway => colours.asphalt,
        Ground::Footway => colours.paving,
        Ground::Kerb => colours.kerb,
        Ground::Verge => colours.grass,
    };
    let repeat_m = repeat_m(piece.ground);
    let mut row = |end: usize| -> Vec<u32> {
        let vertex = |&(share, light): &(f64, f32)| {
            let x_m = lerp(piece.right[end].x_m, piece.left[end].x_m, share);
            let y_m = lerp(piece.right[end].y_m, piece.left[end].y_m, share);
            let tint =
                1.0 + 0.1 * in_space(Vec3::new(x_m as f32 / 11.0, y_m as f32 / 11.0, 0.0), 5);
            let at = Vec3::new(
                (x_m - origin.x_m) as f32,
                (y_m - origin.y_m) as f32,
                piece.height_m as f32,
            );
            let uv = Vec2::new((x_m / repeat_m) as f32, (-y_m / repeat_m) as f32);
            shape
                .paint(shaded(base, light * tint))
                .vertex(at, Vec3::Z, uv)
        };
        columns.iter().map(vertex).collect()
    };
    let (near, far) = (row(0), row(1));
    for column in 1..columns.len() {
        let [a, b, c, d] = [near[column - 1], far[column - 1], far[column], near[column]];
        shape.indices.extend([a, b, c, a, c, d]);
    }
    if piece.height_m > STEP_M {
        lay_sides(shape.paint(shaded(base, 0.8)), piece, origin);
    }
}

/// The upright faces of a raised piece, right and left.
fn lay_sides(shape: &mut Shape, piece: &Piece, origin: Pose2) {
    let at = |point: Point2, z: f64| {
        Vec3::new(
            (point.x_m - origin.x_m) as f32,
            (point.y_m - origin.y_m) as f32,
            z as f32,
        )
    };
    let top = piece.height_m;
    let ([left_0, left_1], [right_0, right_1]) = (piece.left, piece.right);
    shape.face(&[
        at(right_0, -0.1),
        at(right_1, -0.1),
        at(right_1, top),
        at(right_0, top),
    ]);
    shape.face(&[
        at(left_1, -0.1),
        at(left_0, -0.1),
        at(left_0, top),
        at(left_1, top),
    ]);
}

/// The corners, south-west and north-east, of the box around all strips.
pub(crate) fn extent(strips: &[Strip]) -> (Point2, Point2) {
    let (mut low, mut high) = (Point2::new(-1.0, -1.0), Point2::new(1.0, 1.0));
    for point in strips
        .iter()
        .flat_map(|strip| strip.left.iter().chain(&strip.right))
    {
        low = Point2::new(low.x_m.min(point.x_m), low.y_m.min(point.y_m));
        high = Point2::new(high.x_m.max(point.x_m), high.y_m.max(point.y_m));
    }
    (low, high)
}

/// Lays meadows and fields in squares under and around the road, and a wide plain beyond.
pub(crate) fn lay_meadows(hand: &mut Stagehand<'_>, strips: &[Strip], colours: &GroundColours) {
    let (low, high) = extent(strips);
    let index = |x_m: f64| (x_m / MEADOW_M).floor() as i32;
    let columns = index(low.x_m - MEADOW_MARGIN_M)..=index(high.x_m + MEADOW_MARGIN_M);
    for i in columns {
        for j in index(low.y_m - MEADOW_MARGIN_M)..=index(high.y_m + MEADOW_MARGIN_M) {
            let (x_m, y_m) = (f64::from(i) * MEADOW_M, f64::from(j) * MEADOW_M);
            let shape = meadow([x_m, y_m], [MEADOW_M; 2], -MEADOW_DEPTH_M, colours);
            hand.stand(vegetation(shape), Pose2::new(x_m, y_m, 0.0));
        }
    }
    let reach_m = 2500.0;
    let size_m = [
        high.x_m - low.x_m + 2.0 * reach_m,
        high.y_m - low.y_m + 2.0 * reach_m,
    ];
    let corner = [low.x_m - reach_m, low.y_m - reach_m];
    let plain = meadow(corner, size_m, -MEADOW_DEPTH_M - 0.25, colours);
    hand.stand(vegetation(plain), Pose2::new(corner[0], corner[1], 0.0));
}

fn vegetation(shape: Shape) -> Thing {
    let surface = Surface {
        texture: Texture::Grass,
        casts_shadow: false,
        ..Surface::default()
    };
    Thing::new(shape, surface, Class::Vegetation)
}

/// A rectangle of meadow in four by four pieces, tinted by where it lies.
fn meadow(corner: [f64; 2], size_m: [f64; 2], z: f32, colours: &GroundColours) -> Shape {
    let mut shape = Shape::new(colours.grass);
    let repeat_m = 6.0;
    for (row, column) in (0..5).flat_map(|row| (0..5).map(move |column| (row, column))) {
        let (dx, dy) = (
            size_m[0] * f64::from(column) / 4.0,
            size_m[1] * f64::from(row) / 4.0,
        );
        let (x_m, y_m) = (corner[0] + dx, corner[1] + dy);
        let place = Vec3::new(x_m as f32 / 90.0, y_m as f32 / 90.0, 0.5);
        let share = (0.5 + 0.9 * in_space(place, 77)).clamp(0.0, 1.0);
        let uv = Vec2::new((x_m / repeat_m) as f32, (-y_m / repeat_m) as f32);
        shape.paint(blended(colours.grass, colours.field, share));
        shape.vertex(Vec3::new(dx as f32, dy as f32, z), Vec3::Z, uv);
    }
    for first in (0..4).flat_map(|row| (0..4).map(move |column| 5 * row + column)) {
        let corners = [first, first + 1, first + 6, first, first + 6, first + 5];
        shape.indices.extend(corners);
    }
    shape
}

/// Raises wooded hills around the world.
pub(crate) fn raise_hills(hand: &mut Stagehand<'_>, strips: &[Strip], seed: u32) {
    let (low, high) = extent(strips);
    let centre = Point2::new(
        f64::midpoint(low.x_m, high.x_m),
        f64::midpoint(low.y_m, high.y_m),
    );
    let reach_m = (high.distance_m(low) / 2.0 + 380.0) as f32;
    let mut shape = Shape::textured(srgb(0x56_66_4a), 1.0 / 60.0);
    let ridge = |share: f32, height: f32| -> Vec<Vec3> {
        let crest = |c: Vec2| {
            let rough = 1.0
                + 0.75 * in_space((c * 5.0).extend(share), seed)
                + 0.3 * in_space((c * 23.0).extend(1.0), seed);
            (c * reach_m * (1.0 + share)).extend(height * rough.max(0.1) - 0.5)
        };
        let mut row: Vec<Vec3> = circle(64).map(crest).collect();
        row.reverse();
        row
    };
    shape.skin(
        &[ridge(0.0, 0.0), ridge(0.04, 9.0), ridge(0.3, 26.0)],
        Rows::Closed,
    );
    let surface = Surface {
        texture: Texture::Foliage,
        casts_shadow: false,
        ..Surface::default()
    };
    let thing = Thing::new(shape, surface, Class::Vegetation);
    hand.stand(thing, Pose2::new(centre.x_m, centre.y_m, 0.0));
}
