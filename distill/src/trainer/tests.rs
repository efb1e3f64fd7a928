//! What training promises: it learns, it resumes to the bit, it stops when told.

use super::*;
use crate::fixture::{GO_ON, cache, quick_recipe, tiny_net};
use crate::recipe::{Distillation, Form, Labelling};
use crate::soft_targets::record_soft_targets;
use crate::teacher::Teacher;

fn weights(network: &Net) -> Vec<Vec<f32>> {
    let numbers = |var: &candle_core::Var| var.flatten_all().unwrap().to_vec1().unwrap();
    network.variables().values().map(numbers).collect()
}

/// A training without a teacher that nobody stops.
fn training<'a>(cache: &'a Cache, recipe: &'a Recipe, folder: &'a Path) -> Training<'a> {
    Training {
        cache,
        recipe,
        teacher: None,
        folder,
        stop: &GO_ON,
    }
}

fn losses(events: &[Event]) -> Vec<f64> {
    let loss = |event: &Event| match event {
        Event::Step { loss, .. } => Some(*loss),
        _ => None,
    };
    events.iter().filter_map(loss).collect()
}

#[test]
fn eight_frames_are_learned_by_heart() {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(folder.path(), 8);
    let recipe = quick_recipe(120);
    let run = folder.path().join("run");
    let training = training(&cache, &recipe, &run);
    let mut events = Vec::new();
    let outcome = training
        .run(&tiny_net(1), |event| events.push(event.clone()))
        .unwrap();
    let losses = losses(&events);
    let last: f64 = losses[losses.len() - 8..].iter().sum::<f64>() / 8.0;
    assert_eq!(outcome, Outcome::Finished);
    assert!(last < 0.15 * losses[0], "from {} to {last}", losses[0]);
}

#[test]
fn a_training_stopped_and_resumed_ends_with_the_same_bits() {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(folder.path(), 8);
    let recipe = Recipe {
        augmentation: Augmentation::STANDARD,
        ..quick_recipe(12)
    };
    let stop = AtomicBool::new(false);
    let run = folder.path().join("one");
    let straight = Training {
        cache: &cache,
        recipe: &recipe,
        teacher: None,
        folder: &run,
        stop: &stop,
    };
    let (one, two, resumed) = (tiny_net(1), tiny_net(1), tiny_net(1));
    straight.run(&one, |_| {}).unwrap();
    let run = folder.path().join("two");
    let interrupted = Training {
        folder: &run,
        ..straight
    };
    let outcome = interrupted.run(&two, |event| {
        if matches!(event, Event::Step { step: 5, .. }) {
            stop.store(true, Ordering::Relaxed);
        }
    });
    assert_eq!(outcome.unwrap(), Outcome::Stopped { step: 5 });
    stop.store(false, Ordering::Relaxed);
    interrupted.run(&resumed, |_| {}).unwrap();
    assert_eq!(weights(&one), weights(&resumed));
}

#[test]
fn a_checkpoint_of_another_recipe_or_beginning_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(folder.path(), 1);
    let (recipe, other) = (quick_recipe(1), quick_recipe(2));
    let training = training(&cache, &recipe, folder.path());
    training.run(&tiny_net(1), |_| {}).unwrap();
    let other = Training {
        recipe: &other,
        ..training
    };
    let error = other.run(&tiny_net(1), |_| {}).unwrap_err();
    assert!(error.to_string().contains("another recipe"), "{error}");
    let error = training.run(&tiny_net(2), |_| {}).unwrap_err();
    assert!(
        error.to_string().contains("began with other weights"),
        "{error}"
    );
}

#[test]
fn a_student_comes_to_say_what_its_teacher_says() {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(folder.path(), 8);
    let path = folder.path().join("teacher.targets");
    let members = [tiny_net(7)];
    let teacher = (&Teacher::new(&members), "digest of the teacher");
    assert!(record_soft_targets(teacher, &cache, &path, &GO_ON, |_, _| {}).unwrap());
    let said = SoftTargets::open(&path).unwrap();
    let recipe = Recipe {
        distillation: Some(Distillation {
            temperature: 2.0,
            soft_share: 1.0,
            form: Form::Divergence,
        }),
        ..quick_recipe(30)
    };
    let run = folder.path().join("run");
    let training = Training {
        teacher: Some(&said),
        ..training(&cache, &recipe, &run)
    };
    let mut events = Vec::new();
    training
        .run(&tiny_net(1), |event| events.push(event.clone()))
        .unwrap();
    let losses = losses(&events);
    assert!(
        losses[29] < 0.4 * losses[0],
        "from {} to {}",
        losses[0],
        losses[29]
    );
}

#[test]
fn with_few_labels_only_labelled_worlds_are_learned_from() {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(folder.path(), 30);
    let recipe = Recipe {
        labels: Labelling {
            share: 0.25,
            ..Labelling::PERFECT
        },
        ..quick_recipe(1)
    };
    let training = training(&cache, &recipe, folder.path());
    let frames = training.training_frames().unwrap();
    assert_eq!((frames.seen.len(), frames.labelled.len()), (6, 6));
    let mut batch = load_batch(
        &cache,
        &cache.split(Split::Train),
        &Augmentation::NONE,
        (0, 0),
    )
    .unwrap();
    batch.keep_labels_of(&frames.labelled);
    assert_eq!(batch.labelled, 0.25);
    let asked = batch.targets[Head::Light as usize]
        .iter()
        .filter(|t| t.weight > 0.0);
    assert_eq!(asked.count(), 6);
}

#[test]
fn caches_and_what_was_said_of_them_are_read_as_one() {
    let folders = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let [one, other] = folders.each_ref().map(|folder| cache(folder.path(), 8));
    let members = [tiny_net(7)];
    let said = [(&folders[0], &one), (&folders[1], &other)].map(|(folder, cache)| {
        let path = folder.path().join("said.bin");
        let teacher = (&Teacher::new(&members), "teacher");
        record_soft_targets(teacher, cache, &path, &GO_ON, |_, _| {}).unwrap();
        SoftTargets::open(&path).unwrap()
    });
    let straight = |index| crate::batch::Picked {
        index,
        view: crate::batch::View::Straight,
    };
    let (fifth, words) = (other.read(5).unwrap(), said[1].read(straight(5)).unwrap());
    let [first_said, other_said] = said;
    let joined = first_said.followed_by(other_said, one.frames().len());
    let both = one.followed_by(other);
    assert_eq!(joined.dataset_digest(), both.dataset_digest());
    assert_eq!((both.frames().len(), both.read(13).unwrap()), (16, fifth));
    assert_eq!(joined.read(straight(13)).unwrap(), words);
}

#[test]
fn frames_of_another_annotator_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(folder.path(), 8);
    let recipe = Recipe {
        labels: Labelling {
            annotator_noise: 0.5,
            ..Labelling::PERFECT
        },
        ..quick_recipe(1)
    };
    let training = training(&cache, &recipe, folder.path());
    let error = training.run(&tiny_net(1), |_| {}).unwrap_err();
    assert!(error.to_string().contains("annotator noise 0.5"), "{error}");
}

#[test]
fn the_log_holds_the_validation() {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(folder.path(), 10);
    let recipe = quick_recipe(2);
    let training = training(&cache, &recipe, folder.path());
    training.run(&tiny_net(1), |_| {}).unwrap();
    let log = std::fs::read_to_string(folder.path().join("log.jsonl")).unwrap();
    assert!(log.contains("\"event\":\"validated\""), "{log}");
}
