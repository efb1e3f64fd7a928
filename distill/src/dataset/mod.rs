//! A data set: labelled frames of many random worlds, in a folder.
//!
//! ```text
//! data/
//!   manifest.json        what was asked for; written first
//!   worlds/00000/        one folder a world, renamed to this name only when it is whole
//!     world.json         seed, split, slices, and the labels that are no pictures, frame by frame
//!     000.rgb.png        what the camera saw
//!     000.class.png      8 bits: `drive::labels::Class`
//!     000.instance.png   16 bits: road user
//!     000.depth.png      16 bits: centimetres; 65535 is infinite
//! ```

mod pictures;
mod reader;
mod record;
mod writer;

pub use reader::{Dataset, FrameId};
pub use record::{FrameRecord, Plan, Split, WorldMeta, WorldRecord};
pub use writer::{DatasetWriter, WorldWriter};

use std::path::{Path, PathBuf};

/// The manifest's path in a data set.
fn manifest_path(folder: &Path) -> PathBuf {
    folder.join("manifest.json")
}

/// The folder of a world.
fn world_folder(folder: &Path, world: u32) -> PathBuf {
    folder.join("worlds").join(format!("{world:05}"))
}

/// The path of one of a frame's pictures.
fn picture_path(world_folder: &Path, frame: usize, kind: &str) -> PathBuf {
    world_folder.join(format!("{frame:03}.{kind}.png"))
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
            worlds: 2,
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
        let mut world = writer.begin_world(meta(0)).unwrap();
        world.push(&frame, &labels).unwrap();
        world.finish().unwrap();
        let dataset = Dataset::open(folder.path()).unwrap();
        let id = dataset.frames()[0];
        let (read_frame, read_labels) = dataset.load(id).unwrap();
        assert_eq!(read_frame, frame);
        assert_eq!(read_labels.objects, labels.objects);
        assert_eq!(read_labels.instance, labels.instance);
        assert_eq!(read_labels.lanes, labels.lanes);
        assert_eq!(dataset.world(id.world).meta.slices, ["fog"]);
        for (read, written) in read_labels.depth_m.iter().zip(&labels.depth_m) {
            assert!(read == written || (read - written).abs() <= 0.0051 || *written > 655.0);
        }
    }

    #[test]
    fn an_interrupted_world_is_not_there_and_a_whole_one_is_not_asked_again() {
        let folder = tempfile::tempdir().unwrap();
        let (frame, labels) = frame_and_labels();
        let writer = DatasetWriter::open(folder.path(), &plan()).unwrap();
        let mut whole = writer.begin_world(meta(0)).unwrap();
        whole.push(&frame, &labels).unwrap();
        whole.finish().unwrap();
        let mut interrupted = writer.begin_world(meta(1)).unwrap();
        interrupted.push(&frame, &labels).unwrap();
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
    fn a_damaged_picture_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let (frame, labels) = frame_and_labels();
        let writer = DatasetWriter::open(folder.path(), &plan()).unwrap();
        let mut world = writer.begin_world(meta(0)).unwrap();
        world.push(&frame, &labels).unwrap();
        world.finish().unwrap();
        let path = folder.path().join("worlds/00000/000.rgb.png");
        fs::write(&path, b"no picture").unwrap();
        let dataset = Dataset::open(folder.path()).unwrap();
        let error = dataset.load(dataset.frames()[0]).unwrap_err();
        assert!(error.to_string().contains("000.rgb.png"));
    }
}
