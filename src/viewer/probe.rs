//! The soft targets of one pixel as bars: the hard label, and what every network makes of its cell.

use bevy_egui::egui::{
    Align2, Color32, Context, Grid, Painter, ProgressBar, Rect, Ui, Window, vec2,
};
use drive::camera::FRAME_WIDTH;
use drive::labels::{Class, ObjectClass};
use perception::heads::{Head, OBJECT_GRID, SEGMENTATION_GRID};
use perception::probabilities::softmax;

use super::overlay::Lens;
use super::paint;
use super::show::{Probe, Show};
use crate::report::kind_word;

/// Temperature at which soft targets are shown beside the plain probabilities.
const TEMPERATURE: f32 = 4.0;
const BAR: f32 = 74.0;

/// Probes the pixel under a click, if a picture was clicked.
pub(super) fn click(show: &mut Show, panes: &[Rect], ctx: &Context) {
    let clicked = ctx.input(|input| {
        let is_click = input.pointer.primary_clicked();
        input.pointer.interact_pos().filter(|_| is_click)
    });
    if ctx.is_pointer_over_egui() {
        return;
    }
    let pixel = clicked.and_then(|at| panes.iter().find_map(|&rect| Lens { rect }.pixel(at)));
    if let Some([u_px, v_px]) = pixel {
        show.probe = Some(Probe { u_px, v_px });
    }
}

/// A column of shares: of whom, and of which frame.
struct Column {
    title: String,
    colour: Color32,
    shares: Vec<f32>,
}

/// Shows the bars of the probed pixel.
pub(super) fn draw(ctx: &Context, show: &Show) {
    let Some(probe) = show.probe else {
        return;
    };
    let title = format!("Pixel {:.0}, {:.0}", probe.u_px, probe.v_px);
    Window::new(title)
        .id("probe".into())
        .pivot(Align2::RIGHT_BOTTOM)
        .default_pos(ctx.content_rect().right_bottom() - vec2(16.0, 16.0))
        .resizable(false)
        .collapsible(false)
        .show(ctx, |ui| {
            let classes = Class::ALL.map(Class::word);
            let grid = SEGMENTATION_GRID;
            ui.strong("what the cell shows (8 x 8 pixels)");
            bars(
                ui,
                &classes,
                &columns(show, probe, (Head::Segmentation, grid.0)),
            );
            let kinds = ObjectClass::ALL.map(kind_word);
            let names: Vec<&str> = std::iter::once("none").chain(kinds).collect();
            ui.strong("whose road user it is (16 x 16 pixels)");
            bars(
                ui,
                &names,
                &columns(show, probe, (Head::Objects, OBJECT_GRID.0)),
            );
            ui.weak(format!(
                "soft: softened at T = {TEMPERATURE}, as a student learns it. X closes."
            ));
        });
}

/// What the labels and every network say of a head's cell, each of the frame it has.
fn columns(show: &Show, probe: Probe, (head, across): (Head, usize)) -> Vec<Column> {
    let cell_px = (FRAME_WIDTH / across) as f32;
    let [column, row] = [probe.u_px, probe.v_px].map(|px| (px / cell_px) as usize);
    let position = (row * across + column).min(head.positions() - 1);
    let mut columns = Vec::new();
    if let Some((tick, exposed)) = show.history.exposed_by(show.playback.shown()) {
        columns.push(Column {
            title: format!("label {:.2} s", tick.seconds()),
            colour: paint::INK,
            shares: exposed.targets.one_hot().at(head, position).to_vec(),
        });
    }
    let seats = show.shown().map(|shown| shown.seats.as_slice());
    for (seat, glimpse) in seats.unwrap_or_default().iter().enumerate() {
        let (Some(logits), Some(percept)) = (&glimpse.logits, &glimpse.percept) else {
            continue;
        };
        let plain = softmax(logits.as_ref().clone());
        let soft = softmax(logits.at_temperature(TEMPERATURE));
        let (name, time_s) = (&show.names[seat], percept.exposure.seconds());
        let named = [
            (format!("{name} {time_s:.2} s"), plain),
            (format!("{name} soft"), soft),
        ];
        columns.extend(named.map(|(title, shares)| Column {
            title,
            colour: paint::seat_colour(seat),
            shares: shares.at(head, position).to_vec(),
        }));
    }
    columns
}

fn bars(ui: &mut Ui, names: &[&str], columns: &[Column]) {
    Grid::new(names.len())
        .spacing(vec2(8.0, 2.0))
        .show(ui, |ui| {
            ui.label("");
            for column in columns {
                ui.colored_label(column.colour, &column.title);
            }
            ui.end_row();
            for (index, name) in names.iter().enumerate() {
                ui.label(*name);
                for column in columns {
                    let share = column.shares.get(index).copied().unwrap_or(0.0);
                    let bar = ProgressBar::new(share)
                        .desired_width(BAR)
                        .corner_radius(2.0)
                        .fill(paint::thin(column.colour, 0.6))
                        .text(format!("{:.1} %", 100.0 * share));
                    ui.add(bar);
                }
                ui.end_row();
            }
        });
}

/// Keeps the place of a probe marked outside of its pane's picture.
pub(super) fn hint(painter: &Painter, panes: &[Rect], show: &Show) {
    if show.probe.is_some() || show.playback.is_playing {
        return;
    }
    if let Some(pane) = panes.first() {
        let at = pane.left_top() + vec2(6.0, 6.0);
        paint::label(
            painter,
            *pane,
            at,
            paint::FAINT,
            "click a pixel for its soft targets",
        );
    }
}
