//! The run's time: decisions of every seat, where they differ, speed, gap and latency, under one cursor.

use bevy_egui::egui::{Color32, Painter, Pos2, Rect, Stroke, pos2, vec2};
use drive::decision::Action;
use drive::time::{CAMERA_PERIOD_TICKS, Tick};

use super::charts::Chart;
use super::paint;
use super::show::Show;
use crate::watching::Glimpse;
use crate::words;

/// Room for the words to the right of the charts.
const WORDS: f32 = 92.0;
/// Height of a row of decisions, and between two of them.
const ROW: f32 = 16.0;
const BETWEEN: f32 = 9.0;
/// Shortest time shown, in seconds.
const SHORTEST_S: f64 = 5.0;
/// Longest gap and longest latency that are charted, in metres and milliseconds.
const MOST_GAP_M: f64 = 80.0;
const MOST_LATENCY_MS: f64 = 300.0;

/// The time line: where it lies and what it spans.
pub(super) struct Timeline {
    plot: Rect,
    end_s: f64,
}

impl Timeline {
    pub(super) fn of(rect: Rect, show: &Show) -> Self {
        let inner = rect.shrink(8.0);
        Self {
            plot: Rect::from_min_max(inner.min, inner.max - vec2(WORDS, 0.0)),
            end_s: show.newest().seconds().max(SHORTEST_S),
        }
    }

    /// The tick under a place of the screen; `None` beside the time line.
    pub(super) fn tick_at(&self, at: Pos2) -> Option<Tick> {
        let is_on_it = self.plot.expand(6.0).contains(at);
        let share = ((at.x - self.plot.left()) / self.plot.width()).clamp(0.0, 1.0);
        let ticks = f64::from(share) * self.end_s / drive::time::TICK_S;
        is_on_it.then_some(Tick(ticks.round() as u64))
    }

    fn x(&self, time_s: f64) -> f32 {
        self.plot.left() + self.plot.width() * (time_s / self.end_s) as f32
    }

    pub(super) fn draw(&self, painter: &Painter, rect: Rect, show: &Show) {
        paint::panel(painter, rect);
        if show.history.all().is_empty() {
            return;
        }
        let mut top = self.plot.top();
        for seat in 0..show.names.len() {
            let row = self.row(top, ROW);
            self.decisions(painter, row, show, seat);
            top += ROW;
            if seat == 0 && show.names.len() > 1 {
                self.partings(painter, self.row(top, BETWEEN), show);
                top += BETWEEN;
            }
        }
        let gap = 12.0;
        let height = (self.plot.bottom() - top - 3.0 * gap) / 3.0;
        let place = |number: f32| self.row(top + gap + number * (height + gap), height);
        self.speed(painter, place(0.0), show);
        self.gap(painter, place(1.0), show);
        self.latency(painter, place(2.0), show);
        self.cursor(painter, show);
    }

    fn row(&self, top: f32, height: f32) -> Rect {
        Rect::from_min_size(pos2(self.plot.left(), top), vec2(self.plot.width(), height))
    }

    /// A band for each decision, the harder the fuller, with its word where it fits.
    fn decisions(&self, painter: &Painter, row: Rect, show: &Show, seat: usize) {
        let action = |glimpse: &Glimpse| glimpse.seats[seat].decision.action;
        let colour = paint::seat_colour(seat);
        for same in show.history.all().chunk_by(|a, b| action(a) == action(b)) {
            let (from_s, until_s) = (same[0].tick().seconds(), end_s(same));
            let band = Rect::from_x_y_ranges(self.x(from_s)..=self.x(until_s), row.y_range());
            let hardness =
                action(&same[0]) as usize as f32 / Action::EmergencyBrake as usize as f32;
            painter.rect_filled(band, 0.0, paint::thin(colour, 0.12 + 0.75 * hardness));
            let word = words::action(action(&same[0]));
            if band.width() > 7.0 * word.len() as f32 {
                let ink = if hardness > 0.6 {
                    Color32::BLACK
                } else {
                    paint::INK
                };
                paint::words(painter, band.min + vec2(3.0, 1.0), 11.0, ink, word);
            }
        }
        let at = row.right_top() + vec2(6.0, 1.0);
        paint::words(painter, at, 11.0, colour, &show.names[seat]);
    }

    /// Hatched where the first two seats decide differently.
    fn partings(&self, painter: &Painter, row: Rect, show: &Show) {
        let all = show.history.all();
        for same in all.chunk_by(|a, b| a.is_parted() == b.is_parted()) {
            if !same[0].is_parted() {
                continue;
            }
            let (left, right) = (self.x(same[0].tick().seconds()), self.x(end_s(same)));
            let band = Rect::from_x_y_ranges(left..=right.max(left + 1.5), row.y_range());
            painter.rect_filled(band, 0.0, paint::thin(paint::BAD, 0.35));
            let within = painter.with_clip_rect(band);
            let mut x = band.left() - row.height();
            while x < band.right() {
                let ends = [pos2(x, band.bottom()), pos2(x + row.height(), band.top())];
                within.line_segment(ends, Stroke::new(1.0, paint::BAD));
                x += 5.0;
            }
        }
        let at = row.right_top() + vec2(6.0, -2.0);
        paint::words(painter, at, 10.0, paint::BAD, "differ");
    }

