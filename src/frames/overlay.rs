//! What is true of a frame, and what a seat saw in it, as pictures.

use drive::camera::CameraModel;
use drive::ego::EGO_FRONT_M;
use drive::labels::{LANE_ROWS, Labels, LightState, lane_row_v_px};
use drive::math::ln;
use drive::percept::Percept;
use perception::bins::{MAX_DEPTH_M, MIN_DEPTH_M};

use super::sheet::{Colour, Sheet, ramp};
use crate::report::{kind_word, light_word};
use crate::words::metres;

/// Colours of the segmentation classes by their number; the report uses the same.
pub const CLASS_COLOURS: [[u8; 3]; 9] = [
    [0x7d, 0x7d, 0x8c],
    [0xff, 0xff, 0xff],
    [0xc9, 0xa2, 0x7a],
    [0xb0, 0x57, 0x4f],
    [0x3f, 0x9b, 0x5a],
    [0x8e, 0xc9, 0xf0],
    [0x3f, 0x6b, 0xe0],
    [0xff, 0x4f, 0xb0],
    [0xf5, 0xd2, 0x3c],
];
const LANE_COLOUR: Colour = [0x3f, 0xf0, 0xdc];
const OBJECT_COLOUR: Colour = [0xff, 0xd8, 0x4a];
const DOUBTFUL_COLOUR: Colour = [0xa0, 0xa0, 0xa0];
/// From this probability on a road user is named.
const LIKELY: f64 = 0.5;
/// Height of a line of words in camera pixels.
const LINE_PX: f64 = 10.0;

/// The classes in their colours, lane boundaries, and road users with their true distances.
pub(super) fn labels(labels: &Labels) -> Sheet {
    let class = |x: usize, y: usize| labels.class[y * labels.width + x];
    let mut sheet = Sheet::from_pixels(|x, y| CLASS_COLOURS[usize::from(class(x, y))]);
    for boundary in &labels.lanes {
        let place = |row: usize| Some([f64::from(boundary[row]?), lane_row_v_px(row)]);
        for row in 1..LANE_ROWS {
            if let (Some(from), Some(to)) = (place(row - 1), place(row)) {
                sheet.line(from, to, [0, 0x60, 0x60]);
            }
        }
    }
    for object in &labels.objects {
        let sides = object.box_px;
        let sides = [sides.left, sides.top, sides.right, sides.bottom].map(f64::from);
        sheet.frame(sides, [0, 0, 0]);
        let words = format!("{} {:.0} m", kind_word(object.class), object.depth_m);
        sheet.words([sides[0], sides[1] - LINE_PX], &words);
    }
    sheet.words(
        [2.0, 2.0],
        &light_and_line(labels.light, labels.stop_line_m.map(f64::from)),
    );
    sheet
}

/// The depth of every pixel: bright is near, on a logarithmic scale from 3 to 80 m.
pub(super) fn depth(labels: &Labels) -> Sheet {
    Sheet::from_pixels(|x, y| nearness_colour(f64::from(labels.depth_m[y * labels.width + x])))
}

/// A colour for a depth in metres: bright is near.
pub(super) fn nearness_colour(depth_m: f64) -> Colour {
    let depth_m = depth_m.clamp(MIN_DEPTH_M, MAX_DEPTH_M);
    ramp(1.0 - ln(depth_m / MIN_DEPTH_M) / ln(MAX_DEPTH_M / MIN_DEPTH_M))
}

/// The picture under what a seat saw: lane boundaries, boxes with gap and probability, light and stop line.
pub(super) fn percept(picture: &Sheet, name: &str, percept: &Percept) -> Sheet {
    let mut sheet = picture.clone();
    let camera = CameraModel::standard();
    for boundary in &percept.lanes {
        let images = boundary.iter();
        let images = images.filter_map(|point| camera.project(point.point_in_ego, 0.0));
        let points: Vec<[f64; 2]> = images.map(|image| [image.u_px, image.v_px]).collect();
        for pair in points.windows(2) {
            sheet.line(pair[0], pair[1], LANE_COLOUR);
        }
    }
    for object in &percept.objects {
        let is_likely = object.probability >= LIKELY;
        let sides = object.box_px;
        let sides = [sides.left, sides.top, sides.right, sides.bottom].map(f64::from);
        sheet.frame(
            sides,
            if is_likely {
                OBJECT_COLOUR
            } else {
                DOUBTFUL_COLOUR
            },
        );
        if is_likely {
            let (kind, gap_m) = (kind_word(object.class), object.near_x_m - EGO_FRONT_M);
            let percent = 100.0 * object.probability;
            let words = format!("{kind} {} {percent:.0} %", metres(gap_m));
            sheet.words([sides[0], sides[1] - LINE_PX], &words);
        }
    }
    let line_m = percept.stop_line.map(|line| line.x_m);
    let words = light_and_line(percept.light_state(), line_m);
    sheet.words([2.0, 2.0], &format!("{name}: {words}"));
    sheet
}

/// `line_m` is the stop line's distance from the ego origin.
fn light_and_line(light: LightState, line_m: Option<f64>) -> String {
    let line = line_m.map_or_else(|| "none".to_owned(), |line_m| metres(line_m - EGO_FRONT_M));
    format!("light {}, stop line {line}", light_word(light))
}
