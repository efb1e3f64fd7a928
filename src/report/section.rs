//! One run on the page: verdict, charts, and pictures of its moments under both overlays.

use std::fmt::Write as _;
use std::io::Cursor;

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use drive::camera::CameraModel;
use drive::frame::CameraFrame;
use image::RgbImage;
use image::codecs::jpeg::JpegEncoder;

use super::SoftTargets;
use super::chart::{Series, chart};
use super::moments::{Moment, moments};
use super::svg::{escape, percept_overlay};
use crate::record::{FrameRecord, SeatRecord};
use crate::theatre::Played;

const JPEG_QUALITY: u8 = 82;

/// The section of one run, with the soft targets of one pixel where both networks took part.
///
/// # Errors
/// When a picture cannot be encoded.
pub fn section(played: &Played, soft_targets: Option<&SoftTargets>) -> Result<String> {
    let record = &played.record;
    let mut html = format!(
        "<section><h2>{}</h2><p>{} — {} drives{}; seed {}, latency {}.</p><p class=verdict>Verdict: {}</p>",
        escape(&record.scenario),
        escape(&record.title),
        record.driver,
        record
            .shadow
            .as_ref()
            .map_or_else(String::new, |shadow| format!(", {shadow} watches")),
        record.seed,
        escape(&record.latency),
        record.verdict.word(),
    );
    if !record.faults.is_empty() {
        let faults = escape(&record.faults.join(", "));
        let _ = write!(html, "<p>Faults laid over it: {faults}.</p>");
    }
    for failure in &record.failures {
        let _ = write!(html, "<p>{}</p>", escape(&failure.text));
    }
    for moment in moments(&played.episode.frames) {
        html.push_str(&picture(played, &moment)?);
    }
    html.push_str(&soft_targets.map_or_else(String::new, SoftTargets::html));
    html.push_str(&charts(&played.episode.frames));
    html.push_str("</section>");
    Ok(html)
}

fn picture(played: &Played, moment: &Moment) -> Result<String> {
    let frame = &played.episode.frames[moment.frame];
    let Some(exposure) = played.episode.pictures.get(moment.frame) else {
        return Ok(String::new());
    };
    let mut html = format!(
        "<h3 id='{}'>{:.2} s: {}",
        moment.why.replace(' ', "-"),
        frame.tick.seconds(),
        moment.why
    );
    for fault in &frame.faults {
        let _ = write!(html, "; {}", crate::words::fault(fault));
    }
    html.push_str("</h3>");
    let Some(picture) = exposure
        .as_ref()
        .and_then(|exposure| exposure.frame.as_ref())
    else {
        html.push_str("<p>No frame arrived.</p>");
        return Ok(html);
    };
    let source = format!("data:image/jpeg;base64,{}", STANDARD.encode(jpeg(picture)?));
    html.push_str("<div class=pair>");
    let names =
        std::iter::once(played.record.driver.as_str()).chain(played.record.shadow.as_deref());
    for (name, seat) in names.zip(&frame.seats) {
        html.push_str(&view(&source, name, seat));
    }
    html.push_str("</div>");
    Ok(html)
}

fn view(source: &str, name: &str, seat: &SeatRecord) -> String {
    let overlay = seat.percept.as_ref().map_or_else(String::new, |percept| {
        percept_overlay(percept, &CameraModel::standard())
    });
    let decision = escape(&crate::words::decision(&seat.decision));
    format!(
        "<figure class=view><img src='{source}' alt='camera frame as {name} sees it: {decision}'>{overlay}\
         <figcaption>{name}: {decision}</figcaption></figure>"
    )
}

pub(super) fn jpeg(frame: &CameraFrame) -> Result<Vec<u8>> {
    let picture = RgbImage::from_raw(frame.width as u32, frame.height as u32, frame.rgb.to_vec())
        .context("a camera frame has three bytes a pixel")?;
    let mut bytes = Cursor::new(Vec::new());
    JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY).encode_image(&picture)?;
    Ok(bytes.into_inner())
}

fn charts(frames: &[FrameRecord]) -> String {
    let over_time = |value: &dyn Fn(&FrameRecord) -> Option<f64>| -> Vec<(f64, Option<f64>)> {
        frames
            .iter()
            .map(|frame| (frame.tick.seconds(), value(frame)))
            .collect()
    };
    let seat = |index: usize| {
        move |frame: &FrameRecord| {
            frame
                .seats
                .get(index)
                .map(|seat: &SeatRecord| seat.decision.accel_mps2)
        }
    };
    let speed = [Series {
        name: "ego",
        class: "wheel",
        points: over_time(&|frame| Some(frame.world.ego.state.speed_mps)),
    }];
    let wanted = [
        Series {
            name: "driver",
            class: "wheel",
            points: over_time(&seat(0)),
        },
        Series {
            name: "shadow",
            class: "shadow",
            points: over_time(&seat(1)),
        },
    ];
    chart("Speed", "m/s", &speed) + &chart("Wanted acceleration", "m/s2", &wanted)
}
