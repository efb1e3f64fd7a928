//! `understudy demo`: the same stories with the student at the wheel and the teacher in shadow, then the
//! other way round, side by side.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use drive::latency::LatencyMode;
use perception::network::Backend;
use scenarios::catalog;

use super::{Status, say};
use crate::episode::Pictures;
use crate::files::{create_folder, write_whole};
use crate::models::Who;
use crate::progress;
use crate::record::RunRecord;
use crate::report::{self, Section};
use crate::summary;
use crate::theatre::{Cast, Theatre};

/// The stories of the demonstration.
const STORIES: [&str; 4] = ["lead_brakes_hard", "cut_in", "pedestrian_near", "red_light"];
/// Which of the possible layouts and looks is shown.
const SEED: u64 = 1;
/// Temperature of the softened bars in the report.
const TEMPERATURE: f32 = 2.0;

/// Options of `demo`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Folder for report.html and the results
    #[arg(long, default_value = "runs/demo")]
    out: PathBuf,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            out: PathBuf::from("runs/demo"),
        }
    }
}

pub(super) fn execute(options: &Options, assets: Option<&Path>) -> Result<Status> {
    create_folder(&options.out)?;
    let stop = progress::stop_flag()?;
    let casts = [
        cast(Who::Student, Who::Teacher),
        cast(Who::Teacher, Who::Student),
    ];
    let theatres = casts.map(|cast| Theatre::open(assets, cast, stop.clone()));
    let bar = progress::bar((STORIES.len() * theatres.len()) as u64, "driving");
    let (mut records, mut sections) = (Vec::new(), Vec::new());
    let [student_drives, teacher_drives] = theatres;
    let theatres = [student_drives?, teacher_drives?];
    for name in STORIES {
        let story = catalog::load(name)?;
        for theatre in &theatres {
            bar.set_message(format!("{name}: {} drives", theatre.driver()));
            let played = theatre.play(&story, SEED, Pictures::Film)?;
            let bars = theatre.soft_targets(&played, TEMPERATURE)?;
            let number = sections.len() + 1;
            sections.push(report::section(&played, bars.as_ref(), number)?);
            records.push(played.record);
            bar.inc(1);
        }
    }
    bar.finish_and_clear();
    finish(&options.out, &records, &sections)?;
    Ok(Status::Passed)
}

fn cast(driver: Who, shadow: Who) -> Cast {
    Cast {
        shadow: Some(shadow),
        ..Cast::alone(driver, LatencyMode::FixedOwn, Backend::default())
    }
}

fn finish(out: &Path, records: &[RunRecord], sections: &[Section]) -> Result<()> {
    let report_path = out.join("report.html");
    write_whole(&report_path, report::page(records, sections).as_bytes())?;
    write_whole(&out.join("runs.json"), &serde_json::to_vec_pretty(records)?)?;
    say(&summary::runs_table(records));
    say(&summary::networks_table(records));
    say(&summary::failures(records));
    say(&format!(
        "Every run to play, with its cause and soft targets: {}",
        report_path.display()
    ));
    Ok(())
}
