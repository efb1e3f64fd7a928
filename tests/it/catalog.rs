//! The stories can be driven: with the truth at the wheel every one of them passes.

use sim::Exposure as Pass;
use understudy::perceiver::Truth;

use crate::stage_hands::{all_stories, play, seeds};

#[test]
fn truth_passes_every_story() {
    let mut failures = Vec::new();
    for story in all_stories() {
        for seed in seeds() {
            let episode = play(&story, seed, Box::new(Truth::new()), Pass::Labels);
            failures.extend(
                episode
                    .verdict
                    .failures
                    .iter()
                    .map(|failure| format!("{} seed {seed}: {}", story.name, failure.text)),
            );
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
