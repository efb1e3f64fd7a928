//! Which worlds of a data set are meant.

use clap::ValueEnum;
use distill::dataset::Split;

/// The worlds that nobody learns from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Worlds {
    /// For choosing between recipes.
    Validation,
    /// For the final word.
    Test,
}

impl Worlds {
    /// Their part of the data set.
    pub(super) fn split(self) -> Split {
        match self {
            Self::Validation => Split::Validation,
            Self::Test => Split::Test,
        }
    }

    /// What a data set's plan says that has these worlds alone.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Validation => ", validation worlds alone",
            Self::Test => ", test worlds alone",
        }
    }
}
