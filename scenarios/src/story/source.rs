//! The text of a story file, and where in it something stands.

use super::error::StoryError;

/// The text something was read from, kept to say where something is wrong.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Source {
    pub(super) file: String,
    pub(super) text: String,
}

/// A step on the way to a place in a text: each is looked for behind the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark<'a> {
    /// The string that names something: `name: "van"`.
    Named(&'a str),
    /// A string.
    Text(&'a str),
    /// A string that stands for a number and names nothing.
    Value(&'a str),
    /// A word that is no string.
    Word(&'a str),
}

/// Fields whose strings name something.
const NAMING: [&str; 8] = [
    "name",
    "parameter",
    "road",
    "actor",
    "from",
    "to",
    "of",
    "event",
];

/// A string or a word of a text, and where it begins.
struct Token<'a> {
    text: &'a str,
    is_string: bool,
    /// Whether a colon follows.
    is_key: bool,
    at: usize,
}

impl Source {
    /// A text, and what errors call its file.
    pub fn new(file: &str, text: &str) -> Self {
        Self {
            file: file.to_owned(),
            text: text.to_owned(),
        }
    }

    /// An error about the string `needle` of the text.
    pub fn error_at(&self, needle: &str, message: String) -> StoryError {
        let (line, column) = self.find(&[Mark::Text(needle)]).place.unwrap_or((1, 1));
        self.error(line, column, message)
    }

    pub(super) fn error(&self, line: usize, column: usize, message: String) -> StoryError {
        StoryError::Text {
            file: self.file.clone(),
            line,
            column,
            message,
        }
    }

    /// The last of the marks that is there.
    pub(super) fn find(&self, marks: &[Mark<'_>]) -> Finding {
        let mut tokens = tokens(&self.text).into_iter();
        let mut finding = Finding::default();
        for mark in marks {
            let mut before = "";
            let found = tokens.find(|token| {
                let is_it = mark.is(token, before);
                before = token.text;
                is_it
            });
            let Some(found) = found else {
                return finding;
            };
            finding.marks += 1;
            finding.place = Some(self.place(found.at));
        }
        finding
    }

    /// Line and column of a byte, from 1.
    fn place(&self, at: usize) -> (usize, usize) {
        let before = &self.text[..at];
        let line = before.rsplit('\n').next().unwrap_or_default();
        (before.matches('\n').count() + 1, line.chars().count() + 1)
    }

    /// Whether an expression of the text uses a parameter.
    pub(super) fn uses(&self, parameter: &str) -> bool {
        let strings = tokens(&self.text)
            .into_iter()
            .filter(|token| token.is_string);
        let mut names = strings.flat_map(|token| {
            token.text.split('$').skip(1).map(|rest| {
                let is_end = |c: char| !c.is_alphanumeric() && c != '_';
                rest.split(is_end).next().unwrap_or_default()
            })
        });
        names.any(|name| name == parameter)
    }
}

/// How far marks could be followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Finding {
    /// How many were there.
    pub(super) marks: usize,
    /// Line and column of the last of them.
    pub(super) place: Option<(usize, usize)>,
}

impl Mark<'_> {
    fn is(self, token: &Token<'_>, before: &str) -> bool {
        match self {
            Mark::Named(name) => token.is_string && token.text == name && before == "name",
            Mark::Text(text) => token.is_string && token.text == text,
            Mark::Value(text) => {
                token.is_string && token.text == text && !token.is_key && !NAMING.contains(&before)
            }
            Mark::Word(word) => !token.is_string && token.text == word,
        }
    }
}

/// Every string and word outside comments.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
        } else if rest.starts_with("/*") {
            at += rest.find("*/").map_or(rest.len(), |end| end + 2);
        } else if first == '"' {
            let inside = &rest[1..];
            let length = string_length(inside);
            tokens.push(Token {
                text: &inside[..length],
                is_string: true,
                is_key: inside[length..]
                    .trim_start_matches('"')
                    .trim_start()
                    .starts_with(':'),
                at: at + 1,
            });
            at += (length + 2).min(rest.len());
        } else if is_word(first) {
            let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            tokens.push(Token {
                text: &rest[..length],
                is_string: false,
                is_key: rest[length..].trim_start().starts_with(':'),
                at,
            });
            at += length;
        } else {
            at += first.len_utf8();
        }
    }
    tokens
}

/// Bytes up to the quote that ends a string.
fn string_length(inside: &str) -> usize {
    let mut is_escaped = false;
    let end = inside.char_indices().find(|&(_, c)| {
        let is_end = c == '"' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        is_end
    });
    end.map_or(inside.len(), |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str, marks: &[Mark<'_>]) -> Option<(usize, usize)> {
        Source::new("", text).find(marks).place
    }

    #[test]
    fn a_string_is_found_outside_comments_only() {
        let text = "// \"lead\"\n/* \"lead\" */ ä: \"lead\"";
        assert_eq!(place(text, &[Mark::Text("lead")]), Some((2, 18)));
    }

    #[test]
    fn marks_are_followed_one_behind_the_other() {
        let text = "models: [\"van\"]\n(name: \"go\", to: \"van\")\n(name: \"van\", speed: 3)";
        assert_eq!(place(text, &[Mark::Text("van")]), Some((1, 11)));
        assert_eq!(place(text, &[Mark::Named("van")]), Some((3, 9)));
        let marks = [Mark::Named("go"), Mark::Text("van")];
        assert_eq!(place(text, &marks), Some((2, 19)));
        let marks = [Mark::Named("van"), Mark::Word("speed")];
        assert_eq!(place(text, &marks), Some((3, 15)));
        let marks = [Mark::Named("go"), Mark::Word("nowhere")];
        assert_eq!(place(text, &marks), Some((2, 9)));
    }

    #[test]
    fn quotes_in_strings_and_unfinished_strings_are_no_end() {
        let text = "\"a \\\" b\" \"c";
        assert_eq!(place(text, &[Mark::Text("c")]), Some((1, 11)));
    }

    #[test]
    fn a_parameter_is_used_where_an_expression_names_it_whole() {
        let source = Source::new("", "to: \"2 * $speed + 1\" // \"$gap\"");
        assert!(source.uses("speed"));
        assert!(!source.uses("spee") && !source.uses("gap"));
    }
}
