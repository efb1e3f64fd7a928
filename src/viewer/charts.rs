//! Curves over the run's time.

use bevy_egui::egui::{Painter, Pos2, Rect, Stroke, pos2, vec2};

use super::paint;

/// A chart: its place, the time it spans, and its values from the lower to the upper edge.
pub(super) struct Chart<'a> {
    pub(super) painter: &'a Painter,
    pub(super) rect: Rect,
    pub(super) end_s: f64,
    pub(super) range: [f64; 2],
}

impl Chart<'_> {
    /// Where a value lies at a time; values beyond the range lie on its edge.
    pub(super) fn at(&self, time_s: f64, value: f64) -> Pos2 {
        let [low, high] = self.range;
        let x = self.rect.left() + self.rect.width() * (time_s / self.end_s) as f32;
        let share = ((value - low) / (high - low)).clamp(0.0, 1.0) as f32;
        pos2(x, self.rect.bottom() - share * self.rect.height())
    }

    /// What is charted, and the range.
    pub(super) fn axes(&self, title: &str, unit: &str) {
        let stroke = Stroke::new(0.5, paint::FAINT);
        for y in [self.rect.top(), self.rect.bottom()] {
            self.painter.hline(self.rect.x_range(), y, stroke);
        }
        let beside = self.rect.right_top() + vec2(6.0, -3.0);
        let [low, high] = self.range;
        let top = format!("{title} {high:.0} {unit}");
        paint::words(self.painter, beside, 11.0, paint::FAINT, &top);
        let at = self.rect.right_bottom() + vec2(6.0, -11.0);
        paint::words(self.painter, at, 11.0, paint::FAINT, &format!("{low:.0}"));
    }

    /// A curve through times and values, broken where there is no value.
    pub(super) fn curve(&self, values: impl Iterator<Item = (f64, Option<f64>)>, stroke: Stroke) {
        let mut run = Vec::new();
        for (time_s, value) in values {
            match value {
                Some(value) => run.push(self.at(time_s, value)),
                None if run.len() > 1 => {
                    self.painter.line(std::mem::take(&mut run), stroke);
                }
                None => run.clear(),
            }
        }
        if run.len() > 1 {
            self.painter.line(run, stroke);
        }
    }
}
