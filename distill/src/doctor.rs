//! A look at teacher, labels and losses before a training, which would otherwise only show hours later that they do
//! not fit.

use drive::math::ln;
use perception::heads::Head;
use perception::nets::Net;
use perception::probabilities::softmax_row;
use perception::targets::{Target, Targets};

use crate::augment::Augmentation;
use crate::batch::{Picked, View, load_batch};
use crate::cache::Cache;
use crate::dataset::Split;
use crate::error::{Error, Result};
use crate::evaluate::{share, top_class};
use crate::loss::{HardBatch, SoftBatch, hard_loss, soft_loss};
use crate::recipe::Recipe;
use crate::soft_targets::SoftTargets;
use crate::teacher::{BATCH, Said, Teacher};

/// Training frames that are looked at.
const FRAMES: usize = 48;
/// Less softness than this, in nats, is a label and no soft target.
const BLUNT_NATS: f64 = 0.005;
/// More than this share of the largest possible entropy says nothing.
const FLAT_SHARE: f64 = 0.9;
/// A calibrating temperature outside these bounds belongs to a teacher that does not know how sure it may be.
const CALIBRATED: [f32; 2] = [0.67, 1.5];
/// A teacher this sure of another class than the label's contradicts it.
const SURE: f32 = 0.9;
/// A larger share of contradicted labels is a conflict.
const CONFLICT_SHARE: f64 = 0.05;
/// Larger mean distances between the two likeliest classes' tempered logits are out of a small network's reach.
const REACH: f64 = 8.0;
/// A head with a larger share of the first loss drowns the others, one with a smaller share is not heard.
const HEARD: [f64; 2] = [0.002, 0.6];
/// Answers to the same frame may differ by this, alone or in company.
const SAME_ANSWER: f32 = 1e-3;

/// Something to think about before the training starts, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The head it is about.
    pub head: Head,
    /// What was found and what helps.
    pub words: String,
}

/// Looks at a training before it starts. An empty list is a clean bill of health.
///
/// # Errors
/// If a frame or what a teacher said of it cannot be read.
pub fn examine(
    (cache, teacher): (&Cache, Option<&SoftTargets>),
    recipe: &Recipe,
    network: &Net,
) -> Result<Vec<Finding>> {
    let frames = cache.some_of(Split::Train, FRAMES);
    let mut findings = Vec::new();
    if let (Some(teacher), Some(distillation)) = (teacher, recipe.distillation) {
        let mut said = Vec::new();
        let mut targets = Vec::new();
        for &index in &frames {
            let view = View::Straight;
            said.push(teacher.read(Picked { index, view })?);
            targets.push(cache.read(index)?.targets);
        }
        for head in Head::ALL {
            let temperature = teacher.temperatures()[head as usize];
            let looks = [
                badly_calibrated(temperature),
                softness(head, &said, distillation.temperature),
                out_of_reach(head, &said, distillation.temperature),
                contradicted(head, &said, &targets),
            ];
            let words = looks.into_iter().flatten();
            findings.extend(words.map(|words| Finding { head, words }));
        }
    }
    findings.extend(loudness(cache, teacher, (recipe, network), &frames)?);
    Ok(findings)
}

/// Refuses a teacher whose answer to a frame depends on the frames beside it: it normalises with the batch, as only
/// a network in training should.
///
/// # Errors
/// If it is one, or a frame cannot be read.
pub fn refuse_teacher_in_training(
    teacher: &Teacher<'_>,
    cache: &Cache,
    frames: &[usize],
) -> Result<()> {
    let (Some(&first), company) = (frames.first(), &frames[..frames.len().min(BATCH)]) else {
        return Ok(());
    };
    let (alone, together) = (teacher.say(cache, &[first])?, teacher.say(cache, company)?);
    let pairs = alone[0].iter().flatten().zip(together[0].iter().flatten());
    if pairs
        .into_iter()
        .any(|(a, b)| (a.exp() - b.exp()).abs() > SAME_ANSWER)
    {
        return Err(Error::Unfit {
            what: "the teacher's answer to a frame depends on the frames beside it, as a network's in training mode does",
            remedy: "ask it in evaluation mode",
        });
    }
    Ok(())
}

