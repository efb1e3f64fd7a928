//! A student's report card: what it kept of its teacher, how true it is, what it costs, and how it drives.

pub mod card;
pub mod contestant;

pub use card::{ENTRANTS, ReportCard};
pub use contestant::Contestant;
