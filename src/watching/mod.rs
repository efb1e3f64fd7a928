//! Looking on at a run that is being driven: what everyone in the car knows on every tick, kept so that one can
//! look back, with a gate that holds the run where the onlooker wants it. The window draws it; nothing here draws.

mod broadcast;
mod gate;
mod glimpse;
mod history;
mod playback;
mod session;

pub use broadcast::Broadcast;
pub use gate::Gate;
pub use glimpse::{Exposed, Glimpse, SeatGlimpse};
pub use history::History;
pub use playback::Playback;
pub use session::{Branch, Order, Session};
