//! Ladders: a Euro NCAP test driven at every test speed, each answer in the protocol's colours.

pub mod band;
pub mod record;
