//! A stretch of a recorded run as an animated picture: what every seat went by, side by side.

use std::io::Cursor;

use anyhow::{Context, Result};
use drive::percept::Percept;
use drive::time::{CAMERA_PERIOD_TICKS, TICK_S, Tick};
use image::codecs::gif::{GifEncoder, Repeat};
use image::imageops::{FilterType, replace, resize};
use image::{Delay, DynamicImage, Frame, RgbImage};

use super::sheet::Sheet;
use super::{overlay, replay};
use crate::recorded::Fork;
use crate::words;

/// Exposures from one picture of the animation to the next.
const EVERY: u64 = 2;
/// Speed of the encoder, 1 best to 30 fastest.
const ENCODER_SPEED: i32 = 10;
/// Pixels of one seat's picture.
const WIDTH: u32 = 440;
const HEIGHT: u32 = 220;

/// An endless GIF of the run from a tick to the fork's, ten pictures a second: the camera's picture for every seat
/// under the percept that it went by then, and its decision.
///
/// # Errors
/// When the world is not the recorded one any more, or the run recorded no pictures.
pub fn animation(fork: &Fork, from: Tick) -> Result<Vec<u8>> {
    let mut gif = Cursor::new(Vec::new());
    let mut encoder = GifEncoder::new_with_speed(&mut gif, ENCODER_SPEED);
    encoder.set_repeat(Repeat::Infinite)?;
    let shown_ms = (1000.0 * TICK_S * (EVERY * CAMERA_PERIOD_TICKS) as f64) as u32;
    replay(fork, |exposure| {
        let tick = exposure.tick;
        let is_due = tick.0.is_multiple_of(EVERY * CAMERA_PERIOD_TICKS);
        if tick < from || !is_due {
            return Ok(());
        }
        let frame = exposure.frame.as_ref();
        let picture = Sheet::of_frame(frame.context("a frame of the camera has a picture")?)?;
        let shown = side_by_side(fork, &picture, tick);
        let delay = Delay::from_numer_denom_ms(shown_ms, 1);
        let rgba = DynamicImage::from(shown).into_rgba8();
        encoder.encode_frame(Frame::from_parts(rgba, 0, 0, delay))?;
        Ok(())
    })?;
    drop(encoder);
    Ok(gif.into_inner())
}

/// The picture of every seat in a row.
fn side_by_side(fork: &Fork, picture: &Sheet, tick: Tick) -> RgbImage {
    let names = fork.run().record.seats();
    let mut row = RgbImage::new(WIDTH * names.len() as u32, HEIGHT);
    for (seat, name) in names.iter().enumerate() {
        let decision = &fork.run().lines[tick.0 as usize].tick.seats[seat].decision;
        let mut sheet = match percept_at(fork, seat, tick) {
            Some(percept) => overlay::percept(picture, name, percept),
            None => picture.clone(),
        };
        sheet.words([2.0, 240.0], &words::decision(decision));
        let small = resize(sheet.image(), WIDTH, HEIGHT, FilterType::Triangle);
        replace(&mut row, &small, i64::from(WIDTH) * seat as i64, 0);
    }
    row
}

/// The percept that a seat went by on a tick.
fn percept_at(fork: &Fork, seat: usize, tick: Tick) -> Option<&Percept> {
    let upto = &fork.run().lines[..=tick.0 as usize];
    let arrivals = upto.iter().rev();
    arrivals
        .into_iter()
        .find_map(|line| line.tick.seats[seat].percept.as_ref())
}
