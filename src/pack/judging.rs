//! How a run stands: by its criteria, or beside a baseline by verdict, numbers and, where bits are
//! promised, by its digest.

use serde::{Deserialize, Serialize};

use super::baseline::{Baseline, Entry, Origin};
use super::finished::FinishedRun;
use super::tolerance::{QUANTITIES, Tolerances};
use crate::record::Outcome;

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It fails, and no baseline expects that.
    Fail,
    /// It passes where the baseline expects it to fail.
    UnexpectedPass,
    /// A number lies too far from the baseline.
    Drift,
    /// Same program, same machine, same inputs, other bits.
    NotRepeated,
    /// The baseline does not know it.
    New,
    /// It fails as the baseline says.
    ExpectedFail,
    /// It passes.
    Pass,
}

impl Standing {
    /// The word in tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fail => "FAIL",
            Self::UnexpectedPass => "UNEXPECTED PASS",
            Self::Drift => "DRIFT",
            Self::NotRepeated => "NOT REPEATED",
            Self::New => "NEW",
            Self::ExpectedFail => "expected fail",
            Self::Pass => "pass",
        }
    }

    /// Whether it is as it should be.
    pub fn is_held(self) -> bool {
        matches!(self, Self::Pass | Self::ExpectedFail)
    }
}

/// One thing that is not as it should be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// A quantity, a criterion, `verdict`, `digest` or `baseline`.
    pub quantity: String,
    /// What was measured.
    pub value: Option<f64>,
    /// What the baseline has.
    pub baseline: Option<f64>,
    /// Smallest value allowed.
    pub low: Option<f64>,
    /// Largest value allowed.
    pub high: Option<f64>,
    /// All of it as a sentence, with story and seed.
    pub text: String,
}

/// A run and how it stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct JudgedRun {
    /// The run.
    #[serde(flatten)]
    pub finished: FinishedRun,
    /// What it is called on the command line.
    pub called: String,
    /// How it stands.
    pub standing: Standing,
    /// What is not as it should be.
    pub findings: Vec<Finding>,
}

/// Judges a run by its criteria, or beside a baseline.
pub fn judge(
    run: &FinishedRun,
    baseline: Option<&Baseline>,
    tolerances: &Tolerances,
) -> (Standing, Vec<Finding>) {
    let Some(baseline) = baseline else {
        return match run.run.verdict {
            Outcome::Pass => (Standing::Pass, Vec::new()),
            Outcome::Fail => (Standing::Fail, broken_criteria(run)),
        };
    };
    let Some(entry) = baseline.entry(&run.run.scenario, run.run.seed) else {
        let text = format!(
            "the baseline does not know it, its verdict is {}; --bless takes it up",
            run.run.verdict.word()
        );
        let mut findings = vec![remark(run, "baseline", &text)];
        findings.extend(broken_criteria(run));
        return (Standing::New, findings);
    };
    beside(run, entry, baseline.origin(entry), tolerances)
}

fn beside(
    run: &FinishedRun,
    entry: &Entry,
    origin: &Origin,
    tolerances: &Tolerances,
) -> (Standing, Vec<Finding>) {
    let mut findings = Vec::new();
    let standing = match (entry.verdict, run.run.verdict) {
        (Outcome::Pass, Outcome::Fail) => {
            let text = "verdict is fail, the baseline has pass";
            findings.push(remark(run, "verdict", text));
            findings.extend(broken_criteria(run));
            Standing::Fail
        }
        (Outcome::Fail, Outcome::Pass) => {
            let text = "verdict is pass, the baseline has fail; take it up with --bless";
            findings.push(remark(run, "verdict", text));
            Standing::UnexpectedPass
        }
        (Outcome::Pass, Outcome::Pass) => Standing::Pass,
        (Outcome::Fail, Outcome::Fail) => Standing::ExpectedFail,
    };
    // What follows a mistake is chance: how an expected fail went on is not compared.
    let is_chance =
        standing == Standing::ExpectedFail || tolerances.verdict_only.contains(&run.run.scenario);
    let drift = if is_chance {
        Vec::new()
    } else {
        drift(run, entry, tolerances)
    };
    let worst = if drift.is_empty() {
        standing
    } else {
        standing.min(Standing::Drift)
    };
    findings.extend(drift);
    let unrepeated = broken_promise(run, entry, origin);
    let worst = if unrepeated.is_some() {
        worst.min(Standing::NotRepeated)
    } else {
        worst
    };
    findings.extend(unrepeated);
    (worst, findings)
}

