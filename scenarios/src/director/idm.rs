//! The intelligent driver model (Treiber, Hennecke and Helbing 2000), for background traffic.

use super::scene::Lead;

/// Largest acceleration in metres per second squared.
const ACCEL_MPS2: f64 = 1.5;
/// Comfortable braking in metres per second squared.
const BRAKING_MPS2: f64 = 2.0;
/// Hardest braking in metres per second squared.
const HARD_BRAKING_MPS2: f64 = 8.0;
/// Wanted headway in seconds.
const HEADWAY_S: f64 = 1.5;
/// Gap at standstill in metres.
const STANDSTILL_GAP_M: f64 = 2.0;

/// Wanted acceleration in metres per second squared, towards `set_speed_mps` and behind a lead.
pub(super) fn accel_mps2(speed_mps: f64, set_speed_mps: f64, lead: Option<Lead>) -> f64 {
    let share = speed_mps / set_speed_mps.max(0.1);
    let free = 1.0 - share * share * share * share;
    let interaction = lead.map_or(0.0, |lead| {
        let closing_mps = speed_mps - lead.speed_mps;
        let root = 2.0 * (ACCEL_MPS2 * BRAKING_MPS2).sqrt();
        let wanted_m =
            STANDSTILL_GAP_M + (speed_mps * HEADWAY_S + speed_mps * closing_mps / root).max(0.0);
        let ratio = wanted_m / lead.gap_m.max(0.1);
        ratio * ratio
    });
    (ACCEL_MPS2 * (free - interaction)).max(-HARD_BRAKING_MPS2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_free_car_settles_at_its_set_speed() {
        let mut speed_mps = 0.0;
        for _ in 0..6000 {
            speed_mps += accel_mps2(speed_mps, 12.0, None) * 0.01;
        }
        assert!((speed_mps - 12.0).abs() < 0.05);
    }

    #[test]
    fn a_following_car_settles_at_its_headway() {
        let (mut gap_m, mut speed_mps) = (60.0, 10.0);
        for _ in 0..12_000 {
            let lead = Lead {
                gap_m,
                speed_mps: 8.0,
            };
            speed_mps += accel_mps2(speed_mps, 20.0, Some(lead)) * 0.01;
            gap_m += (8.0 - speed_mps) * 0.01;
        }
        let expected_m = STANDSTILL_GAP_M + 8.0 * HEADWAY_S;
        assert!((gap_m - expected_m).abs() < 0.3, "{gap_m}");
    }
}
