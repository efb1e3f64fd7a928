//! The runs that a grid needs, and what drives them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::{Context, Result};
use drive::latency::LatencyMode;
use perception::network::Backend;
use scenarios::story::Story;

use super::cells::{Cell, Cells};
use super::contestant::Contestant;
use crate::files::in_file_name;
use crate::pack::finished::FinishedRun;
use crate::pack::job::{Job, jobs};
use crate::theatre::{Cast, Theatre};

/// What everyone drives.
#[derive(Debug, Clone)]
pub struct Programme {
    /// The stories in order, and what each is called on the command line.
    pub stories: Vec<(String, Story)>,
    /// Every story is driven with the seeds from 1 to this.
    pub seeds: u64,
}

/// Everything a grid is made of.
pub struct GridPlan {
    /// Who takes part.
    pub contestants: Vec<Contestant>,
    /// Who drives how late.
    pub cells: Cells,
    /// The stories in order, and what each is called on the command line.
    pub stories: Vec<(String, Story)>,
    /// Every story is driven with the seeds from 1 to this.
    pub seeds: u64,
    /// What computes the networks.
    pub backend: Backend,
    /// The jobs of each cell, stories first.
    jobs: Vec<Vec<Job>>,
}

impl GridPlan {
    /// Finds every run of it.
    ///
    /// # Errors
    /// When a story does not compile, or a file that a contestant needs is missing.
    pub fn new(
        contestants: Vec<Contestant>,
        cells: Cells,
        programme: Programme,
        backend: Backend,
        assets: Option<&Path>,
    ) -> Result<Self> {
        let Programme { stories, seeds } = programme;
        let of_cell = |index: usize| -> Result<Vec<Job>> {
            let cell = &cells.cells[index];
            let contestant = &contestants[cell.contestant];
            let cast = Cast {
                latency: cell.latency.clone(),
                ..cast(contestant, backend)
            };
            let words = in_file_name(&format!("{contestant}.{}", cell.latency));
            // Other words may look the same in a file's name.
            let shelf = format!("{}.{words}", cell.contestant + 1);
            let jobs = jobs(&stories, seeds, &cast, assets)?;
            let on_its_shelf = |job| Job {
                theatre: cell.contestant,
                shelf: shelf.clone(),
                ..job
            };
            Ok(jobs.into_iter().map(on_its_shelf).collect())
        };
        Ok(Self {
            jobs: (0..cells.cells.len()).map(of_cell).collect::<Result<_>>()?,
            stories,
            contestants,
            cells,
            seeds,
            backend,
        })
    }

    /// A theatre a contestant.
    ///
    /// # Errors
    /// When a network is missing or damaged.
    pub fn theatres(&self, assets: Option<&Path>, stop: &Arc<AtomicBool>) -> Result<Vec<Theatre>> {
        let open = |contestant| Theatre::open(assets, cast(contestant, self.backend), stop.clone());
        self.contestants.iter().map(open).collect()
    }

    /// Whose latency a cell has: `none`, `own`, or another contestant's name.
    pub fn whose(&self, cell: &Cell) -> String {
        let own = &self.cells.own;
        if cell.latency == LatencyMode::None {
            "none".to_owned()
        } else if cell.latency == own[cell.contestant] {
            "own".to_owned()
        } else {
            let other = own.iter().position(|latency| *latency == cell.latency);
            other.map_or_else(String::new, |other| self.contestants[other].who.to_string())
        }
    }

    /// Every run, seed by seed, so that a grid that was stopped has all cells with the same seeds.
    pub fn jobs(&self) -> Vec<&Job> {
        let mut jobs: Vec<&Job> = self.jobs.iter().flatten().collect();
        jobs.sort_by_key(|job| job.seed);
        jobs
    }

    /// The run of a cell, a story and a seed from 1 on.
    pub fn job(&self, cell: usize, story: usize, seed: u64) -> &Job {
        &self.jobs[cell][story * self.seeds as usize + (seed - 1) as usize]
    }

    /// How the run of a cell, a story and a seed from 1 on ended, of the runs by their jobs' ids.
    ///
    /// # Errors
    /// When it is missing.
    pub fn run<'a>(
        &self,
        runs: &'a BTreeMap<String, FinishedRun>,
        [cell, story]: [usize; 2],
        seed: u64,
    ) -> Result<&'a FinishedRun> {
        let id = self.job(cell, story, seed).id();
        runs.get(&id)
            .with_context(|| format!("the run {id} is missing"))
    }
}

/// A contestant alone in the car, without latency.
fn cast(contestant: &Contestant, backend: Backend) -> Cast {
    Cast {
        faults: contestant.faults.clone(),
        ..Cast::alone(contestant.who.clone(), LatencyMode::None, backend)
    }
}
