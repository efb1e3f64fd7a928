//! What a seat saw, as the page draws it: pixels of the picture, whole where a fraction shows nothing.

use drive::camera::CameraModel;
use drive::percept::{ObjectPercept, Percept};
use drive::scene::TrackedObject;
use drive::time::TICK_S;
use serde::Serialize;

use super::{base64, rounded};
use crate::film::View;

/// A box and a track belong together up to this distance along the road, in metres ...
const SAME_ALONG_M: f64 = 4.0;
/// ... or this share of the distance, whichever is more ...
const SAME_ALONG_SHARE: f64 = 0.25;
/// ... and up to this one across it.
const SAME_ACROSS_M: f64 = 1.5;
/// The longest run of cells that one byte tells.
const LONGEST_RUN: usize = 16;

/// A percept on the page.
#[derive(Debug, Clone, Serialize)]
pub struct PerceptData {
    /// Exposure tick of its frame.
    pub tick: u64,
    /// The segmentation grid row by row: base64 of bytes with the class above and the run's length less one below.
    pub cells: Option<String>,
    /// Lane boundaries from left to right: u and v of their points in turn, in pixels.
    pub lanes_px: Vec<Vec<i32>>,
    /// Road users.
    pub boxes: Vec<BoxData>,
    /// Number of the likeliest light state, and its probability in percent.
    pub light: [u8; 2],
    /// The stop line's distance from the front bumper in metres, and its probability in percent.
    pub stop_line: Option<[f64; 2]>,
}

/// A road user on the page.
#[derive(Debug, Clone, Serialize)]
pub struct BoxData {
    /// Number of its kind.
    pub kind: u8,
    /// Left, top, right and bottom side in pixels.
    pub sides_px: [i32; 4],
    /// From ego's front bumper to its nearest face, in metres.
    pub gap_m: f64,
    /// How fast the gap shrinks, as the seat's tracker has it, in metres per second; `None` when it follows none here.
    pub closing_mps: Option<f64>,
    /// Probability that it is there, in percent.
    pub percent: u8,
}

impl PerceptData {
    /// A percept that is `age_ticks` old, with the view of its seat and ego's speed in metres per second.
    pub(super) fn of(percept: &Percept, view: &View, age_ticks: u64, speed_mps: f64) -> Self {
        let camera = CameraModel::standard();
        let boundary = |points: &drive::percept::Boundary| {
            let images = points
                .iter()
                .filter_map(|point| camera.project(point.point_in_ego, 0.0));
            images
                .flat_map(|image| [image.u_px.round() as i32, image.v_px.round() as i32])
                .collect()
        };
        let light = percept.light_state();
        let age_s = age_ticks as f64 * TICK_S;
        Self {
            tick: percept.exposure.0,
            cells: view.segmentation.as_ref().map(|cells| base64(&runs(cells))),
            lanes_px: percept.lanes.iter().map(boundary).collect(),
            boxes: percept
                .objects
                .iter()
                .map(|object| box_data(object, &view.tracks, age_s, speed_mps))
                .collect(),
            light: [light as u8, percent(percept.light[light as usize])],
            stop_line: percept.stop_line.map(|line| {
                let gap_m = line.x_m - drive::ego::EGO_FRONT_M;
                [rounded(gap_m, 1), f64::from(percent(line.probability))]
            }),
        }
    }
}

fn box_data(
    object: &ObjectPercept,
    tracks: &[TrackedObject],
    age_s: f64,
    speed_mps: f64,
) -> BoxData {
    let sides = object.box_px;
    let closing_mps = closing_mps(object, tracks, age_s, speed_mps);
    BoxData {
        kind: object.class as u8,
        sides_px: [sides.left, sides.top, sides.right, sides.bottom].map(|px| px.round() as i32),
        gap_m: rounded(object.near_x_m - drive::ego::EGO_FRONT_M, 1),
        closing_mps: closing_mps.map(|closing_mps| rounded(closing_mps, 1)),
        percent: percent(object.probability),
    }
}

/// The closing speed of the track that the box belongs to: the nearest one, carried back by the percept's age.
fn closing_mps(
    object: &ObjectPercept,
    tracks: &[TrackedObject],
    age_s: f64,
    speed_mps: f64,
) -> Option<f64> {
    let off = |track: &TrackedObject| {
        let then_x_m = track.near_x_m - (track.velocity_x_mps - speed_mps) * age_s;
        let then_y_m = track.centre_y_m - track.velocity_y_mps * age_s;
        let along_m = (then_x_m - object.near_x_m).abs();
        let across_m = (then_y_m - object.centre_y_m()).abs();
        let reach_m = SAME_ALONG_M.max(SAME_ALONG_SHARE * object.near_x_m);
        (along_m <= reach_m && across_m <= SAME_ACROSS_M).then_some(along_m + across_m)
    };
    let near = tracks.iter().filter_map(|track| Some((off(track)?, track)));
    let (_, track) = near.min_by(|a, b| a.0.total_cmp(&b.0))?;
    Some(speed_mps - track.velocity_x_mps)
}

/// Runs of equal cells, one byte each.
fn runs(cells: &[u8]) -> Vec<u8> {
    let same = cells.chunk_by(|a, b| a == b);
    same.flat_map(|run| run.chunks(LONGEST_RUN))
        .map(|run| (run[0] << 4) | (run.len() - 1) as u8)
        .collect()
}

fn percent(share: f64) -> u8 {
    (100.0 * share).round().clamp(0.0, 100.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_cells_read_back_as_they_were() {
        let mut cells = vec![0; 40];
        cells.extend([8, 8, 3]);
        let bytes = runs(&cells);
        assert_eq!(bytes, [0x0f, 0x0f, 0x07, 0x81, 0x30]);
        let back: Vec<u8> = bytes
            .iter()
            .flat_map(|byte| vec![byte >> 4; usize::from(byte & 15) + 1])
            .collect();
        assert_eq!(back, cells);
    }

    #[test]
    fn a_road_user_that_nobody_follows_has_no_closing_speed() {
        let object = ObjectPercept {
            class: drive::labels::ObjectClass::Car,
            belief: drive::belief::Belief::surely(drive::labels::ObjectClass::Car, 0.0),
            probability: 0.8,
            box_px: drive::labels::BoxPx::default(),
            near_x_m: 30.0,
            near_x_std_m: 1.0,
            left_y_m: 1.0,
            right_y_m: -1.0,
            y_std_m: 0.1,
            yaw_rad: 0.0,
        };
        assert_eq!(closing_mps(&object, &[], 0.1, 10.0), None);
    }
}
