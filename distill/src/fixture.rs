//! What the tests share: a small data set of simple scenes, and a network that learns it in seconds.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use drive::camera::CameraModel;
use drive::frame::CameraFrame;
use drive::frames::Pose2;
use drive::labels::{Labels, LightState, ObjectClass};
use drive::random::stream;
use drive::time::Tick;
use perception::nets::{Net, NetConfig};
use perception::synthetic::{BoxActor, Markings, Scene};
use rand::Rng;

use crate::augment::Augmentation;
use crate::cache::Cache;
use crate::dataset::{Dataset, DatasetWriter, Plan, Split, WorldMeta};
use crate::recipe::Recipe;

/// Never set.
pub(crate) static GO_ON: AtomicBool = AtomicBool::new(false);

/// A recipe that learns eight frames by heart.
pub(crate) fn quick_recipe(steps: u64) -> Recipe {
    Recipe {
        steps,
        batch: 4,
        learning_rate: 0.03,
        warm_up_steps: 5,
        weight_decay: 0.0,
        average_decay: 0.9,
        augmentation: Augmentation::NONE,
        validate_every: 1000,
        ..Recipe::TEACHER
    }
}

/// A cache of `worlds` worlds of one frame each; the first eight of ten are for training.
pub(crate) fn cache(folder: &Path, worlds: u32) -> Cache {
    let plan = Plan {
        seed: 1,
        worlds,
        frames_per_world: 1,
        description: "boxes".into(),
    };
    let writer = DatasetWriter::open(folder, &plan).unwrap();
    for number in 0..plan.shards() {
        let mut shard = writer.begin_shard(number).unwrap();
        for id in plan.worlds_of(number) {
            let labels = scene(id).labels(&CameraModel::standard());
            let meta = WorldMeta {
                id,
                seed: u64::from(id),
                split: Split::of_world(id),
                slices: vec![if id % 2 == 0 { "even" } else { "odd" }.to_owned()],
            };
            shard.push(&meta, 0, (&picture(&labels), &labels)).unwrap();
        }
        shard.finish().unwrap();
    }
    let dataset = Dataset::open(folder).unwrap();
    Cache::of((&dataset, 0.0), &folder.join("cache.bin"), |_, _| {}).unwrap()
}

/// A car somewhere, a light, a line.
fn scene(id: u32) -> Scene {
    let mut random = stream(u64::from(id), "scene");
    Scene {
        actors: vec![BoxActor {
            class: ObjectClass::ALL[id as usize % 4],
            pose_in_ego: Pose2::new(
                random.random_range(10.0..40.0),
                random.random_range(-4.0..4.0),
                random.random_range(-3.0..3.0),
            ),
            size_m: [4.0, 1.8, 1.6],
        }],
        curvature_per_m: random.random_range(-0.01..0.01),
        markings: Markings::Painted,
        light: LightState::ALL[id as usize % 4],
        stop_line_m: id.is_multiple_of(2).then(|| random.random_range(5.0..50.0)),
    }
}

/// A picture coloured by class and distance, tinted by light and line so that these can be told.
fn picture(labels: &Labels) -> CameraFrame {
    let tint = [
        60 * labels.light as u8,
        labels.stop_line_m.map_or(0, |x_m| 4 * x_m as u8),
        0,
    ];
    let pixel = |i: usize| {
        let near = (255.0 / (1.0 + labels.depth_m[i] / 20.0)) as u8;
        let v = i / 512;
        let sky = [tint[0], tint[1], 128];
        let scene = [labels.class[i] * 28, near, 255 - labels.class[i] * 28];
        if v < 40 { sky } else { scene }
    };
    CameraFrame {
        tick: Tick(0),
        width: 512,
        height: 256,
        rgb: (0..512 * 256).flat_map(pixel).collect(),
    }
}

/// The smallest network there is, with random weights that only depend on the seed.
pub(crate) fn tiny_net(seed: u64) -> Net {
    let config = NetConfig {
        stem: 16,
        stages: [16, 16, 16, 16],
        blocks: [0, 0, 0, 0],
        decoder: 16,
        ..NetConfig::student()
    };
    Net::new(&config, seed).unwrap()
}
