//! Tables of a page.

use std::fmt::Write as _;

/// A table: its heading, then its rows; the first `words` cells of each are words, the others numbers.
pub(super) fn table(
    words: usize,
    heading: &[&str],
    rows: impl Iterator<Item = Vec<String>>,
) -> String {
    let mut html = "<div class=wide><table class=runs><thead><tr>".to_owned();
    for (index, cell) in heading.iter().enumerate() {
        let _ = write!(
            html,
            "<th{}>{cell}",
            if index >= words { " class=n" } else { "" }
        );
    }
    html.push_str("</thead><tbody>");
    for row in rows {
        html.push_str("<tr>");
        for (index, cell) in row.iter().enumerate() {
            let _ = write!(
                html,
                "<td{}>{cell}",
                if index >= words { " class=n" } else { "" }
            );
        }
        html.push_str("</tr>");
    }
    html.push_str("</tbody></table></div>");
    html
}
