//! What a seat decides and why, what it commands, and how late it sees.

use bevy_egui::egui::{Color32, Painter, Rect, Stroke, pos2, vec2};
use drive::decision::Action;
use drive::ego::VehicleCommand;
use drive::time::{CAMERA_PERIOD_TICKS, TICK_S, Tick};

use super::paint;
use super::show::Show;
use crate::watching::SeatGlimpse;
use crate::words;

/// Hardest braking and strongest acceleration of the bar, in m/s2.
const MOST_MPS2: f64 = 8.0;
/// Widest steering of the bar, in degrees.
const MOST_DEG: f64 = 20.0;
/// Time from one frame to the next, in milliseconds: what a network may take without dropping frames.
const BUDGET_MS: f64 = 1000.0 * TICK_S * CAMERA_PERIOD_TICKS as f64;
/// Camera periods that the latency bar shows.
const BUDGETS: f64 = 6.0;

pub(super) fn draw(painter: &Painter, rect: Rect, show: &Show, seat: usize) {
    paint::panel(painter, rect);
    let Some(shown) = show.shown() else {
        return;
    };
    let painter = &painter.with_clip_rect(rect);
    let glimpse = &shown.seats[seat];
    let (left, colour) = (rect.left() + 10.0, paint::seat_colour(seat));
    let role = if show.at_wheel == seat {
        "at the wheel"
    } else {
        "watches the same frames"
    };
    let name = paint::words(
        painter,
        pos2(left, rect.top() + 6.0),
        15.0,
        colour,
        &show.names[seat],
    );
    paint::words(
        painter,
        name.right_top() + vec2(8.0, 2.0),
        12.0,
        paint::FAINT,
        role,
    );
    let at = pos2(left, rect.top() + 27.0);
    let decided = words::decision(&glimpse.decision);
    paint::words(
        painter,
        at,
        17.0,
        decision_colour(glimpse.decision.action),
        &decided,
    );
    draw_command(
        painter,
        pos2(left, rect.top() + 55.0),
        rect.width(),
        glimpse.command,
    );
    let bar = Rect::from_min_size(
        pos2(left + 62.0, rect.top() + 84.0),
        vec2(rect.width() - 82.0, 10.0),
    );
    draw_latency(painter, bar, show, (seat, glimpse), shown.tick());
}

fn decision_colour(action: Action) -> Color32 {
    match action {
        Action::Cruise | Action::Follow | Action::Slow => paint::INK,
        Action::Stop => paint::SEATS[1],
        Action::EmergencyBrake => paint::BAD,
    }
}

/// Pedals and steering as bars around their middle.
fn draw_command(painter: &Painter, at: bevy_egui::egui::Pos2, width: f32, command: VehicleCommand) {
    let half = (width - 40.0) / 2.0;
    let pedal = if command.accel_mps2 < 0.0 {
        "brake"
    } else {
        "throttle"
    };
    let steering_deg = command.steering_rad.to_degrees();
    let side = if steering_deg < 0.0 { "right" } else { "left" };
    let bars = [
        (
            format!("{pedal} {:.1} m/s2", command.accel_mps2.abs()),
            command.accel_mps2 / MOST_MPS2,
        ),
        (
            format!("steers {:.1} deg {side}", steering_deg.abs()),
            -steering_deg / MOST_DEG,
        ),
    ];
    for (index, (text, share)) in bars.into_iter().enumerate() {
        let left = at.x + index as f32 * (half + 20.0);
        paint::words(painter, pos2(left, at.y), 12.0, paint::INK, &text);
        let track = Rect::from_min_size(pos2(left, at.y + 16.0), vec2(half, 5.0));
        painter.rect_filled(track, 2.0, Color32::from_gray(55));
        let middle = track.center().x;
        let end = middle + share.clamp(-1.0, 1.0) as f32 * track.width() / 2.0;
        let filled = Rect::from_x_y_ranges(middle.min(end)..=middle.max(end), track.y_range());
        painter.rect_filled(filled, 1.0, paint::INK);
        painter.vline(middle, track.y_range(), Stroke::new(1.0, paint::FAINT));
    }
}

/// The age of what the seat goes by, against the camera's period, and what it made of its frames.
fn draw_latency(
    painter: &Painter,
    bar: Rect,
    show: &Show,
    (seat, glimpse): (usize, &SeatGlimpse),
    now: Tick,
) {
    let at = pos2(bar.left() - 62.0, bar.top() - 3.0);
    paint::words(painter, at, 12.0, paint::INK, "sees late");
    painter.rect_filled(bar, 2.0, Color32::from_gray(55));
    let x = |ms: f64| bar.left() + bar.width() * (ms / (BUDGETS * BUDGET_MS)).min(1.0) as f32;
    let arrival = show.history.last_arrival(seat, now);
    if let Some(latency_ms) = arrival {
        let filled = Rect::from_x_y_ranges(bar.left()..=x(latency_ms), bar.y_range());
        painter.rect_filled(filled, 2.0, paint::seat_colour(seat));
    }
    if let Some(age_ms) = glimpse.age_ms(now) {
        painter.vline(
            x(age_ms),
            bar.expand(3.0).y_range(),
            Stroke::new(2.0, paint::INK),
        );
    }
    for period in 1..BUDGETS as usize {
        let stroke = Stroke::new(if period == 1 { 2.0 } else { 0.5 }, paint::FAINT);
        painter.vline(x(period as f64 * BUDGET_MS), bar.y_range(), stroke);
    }
    let latency = arrival.map_or("nothing yet".to_owned(), |ms| format!("{ms:.0} ms"));
    let text = format!(
        "last result after {latency} (camera period {BUDGET_MS:.0} ms); {} frames seen, {} dropped",
        glimpse.frames, glimpse.dropped
    );
    let below = bar.left_bottom() + vec2(-62.0, 6.0);
    let text = paint::words(painter, below, 12.0, paint::FAINT, &text);
    let age_ms = glimpse.age_ms(now).unwrap_or(0.0);
    if age_ms > 3.0 * BUDGET_MS {
        let stale = format!("STALE: goes by a frame {age_ms:.0} ms old");
        paint::words(painter, text.left_bottom(), 12.0, paint::BAD, &stale);
    }
}
