//! `understudy view`: a window on a run as it is driven, or on a recorded one.

use std::path::PathBuf;

use clap::Args;

use super::drive_options::DriveOptions;
#[cfg(feature = "viewer")]
pub(super) use window::execute;

/// Options of `view`. Of a story the student drives and the teacher watches, as late as in the car, unless told
/// otherwise; a recorded run brings its own cast.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// A story by name or file, or the folder of a recorded run; RUN@TICK or RUN@SECONDSs opens it there
    #[arg(value_name = "STORY|RUN")]
    what: String,
    /// Seed of everything random
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    drive: DriveOptions,
    /// Save a picture of the window at --at and close it
    #[arg(long, value_name = "PNG", requires = "at")]
    screenshot: Option<PathBuf>,
    /// Open at this moment, paused: a tick, or seconds as 2.5s
    #[arg(long, value_name = "TICK")]
    at: Option<String>,
    /// Show the soft targets of this camera pixel from the start
    #[arg(long, value_name = "U,V", value_delimiter = ',', num_args = 1)]
    probe: Option<Vec<f32>>,
    /// Let the sun throw shadows though there is no GPU
    #[arg(long)]
    shadows: bool,
}

#[cfg(not(feature = "viewer"))]
pub(super) fn execute(
    options: &Options,
    _: Option<&std::path::Path>,
) -> anyhow::Result<super::Status> {
    let page = std::path::Path::new(&options.what).join("report.html");
    let instead = if page.is_file() {
        format!("open {} in a browser", page.display())
    } else {
        "`understudy run STORY --out runs/STORY` writes a page for any browser, report.html"
            .to_owned()
    };
    anyhow::bail!(
        "this build has no window; build it with `make view`, or `cargo build --features viewer`, in the checkout; \
         without it, {instead}"
    )
}

#[cfg(feature = "viewer")]
mod window {
    use std::path::Path;
    use std::sync::Arc;

    use anyhow::{Result, bail};
    use drive::latency::LatencyMode;

    use super::super::drive_options::load_story;
    use super::super::{Status, say};
    use super::Options;
    use crate::models::Who;
    use crate::progress;
    use crate::record::{Outcome, RunRecord};
    use crate::recorded::{Fork, RecordedRun, parse_tick};
    use crate::summary;
    use crate::theatre::{Cast, Theatre};
    use crate::viewer::{Opening, Shot, open};
    use crate::watching::Order;

    pub(in super::super) fn execute(options: &Options, assets: Option<&Path>) -> Result<Status> {
        let (what, within) = match options.what.rsplit_once('@') {
            Some((run, at)) => (run, Some(at)),
            None => (options.what.as_str(), options.at.as_deref()),
        };
        let at = within.map(parse_tick).transpose()?;
        let is_run = Path::new(what).join("run.json").is_file();
        let (cast, order) = if is_run {
            recorded(options, Path::new(what))?
        } else {
            story(options, what)?
        };
        let expected = order
            .fork
            .as_ref()
            .map(|fork| fork.run().record.digest.clone());
        let shot = options.screenshot.as_ref().zip(at).map(|(file, at)| Shot {
            at,
            file: file.clone(),
            probe_px: probe(options),
        });
        let watched = open(Opening {
            names: cast.everyone().map(Who::to_string).collect(),
            title: title(&order, &cast.latency),
            theatre: Arc::new(Theatre::open(assets, cast, progress::stop_flag()?)?),
            order,
            at,
            shot,
            with_shadows: options.shadows,
        })?;
        Ok(watched.map_or(Status::Passed, |record| tell(record, expected.as_deref())))
    }

    /// A story, its driver and who watches.
    fn story(options: &Options, name: &str) -> Result<(Cast, Order)> {
        let mut drive = options.drive.clone();
        let other = match drive.driver {
            Who::Teacher => Who::Student,
            _ => Who::Teacher,
        };
        drive.shadow.get_or_insert(other);
        if drive.latency.is_none() {
            drive.latency = Some("car".parse()?);
        }
        let cast = drive.cast()?;
        let order = Order {
            story: load_story(name)?,
            seed: options.seed,
            latency: cast.latency.clone(),
            parameters: std::collections::BTreeMap::new(),
            fork: None,
        };
        Ok((cast, order))
    }

    /// A recorded run again.
    fn recorded(options: &Options, folder: &Path) -> Result<(Cast, Order)> {
        let run = RecordedRun::open(folder)?;
        let record = &run.record;
        if !record.repeatable {
            bail!(
                "{0} was recorded with latency `live`, which does not repeat; open {0}/report.html in a browser",
                folder.display()
            );
        }
        let cast = Cast::recorded(record, options.drive.engine.backend()?)?;
        let order = Order {
            story: run.story()?,
            seed: record.seed,
            latency: cast.latency.clone(),
            parameters: record.parameters.clone(),
            fork: Some(Arc::new(Fork::whole(run)?)),
        };
        Ok((cast, order))
    }

    fn title(order: &Order, latency: &LatencyMode) -> String {
        format!(
            "{}, seed {}, latency {latency}",
            order.story.name, order.seed
        )
    }

    fn probe(options: &Options) -> Option<[f32; 2]> {
        match options.probe.as_deref() {
            Some(&[u_px, v_px]) => Some([u_px, v_px]),
            _ => None,
        }
    }

    /// Tells how a run ended that was watched to its end.
    fn tell(record: RunRecord, expected: Option<&str>) -> Status {
        let passed = record.verdict == Outcome::Pass;
        if let Some(expected) = expected {
            say(if *expected == record.digest {
                "to the bit the recorded run"
            } else {
                "NOT the recorded run: other weights, program or machine; `understudy diff` names the first difference"
            });
        }
        let runs = [record];
        say(&summary::runs_table(&runs));
        say(&summary::failures(&runs));
        Status::of(passed)
    }
}
