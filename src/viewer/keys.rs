//! What the onlooker can do, by keyboard.

use bevy_egui::egui::{Context, Key};
use drive::time::Tick;

use super::show::Show;

/// Every key and what it does, in the order of the help.
pub(super) const HELP: [(&str, &str); 16] = [
    ("Space", "play, pause"),
    ("Right, Left", "one camera frame on, back"),
    (". ,", "one tick (10 ms) on, back"),
    ("Up, Down", "faster, slower"),
    ("Home, End", "first tick, newest tick"),
    ("D, Shift+D", "next, last disagreement"),
    ("W", "give the wheel to the other seat"),
    (
        "F",
        "fork here: leave the run at the shown tick, the other seat drives",
    ),
    (
        "C",
        "what the networks' camera delivered, or Bevy's picture",
    ),
    ("T", "tint of the segmentation"),
    ("B", "boxes, lane boundaries, light"),
    (
        "click a picture",
        "soft targets of that pixel; X closes them",
    ),
    ("click, drag the time line", "look back, look on"),
    ("? or H", "these keys"),
    ("Esc", "closes what is open; quit"),
    ("Q", "quit"),
];

/// Does what was asked for since the last frame; says whether the window is to close.
pub(super) fn obey(ctx: &Context, show: &mut Show) -> bool {
    let pressed = |key| ctx.input(|input| input.key_pressed(key));
    let has_shift = ctx.input(|input| input.modifiers.shift);
    if pressed(Key::Space) {
        show.playback.is_playing = !show.playback.is_playing;
    }
    move_cursor(show, &pressed, has_shift);
    if pressed(Key::W) {
        show.give_wheel();
    }
    if pressed(Key::F) {
        show.fork_here();
    }
    let layers = &mut show.layers;
    layers.sensor_picture ^= pressed(Key::C);
    layers.segmentation ^= pressed(Key::T);
    layers.percepts ^= pressed(Key::B);
    show.is_helping ^= pressed(Key::Questionmark) || pressed(Key::H);
    if pressed(Key::X) {
        show.probe = None;
    }
    if pressed(Key::Escape) && (show.is_helping || show.probe.is_some()) {
        show.is_helping = false;
        show.probe = None;
        return false;
    }
    pressed(Key::Q) || pressed(Key::Escape)
}

fn move_cursor(show: &mut Show, pressed: &dyn Fn(Key) -> bool, has_shift: bool) {
    let shown = show.playback.shown();
    let steps = [(Key::ArrowRight, true), (Key::ArrowLeft, false)];
    for (key, is_forward) in steps {
        if pressed(key) {
            show.playback.step_frame(is_forward);
        }
    }
    for (key, by) in [(Key::Period, 1), (Key::Comma, -1)] {
        if pressed(key) {
            show.playback.step_ticks(by);
        }
    }
    for (key, by) in [(Key::ArrowUp, 1), (Key::ArrowDown, -1)] {
        if pressed(key) {
            show.playback.change_speed(by);
        }
    }
    if pressed(Key::Home) {
        show.playback.seek(Tick(0));
    }
    if pressed(Key::End) {
        show.playback.seek(show.newest());
    }
    if pressed(Key::D) {
        let found = if has_shift {
            show.history.parting_before(shown)
        } else {
            show.history.next_parting(shown)
        };
        if let Some(tick) = found {
            show.playback.seek(tick);
        }
    }
}
