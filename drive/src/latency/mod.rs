//! How long seeing takes: the latency modes, recorded profiles, and the schedule of a busy network.

mod mode;
mod pipeline;
mod profile;

pub use mode::{CAR_SCALE, LatencyMode, ParseLatencyModeError};
pub use pipeline::{Durations, Event, Pipeline};
pub use profile::{LatencyProfile, ProfileError};
