//! A picture with what one seat makes of it.

use std::sync::Arc;

use bevy::ecs::resource::Resource;
use bevy_egui::egui::{
    Color32, ColorImage, Context, Painter, Rect, Stroke, TextureHandle, TextureId, TextureOptions,
    pos2, vec2,
};
use drive::time::Tick;
use perception::heads::SEGMENTATION_GRID;

use super::overlay::{self, Lens};
use super::paint;
use super::show::Show;
use crate::frames::CLASS_COLOURS;
use crate::watching::{Glimpse, SeatGlimpse};

/// How firmly classes tint the picture, of 255.
const TINT: u8 = 96;
const WHOLE: Rect = Rect {
    min: pos2(0.0, 0.0),
    max: pos2(1.0, 1.0),
};

/// What panes keep on the device from frame to frame.
#[derive(Resource, Default)]
pub(super) struct Textures {
    sensor: Option<(Tick, TextureHandle)>,
    tints: Vec<Option<(Arc<[u8]>, TextureHandle)>>,
}

/// Draws the pane of a seat over Bevy's picture of the shown tick.
pub(super) fn draw(
    painter: &Painter,
    (rect, seat): (Rect, usize),
    show: &Show,
    textures: &mut Textures,
    bevys: TextureId,
) {
    let painter = painter.with_clip_rect(rect);
    let Some(shown) = show.shown() else {
        paint::panel(&painter, rect);
        paint::words(
            &painter,
            rect.min + vec2(8.0, 8.0),
            14.0,
            paint::FAINT,
            "the world is being built ...",
        );
        return;
    };
    let glimpse = &shown.seats[seat];
    let picture = textures.picture(painter.ctx(), show, bevys);
    painter.image(picture, rect, WHOLE, Color32::WHITE);
    if show.layers.segmentation
        && let Some(classes) = &glimpse.segmentation
    {
        let tint = textures.tint(painter.ctx(), seat, classes);
        painter.image(tint, rect, WHOLE, Color32::WHITE);
    }
    let colour = paint::seat_colour(seat);
    if show.layers.percepts {
        draw_percept(&painter, rect, (shown, glimpse), colour);
    }
    if let Some(probe) = show.probe {
        let at = Lens { rect }.at(f64::from(probe.u_px), f64::from(probe.v_px));
        painter.circle_stroke(at, 6.0, Stroke::new(2.0, Color32::WHITE));
        painter.circle_stroke(at, 8.0, Stroke::new(1.0, Color32::BLACK));
    }
    let at = rect.left_bottom() + vec2(4.0, -20.0);
    paint::label(&painter, rect, at, colour, &caption(show, shown, seat));
    paint::frame(&painter, rect.shrink(1.0), Stroke::new(2.0, colour));
}

fn draw_percept(
    painter: &Painter,
    rect: Rect,
    (shown, seat): (&Glimpse, &SeatGlimpse),
    colour: Color32,
) {
    let lens = Lens { rect };
    if let Some(percept) = &seat.percept {
        overlay::percept(painter, lens, percept, colour);
        overlay::light(painter, rect, percept);
    }
    let ego_speed_mps = shown.world.ego.state.speed_mps;
    overlay::tracks(painter, lens, &seat.tracks, ego_speed_mps, colour);
}

/// Which picture it is, and how old what lies over it.
fn caption(show: &Show, shown: &Glimpse, seat: usize) -> String {
    let picture = if show.layers.sensor_picture {
        "what its camera delivered"
    } else {
        "the world now"
    };
    let age = match shown.seats[seat].age_ms(shown.tick()) {
        Some(age_ms) => format!("what it saw {age_ms:.0} ms ago"),
        None => "nothing seen yet".to_owned(),
    };
    format!("{}: {age}, over {picture}", show.names[seat])
}

impl Textures {
    /// The picture under the overlays.
    fn picture(&mut self, ctx: &Context, show: &Show, bevys: TextureId) -> TextureId {
        let newest = show.history.exposed_by(show.playback.shown());
        let (Some((tick, exposed)), true) = (newest, show.layers.sensor_picture) else {
            return bevys;
        };
        let Some(frame) = &exposed.frame else {
            return bevys;
        };
        let is_new = self.sensor.as_ref().is_none_or(|(shown, _)| *shown != tick);
        if is_new {
            let image = ColorImage::from_rgb([frame.width, frame.height], &frame.rgb);
            let texture = ctx.load_texture("sensor", image, TextureOptions::LINEAR);
            self.sensor = Some((tick, texture));
        }
        self.sensor
            .as_ref()
            .map_or(bevys, |(_, texture)| texture.id())
    }

    /// The classes of a seat's segmentation as a veil of colours.
    fn tint(&mut self, ctx: &Context, seat: usize, classes: &Arc<[u8]>) -> TextureId {
        if self.tints.len() <= seat {
            self.tints.resize_with(seat + 1, || None);
        }
        let kept = self.tints[seat].take();
        let kept = kept.filter(|(of, _)| Arc::ptr_eq(of, classes));
        let (of, texture) = kept.unwrap_or_else(|| {
            let veil = classes.iter().map(|&class| {
                let [r, g, b] = CLASS_COLOURS[usize::from(class)];
                Color32::from_rgba_unmultiplied(r, g, b, TINT)
            });
            let (columns, rows) = SEGMENTATION_GRID;
            let image = ColorImage::new([columns, rows], veil.collect());
            let texture = ctx.load_texture("segmentation", image, TextureOptions::NEAREST);
            (Arc::clone(classes), texture)
        });
        let id = texture.id();
        self.tints[seat] = Some((of, texture));
        id
    }
}
