//! What the heads of a network put out for a frame, cell by cell.

use drive::camera::{FRAME_HEIGHT, FRAME_WIDTH};
use drive::labels::{LANE_BOUNDARIES, LANE_ROWS, ObjectClass};
use perception::bins::{COLUMNS, DEPTH};
use perception::expectation::{Bins, local_expectation};
use perception::heads::{Head, OBJECT_GRID, SEGMENTATION_GRID};
use perception::probabilities::Probabilities;

use super::overlay::{CLASS_COLOURS, nearness_colour};
use super::sheet::{Colour, Sheet, blend, ramp};
use crate::perceiver::likeliest;
use crate::report::kind_word;

/// Side of a segmentation cell and of a lane column, in camera pixels.
const CELL_PX: usize = FRAME_WIDTH / SEGMENTATION_GRID.0;
/// Side of an object cell in camera pixels.
const OBJECT_CELL_PX: usize = FRAME_WIDTH / OBJECT_GRID.0;
/// From this probability on an object cell is named.
const LIKELY: f32 = 0.5;
/// The colours of the boundaries from left to right.
const BOUNDARY_COLOURS: [Colour; LANE_BOUNDARIES] = [
    [0xff, 0x5c, 0x5c],
    [0x3f, 0xf0, 0xdc],
    [0xff, 0xd8, 0x4a],
    [0x9c, 0x8c, 0xff],
];
/// What is left of the picture's brightness under the lane head.
const DIMMED: f64 = 0.35;

/// The likeliest class of each cell.
pub(super) fn segmentation(probabilities: &Probabilities) -> Sheet {
    let classes = likeliest(probabilities.head(Head::Segmentation), Head::Segmentation);
    Sheet::from_pixels(|x, y| {
        CLASS_COLOURS[usize::from(classes[y / CELL_PX * SEGMENTATION_GRID.0 + x / CELL_PX])]
    })
}

/// The probability that a cell belongs to a road user; likely ones bear the kind's letter.
pub(super) fn objects(probabilities: &Probabilities) -> Sheet {
    let mut sheet =
        Sheet::from_pixels(|x, y| ramp(f64::from(presence(probabilities, object_cell(x, y)))));
    for cell in likely_cells(probabilities) {
        let row = probabilities.at(Head::Objects, cell);
        let kind = ObjectClass::ALL
            .into_iter()
            .max_by(|&a, &b| row[a as usize + 1].total_cmp(&row[b as usize + 1]));
        let letter = kind.map_or("", |kind| &kind_word(kind)[..2]);
        sheet.words(corner_px(cell), letter);
    }
    sheet
}

/// The depth of the near face each cell tells, bright is near; dimmed where hardly anybody is, in metres where
/// somebody is likely.
pub(super) fn depth(probabilities: &Probabilities) -> Sheet {
    let depth_m = |cell| {
        let read = local_expectation(probabilities.at(Head::Depth, cell), Bins::Line);
        DEPTH.value(read.coordinate)
    };
    let mut sheet = Sheet::from_pixels(|x, y| {
        let cell = object_cell(x, y);
        let presence = f64::from(presence(probabilities, cell));
        blend(
            [0, 0, 0],
            nearness_colour(depth_m(cell)),
            0.15 + 0.85 * presence,
        )
    });
    for cell in likely_cells(probabilities) {
        sheet.words(corner_px(cell), &format!("{:.0}", depth_m(cell)));
    }
    sheet
}

/// The probability of each column for each boundary, over the dimmed picture.
pub(super) fn lanes(picture: &Sheet, probabilities: &Probabilities) -> Sheet {
    // Lane rows are the lower half of the cells' rows, one higher: the row above the middle is the first.
    let first_row = FRAME_HEIGHT / CELL_PX - LANE_ROWS - 1;
    Sheet::from_pixels(|x, y| {
        let under = blend([0, 0, 0], picture.colour(x, y), DIMMED);
        let (column, row) = (x / CELL_PX, y / CELL_PX);
        let Some(row) = row.checked_sub(first_row).filter(|&row| row < LANE_ROWS) else {
            return under;
        };
        let paint = |under, boundary: usize| {
            let at = probabilities.at(Head::Lanes, boundary * LANE_ROWS + row);
            blend(
                under,
                BOUNDARY_COLOURS[boundary],
                f64::from(at[column.min(COLUMNS - 1)]),
            )
        };
        (0..LANE_BOUNDARIES).fold(under, paint)
    })
}

/// The probability that some road user is in an object cell.
fn presence(probabilities: &Probabilities, cell: usize) -> f32 {
    1.0 - probabilities.at(Head::Objects, cell)[0]
}

fn likely_cells(probabilities: &Probabilities) -> impl Iterator<Item = usize> {
    (0..Head::Objects.positions()).filter(|&cell| presence(probabilities, cell) >= LIKELY)
}

fn object_cell(x: usize, y: usize) -> usize {
    y / OBJECT_CELL_PX * OBJECT_GRID.0 + x / OBJECT_CELL_PX
}

/// A little inside the upper left corner of an object cell.
fn corner_px(cell: usize) -> [f64; 2] {
    let (column, row) = (cell % OBJECT_GRID.0, cell / OBJECT_GRID.0);
    [column, row].map(|place| (place * OBJECT_CELL_PX + 1) as f64)
}
