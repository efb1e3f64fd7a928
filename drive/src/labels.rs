//! The truth about one camera frame: only what has pixels in it.

use serde::{Deserialize, Serialize};

use crate::camera::FRAME_HEIGHT;
use crate::time::Tick;

/// What a pixel shows. The numbers are the segmentation head's channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Class {
    /// Drivable surface.
    Road = 0,
    /// Paint on the road: lane markings, stop lines, crossings.
    Marking = 1,
    /// Pavement, kerb and verge.
    Pavement = 2,
    /// Buildings, walls, fences and everything else that was built.
    Building = 3,
    /// Trees, bushes, grass beyond the verge.
    Vegetation = 4,
    /// Sky.
    Sky = 5,
    /// Cars, trucks and buses.
    Vehicle = 6,
    /// Pedestrians, and cyclists with their cycles.
    Person = 7,
    /// Poles, traffic signs and traffic lights.
    Pole = 8,
}

impl Class {
    /// Every class in the order of its number.
    pub const ALL: [Class; 9] = [
        Class::Road,
        Class::Marking,
        Class::Pavement,
        Class::Building,
        Class::Vegetation,
        Class::Sky,
        Class::Vehicle,
        Class::Person,
        Class::Pole,
    ];

    /// Its name in tables and pictures.
    pub fn word(self) -> &'static str {
        match self {
            Class::Road => "road",
            Class::Marking => "marking",
            Class::Pavement => "pavement",
            Class::Building => "building",
            Class::Vegetation => "vegetation",
            Class::Sky => "sky",
            Class::Vehicle => "vehicle",
            Class::Person => "person",
            Class::Pole => "pole",
        }
    }
}

/// Kinds of road users. The number plus one is the object head's channel; channel 0 is "none".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum ObjectClass {
    /// Passenger cars and vans.
    Car = 0,
    /// Trucks and buses.
    Truck = 1,
    /// People on foot.
    Pedestrian = 2,
    /// People on cycles.
    Cyclist = 3,
}

impl ObjectClass {
    /// Every kind in the order of its number.
    pub const ALL: [ObjectClass; 4] = [
        ObjectClass::Car,
        ObjectClass::Truck,
        ObjectClass::Pedestrian,
        ObjectClass::Cyclist,
    ];

    /// Whether this is a vulnerable road user.
    pub fn is_vulnerable(self) -> bool {
        matches!(self, ObjectClass::Pedestrian | ObjectClass::Cyclist)
    }
}

/// State of the traffic light that governs ego's lane. The numbers are the light head's channels.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum LightState {
    /// No light governs ego's lane, or none is visible.
    #[default]
    None = 0,
    /// Red.
    Red = 1,
    /// Amber, after green.
    Amber = 2,
    /// Green.
    Green = 3,
}

impl LightState {
    /// Every state in the order of its number.
    pub const ALL: [LightState; 4] = [
        LightState::None,
        LightState::Red,
        LightState::Amber,
        LightState::Green,
    ];
}

/// An axis-parallel box in continuous pixel coordinates, clipped to the picture.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct BoxPx {
    /// Left side.
    pub left: f32,
    /// Upper side.
    pub top: f32,
    /// Right side.
    pub right: f32,
    /// Lower side.
    pub bottom: f32,
}

/// One road user with pixels in the frame.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ObjectLabel {
    /// Its number in the instance map, 1 for the story's first actor.
    pub instance: u16,
    /// What it is.
    pub class: ObjectClass,
    /// The projection of its bounding box, hidden parts included, clipped to the picture.
    pub box_px: BoxPx,
    /// Depth (along the optical axis) of the nearest point of its bounding box, in metres.
    pub depth_m: f32,
    /// Its heading in the ego frame, in radians: 0 drives away from ego, pi towards it.
    pub yaw_rad: f32,
    /// How many pixels show it.
    pub visible_px: u32,
}

/// Number of lane boundaries: of the lane to the left of ego's its left one, ego's left, ego's right,
/// of the lane to the right its right one.
pub const LANE_BOUNDARIES: usize = 4;
/// Number of picture rows on which boundaries are given.
pub const LANE_ROWS: usize = 16;

/// The picture row, in continuous pixels from the top, of lane row `row`: the centres of rows 15 to 30 of an 8-pixel
/// grid, the first about 54 m ahead on flat ground.
pub fn lane_row_v_px(row: usize) -> f64 {
    FRAME_HEIGHT as f64 / 2.0 - 4.0 + 8.0 * row as f64
}

/// Where each boundary crosses each lane row, in pixels from the left; `None` where it has no pixels.
///
/// Index: `[boundary][row]`, boundaries from left to right, rows from far to near.
pub type LaneLabels = [[Option<f32>; LANE_ROWS]; LANE_BOUNDARIES];

/// Everything known about one camera frame. The maps have the frame's size, row by row from the top.
#[derive(Debug, Clone, PartialEq)]
pub struct Labels {
    /// When the frame was exposed.
    pub tick: Tick,
    /// Width of the maps in pixels.
    pub width: usize,
    /// Height of the maps in pixels.
    pub height: usize,
    /// [`Class`] of each pixel, as its number.
    pub class: Vec<u8>,
    /// Which actor each pixel shows: 0 for the standing world, else the actor's index plus one.
    pub instance: Vec<u16>,
    /// Depth of each pixel in metres along the optical axis; infinite in the sky.
    pub depth_m: Vec<f32>,
    /// Road users with pixels in the frame, by instance.
    pub objects: Vec<ObjectLabel>,
    /// Lane boundaries.
    pub lanes: LaneLabels,
    /// State of the light that governs ego's lane, if its lit lamp has pixels.
    pub light: LightState,
    /// Distance along x of the ego frame from the ego origin to the stop line of ego's lane, if it has pixels.
    pub stop_line_m: Option<f32>,
}