    fn chart<'a>(&self, painter: &'a Painter, rect: Rect, range: [f64; 2]) -> Chart<'a> {
        Chart {
            painter,
            rect,
            end_s: self.end_s,
            range,
        }
    }

    fn speed(&self, painter: &Painter, rect: Rect, show: &Show) {
        let speed = |glimpse: &Glimpse| glimpse.world.ego.state.speed_mps;
        let fastest = exposures(show).map(speed).fold(1.0, f64::max);
        let chart = self.chart(painter, rect, [0.0, (fastest / 5.0).ceil() * 5.0]);
        chart.axes("speed", "m/s");
        let values =
            exposures(show).map(|glimpse| (glimpse.tick().seconds(), Some(speed(glimpse))));
        chart.curve(values, Stroke::new(1.5, paint::INK));
    }

    /// The true gap to the road user ahead, and those the seats decide by.
    fn gap(&self, painter: &Painter, rect: Rect, show: &Show) {
        let chart = self.chart(painter, rect, [0.0, MOST_GAP_M]);
        chart.axes("gap", "m");
        let truth = exposures(show).map(|glimpse| (glimpse.tick().seconds(), glimpse.gap_m));
        chart.curve(truth, Stroke::new(1.5, paint::INK));
        for seat in 0..show.names.len() {
            let believed = exposures(show).map(|glimpse| {
                let reason = glimpse.seats[seat].decision.reason;
                (glimpse.tick().seconds(), believed_gap_m(&reason))
            });
            chart.curve(believed, Stroke::new(1.5, paint::seat_colour(seat)));
        }
    }

    /// A dot or square for each result, when its frame was exposed, as high as it was late.
    fn latency(&self, painter: &Painter, rect: Rect, show: &Show) {
        let chart = self.chart(painter, rect, [0.0, MOST_LATENCY_MS]);
        chart.axes("latency", "ms");
        let budget_ms = 1000.0 * drive::time::TICK_S * CAMERA_PERIOD_TICKS as f64;
        let ends = [chart.at(0.0, budget_ms), chart.at(self.end_s, budget_ms)];
        paint::dashes(painter, ends, Stroke::new(0.7, paint::FAINT));
        for glimpse in show.history.all() {
            for (seat, known) in glimpse.seats.iter().enumerate() {
                let arrived = known.percept.as_ref().filter(|_| known.has_news);
                let late_ms = known.age_ms(glimpse.tick());
                if let (Some(percept), Some(late_ms)) = (arrived, late_ms) {
                    let at = chart.at(percept.exposure.seconds(), late_ms);
                    mark(painter, at, seat);
                }
            }
        }
    }

    fn cursor(&self, painter: &Painter, show: &Show) {
        for &takeover in &show.takeovers {
            let x = self.x(takeover.seconds());
            let ends = [pos2(x, self.plot.top()), pos2(x, self.plot.bottom())];
            paint::dashes(painter, ends, Stroke::new(1.0, paint::GOOD));
            let at = pos2(x + 3.0, self.plot.bottom() - 12.0);
            paint::words(painter, at, 10.0, paint::GOOD, "wheel");
        }
        let x = self.x(show.playback.shown().seconds());
        painter.vline(
            x,
            self.plot.expand(4.0).y_range(),
            Stroke::new(2.0, Color32::WHITE),
        );
    }
}

/// The dot of the driver, the square of who watches.
fn mark(painter: &Painter, at: Pos2, seat: usize) {
    let colour = paint::seat_colour(seat);
    if seat == 0 {
        painter.circle_filled(at, 2.2, colour);
    } else {
        painter.rect_filled(Rect::from_center_size(at, vec2(4.0, 4.0)), 0.0, colour);
    }
}

fn exposures(show: &Show) -> impl Iterator<Item = &Glimpse> {
    show.history
        .all()
        .iter()
        .step_by(CAMERA_PERIOD_TICKS as usize)
}

/// When the tick after the last of some ends.
fn end_s(same: &[Glimpse]) -> f64 {
    same.last()
        .map_or(0.0, |last| Tick(last.tick().0 + 1).seconds())
}

fn believed_gap_m(reason: &drive::decision::Reason) -> Option<f64> {
    match *reason {
        drive::decision::Reason::Object { gap_m, .. } => Some(gap_m),
        _ => None,
    }
}
