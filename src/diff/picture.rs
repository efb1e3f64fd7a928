//! Two pictures of the same tick, and where they differ.

use std::io::Cursor;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use drive::time::Tick;
use image::{GenericImage, ImageFormat, Rgb, RgbImage};

use crate::files::write_whole;
use crate::folder::{FRAMES, frame_file};

/// How much differences are amplified, so that a last bit shows.
const AMPLIFIED: u8 = 32;

/// Writes both pictures of `tick` and their amplified difference below each other, and tells how many pixels differ.
/// Where a run kept no pictures, tells how to.
///
/// # Errors
/// When a picture cannot be read, or the difference cannot be written.
pub fn difference(runs: [&Path; 2], tick: Tick, out: &Path) -> Result<String> {
    let files = runs.map(|run| run.join(FRAMES).join(frame_file(tick)));
    if let Some(missing) = files.iter().find(|file| !file.is_file()) {
        return Ok(format!(
            "no {}; record both runs with --frames to see the pixels",
            missing.display()
        ));
    }
    let [a, b] = files.map(|file| -> Result<RgbImage> {
        let picture = image::open(&file);
        Ok(picture
            .with_context(|| format!("{} is not a picture", file.display()))?
            .to_rgb8())
    });
    let (a, b) = (a?, b?);
    ensure!(
        a.dimensions() == b.dimensions(),
        "the pictures have different sizes"
    );
    let mut png = Cursor::new(Vec::new());
    below_each_other(&a, &b)?.write_to(&mut png, ImageFormat::Png)?;
    write_whole(out, png.get_ref())?;
    let pairs = a.pixels().zip(b.pixels());
    let steps = pairs.map(|(a, b)| steps(*a, *b).0.into_iter().max().unwrap_or(0));
    let differing: Vec<u8> = steps.filter(|&step| step > 0).collect();
    Ok(format!(
        "{} of {} pixels differ, by {} of 255 at most; both pictures and their difference times {AMPLIFIED} in {}",
        differing.len(),
        a.pixels().len(),
        differing.iter().max().unwrap_or(&0),
        out.display()
    ))
}

fn below_each_other(a: &RgbImage, b: &RgbImage) -> Result<RgbImage> {
    let (width, height) = a.dimensions();
    let amplified = RgbImage::from_fn(width, height, |x, y| {
        Rgb(steps(*a.get_pixel(x, y), *b.get_pixel(x, y))
            .0
            .map(|step| step.saturating_mul(AMPLIFIED)))
    });
    let mut sheet = RgbImage::new(width, 3 * height);
    for (picture, row) in [a, b, &amplified].into_iter().zip(0..) {
        sheet.copy_from(picture, 0, row * height)?;
    }
    Ok(sheet)
}

fn steps(a: Rgb<u8>, b: Rgb<u8>) -> Rgb<u8> {
    Rgb([0, 1, 2].map(|channel| a.0[channel].abs_diff(b.0[channel])))
}
