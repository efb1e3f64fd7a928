//! Which cells of the object grid tell of which road user, and what they say.
//!
//! A road user is told by the cells whose centre lies in the middle of its box and that show some of
//! it; the nearest wins a cell that several claim. One left without a cell, because its middle is
//! hidden or claimed, is told by the cell that shows the most of it and that others can spare.

use drive::camera::FRAME_WIDTH;
use drive::labels::{Labels, ObjectLabel};

use super::cell_pixels;
use crate::bins::{DEPTH, MAX_DEPTH_M, SIDE, two_hot, yaw_coordinate};
use crate::heads::{Head, OBJECT_GRID};
use crate::targets::{Target, Targets};

/// Side of an object cell in pixels.
pub(crate) const OBJECT_CELL_PX: usize = FRAME_WIDTH / OBJECT_GRID.0;
/// Cells of the object grid.
const CELLS: usize = OBJECT_GRID.0 * OBJECT_GRID.1;
/// The part of a box, in each direction, whose cells tell of the object.
const CENTRAL_PART: f32 = 0.5;
/// Fewer visible pixels than this ask nothing of a network.
const MIN_VISIBLE_PX: u32 = 12;
/// Weight of an empty cell in the object head: there are some thirty times as many as others. What a network has
/// learned so makes too much of road users by as much; decoding takes it back.
pub const EMPTY_WEIGHT: f32 = 0.2;
/// Weight of an empty cell in the depth head, where the depth of the scenery is a help, not the aim.
pub const SCENERY_WEIGHT: f32 = 0.1;

/// Centre of an object cell in pixels from the left and upper edge.
pub(crate) fn cell_centre_px(cell: usize) -> (f32, f32) {
    let centre = |index: usize| (index * OBJECT_CELL_PX) as f32 + OBJECT_CELL_PX as f32 / 2.0;
    (centre(cell % OBJECT_GRID.0), centre(cell / OBJECT_GRID.0))
}

/// Fills the heads of objects, depth, sides and yaw.
pub(super) fn encode_objects(labels: &Labels, targets: &mut Targets) {
    let seen = visible_pixels(labels);
    let owner = owners(&labels.objects, &seen);
    for cell in 0..CELLS {
        if let Some(object) = owner[cell] {
            encode_object(&labels.objects[object], cell, targets);
        } else {
            let hint = (0..seen.len()).any(|i| seen[i][cell] > 0 && !is_told(&labels.objects[i]));
            encode_empty(labels, cell, if hint { 0.0 } else { EMPTY_WEIGHT }, targets);
        }
    }
}

/// Whether a network can be asked to tell of this object.
fn is_told(object: &ObjectLabel) -> bool {
    object.visible_px >= MIN_VISIBLE_PX && f64::from(object.depth_m) <= MAX_DEPTH_M
}

/// For each object, how many of its pixels each cell shows.
fn visible_pixels(labels: &Labels) -> Vec<[u16; CELLS]> {
    let mut seen = vec![[0; CELLS]; labels.objects.len()];
    let last = labels.objects.iter().map(|o| o.instance).max().unwrap_or(0);
    let mut object_of = vec![None; last as usize + 1];
    for (i, object) in labels.objects.iter().enumerate() {
        object_of[object.instance as usize] = Some(i);
    }
    for (pixel, &instance) in labels.instance.iter().enumerate() {
        if let Some(&Some(object)) = object_of.get(instance as usize) {
            let column = pixel % FRAME_WIDTH / OBJECT_CELL_PX;
            let row = pixel / FRAME_WIDTH / OBJECT_CELL_PX;
            seen[object][row * OBJECT_GRID.0 + column] += 1;
        }
    }
    seen
}

/// The object that each cell tells of.
fn owners(objects: &[ObjectLabel], seen: &[[u16; CELLS]]) -> [Option<usize>; CELLS] {
    let mut nearest_first: Vec<usize> = (0..objects.len())
        .filter(|&i| is_told(&objects[i]))
        .collect();
    nearest_first.sort_by(|&a, &b| objects[a].depth_m.total_cmp(&objects[b].depth_m));
    let mut owner = [None; CELLS];
    for &object in nearest_first.iter().rev() {
        for cell in 0..CELLS {
            if seen[object][cell] > 0 && is_central(&objects[object], cell) {
                owner[cell] = Some(object);
            }
        }
    }
    for &object in &nearest_first {
        if !owner.contains(&Some(object))
            && let Some(cell) = spare_cell(&seen[object], &owner)
        {
            owner[cell] = Some(object);
        }
    }
    owner
}

/// Of the cells that are not the only one of somebody, the one that shows the most of an object.
fn spare_cell(seen: &[u16; CELLS], owner: &[Option<usize>; CELLS]) -> Option<usize> {
    let is_spare = |&cell: &usize| {
        let held = owner[cell];
        held.is_none() || owner.iter().filter(|&&other| other == held).count() > 1
    };
    let showing = (0..CELLS).filter(|&cell| seen[cell] > 0);
    showing.filter(is_spare).max_by_key(|&cell| seen[cell])
}

/// Whether the cell's centre lies in the middle of the object's box, or the box's centre in the cell.
fn is_central(object: &ObjectLabel, cell: usize) -> bool {
    let (u, v) = cell_centre_px(cell);
    let b = object.box_px;
    let reach =
        |low: f32, high: f32| (CENTRAL_PART * (high - low)).max(OBJECT_CELL_PX as f32) / 2.0;
    let (du, dv) = (
        u - f32::midpoint(b.left, b.right),
        v - f32::midpoint(b.top, b.bottom),
    );
    du.abs() <= reach(b.left, b.right) && dv.abs() <= reach(b.top, b.bottom)
}

/// What a cell that tells of an object says.
fn encode_object(object: &ObjectLabel, cell: usize, targets: &mut Targets) {
    let (u, v) = cell_centre_px(cell);
    let b = object.box_px;
    let sides_px = [u - b.left, v - b.top, b.right - u, b.bottom - v];
    targets.head_mut(Head::Objects)[cell] = Target::class(object.class as usize + 1);
    targets.head_mut(Head::Depth)[cell] = two_hot(DEPTH.coordinate(f64::from(object.depth_m)));
    targets.head_mut(Head::Yaw)[cell] = two_hot(yaw_coordinate(f64::from(object.yaw_rad)));
    let sides = &mut targets.head_mut(Head::Sides)[cell * 4..][..4];
    for (target, side_px) in sides.iter_mut().zip(sides_px) {
        *target = two_hot(SIDE.coordinate(f64::from(side_px)));
    }
}

/// What a cell that tells of nobody says: none, and how far the scenery is.
fn encode_empty(labels: &Labels, cell: usize, weight: f32, targets: &mut Targets) {
    targets.head_mut(Head::Objects)[cell] = Target::class(0).weighted(weight);
    let mut depths_m: Vec<f32> = cell_pixels(cell, OBJECT_GRID.0, OBJECT_CELL_PX)
        .map(|pixel| labels.depth_m[pixel])
        .collect();
    let middle = depths_m.len() / 2;
    let (_, median_m, _) = depths_m.select_nth_unstable_by(middle, f32::total_cmp);
    let coordinate = DEPTH.coordinate(f64::from(*median_m));
    targets.head_mut(Head::Depth)[cell] = two_hot(coordinate).weighted(SCENERY_WEIGHT);
}
