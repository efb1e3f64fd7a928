//! What an ordered distribution says: a value and how sure it is.

/// Bins on each side of the modal pair that still count as the same mode.
const REACH: isize = 2;
/// Variance left inside a bin when a distribution could not be sharper, in squared bins.
const RESOLUTION_VARIANCE: f64 = 0.01;
/// Variance of a distribution without any mass, in squared bins: uniform over the window.
const IGNORANCE_VARIANCE: f64 = 3.0;

/// How the bins of a distribution lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bins {
    /// From first to last.
    Line,
    /// The first follows the last.
    Ring,
}

/// A value read from a distribution, in bin coordinates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Expectation {
    /// The expected coordinate.
    pub coordinate: f64,
    /// Its standard deviation in bins.
    pub std: f64,
}

/// The expectation around the likeliest pair of neighbouring bins, so that a second, distant mode
/// does not pull the value to where nothing is.
///
/// A value between two centres must spread over both: that least possible variance `f (1 - f)` is no
/// doubt and is taken off.
pub fn local_expectation(distribution: &[f32], bins: Bins) -> Expectation {
    let mode = modal_pair(distribution, bins);
    let window = || {
        (-REACH..=REACH + 1).filter_map(|offset| {
            bin_at(mode as isize + offset, distribution.len(), bins)
                .map(|bin| (offset as f64, f64::from(distribution[bin])))
        })
    };
    let mass: f64 = window().map(|(_, p)| p).sum();
    if mass <= 0.0 {
        return Expectation {
            coordinate: mode as f64,
            std: IGNORANCE_VARIANCE.sqrt(),
        };
    }
    let mean = window().map(|(offset, p)| offset * p).sum::<f64>() / mass;
    let spread = window()
        .map(|(offset, p)| (offset - mean) * (offset - mean) * p)
        .sum::<f64>()
        / mass;
    let fraction = mean - mean.floor();
    let excess = (spread - fraction * (1.0 - fraction)).max(0.0);
    Expectation {
        coordinate: within(mode as f64 + mean, distribution.len() as f64, bins),
        std: (excess + RESOLUTION_VARIANCE).sqrt(),
    }
}

/// The first bin of the neighbouring two that together hold the most.
fn modal_pair(distribution: &[f32], bins: Bins) -> usize {
    let pair = |bin: usize| {
        let next = bin_at(bin as isize + 1, distribution.len(), bins);
        distribution[bin] + next.map_or(0.0, |next| distribution[next])
    };
    (0..distribution.len()).fold(
        0,
        |best, bin| if pair(bin) > pair(best) { bin } else { best },
    )
}

/// The bin at a place that may lie beyond the ends.
fn bin_at(place: isize, count: usize, bins: Bins) -> Option<usize> {
    match bins {
        Bins::Line => (0..count as isize)
            .contains(&place)
            .then_some(place as usize),
        Bins::Ring => Some(place.rem_euclid(count as isize) as usize),
    }
}

/// A coordinate brought back into the ring.
fn within(coordinate: f64, count: f64, bins: Bins) -> f64 {
    match bins {
        Bins::Line => coordinate,
        Bins::Ring => coordinate.rem_euclid(count),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_between_two_bins_is_exact_and_certain() {
        let read = local_expectation(&[0.0, 0.0, 0.75, 0.25, 0.0], Bins::Line);
        assert!((read.coordinate - 2.25).abs() < 1e-9);
        assert!((read.std - 0.1).abs() < 1e-6);
    }

    #[test]
    fn a_distant_second_mode_does_not_pull() {
        let mut distribution = [0.0; 24];
        distribution[3] = 0.6;
        distribution[20] = 0.4;
        assert_eq!(local_expectation(&distribution, Bins::Line).coordinate, 3.0);
    }

    #[test]
    fn a_ring_joins_its_ends() {
        let mut distribution = [0.0; 12];
        distribution[11] = 0.5;
        distribution[0] = 0.5;
        let read = local_expectation(&distribution, Bins::Ring);
        assert!((read.coordinate - 11.5).abs() < 1e-9);
    }

    #[test]
    fn a_broad_distribution_is_less_certain_than_a_sharp_one() {
        let broad = local_expectation(&[0.1, 0.2, 0.4, 0.2, 0.1], Bins::Line);
        let sharp = local_expectation(&[0.0, 0.1, 0.8, 0.1, 0.0], Bins::Line);
        assert!(broad.std > 2.0 * sharp.std);
    }

    #[test]
    fn no_mass_gives_a_number_all_the_same() {
        let read = local_expectation(&[0.0; 5], Bins::Line);
        assert!(read.coordinate.is_finite() && read.std > 1.0);
    }
}
