//! Tables for people: columns aligned, numbers to the right, no wider than a terminal where that can be.

/// Characters that a line should not pass.
pub const LINE_WIDTH: usize = 100;

const GAP: &str = "  ";

/// A table that is printed when it is whole.
#[derive(Debug, Default)]
pub struct Table {
    heading: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with a heading.
    pub fn new(heading: &[&str]) -> Self {
        Self {
            heading: heading.iter().map(|&cell| cell.to_owned()).collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row.
    pub fn row<I: IntoIterator<Item = String>>(&mut self, cells: I) {
        self.rows.push(cells.into_iter().collect());
    }

    /// The table as text, with a line under the heading.
    ///
    /// A table wider than [`LINE_WIDTH`] gets a heading of several lines; where that is not enough, the first column's
    /// words stand on lines of their own above the rows they belong to.
    pub fn render(&self) -> String {
        let one_line = self.heading.iter().map(|words| vec![words.as_str()]);
        let wide = [
            Layout::new(one_line.collect(), &self.rows, 0),
            Layout::new(self.folded_heading(), &self.rows, 0),
        ];
        let mut wide = wide.into_iter();
        let fitting = wide.find(|layout| layout.width() <= LINE_WIDTH);
        let narrowest = || Layout::new(self.folded_heading(), &self.rows, 1);
        fitting.unwrap_or_else(narrowest).render(&self.rows)
    }

    fn folded_heading(&self) -> Vec<Vec<&str>> {
        let columns = self.heading.iter().enumerate();
        let folded = columns.map(|(column, words)| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            fold(words, cells.map(|cell| width(cell)).max().unwrap_or(0))
        });
        folded.collect()
    }
}

/// A way to set a table: the heading's lines by column, the columns' widths, how many columns are set apart.
struct Layout<'a> {
    heading: Vec<Vec<&'a str>>,
    widths: Vec<usize>,
    /// Which columns hold numbers alone: their heading stands to the right as they do.
    numeric: Vec<bool>,
    apart: usize,
}

impl<'a> Layout<'a> {
    fn new(heading: Vec<Vec<&'a str>>, rows: &[Vec<String>], apart: usize) -> Self {
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let widest = |column: usize| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            let words = heading.get(column).into_iter().flatten();
            let widths = cells
                .map(|cell| width(cell))
                .chain(words.map(|line| width(line)));
            widths.max().unwrap_or(0)
        };
        let is_numeric = |column: usize| {
            let mut cells = rows.iter().filter_map(|row| row.get(column));
            !rows.is_empty() && cells.all(|cell| looks_numeric(cell))
        };
        let columns = 0..columns.max(heading.len());
        let widths = columns.clone().map(widest).collect();
        Self {
            heading,
            widths,
            numeric: columns.map(is_numeric).collect(),
            apart,
        }
    }

    fn width(&self) -> usize {
        let columns = &self.widths[self.apart.min(self.widths.len())..];
        let gaps = columns.len().saturating_sub(1) + self.apart;
        columns.iter().sum::<usize>() + GAP.len() * gaps
    }

    fn render(&self, rows: &[Vec<String>]) -> String {
        let depth = self.heading.iter().map(Vec::len).max().unwrap_or(0);
        let mut lines = Vec::new();
        for line in 0..depth {
            // Short headings stand on the last line.
            let words = self.heading.iter().zip(&self.widths).zip(&self.numeric);
            let words = words.map(|((words, &width), &is_numeric)| {
                let index = (line + words.len()).checked_sub(depth);
                let word = index.map_or("", |index| words[index]);
                if is_numeric {
                    format!("{word:>width$}")
                } else {
                    word.to_owned()
                }
            });
            self.push(&mut lines, &words.collect::<Vec<_>>());
        }
        let rules: Vec<String> = self.widths.iter().map(|&width| "-".repeat(width)).collect();
        lines.push(self.line(&rules));
        let mut above: &[String] = &[];
        for row in rows {
            let (apart, _) = row.split_at(self.apart.min(row.len()));
            if apart == above {
                lines.push(self.line(row));
            } else {
                self.push(&mut lines, row);
                above = apart;
            }
        }
        lines
            .iter()
            .fold(String::new(), |text, line| text + line.trim_end() + "\n")
    }

    /// A row, with the line of what is set apart before it.
    fn push(&self, lines: &mut Vec<String>, row: &[String]) {
        let apart = row[..self.apart.min(row.len())].join(GAP);
        if !apart.is_empty() {
            lines.push(apart);
        }
        lines.push(self.line(row));
    }

    fn line(&self, row: &[String]) -> String {
        let cells = row.iter().zip(&self.widths).skip(self.apart);
        let cells = cells.map(|(cell, &width)| {
            if looks_numeric(cell) {
                format!("{cell:>width$}")
            } else {
                format!("{cell:<width$}")
            }
        });
        GAP.repeat(self.apart) + &cells.collect::<Vec<_>>().join(GAP)
    }
}

/// Words in lines no longer than `widest`, but for a longer word.
fn fold(words: &str, widest: usize) -> Vec<&str> {
    let longest = words.split(' ').map(width).max().unwrap_or(0).max(widest);
    let mut lines = Vec::new();
    let mut rest = words;
    while width(rest) > longest {
        let fits = |&(at, _): &(usize, &str)| width(&rest[..at]) <= longest;
        let Some((at, _)) = rest.match_indices(' ').take_while(fits).last() else {
            break;
        };
        lines.push(&rest[..at]);
        rest = &rest[at + 1..];
    }
    lines.push(rest);
    lines
}

fn width(text: &str) -> usize {
    text.chars().count()
}

fn looks_numeric(cell: &str) -> bool {
    cell == "-" || cell.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '+')
}

/// A number with `digits` decimals, or a dash where it is undefined.
pub fn number(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.digits$}"))
}

/// A share between 0 and 1 as a percentage, or a dash.
pub fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "-".to_owned(), |share| format!("{:.1} %", 100.0 * share))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_align_right_and_words_left() {
        let mut table = Table::new(&["story", "score"]);
        table.row(["cut_in".to_owned(), "9.5".to_owned()]);
        table.row(["red_light".to_owned(), "100.0".to_owned()]);
        assert_eq!(
            table.render(),
            "story      score\n---------  -----\ncut_in       9.5\nred_light  100.0\n"
        );
    }

    #[test]
    fn a_heading_that_makes_a_table_too_wide_is_folded() {
        let long = ["long heading"; 8].join(" ");
        let mut table = Table::new(&["story", &long, "end"]);
        table.row(["cut_in", "1.5", "x"].map(str::to_owned));
        let text = table.render();
        assert!(
            text.starts_with("           long\n        heading\n"),
            "{text}"
        );
        assert!(text.ends_with("cut_in      1.5  x\n"), "{text}");
    }

    #[test]
    fn what_is_still_too_wide_has_its_first_column_above_the_rows() {
        let (story, driver) = ("s".repeat(60), "d".repeat(60));
        let mut table = Table::new(&["story", "driver", "score"]);
        table.row([story.clone(), driver.clone(), "1".to_owned()]);
        table.row([story.clone(), driver.clone(), "2".to_owned()]);
        let rule = "-".repeat(60);
        let gap = " ".repeat(54);
        assert_eq!(
            table.render(),
            format!(
                "story\n  driver{gap}  score\n  {rule}  -----\n{story}\n  {driver}      1\n  {driver}      2\n"
            )
        );
    }
}
