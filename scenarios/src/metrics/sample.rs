//! What is noted about one tick of a drive.

use drive::time::Tick;

/// One tick of a drive, as the measures need it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Sample {
    /// The tick.
    pub tick: Tick,
    /// Ego's speed in metres per second.
    pub speed_mps: f64,
    /// Ego's rate of turn in radians per second.
    pub yaw_rate_radps: f64,
    /// Ego's centre along its lane, in metres from where it started.
    pub along_m: f64,
    /// Ego's centre to the left of its lane's centre, in metres.
    pub left_m: f64,
    /// Distance to the nearest road user, box to box, in metres.
    pub gap_m: Option<f64>,
    /// Smallest time to collision with any road user, in seconds.
    pub ttc_s: Option<f64>,
    /// The road user ahead in ego's lane.
    pub lead: Option<LeadSample>,
}

/// The road user ahead in ego's lane on one tick.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LeadSample {
    /// From ego's front bumper to its rear, along the lane, in metres.
    pub gap_m: f64,
    /// How fast the gap shrinks, in metres per second.
    pub closing_mps: f64,
}
