//! The two networks as one table of layers, trained by candle and run by the engine from the same weights.

mod aggregate;
mod config;
mod init;
mod narrow;
mod net;
mod passage;
mod plan;

pub use config::{Body, NetConfig};
pub use narrow::narrowed;
pub use net::Net;
pub use passage::Passage;

pub(crate) use aggregate::{Aggregation, BOUNDARIES, LANE_ROWS, is_plain, logits_of_cells};
pub(crate) use plan::{Finish, Layer, MapSize, Plan};
