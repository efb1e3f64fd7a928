//! Recorded runs read back: what `diff` compares and forks begin from.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use drive::ego::VehicleCommand;
use drive::time::Tick;
use perception::files::digest;
use scenarios::catalog;
use scenarios::story::Story;
use scenarios::world::WorldState;

use crate::record::{ForkOrigin, RunRecord};
use crate::trace::TraceLine;

/// A run folder in memory.
#[derive(Debug, Clone)]
pub struct RecordedRun {
    /// Where it lies.
    pub folder: PathBuf,
    /// Its summary.
    pub record: RunRecord,
    /// Its ticks from the first on.
    pub lines: Vec<TraceLine>,
}

impl RecordedRun {
    /// Reads a folder that `run --out` wrote.
    ///
    /// # Errors
    /// When it is none, or unfinished, or damaged; the message names file, line and remedy.
    pub fn open(folder: &Path) -> Result<Self> {
        let summary = folder.join("run.json");
        let text = fs::read_to_string(&summary).with_context(|| {
            format!(
                "{} is no finished run: it has no readable run.json; `understudy run STORY --out {0}` records one",
                folder.display()
            )
        })?;
        let record = serde_json::from_str(&text).with_context(|| {
            format!(
                "{} is not the summary of a run of this version; record it again",
                summary.display()
            )
        })?;
        let trace = folder.join("trace.jsonl");
        let text = fs::read_to_string(&trace)
            .with_context(|| format!("cannot read {}; record the run again", trace.display()))?;
        let lines = text.lines().zip(1..).map(|(line, number)| {
            serde_json::from_str(line).with_context(|| {
                format!(
                    "{}:{number} is not a tick of this version; record the run again",
                    trace.display()
                )
            })
        });
        Ok(Self {
            folder: folder.to_owned(),
            record,
            lines: lines.collect::<Result<_>>()?,
        })
    }

    /// The story it played, from the catalog or its file.
    ///
    /// # Errors
    /// When neither has the story as it was.
    pub fn story(&self) -> Result<Story> {
        let origin = &self.record.story;
        let from_catalog = catalog::load(&self.record.scenario).ok();
        let is_it = |story: &Story| story_digest(story) == origin.digest;
        if let Some(story) = from_catalog.filter(is_it) {
            return Ok(story);
        }
        let story = catalog::load_path(Path::new(&origin.place)).with_context(|| {
            format!(
                "the story of {} is no longer the one in the catalog, nor found as {}",
                self.folder.display(),
                origin.place
            )
        })?;
        ensure!(
            is_it(&story),
            "{} has changed since {} was recorded; record it again",
            origin.place,
            self.folder.display()
        );
        Ok(story)
    }
}

/// A recorded run that another one repeats up to a tick: the same world, then another driver.
#[derive(Debug, Clone)]
pub struct Fork {
    run: RecordedRun,
    at: Tick,
}

impl Fork {
    /// Reads `RUN@TICK`, or `RUN@SECONDSs`: a run folder and where to leave it.
    ///
    /// # Errors
    /// When it is written differently, or the run cannot be read, is shorter, or does not repeat.
    pub fn open(text: &str) -> Result<Self> {
        let (folder, at) = text.rsplit_once('@').with_context(|| {
            format!("`{text}` names no tick; write RUN@TICK (RUN@250) or RUN@SECONDSs (RUN@2.5s)")
        })?;
        let at = parse_tick(at)?;
        Self::leave(RecordedRun::open(Path::new(folder))?, at)
    }

    fn leave(run: RecordedRun, at: Tick) -> Result<Self> {
        let folder = run.folder.display();
        ensure!(
            run.record.repeatable,
            "{folder} was recorded with latency `live`, which does not repeat; record it with another"
        );
        let end = Tick(run.lines.len() as u64);
        ensure!(
            at < end,
            "{folder} ends at tick {} ({:.2} s), before tick {}",
            end.0,
            end.seconds(),
            at.0
        );
        Ok(Self { run, at })
    }

    /// Repeats a run to its last tick.
    ///
    /// # Errors
    /// When it does not repeat, or has no tick.
    pub fn whole(run: RecordedRun) -> Result<Self> {
        let last = run.lines.len().checked_sub(1);
        let last = last.with_context(|| format!("{} has no tick", run.folder.display()))?;
        Self::leave(run, Tick(last as u64))
    }

    /// The run it leaves.
    pub fn run(&self) -> &RecordedRun {
        &self.run
    }

    /// What the fork left, for its own record.
    pub fn origin(&self) -> ForkOrigin {
        ForkOrigin {
            run: self.run.folder.clone(),
            digest: self.run.record.digest.clone(),
            driver: self.run.record.driver.clone(),
            tick: self.at,
        }
    }

    /// The recorded command, as long as the recorded driver is at the wheel.
    ///
    /// # Errors
    /// When the world is not the recorded one.
    pub fn command(&self, world: &WorldState) -> Result<Option<VehicleCommand>> {
        if world.tick >= self.at {
            return Ok(None);
        }
        let line = &self.run.lines[world.tick.0 as usize];
        ensure!(
            line.tick.world == *world,
            "the world at tick {} is not the one in {}; the story, the program or the machine has changed since \
             (recorded on {} by version {}); record the run again",
            world.tick.0,
            self.run.folder.display(),
            self.run.record.machine.cpu,
            self.run.record.machine.program,
        );
        Ok(Some(line.tick.command))
    }
}

/// SHA-256 of a story's text and its base's, hexadecimal.
pub fn story_digest(story: &Story) -> String {
    digest(story.texts().map(str::as_bytes))
}

/// Reads a tick, or seconds: `250` or `2.5s`.
///
/// # Errors
/// When it is neither.
pub fn parse_tick(text: &str) -> Result<Tick> {
    let bad = || format!("`{text}` is no tick; write a whole number (250), or seconds (2.5s)");
    match text.strip_suffix('s') {
        Some(seconds) => {
            let seconds: f64 = seconds.parse().with_context(bad)?;
            ensure!((0.0..1e6).contains(&seconds), bad());
            Ok(Tick::nearest(seconds))
        }
        None => Ok(Tick(text.parse().with_context(bad)?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_written_as_numbers_or_seconds() {
        assert_eq!(parse_tick("250").unwrap(), Tick(250));
        assert_eq!(parse_tick("2.5s").unwrap(), Tick(250));
        for bad in ["", "-1s", "x", "2.5", "NaNs"] {
            let error = parse_tick(bad).unwrap_err().to_string();
            assert!(error.contains("seconds (2.5s)"), "{bad}: {error}");
        }
    }

    #[test]
    fn a_folder_without_a_summary_is_unfinished() {
        let error = RecordedRun::open(Path::new("/nowhere")).unwrap_err();
        assert!(format!("{error:#}").contains("no finished run"));
        let error = Fork::open("/nowhere").unwrap_err();
        assert!(format!("{error:#}").contains("RUN@TICK"));
    }
}
