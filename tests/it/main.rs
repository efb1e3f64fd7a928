//! The claims about the whole, in one binary.

mod bad_input;
mod catalog;
mod check;
mod colour_floor;
mod determinism;
mod engines;
mod floors;
mod layering;
mod recorded;
mod stage_hands;
mod tidy;
