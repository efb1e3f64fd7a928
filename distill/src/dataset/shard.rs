//! What is where in a shard.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;

use tar::Archive;

use super::pictures::KINDS;
use super::reader::FrameId;
use super::record::FrameRecord;

/// A frame of a shard: what its JSON says, and which bytes of the file its pictures are.
#[derive(Debug)]
pub(super) struct StoredFrame {
    pub(super) record: FrameRecord,
    pictures: [Range<u64>; KINDS.len()],
}

/// A frame in the making.
#[derive(Default)]
struct Found {
    record: Option<FrameRecord>,
    pictures: [Range<u64>; KINDS.len()],
}

/// Every frame of a shard; otherwise what is wrong with it, in words.
pub(super) fn index(path: &Path) -> Result<Vec<(FrameId, StoredFrame)>, String> {
    let told = |error: io::Error| format!("cannot be read: {error}");
    let mut archive = Archive::new(File::open(path).map_err(told)?);
    let mut found: BTreeMap<String, Found> = BTreeMap::new();
    for entry in archive.entries_with_seek().map_err(told)? {
        let mut entry = entry.map_err(told)?;
        let name = entry.path().map_err(told)?.display().to_string();
        let Some((key, kind)) = name.split_once('.') else {
            continue;
        };
        let frame = found.entry(key.to_owned()).or_default();
        if kind == "json" {
            let mut text = Vec::new();
            entry.read_to_end(&mut text).map_err(told)?;
            let record =
                serde_json::from_slice(&text).map_err(|error| format!("{name}: {error}"))?;
            frame.record = Some(record);
        } else if let Some(at) = KINDS.iter().position(|(of, _)| kind == format!("{of}.png")) {
            let start = entry.raw_file_position();
            frame.pictures[at] = start..start + entry.size();
        }
    }
    found
        .into_iter()
        .map(|(key, found)| whole(&key, found))
        .collect()
}

/// A frame with all its parts.
fn whole(key: &str, found: Found) -> Result<(FrameId, StoredFrame), String> {
    let record = found
        .record
        .ok_or_else(|| format!("{key}.json is missing"))?;
    if let Some(at) = found.pictures.iter().position(Range::is_empty) {
        return Err(format!("{key}.{}.png is missing", KINDS[at].0));
    }
    let number = key
        .split_once('/')
        .and_then(|(_, number)| number.parse().ok());
    let frame = number.ok_or_else(|| format!("{key} is no WORLD/FRAME"))?;
    let id = FrameId {
        world: record.world.id,
        frame,
    };
    let pictures = found.pictures;
    Ok((id, StoredFrame { record, pictures }))
}

/// The PNG files of a frame.
pub(super) fn read(path: &Path, frame: &StoredFrame) -> io::Result<[Vec<u8>; KINDS.len()]> {
    let file = File::open(path)?;
    let mut files = <[Vec<u8>; KINDS.len()]>::default();
    for (bytes, at) in files.iter_mut().zip(&frame.pictures) {
        bytes.resize((at.end - at.start) as usize, 0);
        file.read_exact_at(bytes, at.start)?;
    }
    Ok(files)
}
