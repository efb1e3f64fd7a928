//! A run as an MCAP file with Foxglove's schemas, for the tools that robotics people already use: pictures, what every
//! seat saw over them, the scene, poses, decisions and plots. `layout.json` arranges them in Foxglove.

mod annotations;
mod layout;
mod scene;
mod values;

use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use drive::camera::{CameraModel, FRAME_HEIGHT, FRAME_WIDTH};
use drive::time::Tick;
use foxglove::messages::{
    CameraCalibration, CompressedImage, FrameTransforms, ImageAnnotations, Log, SceneUpdate,
};
use foxglove::{Channel, Context, Encode, McapWriteOptions, RawChannel, Schema};
use scenarios::stage::Stage;
use serde_json::Value;

use crate::episode::Episode;
use crate::files::{create_folder, write_whole};
use crate::record::{FrameRecord, RunRecord};
use crate::theatre::Played;

/// The plots' schema: any object.
const PLOT_SCHEMA: &[u8] = br#"{"type":"object"}"#;
/// Names of the frames of reference.
const WORLD: &str = "world";
const EGO: &str = "ego";
const CAMERA: &str = "camera";

/// Writes `run.mcap` and `layout.json` into a run's folder.
///
/// # Errors
/// When they cannot be written.
pub fn write(folder: &Path, played: &Played, stage: &Stage) -> Result<()> {
    create_folder(folder)?;
    let names: Vec<String> = played
        .record
        .seats()
        .iter()
        .map(|name| in_topic(name))
        .collect();
    let layout = serde_json::to_vec_pretty(&layout::layout(&names))?;
    write_whole(&folder.join("layout.json"), &layout)?;
    write_whole(&folder.join("run.mcap"), &record(played, &names, stage)?)
}

/// A seat's name as a part of a topic.
fn in_topic(name: &str) -> String {
    name.replace([':', '.', '/'], "_")
}

fn record(played: &Played, names: &[String], stage: &Stage) -> Result<Vec<u8>> {
    let context = Context::new();
    // JPEG pictures do not get smaller, and no library of another language is needed.
    let options = McapWriteOptions::new().compression(None);
    let writer = context.mcap_writer_with_options(options);
    let writer = writer.create(Cursor::new(Vec::new()))?;
    let topics = Topics::open(&context, names)?;
    topics.calibrate();
    for frame in &played.episode.frames {
        topics.log_frame(frame, stage);
    }
    topics.log_pictures(&played.episode);
    topics.log_ending(&played.record, &played.episode);
    Ok(writer.close()?.into_inner())
}

/// What is written, by topic.
struct Topics {
    camera: Channel<CompressedImage>,
    calibration: Channel<CameraCalibration>,
    transforms: Channel<FrameTransforms>,
    scene: Channel<SceneUpdate>,
    plots: Arc<RawChannel>,
    verdict: Channel<Log>,
    seats: Vec<SeatTopics>,
}

/// What is written of a seat.
struct SeatTopics {
    name: String,
    annotations: Channel<ImageAnnotations>,
    scene: Channel<SceneUpdate>,
    decisions: Channel<Log>,
    plots: Arc<RawChannel>,
}

impl Topics {
    fn open(context: &Arc<Context>, names: &[String]) -> Result<Self> {
        let seat = |name: &String| {
            Ok(SeatTopics {
                annotations: channel(context, &format!("/{name}/annotations")),
                scene: channel(context, &format!("/{name}/scene")),
                decisions: channel(context, &format!("/{name}/decisions")),
                plots: plots(context, &format!("/{name}/plots"))?,
                name: name.clone(),
            })
        };
        Ok(Self {
            camera: channel(context, "/camera/image"),
            calibration: channel(context, "/camera/calibration"),
            transforms: channel(context, "/tf"),
            scene: channel(context, "/truth/scene"),
            plots: plots(context, "/truth/plots")?,
            verdict: channel(context, "/verdict"),
            seats: names.iter().map(seat).collect::<Result<_>>()?,
        })
    }

    /// The camera's intrinsics, once.
    fn calibrate(&self) {
        let model = CameraModel::standard();
        let (f, u, v) = (model.focal_px, model.centre_u_px, model.centre_v_px);
        let calibration = CameraCalibration {
            timestamp: Some(values::timestamp(Tick(0))),
            frame_id: CAMERA.to_owned(),
            width: FRAME_WIDTH as u32,
            height: FRAME_HEIGHT as u32,
            k: vec![f, 0.0, u, 0.0, f, v, 0.0, 0.0, 1.0],
            r: vec![1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0],
            p: vec![f, 0.0, u, 0.0, 0.0, f, v, 0.0, 0.0, 0.0, 1.0, 0.0],
            ..Default::default()
        };
        log(&self.calibration, Tick(0), &calibration);
    }

    /// Poses, scene, decisions and plots of one exposure tick.
    fn log_frame(&self, frame: &FrameRecord, stage: &Stage) {
        let tick = frame.tick;
        log(&self.transforms, tick, &scene::transforms(&frame.world));
        log(&self.scene, tick, &scene::truth(stage, &frame.world));
        log_plot(&self.plots, tick, &values::truth(frame));
        for (topics, seat) in self.seats.iter().zip(&frame.seats) {
            log_plot(&topics.plots, tick, &values::seat(tick, seat));
            let words = values::decision(tick, &topics.name, &seat.decision);
            log(&topics.decisions, tick, &words);
            if let Some(percept) = &seat.percept {
                log(&topics.scene, tick, &scene::percept(&topics.name, percept));
                let drawn = annotations::percept(tick, &topics.name, percept);
                log(&topics.annotations, tick, &drawn);
            }
        }
    }

    /// The film's pictures.
    fn log_pictures(&self, episode: &Episode) {
        for shot in episode.film.shots() {
            let Some(jpeg) = &shot.jpeg else {
                continue;
            };
            let image = CompressedImage {
                timestamp: Some(values::timestamp(shot.tick)),
                frame_id: CAMERA.to_owned(),
                data: jpeg.clone().into(),
                format: "jpeg".to_owned(),
            };
            log(&self.camera, shot.tick, &image);
        }
    }

    /// Verdict and failures at the end.
    fn log_ending(&self, record: &RunRecord, episode: &Episode) {
        let end = episode.frames.last().map_or(Tick(0), |frame| frame.tick);
        for message in values::ending(end, record) {
            log(&self.verdict, end, &message);
        }
    }
}

fn channel<T: Encode>(context: &Arc<Context>, topic: &str) -> Channel<T> {
    context.channel_builder(topic).build()
}

fn plots(context: &Arc<Context>, topic: &str) -> Result<Arc<RawChannel>> {
    let schema = Schema::new("understudy.Plots", "jsonschema", PLOT_SCHEMA);
    let builder = context.channel_builder(topic).message_encoding("json");
    Ok(builder.schema(schema).build_raw()?)
}

fn log<T: Encode>(channel: &Channel<T>, tick: Tick, message: &T) {
    channel.log_with_time(message, nanos(tick));
}

fn log_plot(channel: &RawChannel, tick: Tick, values: &Value) {
    let time = foxglove::PartialMetadata::with_log_time(nanos(tick));
    channel.log_with_meta(values.to_string().as_bytes(), time);
}

/// Simulation time in nanoseconds since the story began.
fn nanos(tick: Tick) -> u64 {
    1000 * tick.micros()
}
