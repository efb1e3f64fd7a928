//! Writing a data set shard by shard, so that an interrupted capture goes on where it stopped.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use drive::frame::CameraFrame;
use drive::labels::Labels;
use perception::files::{digest, unfinished};
use rayon::prelude::*;
use tar::{Builder, Header};

use super::pictures::{self, KINDS};
use super::record::{FrameRecord, Plan, WorldMeta};
use super::{manifest_path, picture_name, record_name, shard_path};
use crate::error::{Error, Result};
use crate::files::{create_folder, read_json, write_json};

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
        create_folder(&folder.join("shards"))?;
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

    /// Whether a shard has been captured wholly.
    pub fn is_whole(&self, shard: u32) -> bool {
        shard_path(&self.folder, shard).exists()
    }

    /// Begins a shard; what an interrupted capture left of it is thrown away.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn begin_shard(&self, shard: u32) -> Result<ShardWriter> {
        let path = shard_path(&self.folder, shard);
        let unfinished = unfinished(&path);
        let file = File::create(&unfinished).map_err(Error::file(&unfinished))?;
        Ok(ShardWriter {
            tar: Builder::new(BufWriter::new(file)),
            path,
            unfinished,
        })
    }
}

/// A shard being captured; without [`ShardWriter::finish`] it never was.
pub struct ShardWriter {
    tar: Builder<BufWriter<File>>,
    path: PathBuf,
    unfinished: PathBuf,
}

impl ShardWriter {
    /// Adds the frame of that number of a world.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn push(
        &mut self,
        world: &WorldMeta,
        number: usize,
        (frame, labels): (&CameraFrame, &Labels),
    ) -> Result<()> {
        let depth_cm: Vec<u16> = labels
            .depth_m
            .iter()
            .map(|&m| pictures::centimetres(m))
            .collect();
        let (instance, depth) = (
            pictures::to_bytes(&labels.instance),
            pictures::to_bytes(&depth_cm),
        );
        let samples: [&[u8]; 4] = [&frame.rgb, &labels.class, &instance, &depth];
        let record = FrameRecord {
            world: world.clone(),
            tick: frame.tick,
            objects: labels.objects.clone(),
            lanes: labels.lanes,
            light: labels.light,
            stop_line_m: labels.stop_line_m,
            samples_sha256: digest(samples),
        };
        let fault = |what: &dyn ToString| {
            Error::content(
                &self.unfinished,
                &what.to_string(),
                "report this as a fault of the program",
            )
        };
        let record = serde_json::to_vec_pretty(&record).map_err(|error| fault(&error))?;
        let files: Vec<Vec<u8>> = KINDS
            .par_iter()
            .zip(samples)
            .map(|((_, kind), bytes)| pictures::encode(*kind, frame.width, bytes))
            .collect::<core::result::Result<_, _>>()
            .map_err(|error| fault(&error))?;
        self.append(&record_name(world.id, number), &record)?;
        for ((kind, _), file) in KINDS.iter().zip(files) {
            self.append(&picture_name(world.id, number, kind), &file)?;
        }
        Ok(())
    }

    /// Adds a file, without owner or date: the same frames give the same shard to the bit.
    fn append(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        let mut header = Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(0);
        self.tar
            .append_data(&mut header, name, bytes)
            .map_err(Error::file(&self.unfinished))
    }

    /// Declares the shard whole.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn finish(self) -> Result<()> {
        let Self {
            tar,
            path,
            unfinished,
        } = self;
        tar.into_inner()
            .and_then(|buffered| buffered.into_inner().map_err(|error| error.into_error()))
            .and_then(|file| file.sync_all())
            .map_err(Error::file(&unfinished))?;
        fs::rename(&unfinished, &path).map_err(Error::file(path))
    }
}
