//! Who takes part in a search over stories, and what of it has been driven already.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use drive::latency::LatencyMode;
use perception::files::digest;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::drive_options::EngineOptions;
use crate::journal::Journal;
use crate::models::Who;
use crate::pack::job::{cast_inputs, story_inputs};
use crate::pack::plan::program_digest;
use crate::progress;
use crate::record::RunRecord;
use crate::theatre::{Cast, Performance, Theatre};

/// Everyone's theatre, and the journal of their runs.
pub(super) struct Field {
    entrants: BTreeMap<Who, Entrant>,
    journal: Journal,
    program: String,
}

/// One who takes part.
struct Entrant {
    theatre: Theatre,
    /// Digest of what decides how it sees and when.
    inputs: String,
}

impl Field {
    /// Opens a theatre for each driver. With a place for the result, every run is kept beside it until the result is
    /// written.
    ///
    /// # Errors
    /// When a network is missing or damaged, or the place cannot be written to.
    pub(super) fn open(
        drivers: &[Who],
        latency: &LatencyMode,
        engine: &EngineOptions,
        assets: Option<&Path>,
        out: Option<&Path>,
    ) -> Result<Self> {
        ensure!(!drivers.is_empty(), "name a driver with --driver");
        let stop = progress::stop_flag()?;
        let entrant = |driver: &Who| {
            let cast = Cast::alone(driver.clone(), latency.clone(), engine.backend()?);
            let inputs = cast_inputs(&cast, assets)?;
            let theatre = Theatre::open(assets, cast, stop.clone())?;
            Ok((driver.clone(), Entrant { theatre, inputs }))
        };
        Ok(Self {
            entrants: drivers.iter().map(entrant).collect::<Result<_>>()?,
            journal: out.map_or_else(|| Ok(Journal::default()), Journal::beside)?,
            program: out.map_or_else(|| Ok(String::new()), |_| program_digest())?,
        })
    }

    /// One driver alone, of whose runs none is kept.
    pub(super) fn alone(driver: Who, theatre: Theatre) -> Self {
        let inputs = String::new();
        Self {
            entrants: BTreeMap::from([(driver, Entrant { theatre, inputs })]),
            journal: Journal::default(),
            program: String::new(),
        }
    }

    /// The theatre of one who takes part.
    pub(super) fn theatre(&self, driver: &Who) -> &Theatre {
        &self.entrants[driver].theatre
    }

    /// What a run comes to, driven now or before the command was stopped.
    ///
    /// # Errors
    /// When the run cannot be driven or kept.
    pub(super) fn drive<T: Serialize + DeserializeOwned>(
        &self,
        driver: &Who,
        performance: &Performance<'_>,
        sum_up: impl FnOnce(RunRecord) -> T,
    ) -> Result<T> {
        let Entrant { theatre, inputs } = &self.entrants[driver];
        let key = digest([
            self.program.as_bytes(),
            inputs.as_bytes(),
            story_inputs(performance.story)?.as_bytes(),
            &performance.seed.to_le_bytes(),
            performance.latency.to_string().as_bytes(),
            &serde_json::to_vec(&performance.parameters)?,
        ]);
        let run = || Ok(sum_up(theatre.perform(performance)?.record));
        self.journal
            .once(&key, run)
            .with_context(|| match self.journal.place() {
                Some(_) => "stopped; what was driven is kept, the same command goes on there",
                None => "stopped; with --out FILE it could be taken up again",
            })
    }

    /// The result is written: nothing of it needs to be kept any more.
    ///
    /// # Errors
    /// When the journal cannot be removed.
    pub(super) fn close(self) -> Result<()> {
        self.journal.close()
    }
}
