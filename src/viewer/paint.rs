//! Colours, words and lines that all panels share. Nothing is told by colour alone.

use bevy_egui::egui::{
    Align2, Color32, FontId, Painter, Pos2, Rect, Stroke, StrokeKind, pos2, vec2,
};

/// Behind everything.
pub(super) const PAPER: Color32 = Color32::from_rgb(0x12, 0x14, 0x18);
/// Behind a panel.
pub(super) const PANEL: Color32 = Color32::from_rgb(0x1d, 0x20, 0x26);
/// Words.
pub(super) const INK: Color32 = Color32::from_rgb(0xee, 0xf0, 0xf4);
/// Words of less weight, axes.
pub(super) const FAINT: Color32 = Color32::from_rgb(0x9a, 0xa2, 0xb0);
/// What is wrong.
pub(super) const BAD: Color32 = Color32::from_rgb(0xff, 0x6b, 0x5e);
/// What is right.
pub(super) const GOOD: Color32 = Color32::from_rgb(0x5f, 0xd0, 0x8a);
/// The seats, the driver's first.
pub(super) const SEATS: [Color32; 2] = [
    Color32::from_rgb(0x5a, 0xa6, 0xff),
    Color32::from_rgb(0xff, 0xa9, 0x4d),
];

/// The colour of a seat.
pub(super) fn seat_colour(seat: usize) -> Color32 {
    SEATS[seat.min(SEATS.len() - 1)]
}

/// A colour with less weight.
pub(super) fn thin(colour: Color32, share: f32) -> Color32 {
    colour.gamma_multiply(share)
}

/// Words at their upper left corner; returns the place they take.
pub(super) fn words(painter: &Painter, at: Pos2, size: f32, colour: Color32, text: &str) -> Rect {
    painter.text(
        at,
        Align2::LEFT_TOP,
        text,
        FontId::proportional(size),
        colour,
    )
}

/// Words at their upper right corner.
pub(super) fn words_right(
    painter: &Painter,
    at: Pos2,
    size: f32,
    colour: Color32,
    text: &str,
) -> Rect {
    painter.text(
        at,
        Align2::RIGHT_TOP,
        text,
        FontId::proportional(size),
        colour,
    )
}

/// Words on a dark plate, kept within a frame.
pub(super) fn label(painter: &Painter, within: Rect, at: Pos2, colour: Color32, text: &str) {
    let galley = painter.layout_no_wrap(text.to_owned(), FontId::proportional(12.0), colour);
    let size = galley.size() + vec2(6.0, 2.0);
    let x = at.x.min(within.right() - size.x).max(within.left());
    let y = at.y.min(within.bottom() - size.y).max(within.top());
    let plate = Rect::from_min_size(pos2(x, y), size);
    painter.rect_filled(plate, 2.0, Color32::from_black_alpha(190));
    painter.galley(plate.min + vec2(3.0, 1.0), galley, colour);
}

/// A panel's ground.
pub(super) fn panel(painter: &Painter, rect: Rect) {
    painter.rect_filled(rect, 4.0, PANEL);
}

/// A frame.
pub(super) fn frame(painter: &Painter, rect: Rect, stroke: Stroke) {
    painter.rect_stroke(rect, 0.0, stroke, StrokeKind::Middle);
}

/// A line of dashes.
pub(super) fn dashes(painter: &Painter, points: [Pos2; 2], stroke: Stroke) {
    painter.extend(bevy_egui::egui::Shape::dashed_line(
        &points, stroke, 5.0, 4.0,
    ));
}
