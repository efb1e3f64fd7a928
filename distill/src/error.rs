//! What can go wrong while learning.

use std::path::PathBuf;

use perception::preprocess::FrameSizeError;

/// The crate's result.
pub type Result<T> = core::result::Result<T, Error>;

/// What went wrong, where, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file could not be read or written.
    #[error("{path}: {source}; check that the path exists, is writable and has room", path = path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file does not hold what its name promises.
    #[error("{path}: {what}; {remedy}", path = path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
        /// What helps.
        remedy: &'static str,
    },
    /// A frame has a size that no network takes.
    #[error(transparent)]
    Frame(#[from] FrameSizeError),
    /// A tensor operation failed.
    #[error("tensor operation failed: {0}")]
    Tensor(#[from] candle_core::Error),
    /// A network failed.
    #[error(transparent)]
    Network(#[from] perception::Error),
    /// The loss is no number any more.
    #[error(
        "the loss is {loss} at step {step}; lower the learning rate and resume from the last checkpoint"
    )]
    Diverged {
        /// The step.
        step: u64,
        /// The loss.
        loss: f64,
    },
    /// A network is not fit for what is asked of it.
    #[error("{what}; {remedy}")]
    Unfit {
        /// What is wrong with it.
        what: &'static str,
        /// What helps.
        remedy: &'static str,
    },
    /// Something was asked of a data set that it does not hold.
    #[error("the data set has no {what}; capture more worlds")]
    Missing {
        /// What is missing.
        what: String,
    },
}

impl Error {
    /// A failed operation on a file.
    pub fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }

    /// A file with unusable content.
    pub fn content(
        path: impl Into<PathBuf>,
        what: &(impl ToString + ?Sized),
        remedy: &'static str,
    ) -> Self {
        Self::Content {
            path: path.into(),
            what: what.to_string(),
            remedy,
        }
    }
}
