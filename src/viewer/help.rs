//! The list of keys.

use bevy_egui::egui::{Align2, Context, Grid, Window, vec2};

use super::keys::HELP;

pub(super) fn draw(ctx: &Context) {
    Window::new("Keys")
        .anchor(Align2::CENTER_CENTER, vec2(0.0, 0.0))
        .resizable(false)
        .collapsible(false)
        .show(ctx, |ui| {
            Grid::new("keys").spacing(vec2(18.0, 4.0)).show(ui, |ui| {
                for (key, what) in HELP {
                    ui.strong(key);
                    ui.label(what);
                    ui.end_row();
                }
            });
        });
}
