//! The longest delays that drivers bear, as a picture: a bar a driver and story, their own latency as a tick, and the
//! reaction time of a competent human driver as a line.

use std::fmt::Write as _;

use super::svg::{escape, text, unique};
use crate::search::LONGEST_MS;

/// Reaction time of the competent human driver of UN Regulation 157, in milliseconds.
const HUMAN_MS: f64 = 750.0;

const ROW_PX: f64 = 16.0;
const TOP_PX: f64 = 112.0;
const LEFT_PX: f64 = 300.0;
const WIDTH_PX: f64 = 980.0;
/// Right end of the axis; the delays in numbers come behind it.
const RIGHT_PX: f64 = 880.0;
/// Colours of the drivers in the order in which they come; told apart by lightness too.
const COLOURS: [&str; 6] = [
    "#0b3c5d", "#1f77b4", "#9ecae1", "#7f3b08", "#e08214", "#fdb863",
];

/// How long a delay one driver bears in one story.
#[derive(Debug, Clone, Copy)]
pub struct DelayRow<'a> {
    /// The story.
    pub story: &'a str,
    /// Who drives.
    pub driver: &'a str,
    /// The longest constant delay that passes, in milliseconds; `None` when none does.
    pub cliff_ms: Option<f64>,
    /// The 99th percentile of its own latency, in milliseconds.
    pub p99_ms: Option<f64>,
}

/// One bar a row on an axis from 0 to the longest delay that is tried, stories together.
pub fn delay_chart(rows: &[DelayRow<'_>]) -> String {
    let mut rows = rows.to_vec();
    rows.sort_by_key(|row| row.story);
    let drivers = unique(rows.iter().map(|row| row.driver));
    let height = TOP_PX + ROW_PX * (rows.len() as f64 + 1.0);
    let mut svg = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH_PX} {height}' width='{WIDTH_PX}' \
         height='{height}' font-family='sans-serif' font-size='11' role='img'>\
         <title>Longest delay with which each driver passes</title><rect width='100%' height='100%' fill='#fff'/>"
    );
    heading(&mut svg, &drivers);
    for ms in (0..=LONGEST_MS).step_by(200) {
        line(&mut svg, f64::from(ms), height, "#ddd", &format!("{ms} ms"));
    }
    line(&mut svg, HUMAN_MS, height, "#d62728", "human driver 750 ms");
    for (index, row) in rows.iter().enumerate() {
        let colour = drivers.iter().position(|driver| *driver == row.driver);
        let colour = COLOURS[colour.unwrap_or(0) % COLOURS.len()];
        bar(
            &mut svg,
            row,
            TOP_PX + ROW_PX * (index as f64 + 0.5),
            colour,
        );
    }
    svg.push_str("</svg>\n");
    svg
}

/// Title and legend: a driver's colour, and the tick.
fn heading(svg: &mut String, drivers: &[&str]) {
    svg.push_str(
        "<text x='16' y='24' font-size='16' font-weight='bold'>Longest delay with which each driver passes, in \
         milliseconds</text><path d='M20 37v14' stroke='#000' stroke-width='2'/><text x='28' y='48'>99th percentile of \
         its own latency: right of the bar, it is too slow for the story</text>",
    );
    for (index, driver) in drivers.iter().enumerate() {
        let x = 16.0 + 150.0 * index as f64;
        let _ = write!(
            svg,
            "<rect x='{x}' y='58' width='22' height='11' fill='{}'/><text x='{}' y='68'>{}</text>",
            COLOURS[index % COLOURS.len()],
            x + 28.0,
            escape(driver)
        );
    }
}

fn line(svg: &mut String, ms: f64, height: f64, colour: &str, words: &str) {
    let x = x_px(ms);
    let y = if words.starts_with("human") {
        TOP_PX - 20.0
    } else {
        TOP_PX - 6.0
    };
    let _ = write!(
        svg,
        "<path d='M{x:.1} {TOP_PX}V{height}' stroke='{colour}'/><text x='{x:.1}' y='{y}' text-anchor='middle' \
         fill='#333'>{words}</text>"
    );
}

fn bar(svg: &mut String, row: &DelayRow<'_>, y: f64, colour: &str) {
    let end = "text-anchor='end'";
    let name = format!("{}, {}", row.story, row.driver);
    text(svg, [LEFT_PX - 8.0, y + 4.0], end, &name);
    if let Some(ms) = row.cliff_ms {
        let width = (x_px(ms) - LEFT_PX).max(1.0);
        let _ = write!(
            svg,
            "<rect x='{LEFT_PX}' y='{:.1}' width='{width:.1}' height='10' fill='{colour}'/>",
            y - 5.0
        );
    } else {
        let place = [x_px(row.p99_ms.unwrap_or(0.0)) + 6.0, y + 4.0];
        text(svg, place, "fill='#b2182b'", "fails without delay");
    }
    let longest = match row.cliff_ms {
        None => "-".to_owned(),
        Some(ms) if ms >= f64::from(LONGEST_MS) => format!("{ms:.0}+"),
        Some(ms) => format!("{ms:.0}"),
    };
    text(svg, [WIDTH_PX - 40.0, y + 4.0], end, &longest);
    if let Some(ms) = row.p99_ms {
        let _ = write!(
            svg,
            "<path d='M{:.1} {:.1}v14' stroke='#000' stroke-width='2'/>",
            x_px(ms),
            y - 7.0
        );
    }
}

fn x_px(ms: f64) -> f64 {
    let share = (ms / f64::from(LONGEST_MS)).clamp(0.0, 1.0);
    LEFT_PX + (RIGHT_PX - LEFT_PX) * share
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_driver_that_fails_without_delay_has_words_instead_of_a_bar() {
        let row = |driver, cliff_ms| DelayRow {
            story: "cut_in",
            driver,
            cliff_ms,
            p99_ms: Some(20.0),
        };
        let svg = delay_chart(&[row("truth", Some(300.0)), row("student", None)]);
        assert!(svg.contains("cut_in, student") && svg.contains("fails without delay"));
        assert_eq!(svg.matches("height='10'").count(), 1);
        assert!(svg.contains(">300<") && svg.contains(">truth<"));
    }
}
