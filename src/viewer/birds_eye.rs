//! The scene from above: what is true, and what every seat believes.

use bevy_egui::egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, pos2, vec2};
use drive::ego::{EGO_LENGTH_M, EGO_WIDTH_M};
use drive::frames::{Point2, Pose2};
use drive::labels::LightState;
use scenarios::stage::Stage;

use super::paint;
use super::show::Show;
use crate::report::light_word;
use crate::watching::SeatGlimpse;

/// Metres from the lower edge to the upper one, and behind ego.
const REACH_M: f32 = 85.0;
const BEHIND_M: f32 = 10.0;
const ROAD: Color32 = Color32::from_rgb(0x33, 0x37, 0x3f);

/// A map around ego, ego's way up.
struct Map {
    rect: Rect,
    world_from_ego: Pose2,
}

impl Map {
    fn px_per_m(&self) -> f32 {
        self.rect.height() / REACH_M
    }

    fn of_ego(&self, point_in_ego: Point2) -> Pos2 {
        let scale = self.px_per_m();
        pos2(
            self.rect.center().x - point_in_ego.y_m as f32 * scale,
            self.rect.bottom() - (point_in_ego.x_m as f32 + BEHIND_M) * scale,
        )
    }

    fn of_world(&self, point_in_world: Point2) -> Pos2 {
        self.of_ego(self.world_from_ego.inverse().transform(point_in_world))
    }

    /// A road user's outline.
    fn outline(&self, world_from_body: Pose2, [length_m, width_m]: [f64; 2]) -> Vec<Pos2> {
        let (x, y) = (length_m / 2.0, width_m / 2.0);
        let corners = [(x, y), (x, -y), (-x, -y), (-x, y)];
        let corner = |(x, y)| self.of_world(world_from_body.transform(Point2::new(x, y)));
        corners.map(corner).to_vec()
    }
}

pub(super) fn draw(painter: &Painter, rect: Rect, show: &Show) {
    paint::panel(painter, rect);
    let painter = painter.with_clip_rect(rect);
    let Some(shown) = show.shown() else {
        return;
    };
    let ego = shown.world.ego.world_from_ego;
    let map = Map {
        rect,
        world_from_ego: ego,
    };
    draw_ground(&painter, &map, &show.stage);
    draw_distances(&painter, &map);
    for (light, &state) in show.stage.lights.iter().zip(&shown.world.lights) {
        draw_light(&painter, &map, light.stop_line, state);
    }
    for (actor, state) in show.stage.actors.iter().zip(&shown.world.actors) {
        let size_m = [actor.model.length_m, actor.model.width_m];
        let outline = map.outline(state.world_from_actor, size_m);
        painter.add(Shape::convex_polygon(
            outline,
            Color32::from_gray(90),
            Stroke::new(1.5, paint::INK),
        ));
    }
    let body = map.outline(ego, [EGO_LENGTH_M, EGO_WIDTH_M]);
    painter.add(Shape::convex_polygon(
        body,
        Color32::from_gray(200),
        Stroke::NONE,
    ));
    for (seat, glimpse) in shown.seats.iter().enumerate() {
        draw_beliefs(&painter, &map, seat, glimpse);
    }
    draw_key(&painter, rect, &show.names);
}

fn draw_ground(painter: &Painter, map: &Map, stage: &Stage) {
    for strip in stage
        .road
        .strips()
        .iter()
        .filter(|strip| strip.height_m <= 0.0)
    {
        let sides = strip.left.iter().zip(&strip.right);
        let sides: Vec<[Pos2; 2]> = sides
            .map(|(&left, &right)| [map.of_world(left), map.of_world(right)])
            .collect();
        let is_near = |pair: &[[Pos2; 2]]| {
            let ends = [pair[0][0], pair[0][1], pair[1][0], pair[1][1]];
            Rect::from_points(&ends).intersects(map.rect)
        };
        for pair in sides.windows(2).filter(|pair| is_near(pair)) {
            let quad = vec![pair[0][0], pair[0][1], pair[1][1], pair[1][0]];
            painter.add(Shape::convex_polygon(quad, ROAD, Stroke::new(0.5, ROAD)));
        }
    }
}

fn draw_distances(painter: &Painter, map: &Map) {
    for x_m in [20.0, 40.0, 60.0] {
        let y = map.of_ego(Point2::new(x_m, 0.0)).y;
        let ends = [pos2(map.rect.left(), y), pos2(map.rect.right(), y)];
        paint::dashes(
            painter,
            ends,
            Stroke::new(0.5, paint::thin(paint::FAINT, 0.5)),
        );
        let at = pos2(map.rect.left() + 4.0, y - 14.0);
        paint::words(painter, at, 11.0, paint::FAINT, &format!("{x_m:.0} m"));
    }
}

fn draw_light(painter: &Painter, map: &Map, line: [Point2; 2], state: LightState) {
    let [left, right] = line.map(|end| map.of_world(end));
    painter.line_segment([left, right], Stroke::new(2.0, paint::INK));
    paint::words(
        painter,
        right + vec2(4.0, -8.0),
        11.0,
        paint::INK,
        light_word(state),
    );
}

/// What a seat believes: the driver's road users as diamonds, those of who watches as squares, with their breadth;
/// lane boundaries as lines.
fn draw_beliefs(painter: &Painter, map: &Map, seat: usize, glimpse: &SeatGlimpse) {
    let colour = paint::seat_colour(seat);
    if let Some(percept) = &glimpse.percept {
        for boundary in &percept.lanes {
            let points = boundary.iter().map(|point| map.of_ego(point.point_in_ego));
            painter.line(points.collect(), Stroke::new(1.0, paint::thin(colour, 0.6)));
        }
    }
    for track in glimpse.tracks.iter().filter(|track| track.confirmed) {
        let face = |y_m| map.of_ego(Point2::new(track.near_x_m, y_m));
        let ends = [
            face(track.centre_y_m + track.half_width_m),
            face(track.centre_y_m - track.half_width_m),
        ];
        painter.line_segment(ends, Stroke::new(3.0, colour));
        let centre = face(track.centre_y_m);
        let doubt = (2.0 * track.near_x_std_m) as f32 * map.px_per_m();
        let doubts = [centre - vec2(0.0, doubt), centre + vec2(0.0, doubt)];
        painter.line_segment(doubts, Stroke::new(1.0, colour));
        painter.add(marker(seat, centre, colour));
    }
}

/// The driver's diamond, or the square of who watches.
fn marker(seat: usize, centre: Pos2, colour: Color32) -> Shape {
    let corners = if seat == 0 {
        [
            vec2(0.0, -6.0),
            vec2(6.0, 0.0),
            vec2(0.0, 6.0),
            vec2(-6.0, 0.0),
        ]
    } else {
        [
            vec2(-4.5, -4.5),
            vec2(4.5, -4.5),
            vec2(4.5, 4.5),
            vec2(-4.5, 4.5),
        ]
    };
    let corners = corners.map(|corner| centre + corner).to_vec();
    Shape::convex_polygon(corners, colour, Stroke::new(1.0, Color32::BLACK))
}

fn draw_key(painter: &Painter, rect: Rect, names: &[String]) {
    let mut at = rect.min + vec2(8.0, 6.0);
    paint::words(painter, at, 12.0, paint::INK, "outlines: the truth");
    for (seat, name) in names.iter().enumerate() {
        at.y += 17.0;
        painter.add(marker(seat, at + vec2(6.0, 8.0), paint::seat_colour(seat)));
        paint::words(painter, at + vec2(18.0, 0.0), 12.0, paint::INK, name);
    }
}
