//! A data set: labelled frames of many random worlds, in a folder of tar files.
//!
//! ```text
//! data/
//!   manifest.json            what was asked for; written first
//!   shards/00000.tar         eight worlds, renamed to this name only when it is whole
//!     00000/000.json         the frame's world (seed, split, slices) and the labels that are no pictures
//!     00000/000.rgb.png      what the camera saw
//!     00000/000.class.png    8 bits: `drive::labels::Class`
//!     00000/000.instance.png 16 bits: road user
//!     00000/000.depth.png    16 bits: centimetres; 65535 is infinite
//! ```
//!
//! Names follow `WebDataset`: what has the same name up to the first dot belongs together.

mod pictures;
mod reader;
mod record;
mod shard;
mod writer;

pub use reader::{Dataset, FrameId};
pub use record::{FrameRecord, Plan, Split, WorldMeta};
pub use writer::{DatasetWriter, ShardWriter};

use std::path::{Path, PathBuf};

/// The manifest's path in a data set.
fn manifest_path(folder: &Path) -> PathBuf {
    folder.join("manifest.json")
}

/// The path of a shard.
fn shard_path(folder: &Path, shard: u32) -> PathBuf {
    folder.join("shards").join(format!("{shard:05}.tar"))
}

/// The name of a frame's record in its shard.
fn record_name(world: u32, frame: usize) -> String {
    format!("{world:05}/{frame:03}.json")
}

/// The name of one of a frame's pictures in its shard.
fn picture_name(world: u32, frame: usize, kind: &str) -> String {
    format!("{world:05}/{frame:03}.{kind}.png")
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Arc;

    use drive::camera::CameraModel;
    use drive::frame::CameraFrame;
    use drive::frames::Pose2;
    use drive::labels::{Labels, LightState, ObjectClass};
    use drive::time::Tick;
    use perception::synthetic::{BoxActor, Markings, Scene};

    use super::*;

    fn frame_and_labels() -> (CameraFrame, Labels) {
        let scene = Scene {
            actors: vec![BoxActor {
                class: ObjectClass::Car,
                pose_in_ego: Pose2::new(20.0, 1.0, 0.2),
                size_m: [4.6, 1.8, 1.5],
            }],
            markings: Markings::Painted,
            light: LightState::Amber,
            stop_line_m: Some(33.0),
            ..Scene::default()
        };
        let rgb: Vec<u8> = (0..512 * 256 * 3).map(|i| (i * 7 % 251) as u8).collect();
        let frame = CameraFrame {
            tick: Tick(15),
            width: 512,
            height: 256,
            rgb: Arc::from(rgb),
        };
        let mut labels = scene.labels(&CameraModel::standard());
        labels.tick = Tick(15);
        (frame, labels)
    }

    fn plan() -> Plan {
        Plan {
            seed: 5,
            worlds: 9,
            frames_per_world: 1,
            description: "test".into(),
        }
    }

    fn meta(id: u32) -> WorldMeta {
        WorldMeta {
            id,
            seed: 77,
            split: Split::of_world(id),
            slices: vec!["fog".into()],
        }
    }

    #[test]
    fn a_written_frame_is_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let (frame, labels) = frame_and_labels();
        let writer = DatasetWriter::open(folder.path(), &plan()).unwrap();
        let mut shard = writer.begin_shard(0).unwrap();
        shard.push(&meta(0), 0, (&frame, &labels)).unwrap();
        shard.finish().unwrap();
        let dataset = Dataset::open(folder.path()).unwrap();
        let id = dataset.frames()[0];
        let (read_frame, read_labels) = dataset.load(id).unwrap();
        assert_eq!(read_frame, frame);
        assert_eq!(read_labels.objects, labels.objects);
        assert_eq!(read_labels.instance, labels.instance);
        assert_eq!(read_labels.lanes, labels.lanes);
        assert_eq!(dataset.world(id).slices, ["fog"]);
        for (read, written) in read_labels.depth_m.iter().zip(&labels.depth_m) {
            assert!(read == written || (read - written).abs() <= 0.0051 || *written > 655.0);
        }
    }

    #[test]
    fn an_interrupted_shard_is_not_there_and_a_whole_one_is_not_asked_again() {
        let folder = tempfile::tempdir().unwrap();
        let (frame, labels) = frame_and_labels();
        let writer = DatasetWriter::open(folder.path(), &plan()).unwrap();
        let mut whole = writer.begin_shard(0).unwrap();
        whole.push(&meta(0), 0, (&frame, &labels)).unwrap();
        whole.finish().unwrap();
        let mut interrupted = writer.begin_shard(1).unwrap();
        interrupted.push(&meta(8), 0, (&frame, &labels)).unwrap();
        drop(interrupted);
        let again = DatasetWriter::open(folder.path(), &plan()).unwrap();
        assert!(again.is_whole(0) && !again.is_whole(1));
        assert_eq!(Dataset::open(folder.path()).unwrap().frames().len(), 1);
    }

    #[test]
    fn another_plan_is_refused_in_the_same_folder() {
        let folder = tempfile::tempdir().unwrap();
        DatasetWriter::open(folder.path(), &plan()).unwrap();
        let other = Plan { seed: 6, ..plan() };
        let error = DatasetWriter::open(folder.path(), &other).err().unwrap();
        assert!(error.to_string().contains("another plan"));
    }

    #[test]
    fn a_damaged_picture_and_a_shard_that_is_cut_short_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let (frame, labels) = frame_and_labels();
        let writer = DatasetWriter::open(folder.path(), &plan()).unwrap();
        let mut shard = writer.begin_shard(0).unwrap();
        shard.push(&meta(0), 0, (&frame, &labels)).unwrap();
        shard.finish().unwrap();
        let path = folder.path().join("shards/00000.tar");
        let mut bytes = fs::read(&path).unwrap();
        let at = bytes.windows(4).position(|four| four == b"IHDR").unwrap();
        bytes[at..at + 4].copy_from_slice(b"RDHI");
        fs::write(&path, &bytes).unwrap();
        let dataset = Dataset::open(folder.path()).unwrap();
        let error = dataset.load(dataset.frames()[0]).unwrap_err().to_string();
        assert!(error.contains("00000.tar: 00000/000.rgb.png"), "{error}");
        bytes.truncate(at + 2000);
        fs::write(&path, &bytes).unwrap();
        let error = Dataset::open(folder.path()).unwrap_err().to_string();
        assert!(error.contains("00000.tar: "), "{error}");
    }

    #[test]
    fn the_same_frames_give_the_same_shard() {
        let (frame, labels) = frame_and_labels();
        let shards = [(); 2].map(|()| {
            let folder = tempfile::tempdir().unwrap();
            let writer = DatasetWriter::open(folder.path(), &plan()).unwrap();
            let mut shard = writer.begin_shard(0).unwrap();
            shard.push(&meta(0), 0, (&frame, &labels)).unwrap();
            shard.finish().unwrap();
            fs::read(folder.path().join("shards/00000.tar")).unwrap()
        });
        assert!(shards[0] == shards[1]);
    }
}
