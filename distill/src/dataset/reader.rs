//! Reading a data set.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use drive::camera::{FRAME_HEIGHT, FRAME_WIDTH};
use drive::frame::CameraFrame;
use drive::labels::{Class, Labels};
use perception::files::digest;
use rayon::prelude::*;

use super::pictures::{self, KINDS};
use super::record::{FrameRecord, Plan, WorldMeta};
use super::shard::{self, StoredFrame};
use super::{manifest_path, picture_name, shard_path};
use crate::error::{Error, Result};
use crate::files::read_json;

const REMEDY: &str = "delete it and capture again; the other shards are kept";

/// Shards that are looked into at once.
const READERS: usize = 16;

/// Names a frame of a data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FrameId {
    /// Its world.
    pub world: u32,
    /// Its number in the world.
    pub frame: usize,
}

/// A captured data set.
#[derive(Debug)]
pub struct Dataset {
    plan: Plan,
    frames: BTreeMap<FrameId, (PathBuf, StoredFrame)>,
}

impl Dataset {
    /// Opens a data set and reads the records of the frames in its whole shards.
    ///
    /// # Errors
    /// If the folder holds no data set, or a record is damaged.
    pub fn open(folder: &Path) -> Result<Self> {
        let plan: Plan = read_json(&manifest_path(folder))?;
        let paths = (0..plan.shards()).map(|shard| shard_path(folder, shard));
        let whole: Vec<PathBuf> = paths.filter(|path| path.exists()).collect();
        let shards = index_all(whole)?;
        let frames = shards.into_iter().flat_map(|(path, frames)| {
            frames
                .into_iter()
                .map(move |(id, frame)| (id, (path.clone(), frame)))
        });
        Ok(Self {
            frames: frames.collect(),
            plan,
        })
    }

    /// What it was captured for.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Every frame, by world and number.
    pub fn frames(&self) -> Vec<FrameId> {
        self.frames.keys().copied().collect()
    }

    /// Where a frame comes from.
    ///
    /// # Panics
    /// If the frame is not one of [`Dataset::frames`].
    pub fn world(&self, id: FrameId) -> &WorldMeta {
        &self.frames[&id].1.record.world
    }

    /// SHA-256 over the records of all frames, which hold the digests of their pictures: names exactly these frames
    /// with these labels.
    pub fn digest(&self) -> String {
        let text = |record| serde_json::to_vec(record).expect("plain numbers and words");
        let frames = self.frames.values();
        let records: Vec<Vec<u8>> = frames.map(|(_, frame)| text(&frame.record)).collect();
        digest(records.iter().map(Vec::as_slice))
    }

    /// Reads a frame and its labels.
    ///
    /// # Errors
    /// If one of its pictures is missing or damaged.
    ///
    /// # Panics
    /// If the frame is not one of [`Dataset::frames`].
    pub fn load(&self, id: FrameId) -> Result<(CameraFrame, Labels)> {
        let (path, frame) = &self.frames[&id];
        let damaged = |kind: &str, what: &str| {
            let name = picture_name(id.world, id.frame, kind);
            Error::content(path, &format!("{name} {what}"), REMEDY)
        };
        let files = shard::read(path, frame).map_err(Error::file(path))?;
        let size = (FRAME_WIDTH, FRAME_HEIGHT);
        let mut samples = Vec::new();
        for ((kind, of), file) in KINDS.iter().zip(&files) {
            samples.push(pictures::decode(file, *of, size).map_err(|what| damaged(kind, &what))?);
        }
        let [rgb, class, instance, depth] =
            <[Vec<u8>; 4]>::try_from(samples).expect("there are four kinds");
        if class
            .iter()
            .any(|&class| class as usize >= Class::ALL.len())
        {
            return Err(damaged("class", "has an unknown class"));
        }
        Ok((
            picture(&frame.record, rgb),
            labels(&frame.record, class, [&instance, &depth]),
        ))
    }
}

/// A shard's path and its frames.
type Shard = (PathBuf, Vec<(FrameId, StoredFrame)>);

/// Every shard with what is in it. Many are looked into at once, since that is waiting for the disk.
fn index_all(paths: Vec<PathBuf>) -> Result<Vec<Shard>> {
    let index = |path: PathBuf| {
        let frames = shard::index(&path).map_err(|what| Error::content(&path, &what, REMEDY))?;
        Ok((path, frames))
    };
    let readers = rayon::ThreadPoolBuilder::new().num_threads(READERS);
    match readers.build() {
        Ok(readers) => readers.install(|| paths.into_par_iter().map(index).collect()),
        Err(_) => paths.into_iter().map(index).collect(),
    }
}

/// The camera's frame from its record and its pixels.
fn picture(record: &FrameRecord, rgb: Vec<u8>) -> CameraFrame {
    CameraFrame {
        tick: record.tick,
        width: FRAME_WIDTH,
        height: FRAME_HEIGHT,
        rgb: rgb.into(),
    }
}

/// A frame's labels from its record and its maps.
fn labels(record: &FrameRecord, class: Vec<u8>, [instance, depth]: [&[u8]; 2]) -> Labels {
    let depth_cm = pictures::from_bytes(depth);
    Labels {
        tick: record.tick,
        width: FRAME_WIDTH,
        height: FRAME_HEIGHT,
        class,
        instance: pictures::from_bytes(instance),
        depth_m: depth_cm.into_iter().map(pictures::metres).collect(),
        objects: record.objects.clone(),
        lanes: record.lanes,
        light: record.light,
        stop_line_m: record.stop_line_m,
    }
}
