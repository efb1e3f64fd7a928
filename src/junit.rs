//! `junit.xml`: the result of a check in the words of test runners, a suite per story, a case per seed.

use std::time::Duration;

use anyhow::{Context, Result};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::pack::judging::JudgedRun;
use crate::pack::result::CheckRecord;

/// The file's text.
///
/// # Errors
/// Never in practice: only when the text cannot be built.
pub fn junit(record: &CheckRecord) -> Result<String> {
    let mut report = Report::new(format!("understudy check {}", record.pack.name));
    let stories = record
        .runs
        .chunk_by(|a, b| a.finished.run.scenario == b.finished.run.scenario);
    report.add_test_suites(stories.map(suite));
    report.to_string().context("cannot write the JUnit report")
}

fn suite(runs: &[JudgedRun]) -> TestSuite {
    let mut suite = TestSuite::new(runs[0].finished.run.scenario.as_str());
    suite.add_test_cases(runs.iter().map(case));
    suite
}

fn case(run: &JudgedRun) -> TestCase {
    let record = &run.finished.run;
    let mut case = TestCase::new(format!("seed {}", record.seed), status(run));
    case.set_classname(record.scenario.as_str());
    let wall_s = run.finished.simulated_s / record.real_time_factor.max(1e-9);
    case.set_time(Duration::from_secs_f64(wall_s));
    if run.standing.is_held() && !record.failures.is_empty() {
        let failures = record.failures.iter();
        let texts: Vec<&str> = failures.map(|failure| failure.text.as_str()).collect();
        case.set_system_out(format!("{}: {}", run.standing.word(), texts.join("; ")));
    }
    case
}

fn status(run: &JudgedRun) -> TestCaseStatus {
    if run.standing.is_held() {
        return TestCaseStatus::success();
    }
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    let lines: Vec<&str> = run
        .findings
        .iter()
        .map(|finding| finding.text.as_str())
        .collect();
    status
        .set_type(run.standing.word())
        .set_message(lines.first().copied().unwrap_or_default())
        .set_description(lines.join("\n"));
    status
}
