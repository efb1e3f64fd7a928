//! What the commands print: plain text, and on a terminal the verdicts in colour.
//!
//! `anstream` leaves the colours out where the output is no terminal or `NO_COLOR` is set.

use anstyle::{AnsiColor, Style};

/// Cells that say that something holds, that it needs a look, that it does not hold.
const GOOD: &str = "pass";
const NOTICED: [&str; 4] = ["DRIFT", "NEW", "expected fail", "UNEXPECTED PASS"];
const BAD: [&str; 3] = ["fail", "FAIL", "NOT REPEATED"];

/// Prints a line for the reader.
pub(super) fn say(text: &str) {
    anstream::println!("{}", coloured(text));
}

/// Prints a line beside the output, which holds JSON alone.
pub(super) fn say_beside(text: &str) {
    anstream::eprintln!("{}", coloured(text));
}

fn coloured(text: &str) -> String {
    let lines: Vec<&str> = text.split('\n').collect();
    let is_heading = |index: usize| {
        let below = lines[index..].iter();
        let mut below = below.take_while(|line| !line.is_empty());
        !is_rule(lines[index]) && below.any(|line| is_rule(line))
    };
    let styled = lines.iter().enumerate().map(|(index, line)| {
        if is_heading(index) {
            paint(line, Style::new().bold())
        } else {
            line.split("  ").map(cell).collect::<Vec<_>>().join("  ")
        }
    });
    styled.collect::<Vec<_>>().join("\n")
}

/// Whether it is the line under a table's heading.
fn is_rule(line: &str) -> bool {
    line.trim_start().starts_with("--") && line.chars().all(|c| c == '-' || c == ' ')
}

/// A table's cell in the colour of what it says.
fn cell(words: &str) -> String {
    let colour = match words.trim() {
        GOOD => AnsiColor::Green,
        word if NOTICED.contains(&word) => AnsiColor::Yellow,
        word if BAD.contains(&word) => AnsiColor::Red,
        _ => return words.to_owned(),
    };
    paint(words, colour.on_default())
}

fn paint(words: &str, style: Style) -> String {
    format!("{style}{words}{style:#}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "story   verdict\n------  -------\ncut_in  fail\npass_by  pass";

    #[test]
    fn verdicts_are_coloured_and_the_words_stay() {
        let text = coloured(TABLE);
        assert!(text.contains("\u{1b}[31mfail\u{1b}[0m"), "{text:?}");
        assert!(
            text.contains("pass_by  \u{1b}[32mpass\u{1b}[0m"),
            "{text:?}"
        );
        assert_eq!(anstream::adapter::strip_str(&text).to_string(), TABLE);
    }

    #[test]
    fn a_sentence_stays_as_it_is() {
        let sentence = "do not ship: the student fails 3 of 20; pass rate 85 %";
        assert_eq!(coloured(sentence), sentence);
    }
}
