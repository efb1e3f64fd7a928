//! Writing a data set world by world, so that an interrupted capture goes on where it stopped.

use std::fs;
use std::path::{Path, PathBuf};

use drive::frame::CameraFrame;
use drive::labels::Labels;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::pictures::{self, Samples};
use super::record::{FrameRecord, Plan, WorldMeta, WorldRecord};
use super::{manifest_path, picture_path, world_folder};
use crate::error::{Error, Result};
use crate::files::{create_folder, read_json, write_json};
use perception::files::{hex, unfinished};

/// A data set being captured.
#[derive(Debug)]
pub struct DatasetWriter {
    folder: PathBuf,
}

impl DatasetWriter {
    /// Begins a data set, or goes on with one of the same plan.
    ///
    /// # Errors
    /// If the folder cannot be written or holds a data set of another plan.
    pub fn open(folder: &Path, plan: &Plan) -> Result<Self> {
        create_folder(&folder.join("worlds"))?;
        let path = manifest_path(folder);
        if path.exists() {
            let existing: Plan = read_json(&path)?;
            if existing != *plan {
                return Err(Error::content(
                    path,
                    &format!("holds another plan: {existing:?}"),
                    "repeat that plan to go on with it, or name another folder",
                ));
            }
        } else {
            write_json(&path, plan)?;
        }
        Ok(Self {
            folder: folder.to_owned(),
        })
    }

    /// Whether a world has been captured wholly.
    pub fn is_whole(&self, world: u32) -> bool {
        world_folder(&self.folder, world).exists()
    }

    /// Begins a world; what an interrupted capture left of it is thrown away.
    ///
    /// # Errors
    /// If its folder cannot be written.
    pub fn begin_world(&self, meta: WorldMeta) -> Result<WorldWriter> {
        let folder = world_folder(&self.folder, meta.id);
        let unfinished = unfinished(&folder);
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished).map_err(Error::file(&unfinished))?;
        }
        create_folder(&unfinished)?;
        Ok(WorldWriter {
            folder,
            unfinished,
            meta,
            frames: Vec::new(),
            hasher: Sha256::new(),
        })
    }
}

/// A world being captured; without [`WorldWriter::finish`] it never was.
#[derive(Debug)]
pub struct WorldWriter {
    folder: PathBuf,
    unfinished: PathBuf,
    meta: WorldMeta,
    frames: Vec<FrameRecord>,
    hasher: Sha256,
}

impl WorldWriter {
    /// Adds a frame.
    ///
    /// # Errors
    /// If a picture cannot be written.
    pub fn push(&mut self, frame: &CameraFrame, labels: &Labels) -> Result<()> {
        let depth_cm: Vec<u16> = labels
            .depth_m
            .iter()
            .map(|&m| pictures::centimetres(m))
            .collect();
        let (instance, depth) = (
            pictures::to_bytes(&labels.instance),
            pictures::to_bytes(&depth_cm),
        );
        let maps: [(&str, Samples, &[u8]); 4] = [
            ("rgb", Samples::Rgb8, &frame.rgb),
            ("class", Samples::Map8, &labels.class),
            ("instance", Samples::Map16, &instance),
            ("depth", Samples::Map16, &depth),
        ];
        let index = self.frames.len();
        maps.par_iter().try_for_each(|(kind, samples, bytes)| {
            let path = picture_path(&self.unfinished, index, kind);
            pictures::write(&path, *samples, frame.width, bytes)
        })?;
        for (_, _, bytes) in maps {
            self.hasher.update(bytes);
        }
        self.frames.push(FrameRecord {
            tick: frame.tick,
            objects: labels.objects.clone(),
            lanes: labels.lanes,
            light: labels.light,
            stop_line_m: labels.stop_line_m,
        });
        Ok(())
    }

    /// Declares the world whole.
    ///
    /// # Errors
    /// If its record cannot be written.
    pub fn finish(self) -> Result<()> {
        let record = WorldRecord {
            meta: self.meta,
            frames: self.frames,
            digest: hex(&self.hasher.finalize()),
        };
        write_json(&self.unfinished.join("world.json"), &record)?;
        fs::rename(&self.unfinished, &self.folder).map_err(Error::file(&self.folder))
    }
}