fn badly_calibrated(temperature: f32) -> Option<String> {
    let [low, high] = CALIBRATED;
    if (low..=high).contains(&temperature) {
        return None;
    }
    let (much, by) = if temperature > high {
        ("too sure of itself", "divided")
    } else {
        ("not sure enough", "multiplied")
    };
    Some(format!(
        "the teacher is {much}; its logits were {by} by {:.2} to make its confidence true",
        temperature.max(1.0 / temperature)
    ))
}

/// Whether the tempered teacher says too little beyond a label, or nothing at all.
fn softness(head: Head, said: &[Said], temperature: f32) -> Option<String> {
    let rows = tempered(head, said, temperature);
    let entropy = |row: &Vec<f32>| -> f64 {
        let terms = row.iter().map(|&p| f64::from(p));
        terms.filter(|&p| p > 0.0).map(|p| -p * ln(p)).sum()
    };
    let mean = mean(rows.iter().map(entropy));
    if mean < BLUNT_NATS {
        Some(format!(
            "at temperature {temperature} the teacher's answer is as hard as a label ({mean:.4} nats of softness): \
             raise the temperature"
        ))
    } else if mean > FLAT_SHARE * ln(head.classes() as f64) {
        Some(format!(
            "at temperature {temperature} the teacher finds every class as likely as any other ({mean:.2} nats): it has \
             learned nothing here, or the temperature is too high"
        ))
    } else {
        None
    }
}

/// Whether the tempered logits are farther apart than a small network can answer.
fn out_of_reach(head: Head, said: &[Said], temperature: f32) -> Option<String> {
    let gap = |row: &[f32]| {
        let mut sorted: Vec<f32> = row.iter().map(|v| v / temperature).collect();
        sorted.sort_by(|a, b| b.total_cmp(a));
        f64::from(sorted[0] - sorted[1])
    };
    let rows = said
        .iter()
        .flat_map(|said| said[head as usize].chunks_exact(head.classes()));
    let mean = mean(rows.map(gap));
    (mean > REACH).then(|| {
        format!(
            "the teacher's two likeliest classes lie {mean:.1} apart at temperature {temperature}, out of a small \
             network's reach: raise the temperature, or ask for relations"
        )
    })
}

/// Whether a sure teacher and the labels say different things.
fn contradicted(head: Head, said: &[Said], targets: &[Targets]) -> Option<String> {
    let classes = head.classes();
    let (mut asked, mut against) = (0.0, 0.0);
    for (said, targets) in said.iter().zip(targets) {
        let rows = said[head as usize].chunks_exact(classes);
        for (row, target) in rows.zip(targets.head(head)).filter(|(_, t)| t.weight > 0.0) {
            asked += f64::from(target.weight);
            if contradicts(row, target, classes) {
                against += f64::from(target.weight);
            }
        }
    }
    let share = against / f64::max(asked, 1e-9);
    (share > CONFLICT_SHARE).then(|| {
        format!(
            "the teacher is sure of another class than the label's at {:.0} % of the positions: one of them is wrong, \
             and the student cannot follow both",
            100.0 * share
        )
    })
}

fn contradicts(row: &[f32], target: &Target, classes: usize) -> bool {
    let mut row = row.to_vec();
    softmax_row(&mut row);
    let top = top_class(&row);
    row[top] > SURE && share(target, top, classes) == 0.0
}

/// Which heads drown in the first loss, and which drown the others.
fn loudness(
    cache: &Cache,
    teacher: Option<&SoftTargets>,
    (recipe, network): (&Recipe, &Net),
    frames: &[usize],
) -> Result<Vec<Finding>> {
    let frames = &frames[..frames.len().min(BATCH)];
    let batch = load_batch(cache, frames, &Augmentation::NONE, (0, 0))?;
    let logits = network.forward(&batch.images)?;
    let losses = match (teacher, recipe.distillation) {
        (Some(teacher), Some(distillation)) => {
            let said = batch.samples.iter().map(|&picked| teacher.read(picked));
            let soft = SoftBatch::new(&said.collect::<Result<Vec<_>>>()?, distillation.form)?;
            soft_loss(&logits, &soft, &recipe.heads, distillation)?.heads
        }
        _ => hard_loss(&logits, HardBatch::plain(&batch.targets), &recipe.heads)?.heads,
    };
    let weighted = |head: Head| recipe.heads.of(head) * losses[head as usize];
    let total: f64 = Head::ALL.into_iter().map(weighted).sum();
    let [quiet, loud] = HEARD;
    let finding = |head: Head| {
        let share = weighted(head) / total;
        let words = if share > loud {
            "drowns the others: lower its weight"
        } else if share < quiet {
            "is not heard: raise its weight, or look whether anything is asked of it"
        } else {
            return None;
        };
        Some(Finding {
            head,
            words: format!("has {:.1} % of the first loss and {words}", 100.0 * share),
        })
    };
    Ok(Head::ALL.into_iter().filter_map(finding).collect())
}

