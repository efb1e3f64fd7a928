//! `understudy evaluate`: networks on frames they never learned from, per head and slice.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use distill::cache::Cache;
use distill::dataset::Split;
use distill::evaluate::{Comparison, Evaluation, compare, evaluate, fidelity, sight_of};
use perception::nets::Net;
use perception::network::{Backend, Network};
use perception::weights;
use serde::Serialize;

use super::training::open_cache;
use super::{Status, say};
use crate::models::{Assets, Who};
use crate::progress;
use crate::table::{Table, number, percent};

/// Options of `evaluate`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Folder of the captured frames
    #[arg(long, default_value = "data/frames")]
    data: PathBuf,
    /// Which worlds
    #[arg(long, value_enum, default_value_t = Worlds::Test)]
    split: Worlds,
    /// Print JSON instead of tables
    #[arg(long)]
    json: bool,
}

/// Which worlds a network is measured on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Worlds {
    /// For choosing between recipes.
    Validation,
    /// For the final word.
    Test,
}

/// The result for scripts.
#[derive(Serialize)]
struct EvaluationRecord {
    #[serde(flatten)]
    comparison: Comparison,
    teacher: Evaluation,
    student: Evaluation,
    hard_label_student: Option<Evaluation>,
}

pub(super) fn execute(options: &Options, assets: Option<&Path>) -> Result<Status> {
    let assets = Assets::find(assets)?;
    let teacher = weights::load(&assets.weights(&Who::Teacher))?.1;
    let student = weights::load(&assets.weights(&Who::Student))?.1;
    let control_path = assets.weights(&Who::HardLabelStudent);
    let control = if control_path.exists() {
        Some(weights::load(&control_path)?.1)
    } else {
        None
    };
    let cache = open_cache(&options.data, 0.0)?;
    let frames = cache.split(match options.split {
        Worlds::Validation => Split::Validation,
        Worlds::Test => Split::Test,
    });
    if frames.is_empty() {
        bail!(
            "{} has no frames of that split; capture at least ten worlds",
            options.data.display()
        );
    }
    let record = measure(&cache, &frames, &teacher, &student, control.as_ref())?;
    say(&if options.json {
        serde_json::to_string(&record)?
    } else {
        tables(&record)
    });
    Ok(Status::Passed)
}

fn measure(
    cache: &Cache,
    frames: &[usize],
    teacher: &Net,
    student: &Net,
    control: Option<&Net>,
) -> Result<EvaluationRecord> {
    let bar = progress::bar(3 + u64::from(control.is_some()), "measuring");
    let sight =
        |net: &Net| -> Result<_> { Ok(sight_of(Network::new(net.clone(), Backend::default())?)) };
    let look = |net: &Net| -> Result<Evaluation> {
        let evaluation = evaluate(cache, frames, sight(net)?)?;
        bar.inc(1);
        Ok(evaluation)
    };
    let of_teacher = look(teacher)?;
    let of_student = look(student)?;
    let of_control = control.map(look).transpose()?;
    let fidelity = fidelity(cache, frames, sight(teacher)?, sight(student)?)?;
    bar.finish_and_clear();
    Ok(EvaluationRecord {
        comparison: compare(&of_teacher, &of_student, of_control.as_ref(), &fidelity),
        teacher: of_teacher,
        student: of_student,
        hard_label_student: of_control,
    })
}

fn tables(record: &EvaluationRecord) -> String {
    let mut heads = Table::new(&[
        "head",
        "teacher",
        "student",
        "hard labels",
        "retention",
        "agreement",
        "KL",
        "negative flips",
    ]);
    for (name, head) in &record.comparison.heads {
        heads.row([
            name.clone(),
            number(Some(head.teacher), 3),
            number(Some(head.student), 3),
            number(head.hard_label_student, 3),
            percent(Some(head.retention)),
            percent(Some(head.fidelity.agreement)),
            number(Some(head.fidelity.kl), 3),
            percent(Some(head.fidelity.negative_flips)),
        ]);
    }
    format!(
        "{}\nretention: macro {}, worst head {}\n\n{}",
        heads.render(),
        percent(Some(record.comparison.retention_macro)),
        percent(Some(record.comparison.retention_worst)),
        slices_table(record),
    )
}

fn slices_table(record: &EvaluationRecord) -> String {
    let mut slices = Table::new(&["slice", "head", "teacher", "student"]);
    for (slice, heads) in &record.teacher.slices {
        for (head, &of_teacher) in heads {
            let of_student = record
                .student
                .slices
                .get(slice)
                .and_then(|heads| heads.get(head))
                .copied();
            slices.row([
                slice.clone(),
                head.clone(),
                number(Some(of_teacher), 3),
                number(of_student, 3),
            ]);
        }
    }
    slices.render()
}
