//! The driver in closed loop with a toy world: what it does about each kind of story, without a renderer.

mod lanes;
mod leads;
mod lights;
mod people;
mod sensor;
mod world;

use world::Row;

/// Kilometres per hour in metres per second.
pub(crate) const KMH: f64 = 1.0 / 3.6;

/// What a drive came to.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) min_gap_m: f64,
    pub(crate) min_accel_mps2: f64,
    pub(crate) end_speed_mps: f64,
    pub(crate) end_gap_m: f64,
    pub(crate) mean_speed_mps: f64,
    pub(crate) max_lane_error_m: f64,
}

/// Sums a drive up.
pub(crate) fn outcome(rows: &[Row]) -> Outcome {
    let least = |f: fn(&Row) -> f64| rows.iter().map(f).fold(f64::INFINITY, f64::min);
    let last = rows.last().expect("a drive has ticks");
    Outcome {
        min_gap_m: least(|row| row.gap_m),
        min_accel_mps2: least(|row| row.accel_mps2),
        end_speed_mps: last.speed_mps,
        end_gap_m: last.gap_m,
        mean_speed_mps: rows.iter().map(|row| row.speed_mps).sum::<f64>() / rows.len() as f64,
        max_lane_error_m: -least(|row| -row.lane_error_m.abs()),
    }
}
