//! The sentence to sign: ship, do not ship, or not enough evidence.

use std::collections::BTreeMap;
use std::fmt;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::effect::Effect;
use super::plan::GridPlan;
use crate::pack::finished::FinishedRun;
use crate::record::Outcome;

/// May the second driver take the first one's place?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// The interval excludes that it passes fewer stories by more than the margin.
    Ship,
    /// It is shown to pass fewer stories, and perhaps by more than the margin.
    DoNotShip,
    /// The interval leaves both open.
    NotEnoughEvidence,
}

impl Decision {
    /// By the change of the pass rate, second minus first; `margin` is a share.
    pub fn of(change: &Effect, margin: f64) -> Self {
        if change.low > -margin {
            Decision::Ship
        } else if change.high < 0.0 {
            Decision::DoNotShip
        } else {
            Decision::NotEnoughEvidence
        }
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Decision::Ship => "Ship",
            Decision::DoNotShip => "Do not ship",
            Decision::NotEnoughEvidence => "Not enough evidence",
        })
    }
}

/// Two drivers over the same stories and seeds, each with its own latency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ComparisonRecord {
    /// Who drives now.
    pub first: String,
    /// Who is to take its place.
    pub second: String,
    /// How many stories.
    pub stories: usize,
    /// Each with the seeds from 1 to this.
    pub seeds: u64,
    /// Runs that passed, of both.
    pub passed: [usize; 2],
    /// The change of the pass rate, second minus first.
    pub change: Effect,
    /// How much of it is borne, as a share.
    pub margin: f64,
    /// What follows.
    pub decision: Decision,
    /// The story that loses most, if one loses.
    pub worst: Option<Worst>,
}

/// The story that loses most, by the second driver's lowest score among the seeds that only the first passes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Worst {
    /// Its index in the plan.
    pub story: usize,
    /// Its name.
    pub scenario: String,
    /// The seed.
    pub seed: u64,
    /// Seeds that passed, of both.
    pub passed: [usize; 2],
    /// What went wrong with that seed.
    pub failure: String,
    /// The run's page at its last frame, once it was driven again with pictures.
    pub frame: Option<String>,
}

impl ComparisonRecord {
    /// Compares the two contestants of a plan by its runs.
    ///
    /// # Errors
    /// When a run is missing.
    pub fn new(plan: &GridPlan, runs: &BTreeMap<String, FinishedRun>, margin: f64) -> Result<Self> {
        let run = |cell: usize, story: usize, seed: u64| plan.run(runs, [cell, story], seed);
        let mut stories = Vec::new();
        let mut passed = [0; 2];
        for story in 0..plan.stories.len() {
            let mut pairs = Vec::new();
            for seed in 1..=plan.seeds {
                let pair = [run(0, story, seed)?, run(1, story, seed)?];
                for (count, run) in passed.iter_mut().zip(pair) {
                    *count += usize::from(passes(run));
                }
                pairs.push(pair);
            }
            stories.push(pairs);
        }
        let differences: Vec<Vec<f64>> = stories
            .iter()
            .map(|pairs| pairs.iter().map(|&pair| difference(pair)).collect())
            .collect();
        let change = Effect::over_stories(&differences);
        let [first, second] = [0, 1].map(|index: usize| plan.contestants[index].to_string());
        Ok(Self {
            first,
            second,
            stories: plan.stories.len(),
            seeds: plan.seeds,
            passed,
            decision: Decision::of(&change, margin),
            change,
            margin,
            worst: worst(&stories),
        })
    }

    /// The sentence to sign.
    pub fn sentence(&self) -> String {
        let runs = self.stories as u64 * self.seeds;
        let worst = match &self.worst {
            None => "no story loses".to_owned(),
            Some(worst) => format!(
                "worst in {} ({} of {} instead of {}; seed {}: {}){}",
                worst.scenario,
                worst.passed[1],
                self.seeds,
                worst.passed[0],
                worst.seed,
                worst.failure,
                worst
                    .frame
                    .as_ref()
                    .map_or_else(String::new, |frame| format!(", see {frame}")),
            ),
        };
        format!(
            "{}: {} passes {} of {runs} runs where {} passes {}, {} points (95 % interval; stories: {}, seeds: {}; up to \
             {:.0} points fewer are borne); {worst}.",
            self.decision,
            self.second,
            self.passed[1],
            self.first,
            self.passed[0],
            self.change.words(),
            self.stories,
            self.seeds,
            100.0 * self.margin,
        )
    }
}

fn passes(run: &FinishedRun) -> bool {
    run.run.verdict == Outcome::Pass
}

/// Second minus first.
fn difference(pair: [&FinishedRun; 2]) -> f64 {
    let [first, second] = pair.map(|run| f64::from(u8::from(passes(run))));
    second - first
}

/// By the sum of differences, the first of equals.
fn worst(stories: &[Vec<[&FinishedRun; 2]>]) -> Option<Worst> {
    let loss =
        |pairs: &[[&FinishedRun; 2]]| -pairs.iter().map(|&pair| difference(pair)).sum::<f64>();
    let (story, pairs) = stories
        .iter()
        .enumerate()
        .rev()
        .max_by(|(_, a), (_, b)| loss(a).total_cmp(&loss(b)))
        .filter(|(_, pairs)| loss(pairs) > 0.0)?;
    let lost = pairs.iter().map(|pair| (difference(*pair), &pair[1].run));
    let score = |run: &crate::record::RunRecord| run.metrics.driving_score_v2_0;
    let (_, run) = lost
        .filter(|(difference, _)| *difference < 0.0)
        .min_by(|(_, a), (_, b)| score(a).total_cmp(&score(b)))?;
    let count = |index: usize| pairs.iter().filter(|pair| passes(pair[index])).count();
    let failure = run.failures.first();
    Some(Worst {
        story,
        scenario: run.scenario.clone(),
        seed: run.seed,
        passed: [count(0), count(1)],
        failure: failure.map_or_else(String::new, |failure| failure.text.clone()),
        frame: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decision(differences: &[f64]) -> Decision {
        Decision::of(&Effect::of(differences), 0.05)
    }

    #[test]
    fn an_equal_driver_is_shipped_once_there_are_runs_enough() {
        assert_eq!(decision(&[0.0; 20]), Decision::NotEnoughEvidence);
        assert_eq!(decision(&[0.0; 100]), Decision::Ship);
    }

    #[test]
    fn a_driver_that_fails_where_the_other_passes_is_not_shipped() {
        let mut differences = vec![0.0; 60];
        differences[..12].fill(-1.0);
        assert_eq!(decision(&differences), Decision::DoNotShip);
    }
}
