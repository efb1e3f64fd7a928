//! What is worth knowing beside a baseline and no failure: other machines, other programs, entries that
//! no run belongs to.

use std::collections::BTreeSet;

use scenarios::naming::list;

use super::baseline::{Baseline, Origin};
use super::job::id;
use super::judging::JudgedRun;

/// The notes on some runs; `jobs` are all of the pack where it was checked whole.
pub(super) fn notes(
    baseline: &Baseline,
    runs: &[JudgedRun],
    jobs: Option<&Vec<String>>,
) -> Vec<String> {
    let mut notes = Vec::new();
    notes.extend(other_origins(baseline, runs));
    notes.extend(jobs.and_then(|jobs| orphans(baseline, jobs)));
    notes
}

/// A line when runs were blessed elsewhere: then numbers are compared and bits are not.
fn other_origins(baseline: &Baseline, runs: &[JudgedRun]) -> Option<String> {
    let (mut reasons, mut compared, mut differing) = (BTreeSet::new(), 0, 0);
    for run in runs {
        let finished = &run.finished;
        let Some(entry) = baseline.entry(&finished.run.scenario, finished.run.seed) else {
            continue;
        };
        let (here, there) = (Origin::of(finished), baseline.origin(entry));
        let why = if here.machine != there.machine {
            format!(
                "another machine ({}; {})",
                there.machine.cpu, there.machine.camera_driver
            )
        } else if here.engine != there.engine {
            format!("another engine ({})", there.engine)
        } else if here.program != there.program {
            "another build of the program".to_owned()
        } else if finished.inputs != entry.inputs {
            "other weights, latencies or story texts".to_owned()
        } else {
            continue;
        };
        reasons.insert(why);
        compared += 1;
        differing += usize::from(finished.run.digest != entry.digest);
    }
    (compared > 0).then(|| {
        format!(
            "{compared} runs were blessed under other conditions: {}. Numbers are compared within \
             tolerances; the bits of {differing} runs differ.",
            list(reasons.into_iter())
        )
    })
}

/// A line when the baseline knows runs that the pack does not.
fn orphans(baseline: &Baseline, jobs: &[String]) -> Option<String> {
    let orphans: Vec<String> = baseline
        .entries()
        .map(|(story, seed)| id(story, seed))
        .filter(|id| !jobs.contains(id))
        .collect();
    (!orphans.is_empty()).then(|| {
        format!(
            "the baseline has entries that the pack does not: {}; --bless drops them",
            list(orphans.into_iter())
        )
    })
}
