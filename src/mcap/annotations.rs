//! What a seat saw, over the picture.

use drive::camera::CameraModel;
use drive::ego::EGO_FRONT_M;
use drive::percept::{ObjectPercept, Percept};
use drive::time::Tick;
use foxglove::messages::points_annotation::Type;
use foxglove::messages::{Color, ImageAnnotations, Point2, PointsAnnotation, TextAnnotation};

use super::values::{colour, timestamp};
use crate::report::{kind_word, light_word};
use crate::words::metres;

const OBJECT: [u8; 3] = [0xff, 0xd8, 0x4a];
const LANE: [u8; 3] = [0x3f, 0xf0, 0xdc];
const WORDS_PX: f64 = 10.0;

/// Boxes with distance and probability, lane boundaries, light; of the newest percept on a tick.
pub(super) fn percept(tick: Tick, name: &str, percept: &Percept) -> ImageAnnotations {
    let camera = CameraModel::standard();
    let lanes = percept.lanes.iter().map(|boundary| {
        let images = boundary.iter();
        let images = images.filter_map(|point| camera.project(point.point_in_ego, 0.0));
        let points = images.map(|image| (image.u_px, image.v_px)).collect();
        line(tick, Type::LineStrip, points, colour(LANE, 1.0))
    });
    let boxes = percept.objects.iter().map(|object| outline(tick, object));
    let mut texts: Vec<_> = percept
        .objects
        .iter()
        .map(|object| words(tick, object))
        .collect();
    let late_ms = 1000.0 * tick.seconds_since(percept.exposure);
    let light = light_word(percept.light_state());
    texts.push(text(
        tick,
        (4.0, 12.0),
        format!("{name}: light {light}, frame {late_ms:.0} ms old"),
        1.0,
    ));
    ImageAnnotations {
        timestamp: Some(timestamp(tick)),
        points: lanes.chain(boxes).collect(),
        texts,
        ..Default::default()
    }
}

fn outline(tick: Tick, object: &ObjectPercept) -> PointsAnnotation {
    let sides = object.box_px;
    let [left, top, right, bottom] =
        [sides.left, sides.top, sides.right, sides.bottom].map(f64::from);
    let corners = vec![(left, top), (right, top), (right, bottom), (left, bottom)];
    line(
        tick,
        Type::LineLoop,
        corners,
        colour(OBJECT, object.probability),
    )
}

fn words(tick: Tick, object: &ObjectPercept) -> TextAnnotation {
    let words = format!(
        "{} {} {:.0} %",
        kind_word(object.class),
        metres(object.near_x_m - EGO_FRONT_M),
        100.0 * object.probability
    );
    let sides = object.box_px;
    let at = (f64::from(sides.left), f64::from(sides.top) - 2.0);
    text(tick, at, words, object.probability)
}

fn text(tick: Tick, (x, y): (f64, f64), text: String, alpha: f64) -> TextAnnotation {
    TextAnnotation {
        timestamp: Some(timestamp(tick)),
        position: Some(Point2 { x, y }),
        text,
        font_size: WORDS_PX,
        text_color: Some(colour([255; 3], alpha)),
        background_color: Some(colour([0; 3], 0.6 * alpha)),
        ..Default::default()
    }
}

fn line(tick: Tick, kind: Type, points: Vec<(f64, f64)>, colour: Color) -> PointsAnnotation {
    PointsAnnotation {
        timestamp: Some(timestamp(tick)),
        r#type: kind as i32,
        points: points.into_iter().map(|(x, y)| Point2 { x, y }).collect(),
        outline_color: Some(colour),
        thickness: 2.0,
        ..Default::default()
    }
}
