//! The attribution grid as a picture: a row a story, a column a driver and latency, how many seeds passed in each.

use std::fmt::Write as _;

use super::svg::{escape, text};
use crate::grid::record::{GridRecord, StoryRecord};

const LEFT_PX: f64 = 210.0;
const TOP_PX: f64 = 132.0;
const COLUMN_PX: f64 = 44.0;
const ROW_PX: f64 = 22.0;
/// Between the columns of two drivers.
const GAP_PX: f64 = 10.0;

/// The picture.
pub(super) fn grid_chart(record: &GridRecord) -> String {
    let columns = column_places(record);
    let width = columns.last().map_or(LEFT_PX, |x| x + COLUMN_PX) + 120.0;
    let height = TOP_PX + ROW_PX * (record.stories.len() as f64 + 1.0) + 44.0;
    let mut svg = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' font-family='sans-serif' \
         font-size='12' style='max-width:{width}px' role='img' aria-label='Seeds passed by story, driver and latency'>\
         <rect width='100%' height='100%' fill='#fff'/>"
    );
    headings(&mut svg, record, &columns);
    for (index, story) in record.stories.iter().enumerate() {
        row(
            &mut svg,
            record,
            story,
            &columns,
            TOP_PX + ROW_PX * index as f64,
        );
    }
    let below = TOP_PX + ROW_PX * (record.stories.len() as f64 + 0.4);
    sums(&mut svg, record, &columns, below);
    let _ = writeln!(
        svg,
        "<text x='{LEFT_PX}' y='{:.0}' fill='#555'>Seeds of {} that pass; the darker, the fewer.</text></svg>",
        below + ROW_PX + 20.0,
        record.seeds,
    );
    svg
}

/// Left edges of the columns, drivers set apart.
fn column_places(record: &GridRecord) -> Vec<f64> {
    let mut places: Vec<f64> = Vec::new();
    for (index, cell) in record.cells.iter().enumerate() {
        let place = match index.checked_sub(1) {
            None => LEFT_PX,
            Some(before) if record.cells[before].driver == cell.driver => {
                places[before] + COLUMN_PX
            }
            Some(before) => places[before] + COLUMN_PX + GAP_PX,
        };
        places.push(place);
    }
    places
}

/// Driver and latency over each column, slanted so that long names fit.
fn headings(svg: &mut String, record: &GridRecord, columns: &[f64]) {
    for (cell, x) in record.cells.iter().zip(columns) {
        let late = match cell.whose.as_str() {
            "none" => "no latency".to_owned(),
            "own" => "own latency".to_owned(),
            other => format!("{other}'s"),
        };
        let (x, y) = (x + 0.5 * COLUMN_PX, TOP_PX - 8.0);
        let _ = write!(
            svg,
            "<text transform='translate({x:.1} {y:.1}) rotate(-38)'>{}, {}</text>",
            escape(&cell.driver),
            escape(&late)
        );
    }
}

fn row(svg: &mut String, record: &GridRecord, story: &StoryRecord, columns: &[f64], y: f64) {
    let place = [LEFT_PX - 8.0, y + 15.0];
    text(svg, place, "text-anchor='end'", &story.scenario);
    for (cell, x) in columns.iter().enumerate() {
        let passed = story.count(cell);
        let share = passed as f64 / record.seeds as f64;
        let (fill, ink) = shade(share);
        let _ = write!(
            svg,
            "<rect x='{x:.1}' y='{y:.1}' width='{:.1}' height='{:.1}' fill='{fill}'/>",
            COLUMN_PX - 2.0,
            ROW_PX - 2.0,
        );
        let style = format!("text-anchor='middle' fill='{ink}'");
        text(svg, middle(*x, y), &style, &passed.to_string());
    }
}

fn sums(svg: &mut String, record: &GridRecord, columns: &[f64], y: f64) {
    let style = "text-anchor='end' font-weight='bold'";
    text(svg, [LEFT_PX - 8.0, y + 15.0], style, "all stories");
    for (cell, x) in record.cells.iter().zip(columns) {
        let style = "text-anchor='middle' font-weight='bold'";
        let words = format!("{:.0} %", cell.percent());
        text(svg, middle(*x, y), style, &words);
    }
}

/// Where the words of a column's cell stand.
fn middle(x: f64, y: f64) -> [f64; 2] {
    [x + 0.5 * COLUMN_PX - 1.0, y + 15.0]
}

/// Fill and ink for a share that passed: pale blue for all, dark red for none.
fn shade(share: f64) -> (&'static str, &'static str) {
    match share {
        s if s >= 1.0 => ("#e8f1f8", "#222"),
        s if s >= 0.8 => ("#fde4cf", "#222"),
        s if s >= 0.5 => ("#f4a582", "#222"),
        s if s > 0.2 => ("#d6604d", "#fff"),
        _ => ("#8e0f2a", "#fff"),
    }
}
