//! From labels to the targets of every head.

mod objects;

pub(crate) use objects::cell_centre_px;
pub use objects::{EMPTY_WEIGHT, SCENERY_WEIGHT};

use drive::camera::{FRAME_HEIGHT, FRAME_WIDTH};
use drive::labels::{Class, LANE_ROWS, Labels};

use crate::bins::{COLUMNS, DEPTH, MAX_DEPTH_M, column_coordinate, two_hot};
use crate::heads::{Head, SEGMENTATION_GRID};
use crate::targets::{Target, Targets};

/// Side of a segmentation cell in pixels.
const SEGMENTATION_CELL_PX: usize = FRAME_WIDTH / SEGMENTATION_GRID.0;
/// How much a pixel of each class counts when a cell takes its class: thin things would never win.
const PIXEL_VOTES: [u32; Class::ALL.len()] = [1, 2, 1, 1, 1, 1, 1, 2, 2];

/// The targets that a perfect network would meet for a frame with these labels.
///
/// # Panics
/// If the label maps are not of the frame's size.
pub fn encode(labels: &Labels) -> Targets {
    let pixels = FRAME_WIDTH * FRAME_HEIGHT;
    assert!(
        labels.width == FRAME_WIDTH
            && labels.height == FRAME_HEIGHT
            && labels.class.len() == pixels
            && labels.instance.len() == pixels
            && labels.depth_m.len() == pixels,
        "label maps are {FRAME_WIDTH}x{FRAME_HEIGHT}"
    );
    let mut targets = Targets::untrained();
    encode_segmentation(labels, targets.head_mut(Head::Segmentation));
    encode_lanes(labels, targets.head_mut(Head::Lanes));
    objects::encode_objects(labels, &mut targets);
    targets.head_mut(Head::Light)[0] = Target::class(labels.light as usize);
    targets.head_mut(Head::StopLine)[0] = stop_line(labels.stop_line_m);
    targets
}

/// Gives each cell the class with the most votes; the lower number wins a draw.
fn encode_segmentation(labels: &Labels, targets: &mut [Target]) {
    for (cell, target) in targets.iter_mut().enumerate() {
        let mut votes = [0; Class::ALL.len()];
        for pixel in cell_pixels(cell, SEGMENTATION_GRID.0, SEGMENTATION_CELL_PX) {
            let class = labels.class[pixel] as usize;
            votes[class] += PIXEL_VOTES[class];
        }
        let best =
            (0..votes.len()).fold(0, |best, i| if votes[i] > votes[best] { i } else { best });
        *target = Target::class(best);
    }
}

/// Indices into a label map of the pixels of a square cell.
fn cell_pixels(cell: usize, columns: usize, side_px: usize) -> impl Iterator<Item = usize> {
    let first = (cell / columns * FRAME_WIDTH + cell % columns) * side_px;
    (0..side_px).flat_map(move |row| {
        let start = first + row * FRAME_WIDTH;
        start..start + side_px
    })
}

/// Two-hot columns, or "none" where a boundary has no pixels.
fn encode_lanes(labels: &Labels, targets: &mut [Target]) {
    for (boundary, rows) in labels.lanes.iter().enumerate() {
        for (row, u_px) in rows.iter().enumerate() {
            targets[boundary * LANE_ROWS + row] = match u_px {
                Some(u_px) => two_hot(column_coordinate(f64::from(*u_px))),
                None => Target::class(COLUMNS),
            };
        }
    }
}

/// Two-hot distance, or "none"; nothing is asked about a line too far to be told.
fn stop_line(stop_line_m: Option<f32>) -> Target {
    let none = Target::class(DEPTH.bins);
    match stop_line_m.map(f64::from) {
        None => none,
        Some(x_m) if x_m > MAX_DEPTH_M => none.weighted(0.0),
        Some(x_m) => two_hot(DEPTH.coordinate(x_m)),
    }
}
