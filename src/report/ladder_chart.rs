//! Ladders as a picture: a block a ladder, a row a driver, a cell a test in its colour with the impact speed.

use std::fmt::Write as _;

use super::svg::text;
use crate::ladder::band::Band;
use crate::ladder::record::{LadderRecord, SPEED_PARAMETER};

const LEFT_PX: f64 = 160.0;
const TOP_PX: f64 = 104.0;
const CELL_PX: f64 = 58.0;
const ROW_PX: f64 = 25.0;
/// Of a block's title and the tests over its cells.
const HEAD_PX: f64 = 40.0;
/// Between blocks.
const GAP_PX: f64 = 16.0;
/// For the score behind the cells.
const SCORE_PX: f64 = 90.0;
/// Wide enough for the legend.
const LEAST_WIDTH_PX: f64 = 800.0;

/// The picture.
pub fn ladder_chart(records: &[LadderRecord]) -> String {
    let speeds = speeds_kph(records);
    let most = records.iter().map(|record| record.rungs.len()).max();
    let columns = most.unwrap_or(0).max(speeds.len());
    let cells_end = LEFT_PX + CELL_PX * columns as f64;
    let width = (cells_end + SCORE_PX).max(LEAST_WIDTH_PX);
    let blocks: Vec<&[LadderRecord]> = records
        .chunk_by(|one, next| one.ladder == next.ladder)
        .collect();
    let height = TOP_PX + blocks.iter().map(|block| block_px(block)).sum::<f64>();
    let mut svg = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' width='{width}' height='{height}' \
         font-family='sans-serif' font-size='12' role='img'><title>Impact speed in Euro NCAP's tests</title>\
         <rect width='100%' height='100%' fill='#fff'/>"
    );
    heading(&mut svg, records);
    let mut y = TOP_PX;
    for block in blocks {
        ladder(&mut svg, block, &speeds, y);
        for (index, record) in block.iter().enumerate() {
            let y = y + HEAD_PX + ROW_PX * index as f64 + 16.0;
            let score = format!("{:.0} %", record.score_percent);
            text(
                &mut svg,
                [cells_end + 10.0, y],
                "font-weight='bold'",
                &score,
            );
        }
        y += block_px(block);
    }
    svg.push_str("</svg>\n");
    svg
}

/// The test speeds of all ladders that climb by the speed, so that equal ones stand below each other.
fn speeds_kph(records: &[LadderRecord]) -> Vec<f64> {
    let by_speed = records
        .iter()
        .filter(|record| record.parameter == SPEED_PARAMETER);
    let levels = by_speed.flat_map(|record| &record.rungs);
    let mut speeds: Vec<f64> = levels.map(|rung| rung.level).collect();
    speeds.sort_by(f64::total_cmp);
    speeds.dedup();
    speeds
}

/// Left edge of a test's cell: below its speed, or one after the other where another parameter climbs.
fn cell_px(record: &LadderRecord, index: usize, speeds: &[f64]) -> f64 {
    let by_speed = record.parameter == SPEED_PARAMETER;
    let place = |level: f64| speeds.iter().position(|speed| *speed == level);
    let level = record.rungs.get(index).map(|rung| rung.level);
    let column = level.filter(|_| by_speed).and_then(place);
    LEFT_PX + CELL_PX * column.unwrap_or(index) as f64
}

fn block_px(block: &[LadderRecord]) -> f64 {
    HEAD_PX + ROW_PX * block.len() as f64 + GAP_PX
}

/// Title, conditions and legend.
fn heading(svg: &mut String, records: &[LadderRecord]) {
    let bold = "font-size='16' font-weight='bold'";
    text(
        svg,
        [16.0, 24.0],
        bold,
        "Euro NCAP's tests: impact speed in km/h",
    );
    if let Some(record) = records.first() {
        let terms = format!(
            "Latency {}; seeds: {}, the worst decides. Behind the rows: mean credit. The colours' limits depend on the \
             test speed.",
            record.latency, record.seeds
        );
        text(svg, [16.0, 44.0], "fill='#555'", &terms);
    }
    let bands = Band::ALL.into_iter().map(Some).chain([None]);
    for (index, band) in bands.enumerate() {
        let x = 16.0 + 122.0 * index as f64;
        let letter = band.map_or('-', Band::letter).to_string();
        square(svg, [x, 56.0], 22.0, band, &letter);
        let words = band.map_or("ego never came near".to_owned(), |band| {
            format!("{} ({:.2})", band.word(), band.credit())
        });
        text(svg, [x + 26.0, 71.0], "", &words);
    }
}

