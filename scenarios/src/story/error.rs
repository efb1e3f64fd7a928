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
