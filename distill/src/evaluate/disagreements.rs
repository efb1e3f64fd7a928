//! The frames on which a student is farthest from its teacher.

use std::collections::BTreeSet;

use perception::heads::Head;
use perception::probabilities::Probabilities;
use perception::targets::Targets;
use serde::{Deserialize, Serialize};

use super::compare::divergence;
use crate::cache::CachedFrame;
use crate::recipe::Recipe;

/// How far teacher and student are apart on a frame.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Disagreement {
    /// Its index in the cache.
    pub index: usize,
    /// Its world.
    pub world: u32,
    /// Its number in the world.
    pub frame: usize,
    /// Mean divergence over the asked positions, summed over the heads with the weights of the loss, in nats.
    pub divergence: f64,
    /// The head with the largest part of it.
    pub head: String,
}

impl Disagreement {
    /// Of a frame.
    pub fn new(
        (index, from): (usize, &CachedFrame),
        (teacher, student): (&Probabilities, &Probabilities),
        targets: &Targets,
    ) -> Self {
        let part = |head: Head| {
            let (mut sum, mut asked) = (0.0, 0.0);
            for (position, target) in targets.head(head).iter().enumerate() {
                if target.weight > 0.0 {
                    sum += divergence(teacher.at(head, position), student.at(head, position));
                    asked += 1.0;
                }
            }
            Recipe::STUDENT.heads.of(head) * sum / f64::max(asked, 1.0)
        };
        let parts = Head::ALL.map(part);
        let by_part = |&a: &Head, &b: &Head| parts[a as usize].total_cmp(&parts[b as usize]);
        Self {
            index,
            world: from.world,
            frame: from.frame,
            divergence: parts.iter().sum(),
            head: Head::ALL
                .into_iter()
                .max_by(by_part)
                .map_or("", Head::name)
                .to_owned(),
        }
    }
}

/// The `count` frames with the largest divergence, worst first, at most one of each world.
pub fn worst_of_each_world(mut found: Vec<Disagreement>, count: usize) -> Vec<Disagreement> {
    found.sort_by(|a, b| b.divergence.total_cmp(&a.divergence));
    let mut worlds = BTreeSet::new();
    found.retain(|one| worlds.insert(one.world));
    found.truncate(count);
    found
}
