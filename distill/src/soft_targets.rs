//! What a teacher says of every training frame, kept in a file so that a student's step need not run it.
//!
//! Logarithms of probabilities: any temperature can be applied later. Half precision: 136 kB a frame.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use half::f16;
use half::slice::HalfFloatSliceExt;
use perception::heads::Head;
use serde::{Deserialize, Serialize};

use crate::batch::{Picked, View};
use crate::cache::Cache;
use crate::dataset::Split;
use crate::error::{Error, Result};
use crate::files::read_ahead;
use crate::mirror::mirrored_values;
use crate::teacher::{BATCH, Teacher};
use perception::files::{digest, unfinished};

const REMEDY: &str = "delete it and run `understudy targets` again";

/// The file's first part, as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Header {
    teacher_digest: String,
    /// What made the teacher's confidence true, for each head; the records are divided by it already.
    temperatures: [f32; 8],
    dataset_digest: String,
    /// Indices in the cache, in the order of the records.
    frames: Vec<usize>,
}

/// An open file of soft targets, or several that speak of caches one after the other.
#[derive(Debug)]
pub struct SoftTargets {
    parts: Vec<Part>,
    dataset_digest: String,
}

/// What one file says.
#[derive(Debug)]
struct Part {
    path: PathBuf,
    file: File,
    header: Header,
    records_at: u64,
    /// Index of its cache's first frame.
    first: usize,
}

impl SoftTargets {
    /// Opens a file of soft targets.
    ///
    /// # Errors
    /// If it is absent, damaged or cut short.
    pub fn open(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(Error::file(path))?;
        let (header, records_at) = read_header(&file, path)?;
        let bytes = file.metadata().map_err(Error::file(path))?.len();
        if bytes != records_at + (header.frames.len() * record_bytes()) as u64 {
            return Err(Error::content(path, "is cut short", REMEDY));
        }
        Ok(Self {
            dataset_digest: header.dataset_digest.clone(),
            parts: vec![Part {
                path: path.to_owned(),
                file,
                header,
                records_at,
                first: 0,
            }],
        })
    }

    /// Adds what was said of a cache that follows on `frames` frames that these targets speak of.
    #[must_use]
    pub fn followed_by(mut self, other: Self, frames: usize) -> Self {
        let digests = [&self.dataset_digest, &other.dataset_digest];
        self.dataset_digest = digest(digests.map(String::as_bytes));
        let moved = other.parts.into_iter().map(|part| Part {
            first: part.first + frames,
            ..part
        });
        self.parts.extend(moved);
        self
    }

    /// Digest of the teacher that said this.
    pub fn teacher_digest(&self) -> &str {
        &self.parts[0].header.teacher_digest
    }

    /// The temperature that made the teacher's confidence true, for each head; what is read has it already.
    pub fn temperatures(&self) -> [f32; 8] {
        self.parts[0].header.temperatures
    }

    /// Digest of the data set it was said of.
    pub fn dataset_digest(&self) -> &str {
        &self.dataset_digest
    }

    /// What the teacher says of a frame, mirrored if the frame is: each head `[positions, classes]`.
    ///
    /// # Errors
    /// If the teacher was not asked about this frame, or the file cannot be read.
    pub fn read(&self, picked: Picked) -> Result<[Vec<f32>; 8]> {
        let part = self.part_of(picked.index);
        let offset = part.offset_of(picked.index)?;
        let mut bytes = vec![0; record_bytes()];
        part.file
            .read_exact_at(&mut bytes, offset)
            .map_err(Error::file(&part.path))?;
        let halves: Vec<f16> = bytes
            .chunks_exact(2)
            .map(|pair| f16::from_le_bytes([pair[0], pair[1]]))
            .collect();
        let mut rest = halves.as_slice();
        Ok(Head::ALL.map(|head| {
            let (of_head, behind) = rest.split_at(head.positions() * head.classes());
            rest = behind;
            let mut straight = vec![0.0; of_head.len()];
            of_head.convert_to_f32_slice(&mut straight);
            match picked.view {
                View::Straight => straight,
                View::Mirrored => mirrored_values(head, &straight),
            }
        }))
    }

    /// Has the system fetch what is said of frames that will soon be read, without waiting for it.
    ///
    /// # Errors
    /// If the teacher was not asked about one of them.
    pub fn fetch_ahead(&self, indices: &[usize]) -> Result<()> {
        for &index in indices {
            let part = self.part_of(index);
            read_ahead(&part.file, part.offset_of(index)?, record_bytes());
        }
        Ok(())
    }

