//! What the tests share: a small data set of simple scenes, and a network that learns it in seconds.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use candle_core::{Device, Result, Tensor, Var};
use drive::camera::CameraModel;
use drive::frame::CameraFrame;
use drive::frames::Pose2;
use drive::labels::{Labels, LightState, ObjectClass};
use drive::random::stream;
use drive::time::Tick;
use perception::heads::Head;
use perception::ops::{Conv, Isa, conv2d};
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
        learning_rate: 0.02,
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
    for id in 0..worlds {
        let labels = scene(id).labels(&CameraModel::standard());
        let meta = WorldMeta {
            id,
            seed: u64::from(id),
            split: Split::of_world(id),
            slices: vec![if id % 2 == 0 { "even" } else { "odd" }.to_owned()],
        };
        let mut world = writer.begin_world(meta).unwrap();
        world.push(&picture(&labels), &labels).unwrap();
        world.finish().unwrap();
    }
    let dataset = Dataset::open(folder).unwrap();
    Cache::of(&dataset, &folder.join("cache.bin"), |_, _| {}).unwrap()
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

/// Three convolutions and linear heads.
pub(crate) struct TinyNet {
    variables: BTreeMap<String, Var>,
}

const CELL_HEADS: [Head; 4] = [Head::Objects, Head::Depth, Head::Sides, Head::Yaw];
const FRAME_HEADS: [Head; 3] = [Head::Lanes, Head::Light, Head::StopLine];

impl TinyNet {
    /// With random weights that only depend on the seed.
    pub(crate) fn new(seed: u64) -> Self {
        let mut variables = BTreeMap::new();
        let mut add = |name: &str, shape: &[usize]| {
            let mut random = stream(seed, name);
            let inputs: usize = shape[..shape.len() - 1].iter().product();
            let bound = (3.0 / inputs as f32).sqrt();
            let count = shape.iter().product();
            let values: Vec<f32> = (0..count)
                .map(|_| random.random_range(-bound..bound))
                .collect();
            variables.insert(
                format!("{name}.weight"),
                Var::from_vec(values, shape, &Device::Cpu).unwrap(),
            );
        };
        add("one", &[3, 3, 3, 16]);
        add("two", &[3, 3, 16, 16]);
        add("three", &[3, 3, 16, 32]);
        add("segmentation", &[1, 1, 16, 9]);
        for head in CELL_HEADS {
            add(
                head.name(),
                &[1, 1, 32, head.classes() * head.positions() / 512],
            );
        }
        for head in FRAME_HEADS {
            add(head.name(), &[128, head.classes() * head.positions()]);
        }
        Self { variables }
    }

    fn conv(&self, name: &str, x: &Tensor, stride: usize) -> Result<Tensor> {
        let conv = Conv {
            stride,
            isa: Isa::best(),
        };
        conv2d(x, &self.variables[&format!("{name}.weight")], conv)
    }
}

impl crate::trainee::Trainee for TinyNet {
    fn forward_train(&self, images: &Tensor) -> Result<Vec<Tensor>> {
        self.forward(images)
    }

    fn forward(&self, images: &Tensor) -> Result<Vec<Tensor>> {
        let batch = images.dim(0)?;
        let half = self.conv("one", images, 2)?.relu()?;
        let quarter = self.conv("two", &half, 2)?.relu()?;
        let eighth = self.conv("three", &quarter, 2)?.relu()?;
        // Means over four quarters of the upper half: enough to tell frames apart.
        let parts = eighth.narrow(1, 0, 8)?.reshape((batch, 8, 4, 8, 32))?;
        let pooled = parts.mean((1, 3))?.reshape((batch, 128))?;
        let logits = |head: Head| {
            let shape = (batch, head.positions(), head.classes());
            let values = if head == Head::Segmentation {
                self.conv(head.name(), &quarter, 1)?
            } else if CELL_HEADS.contains(&head) {
                self.conv(head.name(), &eighth, 1)?
            } else {
                pooled.matmul(&self.variables[&format!("{}.weight", head.name())])?
            };
            values.contiguous()?.reshape(shape)
        };
        Head::ALL.into_iter().map(logits).collect()
    }

    fn variables(&self) -> BTreeMap<String, Var> {
        self.variables.clone()
    }
}
