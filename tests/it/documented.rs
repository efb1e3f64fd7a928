//! What the documentation shows works as it is written there.

use scenarios::catalog;
use sim::Exposure as Pass;
use understudy::perceiver::Truth;

use crate::stage_hands::play;

#[test]
fn the_story_of_the_documentation_passes_with_the_truth_at_the_wheel() {
    let page = include_str!("../../docs/stories.md");
    let (_, after) = page
        .split_once("```ron\nStory(")
        .expect("the page shows a story");
    let (body, _) = after.split_once("```").expect("the block ends");
    let path = std::env::temp_dir().join(format!("understudy-docs-{}.ron", std::process::id()));
    std::fs::write(&path, format!("Story({body}")).expect("the temporary folder is writable");
    let story = catalog::load_path(&path);
    std::fs::remove_file(&path).expect("it was just written");
    let story = story.expect("the story of the page has no mistake");
    let verdict = play(&story, 1, Box::new(Truth::new()), Pass::Labels).verdict;
    assert!(verdict.pass, "{:?}", verdict.failures);
}
