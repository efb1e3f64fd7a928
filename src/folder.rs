//! The folder of a run: everything needed to repeat it, written so that an unfinished one shows.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, Result};
use drive::time::Tick;
use image::{ImageFormat, RgbImage};

use crate::episode::Arrival;
use crate::files::{create_folder, in_file_name, write_whole};
use crate::report::{self, SoftTargets};
use crate::theatre::Played;

/// Folder of the pictures in a run's folder.
pub const FRAMES: &str = "frames";
/// Folder of the networks' raw outputs in a run's folder.
pub const LOGITS: &str = "logits";

/// Writes `trace.jsonl`, `report.html`, when asked `frames/`, and `logits/` of what was kept; `run.json` comes last,
/// so that a folder without it is unfinished. The folder is one of [`begin`].
///
/// # Errors
/// When something cannot be written.
pub fn write_run(
    folder: &Path,
    played: &Played,
    soft_targets: Option<&SoftTargets>,
    with_frames: bool,
) -> Result<()> {
    let mut trace = Vec::new();
    for line in played.episode.trace.lines() {
        serde_json::to_writer(&mut trace, line)?;
        trace.push(b'\n');
    }
    write_whole(&folder.join("trace.jsonl"), &trace)?;
    if with_frames {
        write_frames(&folder.join(FRAMES), played)?;
    }
    write_logits(&folder.join(LOGITS), &played.episode.logits)?;
    let section = report::section(played, soft_targets, 1)?;
    let page = report::page(std::slice::from_ref(&played.record), &[section]);
    write_whole(&folder.join("report.html"), page.as_bytes())?;
    write_whole(
        &folder.join("run.json"),
        &serde_json::to_vec_pretty(&played.record)?,
    )
}

fn write_frames(folder: &Path, played: &Played) -> Result<()> {
    create_folder(folder)?;
    for frame in played
        .episode
        .pictures
        .iter()
        .flatten()
        .filter_map(|exposure| exposure.frame.as_ref())
    {
        let mut png = std::io::Cursor::new(Vec::new());
        RgbImage::from_raw(frame.width as u32, frame.height as u32, frame.rgb.to_vec())
            .context("a camera frame has three bytes a pixel")?
            .write_to(&mut png, ImageFormat::Png)?;
        write_whole(&folder.join(frame_file(frame.tick)), png.get_ref())?;
    }
    Ok(())
}

fn write_logits(folder: &Path, arrivals: &[Arrival]) -> Result<()> {
    if !arrivals.is_empty() {
        create_folder(folder)?;
    }
    for arrival in arrivals {
        let file = folder.join(logits_file(arrival.tick, &arrival.seat));
        write_whole(&file, &arrival.logits.to_le_bytes())?;
    }
    Ok(())
}

/// Makes room for a run: creates the folder, and removes an older run's files. First its summary, which must not vouch
/// for files that are being replaced; nothing that is no file of a run.
///
/// # Errors
/// When the folder cannot be written.
pub fn begin(folder: &Path) -> Result<()> {
    create_folder(folder)?;
    for name in ["run.json", "run.mcap", "layout.json"] {
        remove(&folder.join(name))?;
    }
    for (inner, ending) in [(FRAMES, "png"), (LOGITS, "f32")] {
        let Ok(files) = fs::read_dir(folder.join(inner)) else {
            continue;
        };
        for file in files {
            let path = file?.path();
            if is_of_a_tick(&path, ending) {
                remove(&path)?;
            }
        }
    }
    Ok(())
}

/// Whether a file's name is a tick and something with this ending.
fn is_of_a_tick(path: &Path, ending: &str) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.and_then(|name| name.split_once('.'))
        .is_some_and(|(tick, rest)| tick.parse::<u64>().is_ok() && rest.ends_with(ending))
}

fn remove(file: &Path) -> Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot replace {}", file.display()))
        }
        _ => Ok(()),
    }
}

/// Name of the picture exposed on a tick, in [`FRAMES`].
pub fn frame_file(tick: Tick) -> String {
    format!("{:06}.png", tick.0)
}

/// Name of the raw output that arrived at a seat on a tick, in [`LOGITS`]: 32-bit numbers, little-endian, head by
/// head.
pub fn logits_file(tick: Tick, seat: &str) -> String {
    format!("{:06}.{}.f32", tick.0, in_file_name(seat))
}
