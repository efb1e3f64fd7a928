//! The line at the top: which run, where in it, how fast, how it ended.

use bevy_egui::egui::{Painter, Rect, vec2};

use super::paint;
use super::show::{Ending, Show};
use crate::record::Outcome;
use crate::words;

pub(super) fn draw(painter: &Painter, rect: Rect, show: &Show, pace: f64) {
    let left = paint::words(painter, rect.min, 18.0, paint::INK, &show.title);
    let mut at = left.right_top() + vec2(16.0, 3.0);
    for (colour, text) in notes(show, pace) {
        at = paint::words(painter, at, 14.0, colour, &text).right_top() + vec2(14.0, 0.0);
    }
    let keys = "Space play/pause   arrows step   W wheel   F fork   D disagreement   ? keys";
    let right = rect.right_top() + vec2(0.0, 5.0);
    if right.x - at.x > 470.0 {
        paint::words_right(painter, right, 12.0, paint::FAINT, keys);
    } else {
        paint::words_right(painter, right, 12.0, paint::FAINT, "? keys");
    }
}

fn notes(show: &Show, pace: f64) -> Vec<(bevy_egui::egui::Color32, String)> {
    let mut notes = vec![(
        paint::INK,
        format!("{:6.2} s", show.playback.shown().seconds()),
    )];
    let wanted = show.playback.speed();
    notes.push(match (show.playback.is_playing, show.driven_again()) {
        (_, Some(share)) => (
            paint::SEATS[show.at_wheel.min(1)],
            format!("driving again up to the fork: {:.0} %", 100.0 * share),
        ),
        (false, None) => (paint::FAINT, "paused".to_owned()),
        (true, None) if pace < 0.8 * wanted && show.ending.is_none() => (
            paint::FAINT,
            format!("plays at {pace:.1}x of {wanted}x: all this machine gives"),
        ),
        (true, None) => (paint::FAINT, format!("plays at {wanted}x")),
    });
    for fault in show
        .shown()
        .map(|shown| shown.faults.as_slice())
        .unwrap_or_default()
    {
        notes.push((paint::BAD, words::fault(fault)));
    }
    match &show.ending {
        Some(Ending::Verdict(record)) => {
            let colour = match record.verdict {
                Outcome::Pass => paint::GOOD,
                Outcome::Fail => paint::BAD,
            };
            let failures: Vec<String> = record
                .failures
                .iter()
                .map(|failure| failure.text.clone())
                .collect();
            let text = match record.verdict {
                Outcome::Pass => "passed".to_owned(),
                Outcome::Fail => format!("failed: {}", failures.join("; ")),
            };
            notes.push((colour, text));
        }
        Some(Ending::Failed(reason)) => notes.push((paint::BAD, reason.clone())),
        None => {}
    }
    notes
}
