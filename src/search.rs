//! How far a driver can be pushed: the longest delay and the hardest level that still pass.

use anyhow::Result;
use serde::{Deserialize, Serialize};

/// Step of the scan over delays, in milliseconds.
const STEP_MS: u32 = 100;
/// The longest delay that is tried, in milliseconds.
pub const LONGEST_MS: u32 = 1000;
/// How exactly the first failing delay is found, in milliseconds.
pub const EXACT_MS: u32 = 10;

/// Where the pass rate of a driver ends as its percepts come later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cliff {
    /// The longest delay that passes below the first that fails, in milliseconds; `None` when it fails without any.
    pub last_pass_ms: Option<u32>,
    /// The first delay that fails, in milliseconds; `None` when none up to [`LONGEST_MS`] does.
    pub first_fail_ms: Option<u32>,
    /// Every delay that was tried and whether it passed, in ascending order.
    pub tried: Vec<(u32, bool)>,
}

/// Scans delays in steps of 100 ms over the whole range, then halves the step below the first that fails. A delay that
/// passes above a failing one shows in `tried` and moves nothing: a driver is not safe beyond its first failure.
///
/// # Errors
/// The first error of `passes`.
pub fn cliff(mut passes: impl FnMut(u32) -> Result<bool>) -> Result<Cliff> {
    let mut tried = Vec::new();
    for delay_ms in (0..=LONGEST_MS).step_by(STEP_MS as usize) {
        tried.push((delay_ms, passes(delay_ms)?));
    }
    let failed = tried.iter().find(|(_, passed)| !passed);
    let Some(&(mut first_fail_ms, _)) = failed else {
        return Ok(Cliff {
            last_pass_ms: Some(LONGEST_MS),
            first_fail_ms: None,
            tried,
        });
    };
    let mut last_pass_ms = first_fail_ms.checked_sub(STEP_MS);
    while let Some(last_ms) = last_pass_ms
        && first_fail_ms - last_ms > EXACT_MS
    {
        let middle_ms = u32::midpoint(last_ms, first_fail_ms) / EXACT_MS * EXACT_MS;
        let passed = passes(middle_ms)?;
        tried.push((middle_ms, passed));
        if passed {
            last_pass_ms = Some(middle_ms);
        } else {
            first_fail_ms = middle_ms;
        }
    }
    tried.sort_unstable();
    Ok(Cliff {
        last_pass_ms,
        first_fail_ms: Some(first_fail_ms),
        tried,
    })
}

/// The hardest of `levels`, easy to hard, up to which every level passes; `None` when the easiest fails. Levels beyond
/// the first failure are not tried.
///
/// # Errors
/// The first error of `passes`.
pub fn hardest_level(
    levels: &[f64],
    mut passes: impl FnMut(f64) -> Result<bool>,
) -> Result<Option<usize>> {
    let mut hardest = None;
    for (index, &level) in levels.iter().enumerate() {
        if !passes(level)? {
            break;
        }
        hardest = Some(index);
    }
    Ok(hardest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cliff_is_found_to_ten_milliseconds() {
        for edge_ms in [0, 10, 95, 100, 101, 555, 990] {
            let found = cliff(|delay_ms| Ok(delay_ms <= edge_ms)).unwrap();
            let last_ms = found.last_pass_ms.unwrap();
            assert!(
                last_ms <= edge_ms && edge_ms < last_ms + EXACT_MS,
                "{edge_ms}: {found:?}"
            );
            assert_eq!(found.first_fail_ms, Some(last_ms + EXACT_MS));
            assert!(found.tried.len() <= 15, "{} runs", found.tried.len());
        }
    }

    #[test]
    fn without_a_failure_there_is_no_cliff_and_without_a_pass_no_delay() {
        let all = cliff(|_| Ok(true)).unwrap();
        assert_eq!(
            (all.last_pass_ms, all.first_fail_ms),
            (Some(LONGEST_MS), None)
        );
        let none = cliff(|_| Ok(false)).unwrap();
        assert_eq!((none.last_pass_ms, none.first_fail_ms), (None, Some(0)));
    }

    #[test]
    fn the_envelope_ends_at_the_first_failure() {
        let levels = [3.0, 2.0, 1.0, 0.5];
        let hardest =
            |passing: &[f64]| hardest_level(&levels, |level| Ok(passing.contains(&level))).unwrap();
        assert_eq!(hardest(&[3.0, 2.0, 0.5]), Some(1));
        assert_eq!(hardest(&[2.0]), None);
        assert_eq!(hardest(&levels), Some(3));
    }
}
