//! The result of a check in words and tables for people.

use super::file::CastWords;
use super::judging::JudgedRun;
use super::result::{CheckRecord, Timing};
use crate::table::{Table, number, percent};

impl CastWords {
    /// Who drives, who watches, how late, what goes wrong, as a clause.
    pub fn sentence(&self) -> String {
        let shadow = match &self.shadow {
            Some(shadow) => format!(", {shadow} watches"),
            None => String::new(),
        };
        let faults = match self.faults.join(", ") {
            none if none.is_empty() => none,
            some => format!(", faults {some}"),
        };
        format!(
            "{} drives{shadow}, latency {}{faults}",
            self.driver, self.latency
        )
    }
}

impl Timing {
    /// Both clocks side by side.
    pub fn sentence(&self) -> String {
        if self.driven == 0 {
            return "every run had been finished before".to_owned();
        }
        format!(
            "{} runs of {:.0} simulated seconds were driven in {:.0} s on {} cores: {:.1} x real time",
            self.driven,
            self.simulated_s,
            self.wall_s,
            self.cores,
            self.times_real_time()
        )
    }
}

impl CheckRecord {
    /// How it ended.
    pub fn sentence(&self) -> String {
        let part = match self.part {
            Some(part) => format!(" (part {} of {})", part.index, part.count),
            None => String::new(),
        };
        let expected = match self.expected_fails() {
            0 => String::new(),
            count => format!(", of these {count} expected fails"),
        };
        format!(
            "{} passed{expected}, {} failed{part}",
            self.passed, self.failed
        )
    }

    /// A row a run, failures first.
    pub fn table(&self) -> String {
        let mut table = Table::new(&[
            "story",
            "seed",
            "result",
            "score",
            "min TTC s",
            "min gap m",
            "braking m/s2",
            "lane error m",
            "agreement",
        ]);
        for run in self.failures_first() {
            table.row(row(run));
        }
        table.render()
    }
}

fn row(run: &JudgedRun) -> [String; 9] {
    let (record, metrics) = (&run.finished.run, &run.finished.run.metrics);
    [
        record.scenario.clone(),
        record.seed.to_string(),
        run.standing.word().to_owned(),
        number(Some(metrics.driving_score_v2_0), 1),
        number(metrics.min_ttc_s, 2),
        number(metrics.min_gap_m, 2),
        number(Some(metrics.max_decel_mps2), 1),
        number(Some(metrics.lane_error_m), 2),
        percent(record.agreement),
    ]
}

impl JudgedRun {
    /// Story and seed in one word.
    pub fn id(&self) -> String {
        super::job::id(&self.finished.run.scenario, self.finished.run.seed)
    }

    /// What to type to see this run with its pictures.
    pub fn repeat_command(&self) -> String {
        let run = &self.finished.run;
        run.repeat_command(&self.called, &self.id())
    }
}
