//! What can go wrong with a network.

use std::path::PathBuf;

use crate::preprocess::FrameSizeError;

/// An error of this crate.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A camera frame that no network takes.
    #[error(transparent)]
    Frame(#[from] FrameSizeError),
    /// A tensor operation that failed.
    #[error("tensor operation failed: {0}")]
    Tensor(#[from] candle_core::Error),
    /// Sizes that make no network, or weights that do not fit the sizes.
    #[error("network does not fit its sizes: {0}")]
    Config(String),
    /// A file that is not there or cannot be read or written.
    #[error("cannot access {path}: {source}; {remedy}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
        /// What to do about it.
        remedy: &'static str,
    },
    /// A file that does not hold what it should.
    #[error("{path} {problem}; {remedy}")]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
        /// What to do about it.
        remedy: &'static str,
    },
}
