//! The networks: teacher and student, their heads, encoding and decoding, weights.
//!
//! `infer` takes a camera frame and nothing else: no network can peek at the world.

pub mod heads;
