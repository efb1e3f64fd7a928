//! The folder of a run: everything needed to repeat it, written so that an unfinished one shows.

use std::path::Path;

use anyhow::{Context, Result};
use image::{ImageFormat, RgbImage};

use crate::files::{create_folder, write_whole};
use crate::report::{self, SoftTargets};
use crate::theatre::Played;

/// Writes `trace.jsonl`, `report.html` and, when asked, `frames/`; `run.json` comes last, so that a
/// folder without it is unfinished.
///
/// # Errors
/// When something cannot be written.
pub fn write_run(
    folder: &Path,
    played: &Played,
    soft_targets: Option<&SoftTargets>,
    with_frames: bool,
) -> Result<()> {
    create_folder(folder)?;
    let mut trace = Vec::new();
    for frame in &played.episode.frames {
        serde_json::to_writer(&mut trace, frame)?;
        trace.push(b'\n');
    }
    write_whole(&folder.join("trace.jsonl"), &trace)?;
    if with_frames {
        write_frames(&folder.join("frames"), played)?;
    }
    let section = report::section(played, soft_targets)?;
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
        write_whole(
            &folder.join(format!("{:06}.png", frame.tick.0)),
            png.get_ref(),
        )?;
    }
    Ok(())
}