/// The criteria that were not met, in the story's words.
fn broken_criteria(run: &FinishedRun) -> Vec<Finding> {
    let failures = run.run.failures.iter();
    failures
        .map(|failure| Finding {
            value: failure.value,
            ..remark(run, &failure.criterion, &failure.text)
        })
        .collect()
}

/// The quantities that lie too far from the baseline, either way.
fn drift(run: &FinishedRun, entry: &Entry, tolerances: &Tolerances) -> Vec<Finding> {
    let mut findings = Vec::new();
    for quantity in &QUANTITIES {
        // A quantity that is younger than the baseline is taken up by the next blessing.
        let Some(&expected) = entry.quantities.get(quantity.name) else {
            continue;
        };
        let value = (quantity.of)(&run.run);
        let bounds = expected.map(|expected| tolerances.of(quantity).bounds(expected));
        let is_held = match (value, bounds) {
            (Some(value), Some((low, high))) => (low..=high).contains(&value),
            (None, None) => true,
            _ => false,
        };
        if !is_held {
            let text = format!(
                "{} is {}, the baseline has {}{}",
                quantity.name,
                words(value),
                words(expected),
                bounds.map_or_else(String::new, |(low, high)| format!(
                    " and allows {low:.2} to {high:.2}"
                )),
            );
            findings.push(Finding {
                value,
                baseline: expected,
                low: bounds.map(|bounds| bounds.0),
                high: bounds.map(|bounds| bounds.1),
                ..remark(run, quantity.name, &text)
            });
        }
    }
    findings
}

/// Another digest though program, machine and inputs are the same.
fn broken_promise(run: &FinishedRun, entry: &Entry, origin: &Origin) -> Option<Finding> {
    let is_promised =
        run.run.repeatable && Origin::of(run) == *origin && run.inputs == entry.inputs;
    (is_promised && run.run.digest != entry.digest).then(|| {
        let text = format!(
            "digest is {:.12}..., the baseline has {:.12}... from the same program on the same machine: \
             the run did not repeat",
            run.run.digest, entry.digest
        );
        remark(run, "digest", &text)
    })
}

fn remark(run: &FinishedRun, quantity: &str, text: &str) -> Finding {
    Finding {
        quantity: quantity.to_owned(),
        value: None,
        baseline: None,
        low: None,
        high: None,
        text: format!("{} seed {}: {text}", run.run.scenario, run.run.seed),
    }
}

