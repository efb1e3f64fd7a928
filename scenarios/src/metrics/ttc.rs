//! Time to collision (Hayward 1972): how long until boxes touch if nobody changes speed or direction.

use drive::time::TICK_S;

/// Time to collision in seconds: gap over closing speed; `None` when not closing.
pub fn time_to_collision_s(gap_m: f64, closing_mps: f64) -> Option<f64> {
    (closing_mps > 1e-6).then(|| gap_m.max(0.0) / closing_mps)
}

/// A road user as a box along ego's lane.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct RouteBox {
    /// Its centre along the lane in metres.
    pub along_m: f64,
    /// Its centre to the left of the lane's centre in metres.
    pub left_m: f64,
    /// Its speed along the lane in metres per second.
    pub along_mps: f64,
    /// Its speed to the left in metres per second.
    pub left_mps: f64,
    /// Half its extent along the lane in metres.
    pub half_length_m: f64,
    /// Half its extent across the lane in metres.
    pub half_width_m: f64,
}

/// Time to collision in two dimensions, in seconds: the first moment at which both boxes overlap along
/// and across the lane; `None` when they never do.
pub fn time_to_overlap_s(a: &RouteBox, b: &RouteBox) -> Option<f64> {
    let along = overlap_s(
        b.along_m - a.along_m,
        b.along_mps - a.along_mps,
        a.half_length_m + b.half_length_m,
    )?;
    let across = overlap_s(
        b.left_m - a.left_m,
        b.left_mps - a.left_mps,
        a.half_width_m + b.half_width_m,
    )?;
    let (enter_s, leave_s) = (along.0.max(across.0), along.1.min(across.1));
    (enter_s <= leave_s).then_some(enter_s)
}

/// From when to when, not before now, a distance that changes at a rate stays within a reach.
fn overlap_s(distance_m: f64, rate_mps: f64, reach_m: f64) -> Option<(f64, f64)> {
    if rate_mps.abs() < 1e-6 {
        return (distance_m.abs() <= reach_m).then_some((0.0, f64::MAX));
    }
    let (one, other) = (
        (-reach_m - distance_m) / rate_mps,
        (reach_m - distance_m) / rate_mps,
    );
    let (enter_s, leave_s) = (one.min(other), one.max(other));
    (leave_s >= 0.0).then_some((enter_s.max(0.0), leave_s))
}

/// Time exposed: how long the time to collision, given on every tick, lay below a bound, in seconds.
pub fn time_exposed_s(ttc_s: impl Iterator<Item = Option<f64>>, bound_s: f64) -> f64 {
    let exposed = ttc_s.flatten().filter(|ttc_s| *ttc_s < bound_s);
    exposed.count() as f64 * TICK_S
}

#[cfg(test)]
mod tests {
    use super::*;

    fn car(along_m: f64, along_mps: f64) -> RouteBox {
        RouteBox {
            along_m,
            along_mps,
            half_length_m: 2.0,
            half_width_m: 1.0,
            ..RouteBox::default()
        }
    }

    #[test]
    fn a_lead_is_met_after_gap_over_closing_speed() {
        let ttc_s = time_to_overlap_s(&car(0.0, 15.0), &car(24.0, 5.0));
        assert_eq!(ttc_s, Some(2.0));
        assert_eq!(ttc_s, time_to_collision_s(20.0, 10.0));
    }

    #[test]
    fn nobody_collides_with_a_faster_lead_or_the_next_lane() {
        assert_eq!(time_to_overlap_s(&car(0.0, 5.0), &car(24.0, 15.0)), None);
        let oncoming = RouteBox {
            left_m: 3.5,
            ..car(60.0, -15.0)
        };
        assert_eq!(time_to_overlap_s(&car(0.0, 15.0), &oncoming), None);
    }

    #[test]
    fn a_crossing_walker_collides_only_when_both_arrive_together() {
        let walker = |left_m| RouteBox {
            along_m: 30.0,
            left_m,
            left_mps: 1.5,
            half_length_m: 0.3,
            half_width_m: 0.3,
            ..RouteBox::default()
        };
        let ttc_s = time_to_overlap_s(&car(0.0, 10.0), &walker(-4.0)).unwrap();
        assert!((ttc_s - 2.77).abs() < 1e-9);
        assert_eq!(time_to_overlap_s(&car(0.0, 10.0), &walker(-9.0)), None);
    }

    #[test]
    fn exposure_counts_the_ticks_below_the_bound() {
        let ttc_s = [None, Some(1.0), Some(1.4), Some(1.6)];
        assert!((time_exposed_s(ttc_s.into_iter(), 1.5) - 0.02).abs() < 1e-12);
    }
}
