//! Pieces of SVG and HTML: words made safe, names of what is seen, and distributions as bars.

use std::fmt::Write as _;

use drive::labels::{LightState, ObjectClass};

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
