//! Which training worlds are labelled when only a share of them is.

use std::collections::BTreeSet;

use drive::random::stream;
use rand::seq::SliceRandom;

use crate::cache::Cache;
use crate::dataset::Split;

/// Tag of frames that a student came to while driving: a teacher speaks of them, nobody labels them.
pub const ON_POLICY: &str = "on policy";

/// Indices of the training frames that have labels: those of a random `share` of the worlds, at least one. A
/// smaller share is part of every larger one, whoever trains.
pub fn labelled_frames(cache: &Cache, share: f64) -> BTreeSet<usize> {
    let mut frames = cache.split(Split::Train);
    let is_on_policy = |tag: &String| tag == ON_POLICY;
    frames.retain(|&index| !cache.frames()[index].slices.iter().any(is_on_policy));
    let world_of = |index: usize| cache.frames()[index].world;
    let worlds: BTreeSet<u32> = frames.iter().map(|&index| world_of(index)).collect();
    let mut worlds: Vec<u32> = worlds.into_iter().collect();
    worlds.shuffle(&mut stream(0, "labelled worlds"));
    worlds.truncate(((worlds.len() as f64 * share).round() as usize).max(1));
    let labelled: BTreeSet<u32> = worlds.into_iter().collect();
    let with_labels = |&index: &usize| labelled.contains(&world_of(index));
    frames.into_iter().filter(with_labels).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::cache;

    #[test]
    fn a_smaller_budget_is_part_of_a_larger_one_and_the_whole_is_everything() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(folder.path(), 50);
        let [small, large, all] = [0.1, 0.5, 1.0].map(|share| labelled_frames(&cache, share));
        assert_eq!((small.len(), large.len()), (4, 20));
        assert!(small.is_subset(&large));
        assert_eq!(
            all.into_iter().collect::<Vec<_>>(),
            cache.split(Split::Train)
        );
    }
}
