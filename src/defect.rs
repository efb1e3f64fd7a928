//! Errors that no input explains.

use std::fmt;

/// A fault of this program, in words; it ends with an exit code of its own.
#[derive(Debug)]
pub struct Defect(pub String);

impl fmt::Display for Defect {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Defect {}