fn words(value: Option<f64>) -> String {
    value.map_or_else(|| "undefined".to_owned(), |value| format!("{value:.2}"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use scenarios::metrics::Metrics;

    use super::super::file::CastWords;
    use super::*;
    use crate::camera::CameraKind;
    use crate::record::{Machine, RunRecord, StoryOrigin};

    fn run(verdict: Outcome, min_ttc_s: Option<f64>) -> FinishedRun {
        FinishedRun {
            run: RunRecord {
                scenario: "cut_in".to_owned(),
                story: StoryOrigin {
                    place: "cut_in.ron".to_owned(),
                    digest: "story".to_owned(),
                },
                title: "A car cuts in.".to_owned(),
                seed: 2,
                driver: "student".to_owned(),
                shadow: None,
                parameters: BTreeMap::new(),
                values: BTreeMap::new(),
                events: Vec::new(),
                latency: "fixed".to_owned(),
                faults: Vec::new(),
                camera: CameraKind::Sensor,
                repeatable: true,
                fork: None,
                verdict,
                failures: Vec::new(),
                metrics: Metrics {
                    min_ttc_s,
                    ..Metrics::default()
                },
                agreement: None,
                agreement_counts: None,
                digest: "0123456789abcdef".to_owned(),
                real_time_factor: 1.0,
                networks: BTreeMap::new(),
                machine: Machine {
                    program: "0.1.0".to_owned(),
                    cpu: "one".to_owned(),
                    engine: "avx2".to_owned(),
                    camera_driver: "llvmpipe".to_owned(),
                },
            },
            simulated_s: 10.0,
            inputs: "inputs".to_owned(),
            program: "program".to_owned(),
            engine: "engine".to_owned(),
        }
    }

    /// How `now` stands beside `then`, and what is said about it.
    fn standing(then: &FinishedRun, now: &FinishedRun) -> (Standing, Vec<String>) {
        let mut baseline = Baseline::empty(CastWords {
            driver: "student".to_owned(),
            shadow: None,
            latency: "fixed".to_owned(),
            faults: Vec::new(),
        });
        baseline.bless(std::iter::once(then));
        let tolerances = Tolerances::with(&BTreeMap::new()).unwrap();
        let (standing, findings) = judge(now, Some(&baseline), &tolerances);
        let texts = findings.into_iter().map(|finding| finding.text);
        (standing, texts.collect())
    }

    #[test]
    fn the_verdict_of_the_baseline_is_expected_either_way() {
        use Outcome::{Fail, Pass};
        for (then, now, expected) in [
            (Pass, Pass, Standing::Pass),
            (Fail, Fail, Standing::ExpectedFail),
            (Pass, Fail, Standing::Fail),
            (Fail, Pass, Standing::UnexpectedPass),
        ] {
            let (found, texts) = standing(&run(then, None), &run(now, None));
            assert_eq!(found, expected);
            assert_eq!(texts.is_empty(), found.is_held(), "{texts:?}");
        }
    }

    #[test]
    fn a_number_may_move_within_its_tolerance_and_not_beyond_or_vanish() {
        let then = run(Outcome::Pass, Some(2.0));
        let beside = |ttc_s| standing(&then, &run(Outcome::Pass, ttc_s));
        assert_eq!(beside(Some(2.2)).0, Standing::Pass);
        let (found, texts) = beside(Some(1.0));
        assert_eq!(found, Standing::Drift);
        let expected =
            "cut_in seed 2: min_ttc_s is 1.00, the baseline has 2.00 and allows 1.70 to 2.30";
        assert_eq!(texts, [expected]);
        assert_eq!(beside(Some(3.0)).0, Standing::Drift);
        assert!(beside(None).1[0].contains("min_ttc_s is undefined"));
    }

    #[test]
    fn what_follows_an_expected_fail_is_not_compared() {
        let then = run(Outcome::Fail, Some(2.0));
        let now = run(Outcome::Fail, None);
        assert_eq!(standing(&then, &now), (Standing::ExpectedFail, Vec::new()));
    }

    #[test]
    fn bits_are_promised_to_the_same_program_on_the_same_machine_only() {
        let then = run(Outcome::Pass, None);
        let mut now = then.clone();
        now.run.digest = "other bits".to_owned();
        assert_eq!(standing(&then, &now).0, Standing::NotRepeated);
        let mut elsewhere = now.clone();
        elsewhere.run.machine.cpu = "another".to_owned();
        assert_eq!(standing(&then, &elsewhere).0, Standing::Pass);
        let mut rebuilt = now.clone();
        rebuilt.program = "another".to_owned();
        assert_eq!(standing(&then, &rebuilt).0, Standing::Pass);
    }
}
