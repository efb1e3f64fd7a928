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
    let there = list(known.iter().map(|known| format!("`{known}`")));
    format!("unknown {kind} `{name}`; this story has {there}")
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
}
