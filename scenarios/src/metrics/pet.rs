//! Post-encroachment time (Allen, Shin and Cooper 1978): how long after one road user left a spot the
//! other came to it.

use drive::time::Tick;

/// A road user's stay in the strip ego's car sweeps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Encroachment {
    /// When it entered the strip.
    pub entered: Tick,
    /// When it was last in it.
    pub left: Tick,
    /// Where along ego's lane it was nearest to ego's start, box included, in metres.
    pub from_m: f64,
    /// Where it was farthest, in metres.
    pub to_m: f64,
}

/// Post-encroachment time in seconds, given when ego's front was where on every tick (as `(tick, metres)`
/// in order) and ego's length; `None` when ego never came there or both were there at once.
pub fn post_encroachment_time_s(
    stay: &Encroachment,
    front_m: &[(Tick, f64)],
    length_m: f64,
) -> Option<f64> {
    let reaches = |m: f64| front_m.iter().find(|at| at.1 >= m).map(|at| at.0);
    let ego_enters = reaches(stay.from_m)?;
    if ego_enters > stay.left {
        return Some(ego_enters.seconds_since(stay.left));
    }
    let ego_leaves = reaches(stay.to_m + length_m)?;
    (ego_leaves < stay.entered).then(|| stay.entered.seconds_since(ego_leaves))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ego's front at 10 m/s.
    fn front_m() -> Vec<(Tick, f64)> {
        (0..1000)
            .map(|tick| (Tick(tick), tick as f64 * 0.1))
            .collect()
    }

    fn stay(entered: u64, left: u64) -> Encroachment {
        Encroachment {
            entered: Tick(entered),
            left: Tick(left),
            from_m: 30.0,
            to_m: 31.0,
        }
    }

    #[test]
    fn a_walker_who_left_before_ego_came() {
        let pet_s = post_encroachment_time_s(&stay(50, 200), &front_m(), 4.5).unwrap();
        assert!((pet_s - 1.0).abs() < 0.011);
    }

    #[test]
    fn a_walker_who_came_after_ego_left() {
        let pet_s = post_encroachment_time_s(&stay(500, 600), &front_m(), 4.5).unwrap();
        assert!((pet_s - 1.45).abs() < 0.011);
    }

    #[test]
    fn both_at_once_is_no_post_encroachment() {
        assert_eq!(
            post_encroachment_time_s(&stay(250, 320), &front_m(), 4.5),
            None
        );
    }
}
