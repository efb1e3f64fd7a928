//! What a seat saw and believes, over a picture.

use bevy_egui::egui::{Color32, Painter, Pos2, Rect, Stroke, pos2, vec2};
use drive::camera::{CameraModel, FRAME_HEIGHT, FRAME_WIDTH};
use drive::ego::EGO_FRONT_M;
use drive::frames::Point2;
use drive::labels::{LightState, ObjectClass};
use drive::percept::Percept;
use drive::scene::TrackedObject;

use super::paint;
use crate::report::{kind_word, light_word};
use crate::words::metres;

/// From this probability on a road user is drawn firmly.
const LIKELY: f64 = 0.5;
/// From this probability on it is drawn at all.
const DOUBTFUL: f64 = 0.25;
const LANES: Color32 = Color32::from_rgb(0x3f, 0xf0, 0xdc);
const STOP_LINE: Color32 = Color32::from_rgb(0xff, 0x8a, 0xd0);

/// A picture of the camera on the screen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lens {
    pub(super) rect: Rect,
}

impl Lens {
    /// Where a place in camera pixels lies on the screen.
    pub(super) fn at(&self, u_px: f64, v_px: f64) -> Pos2 {
        let share = vec2(
            (u_px / FRAME_WIDTH as f64) as f32,
            (v_px / FRAME_HEIGHT as f64) as f32,
        );
        self.rect.min + share * self.rect.size()
    }

    /// The place in camera pixels under a place of the screen; `None` beside the picture.
    pub(super) fn pixel(&self, at: Pos2) -> Option<[f32; 2]> {
        let share = (at - self.rect.min) / self.rect.size();
        let is_inside = self.rect.contains(at);
        is_inside.then_some([share.x * FRAME_WIDTH as f32, share.y * FRAME_HEIGHT as f32])
    }

    /// Where a point of the ego frame lies on the screen; `None` behind the camera.
    fn project(&self, point_in_ego: Point2, z_m: f64) -> Option<Pos2> {
        let image = CameraModel::standard().project(point_in_ego, z_m)?;
        Some(self.at(image.u_px, image.v_px))
    }
}

/// What a seat saw in its newest frame: thin boxes, lane boundaries, stop line.
pub(super) fn percept(painter: &Painter, lens: Lens, percept: &Percept, colour: Color32) {
    for boundary in &percept.lanes {
        let points = boundary.iter();
        let points: Vec<Pos2> = points
            .filter_map(|point| lens.project(point.point_in_ego, 0.0))
            .collect();
        painter.line(points, Stroke::new(2.0, LANES));
    }
    for object in percept
        .objects
        .iter()
        .filter(|object| object.probability >= DOUBTFUL)
    {
        let sides = object.box_px;
        let place = Rect::from_min_max(
            lens.at(f64::from(sides.left), f64::from(sides.top)),
            lens.at(f64::from(sides.right), f64::from(sides.bottom)),
        );
        let weight = if object.probability >= LIKELY {
            0.8
        } else {
            0.35
        };
        paint::frame(
            painter,
            place,
            Stroke::new(1.0, paint::thin(colour, weight)),
        );
    }
    if let Some(line) = percept.stop_line {
        let end = |y_m| lens.project(Point2::new(line.x_m, y_m), 0.0);
        if let (Some(left), Some(right)) = (end(1.8), end(-1.8)) {
            painter.line_segment([left, right], Stroke::new(3.0, STOP_LINE));
        }
    }
}

/// The road users a seat follows, where it believes them to be now: brackets with distance, closing speed and
/// probability.
pub(super) fn tracks(
    painter: &Painter,
    lens: Lens,
    tracks: &[TrackedObject],
    ego_speed_mps: f64,
    colour: Color32,
) {
    for track in tracks.iter().filter(|track| track.confirmed) {
        let Some(place) = track_box(lens, track) else {
            continue;
        };
        brackets(
            painter,
            place.intersect(lens.rect),
            Stroke::new(2.5, colour),
        );
        let closing_mps = ego_speed_mps - track.velocity_x_mps;
        let text = format!(
            "{} {}, {closing_mps:+.1} m/s, {:.0} %",
            kind_word(track.class),
            metres(track.near_x_m - EGO_FRONT_M),
            100.0 * track.existence
        );
        let at = place.left_top() - vec2(0.0, 17.0);
        paint::label(painter, lens.rect, at, colour, &text);
    }
}

fn track_box(lens: Lens, track: &TrackedObject) -> Option<Rect> {
    let height_m = match track.class {
        ObjectClass::Truck => 3.2,
        ObjectClass::Car => 1.5,
        ObjectClass::Pedestrian | ObjectClass::Cyclist => 1.8,
    };
    let corner = |y_m, z_m| lens.project(Point2::new(track.near_x_m, y_m), z_m);
    let left_top = corner(track.centre_y_m + track.half_width_m, height_m)?;
    let right_bottom = corner(track.centre_y_m - track.half_width_m, 0.0)?;
    let place = Rect::from_min_max(left_top, right_bottom);
    place.intersects(lens.rect).then_some(place)
}

/// The four corners of a box.
fn brackets(painter: &Painter, place: Rect, stroke: Stroke) {
    let arm = (place.width().min(place.height()) * 0.28).clamp(3.0, 16.0);
    for (corner, dx, dy) in [
        (place.left_top(), 1.0, 1.0),
        (place.right_top(), -1.0, 1.0),
        (place.right_bottom(), -1.0, -1.0),
        (place.left_bottom(), 1.0, -1.0),
    ] {
        painter.line_segment([corner, corner + vec2(dx * arm, 0.0)], stroke);
        painter.line_segment([corner, corner + vec2(0.0, dy * arm)], stroke);
    }
}

/// The light's state as a lamp at its place in the head, and in words.
pub(super) fn light(painter: &Painter, within: Rect, percept: &Percept) {
    let state = percept.light_state();
    let (lamp, colour) = match state {
        LightState::None => return,
        LightState::Red => (0, Color32::from_rgb(0xff, 0x4b, 0x3e)),
        LightState::Amber => (1, Color32::from_rgb(0xff, 0xc0, 0x3a)),
        LightState::Green => (2, Color32::from_rgb(0x4a, 0xe0, 0x7c)),
    };
    let head = Rect::from_min_size(within.right_top() + vec2(-24.0, 6.0), vec2(18.0, 50.0));
    painter.rect_filled(head, 4.0, Color32::from_black_alpha(210));
    for place in 0..3 {
        let centre = pos2(head.center().x, head.top() + 9.0 + 16.0 * place as f32);
        let shown = if place == lamp {
            colour
        } else {
            Color32::from_gray(60)
        };
        painter.circle_filled(centre, 6.5, shown);
    }
    let text = format!(
        "{} {:.0} %",
        light_word(state),
        100.0 * percept.light[state as usize]
    );
    let at = pos2(head.right() - 70.0, head.bottom() + 3.0);
    paint::label(painter, within, at, paint::INK, &text);
}
