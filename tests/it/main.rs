//! The claims about the whole, in one binary.

mod bad_input;
mod catalog;
mod check;
mod colour_floor;
mod dead_camera;
mod determinism;
mod documented;
mod engines;
mod floors;
mod grid;
mod ladder;
mod layering;
mod learning;
mod own_story;
mod recorded;
mod report;
mod searches;
mod stage_hands;
mod tidy;
mod watching;