/// Every position's distribution at a temperature.
fn tempered(head: Head, said: &[Said], temperature: f32) -> Vec<Vec<f32>> {
    let rows = said
        .iter()
        .flat_map(|said| said[head as usize].chunks_exact(head.classes()));
    rows.map(|row| {
        let mut row: Vec<f32> = row.iter().map(|value| value / temperature).collect();
        softmax_row(&mut row);
        row
    })
    .collect()
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for value in values {
        sum += value;
        count += 1.0;
    }
    sum / f64::max(count, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{GO_ON, cache, quick_recipe, tiny_net};
    use crate::recipe::{Distillation, Form};
    use crate::soft_targets::record_soft_targets;

    fn said(logit: f32) -> Vec<Said> {
        let frame = Head::ALL.map(|head| {
            let rows = 0..head.positions() * head.classes();
            rows.map(|i| if i % head.classes() == 0 { logit } else { 0.0 })
                .collect()
        });
        vec![frame]
    }

    #[test]
    fn answers_as_hard_as_labels_or_as_soft_as_nothing_are_told() {
        assert!(
            softness(Head::Depth, &said(40.0), 1.0)
                .unwrap()
                .contains("as hard as a label")
        );
        assert!(
            softness(Head::Depth, &said(0.0), 1.0)
                .unwrap()
                .contains("every class")
        );
        assert_eq!(softness(Head::Depth, &said(4.0), 1.0), None);
    }

    #[test]
    fn logits_far_apart_come_into_reach_at_a_higher_temperature() {
        assert!(out_of_reach(Head::Light, &said(20.0), 1.0).is_some());
        assert_eq!(out_of_reach(Head::Light, &said(20.0), 4.0), None);
    }

    #[test]
    fn a_sure_teacher_against_the_labels_is_a_conflict() {
        let mut targets = Targets::untrained();
        targets.head_mut(Head::Light)[0] = Target::class(2);
        let found = contradicted(Head::Light, &said(20.0), std::slice::from_ref(&targets));
        assert!(found.unwrap().contains("100 %"));
        targets.head_mut(Head::Light)[0] = Target::class(0);
        assert_eq!(contradicted(Head::Light, &said(20.0), &[targets]), None);
    }

    #[test]
    fn a_teacher_too_sure_of_itself_is_told() {
        assert!(badly_calibrated(2.0).unwrap().contains("too sure"));
        assert!(badly_calibrated(0.5).unwrap().contains("not sure enough"));
        assert_eq!(badly_calibrated(1.1), None);
    }

    #[test]
    fn a_head_without_weight_is_not_heard() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(folder.path(), 10);
        let mut recipe = quick_recipe(1);
        recipe.heads.yaw = 1e-9;
        let findings = examine((&cache, None), &recipe, &tiny_net(1)).unwrap();
        let of_yaw = findings.iter().find(|finding| finding.head == Head::Yaw);
        assert!(
            of_yaw.unwrap().words.contains("is not heard"),
            "{findings:?}"
        );
    }

    #[test]
    fn a_teacher_that_answers_for_each_frame_by_itself_is_accepted_and_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(folder.path(), 10);
        let (members, path) = ([tiny_net(7)], folder.path().join("said.bin"));
        let teacher = Teacher::new(&members);
        refuse_teacher_in_training(&teacher, &cache, &[0, 1, 2]).unwrap();
        record_soft_targets((&teacher, "teacher"), &cache, &path, &GO_ON, |_, _| {}).unwrap();
        let recipe = Recipe {
            distillation: Some(Distillation {
                temperature: 1e3,
                soft_share: 0.5,
                form: Form::Divergence,
            }),
            ..quick_recipe(1)
        };
        let said = SoftTargets::open(&path).unwrap();
        let findings = examine((&cache, Some(&said)), &recipe, &tiny_net(1)).unwrap();
        assert!(
            findings
                .iter()
                .any(|finding| finding.words.contains("every class")),
            "{findings:?}"
        );
    }
}
