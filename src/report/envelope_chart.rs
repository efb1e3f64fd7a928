//! How hard a story may become, as a picture: a row a story, a column a driver, a block a level, full while it passes.

use std::fmt::Write as _;

use super::svg::{text, unique};

const LEFT_PX: f64 = 230.0;
const TOP_PX: f64 = 96.0;
const ROW_PX: f64 = 20.0;
const BLOCK_PX: f64 = 13.0;
/// For the count behind a driver's blocks.
const COUNT_PX: f64 = 46.0;
/// For the parameter's words at the right.
const WORDS_PX: f64 = 420.0;
const PASSED: &str = "#1f5f99";
const FAILED: &str = "#e9e4dc";

/// How many levels of one story one driver passes.
#[derive(Debug, Clone, Copy)]
pub struct EnvelopeRow<'a> {
    /// The story.
    pub story: &'a str,
    /// Who drives.
    pub driver: &'a str,
    /// What makes it hard, with its unit.
    pub about: &'a str,
    /// The values it was tried with, easy to hard.
    pub levels: &'a [f64],
    /// How many of them pass, counted from the easiest.
    pub passed_levels: usize,
}

/// The picture. `terms` says under what conditions a level passes.
pub fn envelope_chart(rows: &[EnvelopeRow<'_>], terms: &str) -> String {
    let (stories, drivers) = (
        unique(rows.iter().map(|row| row.story)),
        unique(rows.iter().map(|row| row.driver)),
    );
    let most = rows.iter().map(|row| row.levels.len()).max().unwrap_or(0);
    let column_px = (BLOCK_PX * most as f64 + COUNT_PX).max(120.0);
    let width = LEFT_PX + column_px * drivers.len() as f64 + WORDS_PX;
    let height = TOP_PX + ROW_PX * (stories.len() as f64 + 1.0) + 20.0;
    let mut svg = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' width='{width}' height='{height}' \
         font-family='sans-serif' font-size='12' role='img'><title>Levels of difficulty that each driver passes</title>\
         <rect width='100%' height='100%' fill='#fff'/>"
    );
    heading(&mut svg, terms);
    for (index, driver) in drivers.iter().enumerate() {
        let x = LEFT_PX + column_px * index as f64;
        text(&mut svg, [x, TOP_PX - 10.0], "font-weight='bold'", driver);
    }
    let words_x = LEFT_PX + column_px * drivers.len() as f64;
    text(
        &mut svg,
        [words_x, TOP_PX - 10.0],
        "fill='#555'",
        "what makes it hard, easiest to hardest",
    );
    for row in rows {
        let line = stories.iter().position(|story| *story == row.story);
        let column = drivers.iter().position(|driver| *driver == row.driver);
        let (line, column) = (line.unwrap_or(0) as f64, column.unwrap_or(0) as f64);
        let y = TOP_PX + ROW_PX * line;
        if column == 0.0 {
            names(&mut svg, row, words_x, y);
        }
        blocks(&mut svg, row, LEFT_PX + column_px * column, y);
    }
    let y = TOP_PX + ROW_PX * stories.len() as f64 + 6.0;
    text(
        &mut svg,
        [LEFT_PX - 12.0, y + 14.0],
        "text-anchor='end' font-weight='bold'",
        "all levels",
    );
    for (index, driver) in drivers.iter().enumerate() {
        let x = LEFT_PX + column_px * index as f64;
        let sum = sum(rows, driver);
        text(&mut svg, [x, y + 14.0], "font-weight='bold'", &sum);
    }
    svg.push_str("</svg>\n");
    svg
}

/// Title, conditions and legend.
fn heading(svg: &mut String, terms: &str) {
    text(
        svg,
        [16.0, 24.0],
        "font-size='16' font-weight='bold'",
        "How hard each story may become",
    );
    text(svg, [16.0, 44.0], "fill='#555'", terms);
    for (x, fill, word) in [
        (16.0, PASSED, "passes"),
        (
            90.0,
            FAILED,
            "the first level that fails, and those beyond it",
        ),
    ] {
        block(svg, [x, 53.0], fill);
        text(svg, [x + BLOCK_PX + 5.0, 64.0], "", word);
    }
}

/// The story's name at the left, its parameter at the right, and a hairline under both.
fn names(svg: &mut String, row: &EnvelopeRow<'_>, words_x: f64, y: f64) {
    let end = words_x + WORDS_PX - 16.0;
    let below = y + ROW_PX - 1.5;
    let _ = write!(svg, "<path d='M16 {below:.1}H{end:.1}' stroke='#eee'/>");
    let anchor = "text-anchor='end'";
    text(svg, [LEFT_PX - 12.0, y + 14.0], anchor, row.story);
    let about = row.about.split(':').next().unwrap_or_default();
    if let [first, .., last] = row.levels {
        let words = format!("{about}: {first} to {last}");
        text(svg, [words_x, y + 14.0], "fill='#555'", &words);
    }
}

/// A driver's blocks in one story and their count.
fn blocks(svg: &mut String, row: &EnvelopeRow<'_>, x: f64, y: f64) {
    for index in 0..row.levels.len() {
        let fill = if index < row.passed_levels {
            PASSED
        } else {
            FAILED
        };
        block(svg, [x + BLOCK_PX * index as f64, y + 3.0], fill);
    }
    let levels = row.levels.len();
    let after = x + BLOCK_PX * levels as f64 + 5.0;
    let count = format!("{}/{levels}", row.passed_levels);
    text(svg, [after, y + 14.0], "fill='#333'", &count);
}

fn sum(rows: &[EnvelopeRow<'_>], driver: &str) -> String {
    let own = || rows.iter().filter(|row| row.driver == driver);
    let passed: usize = own().map(|row| row.passed_levels).sum();
    let levels: usize = own().map(|row| row.levels.len()).sum();
    let percent = 100.0 * passed as f64 / levels.max(1) as f64;
    format!("{passed}/{levels} ({percent:.0} %)")
}

fn block(svg: &mut String, [x, y]: [f64; 2], fill: &str) {
    let _ = write!(
        svg,
        "<rect x='{x:.1}' y='{y:.1}' width='{:.1}' height='13' fill='{fill}' stroke='#b5aea3' stroke-width='0.5'/>",
        BLOCK_PX - 2.0
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_full_while_its_level_passes() {
        let row = |driver, passed_levels| EnvelopeRow {
            story: "cut_in",
            driver,
            about: "gap in m: the smaller, the harder",
            levels: &[9.0, 7.0, 5.0],
            passed_levels,
        };
        let svg = envelope_chart(&[row("truth", 3), row("student", 1)], "One seed.");
        // One block of either kind is the legend's.
        assert_eq!(svg.matches(PASSED).count(), 4 + 1);
        assert_eq!(svg.matches(FAILED).count(), 2 + 1);
        assert!(svg.contains("gap in m: 9 to 5") && svg.contains("1/3 (33 %)"));
        assert_eq!(svg.matches(">cut_in<").count(), 1);
    }
}
