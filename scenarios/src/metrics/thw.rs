//! Time headway: how long ego needs to where its lead is now.

/// Time headway in seconds: gap over speed; `None` at standstill.
pub fn time_headway_s(gap_m: f64, speed_mps: f64) -> Option<f64> {
    (speed_mps > 0.1).then(|| gap_m.max(0.0) / speed_mps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirty_metres_at_fifteen_metres_per_second_are_two_seconds() {
        assert_eq!(time_headway_s(30.0, 15.0), Some(2.0));
        assert_eq!(time_headway_s(30.0, 0.0), None);
    }
}
