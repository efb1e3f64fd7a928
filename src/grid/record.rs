//! What a grid found, as `grid.json` has it.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::cause::{Attribution, Square};
use super::cells::{Cell, Comparison};
use super::plan::GridPlan;
use crate::pack::finished::FinishedRun;
use crate::record::{Machine, Outcome};

/// The whole grid.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GridRecord {
    /// Who the others are compared with.
    pub reference: String,
    /// Every story was driven with the seeds from 1 to this.
    pub seeds: u64,
    /// Who drove how late, and how often they passed.
    pub cells: Vec<CellRecord>,
    /// The stories in order.
    pub stories: Vec<StoryRecord>,
    /// Each other contestant beside the reference over all stories.
    pub over_stories: Vec<NamedAttribution>,
    /// What it was computed on.
    pub machine: Machine,
}

/// One contestant with one latency.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CellRecord {
    /// Who drove.
    pub driver: String,
    /// How late, as on the command line.
    pub latency: String,
    /// Whose latency that is: `none`, `own`, or another contestant's name.
    pub whose: String,
    /// Whether it is the driver's own, which for the truth is none.
    pub is_own: bool,
    /// Runs that passed, of all stories and seeds.
    pub passed: usize,
    /// All runs.
    pub runs: usize,
    /// Frames that a newer one replaced while the network was busy, as a share of all frames.
    pub dropped_share: f64,
}

/// One story in every cell.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StoryRecord {
    /// Its name.
    pub scenario: String,
    /// Its title.
    pub title: String,
    /// Whether each seed passed, for each cell.
    pub passed: Vec<Vec<bool>>,
    /// Each other contestant beside the reference.
    pub attributions: Vec<NamedAttribution>,
}

/// Why a contestant drives differently from the reference.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NamedAttribution {
    /// The contestant.
    pub driver: String,
    /// The effects and their cause.
    #[serde(flatten)]
    pub attribution: Attribution,
    /// What to type to see its run with its own latency, the first seed that fails if one does; `None` over all
    /// stories.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub command: Option<String>,
}

impl GridRecord {
    /// Sums up the runs of a grid, by their jobs' ids.
    ///
    /// # Errors
    /// When a run is missing.
    pub fn new(plan: &GridPlan, runs: &BTreeMap<String, FinishedRun>) -> Result<Self> {
        let stories = (0..plan.stories.len())
            .map(|story| StoryRecord::new(plan, runs, story))
            .collect::<Result<Vec<_>>>()?;
        let over_stories = plan.cells.comparisons.iter().map(|comparison| {
            let squares: Vec<Vec<Square>> = stories
                .iter()
                .map(|story| squares(comparison, &story.passed))
                .collect();
            named(plan, comparison, Attribution::over_stories(&squares))
        });
        let any = runs.values().next().context("a grid has runs")?;
        Ok(Self {
            reference: plan.contestants[plan.cells.reference].to_string(),
            seeds: plan.seeds,
            cells: cells(plan, runs, &stories),
            over_stories: over_stories.collect(),
            stories,
            machine: any.run.machine.clone(),
        })
    }
}

impl CellRecord {
    /// How many of its runs pass, in percent.
    pub fn percent(&self) -> f64 {
        100.0 * self.passed as f64 / self.runs as f64
    }
}

impl StoryRecord {
    fn new(plan: &GridPlan, runs: &BTreeMap<String, FinishedRun>, story: usize) -> Result<Self> {
        let passes = |cell: usize, seed: u64| {
            let run = plan.run(runs, [cell, story], seed)?;
            Ok(run.run.verdict == Outcome::Pass)
        };
        let passed = (0..plan.cells.cells.len())
            .map(|cell| (1..=plan.seeds).map(|seed| passes(cell, seed)).collect())
            .collect::<Result<Vec<Vec<bool>>>>()?;
        let attributions = plan.cells.comparisons.iter().map(|comparison| {
            let attribution = Attribution::of(&squares(comparison, &passed));
            let [_, own] = comparison.second;
            let failed = passed[own].iter().position(|passed| !passed);
            let seed = failed.unwrap_or(0) as u64 + 1;
            let run = &plan.run(runs, [own, story], seed)?.run;
            Ok(NamedAttribution {
                command: Some(run.repeat_command(&plan.stories[story].0, "look")),
                ..named(plan, comparison, attribution)
            })
        });
        let attributions = attributions.collect::<Result<_>>()?;
        let (_, story) = &plan.stories[story];
        Ok(Self {
            scenario: story.name.clone(),
            title: story.title.clone(),
            attributions,
            passed,
        })
    }

    /// How many seeds passed in a cell.
    pub fn count(&self, cell: usize) -> usize {
        self.passed[cell].iter().filter(|&&passed| passed).count()
    }
}

fn named(plan: &GridPlan, comparison: &Comparison, attribution: Attribution) -> NamedAttribution {
    NamedAttribution {
        driver: plan.contestants[comparison.contestant].to_string(),
        attribution,
        command: None,
    }
}

/// The runs that a comparison needs of one story, seed by seed.
fn squares(comparison: &Comparison, passed: &[Vec<bool>]) -> Vec<Square> {
    let seeds = passed.first().map_or(0, Vec::len);
    let of = |cells: [usize; 2], seed: usize| cells.map(|cell| passed[cell][seed]);
    (0..seeds)
        .map(|seed| Square {
            first: of(comparison.first, seed),
            second: of(comparison.second, seed),
        })
        .collect()
}

fn cells(
    plan: &GridPlan,
    runs: &BTreeMap<String, FinishedRun>,
    stories: &[StoryRecord],
) -> Vec<CellRecord> {
    let record = |(index, cell): (usize, &Cell)| {
        let jobs = (0..stories.len())
            .flat_map(|story| (1..=plan.seeds).map(move |seed| plan.job(index, story, seed)));
        let networks = jobs
            .filter_map(|job| runs.get(&job.id()))
            .flat_map(|run| run.run.networks.values());
        let (frames, dropped) = networks.fold((0, 0), |(frames, dropped), network| {
            (
                frames + network.frames + network.dropped,
                dropped + network.dropped,
            )
        });
        CellRecord {
            driver: plan.contestants[cell.contestant].to_string(),
            latency: cell.latency.to_string(),
            whose: plan.whose(cell),
            is_own: cell.latency == plan.cells.own[cell.contestant],
            passed: stories.iter().map(|story| story.count(index)).sum(),
            runs: stories.len() * plan.seeds as usize,
            dropped_share: dropped as f64 / (frames as f64).max(1.0),
        }
    };
    plan.cells.cells.iter().enumerate().map(record).collect()
}

impl NamedAttribution {
    /// The cause over all stories as a sentence.
    pub fn sentence(&self, grid: &GridRecord) -> String {
        let found = &self.attribution;
        let own = |driver: &str| {
            let is_it = |cell: &&CellRecord| cell.driver == driver && cell.is_own;
            grid.cells
                .iter()
                .find(is_it)
                .map_or(0.0, CellRecord::percent)
        };
        format!(
            "{driver} beside {reference}, each with its own latency, passes {now:.0} % of the runs instead of {then:.0} %: \
             {whole} points; by quality {quality}, by latency {latency}. Cause: {cause}.",
            driver = self.driver,
            now = own(&self.driver),
            reference = grid.reference,
            then = own(&grid.reference),
            whole = found.whole.words(),
            quality = found.quality.words(),
            latency = found.latency.words(),
            cause = found.cause,
        )
    }
}
