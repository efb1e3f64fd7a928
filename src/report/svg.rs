//! Pieces of SVG and HTML: what a seat saw, drawn over the picture, and distributions as bars.

use std::fmt::Write as _;

use drive::camera::{CameraModel, FRAME_HEIGHT, FRAME_WIDTH};
use drive::labels::{LightState, ObjectClass};
use drive::percept::{ObjectPercept, Percept};

/// From this probability on a road user is drawn boldly and named.
const LIKELY: f64 = 0.5;

/// Text made safe for HTML and SVG.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// Words at a place of a picture.
pub(super) fn text(svg: &mut String, [x, y]: [f64; 2], style: &str, words: &str) {
    let words = escape(words);
    let _ = write!(svg, "<text x='{x:.1}' y='{y:.1}' {style}>{words}</text>");
}

/// Each name once, in the order in which they come first.
pub(super) fn unique<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut found = Vec::new();
    for name in names {
        if !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

/// The percept as an SVG layer of the picture's size.
pub(super) fn percept_overlay(percept: &Percept, camera: &CameraModel) -> String {
    let mut svg =
        format!("<svg class=overlay viewBox='0 0 {FRAME_WIDTH} {FRAME_HEIGHT}' role=img>");
    for boundary in &percept.lanes {
        let points: Vec<String> = boundary
            .iter()
            .filter_map(|point| camera.project(point.point_in_ego, 0.0))
            .map(|image| format!("{:.1},{:.1}", image.u_px, image.v_px))
            .collect();
        let _ = write!(svg, "<polyline class=lane points='{}'/>", points.join(" "));
    }
    for object in &percept.objects {
        svg.push_str(&object_box(object));
    }
    svg.push_str(&light_and_line(percept));
    svg.push_str("</svg>");
    svg
}

/// The box of a road user; who is doubtful stays pale and without words.
fn object_box(object: &ObjectPercept) -> String {
    let (area, kind) = (object.box_px, kind_word(object.class));
    let is_likely = object.probability >= LIKELY;
    let mut svg = format!(
        "<rect class='object {kind}{doubt}' x='{x:.1}' y='{y:.1}' width='{w:.1}' height='{h:.1}'/>",
        doubt = if is_likely { "" } else { " doubtful" },
        x = area.left,
        y = area.top,
        w = (area.right - area.left).max(1.0),
        h = (area.bottom - area.top).max(1.0),
    );
    if is_likely {
        let _ = write!(
            svg,
            "<text x='{x:.1}' y='{y:.1}'>{kind} {distance:.0} m {probability:.0} %</text>",
            x = area.left,
            y = (area.top - 3.0).max(9.0),
            distance = object.near_x_m,
            probability = 100.0 * object.probability,
        );
    }
    svg
}

fn light_and_line(percept: &Percept) -> String {
    let mut words = Vec::new();
    let state = percept.light_state();
    if state != LightState::None {
        words.push(format!("light {}", light_word(state)));
    }
    if let Some(line) = percept.stop_line {
        words.push(format!("stop line {:.0} m", line.x_m));
    }
    if words.is_empty() {
        String::new()
    } else {
        format!("<text x=6 y=14>{}</text>", words.join(", "))
    }
}

/// The word for a kind of road user.
pub fn kind_word(class: ObjectClass) -> &'static str {
    match class {
        ObjectClass::Car => "car",
        ObjectClass::Truck => "truck",
        ObjectClass::Pedestrian => "pedestrian",
        ObjectClass::Cyclist => "cyclist",
    }
}

/// The word for a light state.
pub fn light_word(state: LightState) -> &'static str {
    match state {
        LightState::None => "none",
        LightState::Red => "red",
        LightState::Amber => "amber",
        LightState::Green => "green",
    }
}

/// Bars of one distribution per row: `(name, shares)`; `classes` names the columns.
pub(super) fn distribution_bars(classes: &[&str], rows: &[(String, Vec<f64>)]) -> String {
    let mut html = String::from("<table class=bars><tr><th></th>");
    for class in classes {
        let _ = write!(html, "<th>{}</th>", escape(class));
    }
    html.push_str("</tr>");
    for (name, shares) in rows {
        let _ = write!(html, "<tr><th>{}</th>", escape(name));
        for share in shares {
            let _ = write!(
                html,
                "<td><span class=bar style='height:{:.0}px'></span><small>{:.3}</small></td>",
                (48.0 * share).max(1.0),
                share
            );
        }
        html.push_str("</tr>");
    }
    html.push_str("</table>");
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_break_out_of_the_page() {
        assert_eq!(escape("<b>&\"x\""), "&lt;b&gt;&amp;&quot;x&quot;");
    }
}
