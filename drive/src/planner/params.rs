//! The planner's constants. Chosen on development seeds, judged on others.

use serde::{Deserialize, Serialize};

/// What counts as comfortable, as near and as dangerous.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PlannerParams {
    /// Acceleration on a free road, in metres per second squared (IDM's a).
    pub accel_mps2: f64,
    /// Comfortable braking in metres per second squared (IDM's b).
    pub comfort_brake_mps2: f64,
    /// Headway behind a lead in seconds (IDM's T).
    pub headway_s: f64,
    /// Gap to a standing lead in metres (IDM's s0).
    pub standstill_gap_m: f64,
    /// The hardest braking that is not an emergency, in metres per second squared; the comfort bound of
    /// metrics is 4.05, an emergency manoeuvre of UN R157 begins at 5.
    pub firm_brake_mps2: f64,
    /// Braking in an emergency, in metres per second squared.
    pub emergency_brake_mps2: f64,
    /// How fast comfortable braking may set in, in metres per second cubed.
    pub jerk_mps3: f64,
    /// Braking needed to avoid a collision from which on it is an emergency, in metres per second squared.
    pub emergency_need_mps2: f64,
    /// Time to collision from which on it is an emergency, in seconds.
    pub emergency_ttc_s: f64,
    /// An emergency is over when less braking than this is needed, in metres per second squared.
    pub emergency_over_mps2: f64,
    /// Free room to either side of the car within which a vehicle is in its way, in metres.
    pub vehicle_margin_m: f64,
    /// The same for people on foot and on cycles.
    pub person_margin_m: f64,
    /// Gap at which ego stops for someone who enters its path, in metres.
    pub yield_gap_m: f64,
    /// How far ahead crossing road users are predicted, in seconds.
    pub yield_horizon_s: f64,
    /// Time between ego and a crossing road user at the same place that suffices, in seconds.
    pub yield_time_gap_s: f64,
    /// How far ahead a vehicle beside the path is predicted to cut in, in seconds.
    pub cut_in_horizon_s: f64,
    /// Sideways acceleration in bends, in metres per second squared.
    pub lateral_accel_mps2: f64,
    /// Distance from the front bumper to a stop line when standing before it, in metres.
    pub line_gap_m: f64,
    /// Braking for an amber light that is still comfortable, in metres per second squared.
    pub amber_brake_mps2: f64,
    /// The hardest braking for a red light, in metres per second squared.
    pub red_brake_mps2: f64,
    /// Time until a wanted acceleration acts, in seconds.
    pub brake_delay_s: f64,
    /// When the next percept is overdue by this much the camera is lost, in seconds: ten frames. Shorter
    /// gaps are bridged by prediction, which is worth little after more.
    pub blind_after_s: f64,
    /// Braking when the camera is lost, in metres per second squared: firm, yet within the comfort bound, as
    /// UN R157 asks of a minimal risk manoeuvre (at most 4).
    pub blind_brake_mps2: f64,
    /// A standing car starts again when it may accelerate this much, in metres per second squared.
    pub restart_accel_mps2: f64,
}

impl Default for PlannerParams {
    fn default() -> Self {
        Self {
            accel_mps2: 1.5,
            comfort_brake_mps2: 2.0,
            headway_s: 1.5,
            standstill_gap_m: 2.0,
            firm_brake_mps2: 5.0,
            emergency_brake_mps2: 9.5,
            jerk_mps3: 4.0,
            emergency_need_mps2: 5.8,
            emergency_ttc_s: 1.2,
            emergency_over_mps2: 2.0,
            vehicle_margin_m: 0.25,
            person_margin_m: 0.4,
            yield_gap_m: 3.0,
            yield_horizon_s: 5.0,
            yield_time_gap_s: 0.7,
            cut_in_horizon_s: 1.5,
            lateral_accel_mps2: 2.5,
            line_gap_m: 1.5,
            amber_brake_mps2: 3.0,
            red_brake_mps2: 6.0,
            brake_delay_s: 0.2,
            blind_after_s: 0.5,
            blind_brake_mps2: 3.5,
            restart_accel_mps2: 1.0,
        }
    }
}
