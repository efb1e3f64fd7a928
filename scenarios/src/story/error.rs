//! What can be wrong with a story, said with its place and the remedy.

use std::path::PathBuf;

use thiserror::Error;

/// A story that cannot be used.
#[derive(Debug, Error)]
pub enum StoryError {
    /// Something in the text of a story file is wrong.
    #[error("{file}:{line}:{column}: {message}")]
    Text {
        /// The file, or the name of a built-in story with its ending.
        file: String,
        /// Line, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
        /// What is wrong, and the remedy.
        message: String,
    },
    /// The file cannot be read.
    #[error("cannot read the story {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// No such story.
    #[error("unknown story `{name}`; {known}")]
    Unknown {
        /// The name asked for.
        name: String,
        /// What there is instead.
        known: String,
    },
    /// A parameter set from outside that the story does not have or allow.
    #[error("story `{story}`: {message}")]
    Parameter {
        /// Name of the story.
        story: String,
        /// What is wrong, and the remedy.
        message: String,
    },
}

/// "`a`, `b` and `c`", or "none".
pub fn list(names: impl Iterator<Item = String>) -> String {
    let mut names: Vec<String> = names.collect();
    match names.pop() {
        None => "none".to_owned(),
        Some(last) if names.is_empty() => last,
        Some(last) => format!("{} and {last}", names.join(", ")),
    }
}

/// "unknown kind `name`; this story has `a` and `b`".
pub(crate) fn unknown(kind: &str, name: &str, known: &[&str]) -> String {
    unknown_of(kind, name, "this story has", known)
}

/// "unknown kind `name`; there is `a` and `b`", with the words before what is known.
pub(super) fn unknown_of(kind: &str, name: &str, there_is: &str, known: &[&str]) -> String {
    let there = list(known.iter().map(|known| format!("`{known}`")));
    let meant = did_you_mean(name, known);
    format!("unknown {kind} `{name}`; {meant}{there_is} {there}")
}

/// "did you mean `a`? ", where one of the known names is much like the wrong one, else nothing.
pub(crate) fn did_you_mean(wrong: &str, known: &[&str]) -> String {
    /// Alike enough, of 1: a letter wrong, missing or too many in a word of five.
    const ALIKE: f64 = 0.75;
    let alike = |name: &&&str| strsim::normalized_damerau_levenshtein(wrong, name);
    known
        .iter()
        .max_by(|a, b| alike(a).total_cmp(&alike(b)))
        .filter(|best| alike(best) >= ALIKE)
        .map_or_else(String::new, |best| format!("did you mean `{best}`? "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_read_as_english() {
        let names = |names: &[&str]| list(names.iter().map(|name| (*name).to_owned()));
        assert_eq!(names(&[]), "none");
        assert_eq!(names(&["a"]), "a");
        assert_eq!(names(&["a", "b", "c"]), "a, b and c");
    }

    #[test]
    fn what_was_meant_is_told_where_it_is_plain() {
        assert_eq!(
            unknown("parameter", "sped", &["gap", "speed"]),
            "unknown parameter `sped`; did you mean `speed`? this story has `gap` and `speed`"
        );
        assert_eq!(did_you_mean("van", &["gap", "speed"]), "");
        assert_eq!(did_you_mean("van", &[]), "");
    }
}
