//! Deceleration rate to avoid a crash (Cooper and Ferguson 1976).

/// The constant deceleration that just avoids hitting a lead, in metres per second squared:
/// `closing^2 / (2 * gap)`; `None` when not closing or already touching.
pub fn deceleration_rate_to_avoid_crash_mps2(gap_m: f64, closing_mps: f64) -> Option<f64> {
    (closing_mps > 0.0 && gap_m > 0.0).then(|| closing_mps * closing_mps / (2.0 * gap_m))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_metres_per_second_over_twenty_metres_need_two_and_a_half() {
        assert_eq!(deceleration_rate_to_avoid_crash_mps2(20.0, 10.0), Some(2.5));
        assert_eq!(deceleration_rate_to_avoid_crash_mps2(20.0, -1.0), None);
        assert_eq!(deceleration_rate_to_avoid_crash_mps2(0.0, 1.0), None);
    }
}