/// One ladder's block: title, the tests' values, and a row a driver.
fn ladder(svg: &mut String, block: &[LadderRecord], speeds: &[f64], y: f64) {
    let Some(first) = block.first() else {
        return;
    };
    text(svg, [16.0, y + 12.0], "font-weight='bold'", &first.title);
    let about = first.about.split(':').next().unwrap_or_default();
    let head_y = y + HEAD_PX - 6.0;
    for (index, rung) in first.rungs.iter().enumerate() {
        let x = cell_px(first, index, speeds) + 0.5 * CELL_PX;
        let level = rung.level.to_string();
        text(svg, [x, head_y], "text-anchor='middle' fill='#555'", &level);
    }
    let anchor = "text-anchor='end' fill='#555'";
    text(svg, [LEFT_PX - 8.0, head_y], anchor, about);
    for (index, record) in block.iter().enumerate() {
        let y = y + HEAD_PX + ROW_PX * index as f64;
        text(
            svg,
            [LEFT_PX - 8.0, y + 16.0],
            "text-anchor='end'",
            &record.driver,
        );
        for (column, rung) in record.rungs.iter().enumerate() {
            let x = cell_px(record, column, speeds);
            square(svg, [x, y], CELL_PX - 2.0, rung.colour, &rung.words());
        }
    }
}

fn square(svg: &mut String, [x, y]: [f64; 2], width: f64, band: Option<Band>, words: &str) {
    let (fill, ink) = paint(band);
    let _ = write!(
        svg,
        "<rect x='{x:.1}' y='{y:.1}' width='{width:.1}' height='{:.1}' fill='{fill}'/>",
        ROW_PX - 3.0
    );
    let style = format!("text-anchor='middle' font-weight='bold' fill='{ink}'");
    text(svg, [x + width / 2.0, y + 15.5], &style, words);
}

/// Fill and ink of a colour; the worse, the darker, so that they differ without hue too.
fn paint(band: Option<Band>) -> (&'static str, &'static str) {
    match band {
        Some(Band::Green) => ("#9fdcc0", "#123"),
        Some(Band::Yellow) => ("#f7e26b", "#222"),
        Some(Band::Orange) => ("#ef9234", "#222"),
        Some(Band::Brown) => ("#8a5a32", "#fff"),
        Some(Band::Red) => ("#a50f26", "#fff"),
        None => ("#e4e4e4", "#444"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ladder::record::Rung;

    #[test]
    fn a_cell_has_its_letter_and_the_impact_speed() {
        let rung = |level, impact_kph| {
            let colour = Band::of(level, impact_kph);
            Rung {
                level,
                test_speed_kph: level,
                impact_kph,
                colour: Some(colour),
                credit: colour.credit(),
            }
        };
        let record = |driver: &str| LadderRecord {
            ladder: "ccrs".to_owned(),
            title: "CCRs".to_owned(),
            driver: driver.to_owned(),
            latency: "none".to_owned(),
            seeds: 1,
            parameter: "ego_speed_kph".to_owned(),
            about: "ego's speed in km/h".to_owned(),
            rungs: vec![rung(40.0, 0.0), rung(50.0, 23.4)],
            score_percent: 62.5,
        };
        let svg = ladder_chart(&[record("truth"), record("student")]);
        assert_eq!(svg.matches(">B 23<").count(), 2);
        assert_eq!(svg.matches(">CCRs<").count(), 1);
        assert!(svg.contains(">student<") && svg.contains(">62 %<"));
    }
}
