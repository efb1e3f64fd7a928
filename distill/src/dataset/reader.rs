//! Reading a data set.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use drive::camera::{FRAME_HEIGHT, FRAME_WIDTH};
use drive::frame::CameraFrame;
use drive::labels::Labels;

use super::pictures::{self, Samples};
use super::record::{FrameRecord, Plan, WorldRecord};
use super::{manifest_path, picture_path, world_folder};
use crate::error::{Error, Result};
use crate::files::read_json;
use perception::files::digest;

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
    folder: PathBuf,
    plan: Plan,
    worlds: BTreeMap<u32, WorldRecord>,
}

impl Dataset {
    /// Opens a data set and reads the records of its whole worlds.
    ///
    /// # Errors
    /// If the folder holds no data set, or a record is damaged.
    pub fn open(folder: &Path) -> Result<Self> {
        let plan: Plan = read_json(&manifest_path(folder))?;
        let mut worlds = BTreeMap::new();
        for id in 0..plan.worlds {
            let path = world_folder(folder, id).join("world.json");
            if path.exists() {
                worlds.insert(id, read_json(&path)?);
            }
        }
        Ok(Self {
            folder: folder.to_owned(),
            plan,
            worlds,
        })
    }

    /// What it was captured for.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Every frame, by world and number.
    pub fn frames(&self) -> Vec<FrameId> {
        let of_world = |(&world, record): (&u32, &WorldRecord)| {
            (0..record.frames.len()).map(move |frame| FrameId { world, frame })
        };
        self.worlds.iter().flat_map(of_world).collect()
    }

    /// The record of a world.
    ///
    /// # Panics
    /// If the world is not one of [`Dataset::frames`].
    pub fn world(&self, id: u32) -> &WorldRecord {
        &self.worlds[&id]
    }

    /// SHA-256 over the digests of all worlds: names exactly these frames.
    pub fn digest(&self) -> String {
        digest(self.worlds.values().map(|world| world.digest.as_bytes()))
    }

    /// Reads a frame and its labels.
    ///
    /// # Errors
    /// If one of its pictures is missing or damaged.
    pub fn load(&self, id: FrameId) -> Result<(CameraFrame, Labels)> {
        let record = &self.world(id.world).frames[id.frame];
        let read = |kind, samples| {
            let path = picture_path(&world_folder(&self.folder, id.world), id.frame, kind);
            pictures::read(&path, samples, (FRAME_WIDTH, FRAME_HEIGHT))
        };
        let frame = CameraFrame {
            tick: record.tick,
            width: FRAME_WIDTH,
            height: FRAME_HEIGHT,
            rgb: read("rgb", Samples::Rgb8)?.into(),
        };
        let class = read("class", Samples::Map8)?;
        if class
            .iter()
            .any(|&class| class as usize >= drive::labels::Class::ALL.len())
        {
            let path = picture_path(&world_folder(&self.folder, id.world), id.frame, "class");
            return Err(Error::content(
                path,
                "unknown class",
                "capture its world again",
            ));
        }
        let instance = pictures::from_bytes(&read("instance", Samples::Map16)?);
        let depth_cm = pictures::from_bytes(&read("depth", Samples::Map16)?);
        let depth_m = depth_cm.into_iter().map(pictures::metres).collect();
        Ok((frame, labels(record, class, instance, depth_m)))
    }
}

/// A frame's labels from its record and its maps.
fn labels(record: &FrameRecord, class: Vec<u8>, instance: Vec<u16>, depth_m: Vec<f32>) -> Labels {
    Labels {
        tick: record.tick,
        width: FRAME_WIDTH,
        height: FRAME_HEIGHT,
        class,
        instance,
        depth_m,
        objects: record.objects.clone(),
        lanes: record.lanes,
        light: record.light,
        stop_line_m: record.stop_line_m,
    }
}
