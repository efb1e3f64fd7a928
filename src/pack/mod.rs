//! Packs: stories times seeds with what is expected of them, checked as one.
//!
//! Reading order: [`file`] is a pack as written, [`plan`] what a check is going to do with it, [`job`] one
//! run to drive, [`partition`] one machine's share. [`playing`] drives them, [`finished`] keeps them;
//! [`tolerance`] says what is compared, [`baseline`] with what, [`judging`] how a run stands, [`result`] is
//! the whole. [`joining`] puts parts together.

pub mod baseline;
pub mod file;
pub mod finished;
pub mod job;
pub mod joining;
pub mod judging;
mod notes;
pub mod partition;
pub mod plan;
pub mod playing;
pub mod result;
pub mod tolerance;
mod words;
