//! Where everything lies, from the window's size; made for 1280 x 720 and up.

use bevy_egui::egui::{Rect, pos2, vec2};

/// Between panels.
const MARGIN: f32 = 8.0;
const TITLE: f32 = 26.0;
const SEAT_PANEL: f32 = 132.0;

/// The places of a window.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub(super) title: Rect,
    /// A picture for each seat.
    pub(super) panes: Vec<Rect>,
    /// Decisions and latency of each seat.
    pub(super) seats: Vec<Rect>,
    pub(super) birds_eye: Rect,
    pub(super) timeline: Rect,
}

impl Layout {
    /// Divides a window among so many seats.
    pub(super) fn of(window: Rect, seats: usize) -> Self {
        let inner = window.shrink(MARGIN);
        let title = Rect::from_min_size(inner.min, vec2(inner.width(), TITLE));
        let top = title.bottom() + MARGIN;
        let aside = (inner.width() * 0.21).clamp(220.0, 420.0);
        let left_width = inner.width() - aside - MARGIN;
        // A single picture takes no more room than two, so that the time line keeps its place.
        let columns = seats.max(2) as f32;
        let width = (left_width - (columns - 1.0) * MARGIN) / columns;
        let height = (width / 2.0).min((inner.bottom() - top) * 0.55);
        let pane = |seat: usize| {
            let left = inner.left() + seat as f32 * (width + MARGIN);
            Rect::from_min_size(pos2(left, top), vec2(width, height))
        };
        let panes: Vec<Rect> = (0..seats).map(pane).collect();
        let below = top + height + MARGIN;
        let seat_panel = |pane: &Rect| {
            Rect::from_min_size(pos2(pane.left(), below), vec2(pane.width(), SEAT_PANEL))
        };
        let chart_top = below + SEAT_PANEL + MARGIN;
        Self {
            title,
            seats: panes.iter().map(seat_panel).collect(),
            panes,
            birds_eye: Rect::from_min_max(pos2(inner.right() - aside, top), inner.max),
            timeline: Rect::from_min_max(
                pos2(inner.left(), chart_top),
                pos2(inner.left() + left_width, inner.bottom()),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_overlaps_in_a_small_window_nor_in_a_large_one() {
        for size in [[1280.0, 720.0], [1920.0, 1080.0], [3840.0, 2160.0]] {
            let layout = Layout::of(Rect::from_min_size(pos2(0.0, 0.0), size.into()), 2);
            let mut places = vec![layout.title, layout.birds_eye, layout.timeline];
            places.extend(layout.panes);
            places.extend(layout.seats);
            for (index, place) in places.iter().enumerate() {
                assert!(place.width() > 100.0 && place.height() > 20.0, "{place:?}");
                for other in &places[index + 1..] {
                    assert!(!place.intersects(*other), "{size:?}: {place:?} {other:?}");
                }
            }
        }
    }
}