    /// The file that speaks of a frame.
    fn part_of(&self, index: usize) -> &Part {
        let mut behind = self.parts.iter().rev();
        let part = behind.find(|part| part.first <= index);
        part.expect("the first part begins at 0")
    }
}

impl Part {
    /// Where in the file a frame's record begins.
    fn offset_of(&self, index: usize) -> Result<u64> {
        let frames = &self.header.frames;
        let record = frames.binary_search(&(index - self.first)).map_err(|_| {
            let what = format!("has nothing on frame {index}");
            Error::content(&self.path, &what, REMEDY)
        })?;
        Ok(self.records_at + (record * record_bytes()) as u64)
    }
}

/// Asks a teacher about every training frame; goes on where an earlier call was stopped. Returns
/// whether it is done. `progress` hears how many frames are done, of how many.
///
/// # Errors
/// If a file cannot be read or written.
pub fn record_soft_targets(
    (teacher, teacher_digest): (&Teacher<'_>, &str),
    cache: &Cache,
    path: &Path,
    stop: &AtomicBool,
    mut progress: impl FnMut(usize, usize),
) -> Result<bool> {
    let header = Header {
        teacher_digest: teacher_digest.to_owned(),
        temperatures: teacher.temperatures(),
        dataset_digest: cache.dataset_digest().to_owned(),
        frames: cache.split(Split::Train),
    };
    let unfinished = unfinished(path);
    let (mut file, done) = begin(&unfinished, &header)?;
    let mut done = done;
    for portion in header.frames[done..].chunks(BATCH) {
        progress(done, header.frames.len());
        if stop.load(Ordering::Relaxed) {
            return Ok(false);
        }
        let said = teacher.say(cache, portion)?;
        let values = said.iter().flatten().flatten();
        let records: Vec<u8> = values
            .flat_map(|&value| f16::from_f32(value).to_le_bytes())
            .collect();
        file.write_all(&records).map_err(Error::file(&unfinished))?;
        done += portion.len();
    }
    progress(done, header.frames.len());
    file.sync_all().map_err(Error::file(&unfinished))?;
    std::fs::rename(&unfinished, path).map_err(Error::file(path))?;
    Ok(true)
}

/// Opens the unfinished file behind its last whole record, or begins it.
fn begin(path: &Path, header: &Header) -> Result<(File, usize)> {
    let mut file = OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .open(path)
        .map_err(Error::file(path))?;
    if file.try_lock().is_err() {
        return Err(Error::content(
            path,
            "is being written by another process",
            "wait for it, or name another file",
        ));
    }
    if let Ok((existing, records_at)) = read_header(&file, path)
        && existing == *header
    {
        let bytes = file.metadata().map_err(Error::file(path))?.len();
        let whole = (bytes - records_at) / record_bytes() as u64;
        let end = records_at + whole * record_bytes() as u64;
        file.set_len(end).map_err(Error::file(path))?;
        return Ok((file, whole as usize));
    }
    file.set_len(0).map_err(Error::file(path))?;
    let text = serde_json::to_vec(header).map_err(|error| Error::content(path, &error, REMEDY))?;
    file.write_all(&(text.len() as u64).to_le_bytes())
        .map_err(Error::file(path))?;
    file.write_all(&text).map_err(Error::file(path))?;
    Ok((file, 0))
}

/// The header, and where the records begin.
fn read_header(file: &File, path: &Path) -> Result<(Header, u64)> {
    let file_bytes = file.metadata().map_err(Error::file(path))?.len();
    let mut length = [0; 8];
    file.read_exact_at(&mut length, 0)
        .map_err(Error::file(path))?;
    let header_bytes = u64::from_le_bytes(length);
    if header_bytes > file_bytes {
        return Err(Error::content(path, "holds no soft targets", REMEDY));
    }
    let mut text = vec![0; header_bytes as usize];
    file.read_exact_at(&mut text, 8)
        .map_err(Error::file(path))?;
    let header =
        serde_json::from_slice(&text).map_err(|error| Error::content(path, &error, REMEDY))?;
    Ok((header, 8 + header_bytes))
}

/// Bytes of one frame.
fn record_bytes() -> usize {
    Head::ALL
        .iter()
        .map(|head| head.positions() * head.classes() * 2)
        .sum()
}
