//! The heads: every output is a set of categorical distributions, so that one tempered
//! Kullback-Leibler divergence distils them all.
//!
//! A head's output has the shape `[positions, classes]`, whatever the size of the network's input.

use serde::{Deserialize, Serialize};

/// Columns and rows of the segmentation grid (8-pixel cells of a 512x256 frame).
pub const SEGMENTATION_GRID: (usize, usize) = (64, 32);
/// Columns and rows of the object grid (16-pixel cells).
pub const OBJECT_GRID: (usize, usize) = (32, 16);

/// One output of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Head {
    /// `drive::labels::Class` of each cell of the segmentation grid; position = row * 64 + column.
    Segmentation = 0,
    /// Column at which a boundary crosses a lane row (64 columns of 8 pixels, then "none");
    /// position = boundary * 16 + row.
    Lanes = 1,
    /// None or the kind of road user each cell of the object grid belongs to; position = row * 32 + column.
    Objects = 2,
    /// Depth of the near face, in logarithmic bins; position as for objects.
    Depth = 3,
    /// Distance from the cell's centre to the box's left, top, right, bottom side, in bins;
    /// position = object position * 4 + side.
    Sides = 4,
    /// Heading in the ego frame in cyclic bins of 30 degrees; position as for objects.
    Yaw = 5,
    /// State of ego's traffic light; one position.
    Light = 6,
    /// Distance of the stop line in the depth bins, then "none"; one position.
    StopLine = 7,
}

impl Head {
    /// Every head in the order of its number.
    pub const ALL: [Head; 8] = [
        Head::Segmentation,
        Head::Lanes,
        Head::Objects,
        Head::Depth,
        Head::Sides,
        Head::Yaw,
        Head::Light,
        Head::StopLine,
    ];

    /// Its name in files and tables.
    pub fn name(self) -> &'static str {
        [
            "segmentation",
            "lanes",
            "objects",
            "depth",
            "sides",
            "yaw",
            "light",
            "stop_line",
        ][self as usize]
    }

    /// How many distributions it puts out for a frame.
    pub fn positions(self) -> usize {
        [2048, 64, 512, 512, 2048, 512, 1, 1][self as usize]
    }

    /// How many classes each distribution has.
    pub fn classes(self) -> usize {
        [9, 65, 5, 24, 12, 12, 4, 25][self as usize]
    }
}
