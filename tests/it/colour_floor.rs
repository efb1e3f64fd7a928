//! The pictures are not a colour code: who looks at nothing but a cell's colours sees road users far worse
//! than the teacher does.

use perception::encode::encode;
use perception::heads::{Head, SEGMENTATION_GRID};
use perception::network::{Backend, Network};
use perception::preprocess::{INPUT_WIDTH, shrink};
use perception::probabilities::softmax;
use scenarios::random_world::{LENGTH, RandomWorld, Slice};
use sim::{Exposure as Pass, SimOptions, Simulation};
use understudy::models::{Assets, Who};

use drive::frame::CameraFrame;
use drive::labels::Class;
use drive::time::Tick;

/// Random worlds whose colours are learned, and worlds that are judged.
const LEARNED: std::ops::Range<u64> = 500_000..500_060;
const JUDGED: std::ops::Range<u64> = 600_000..600_020;
/// Frames taken of each.
const FRAMES: u64 = 3;
/// Steps a colour channel is divided into.
const SHADES: usize = 16;
const CLASSES: usize = 9;

/// A frame as the networks see it and its true classes, one per cell of the segmentation grid; `None` where
/// nothing is asked.
struct Scene {
    frame: CameraFrame,
    classes: Vec<Option<usize>>,
}

fn scenes(worlds: std::ops::Range<u64>) -> Vec<Scene> {
    worlds.flat_map(scenes_of_world).collect()
}

fn scenes_of_world(seed: u64) -> Vec<Scene> {
    let world = RandomWorld::new(seed, Slice::Training);
    let mut simulation =
        Simulation::new(&world.stage, &SimOptions::default()).expect("a driver is installed");
    let take = |frame: u64| {
        simulation.place(&world.at(Tick(frame * LENGTH.0 / FRAMES)));
        let (frame, labels) = simulation.expose(Pass::Picture).expect("the camera works");
        let targets = encode(&labels);
        let classes = targets.head(Head::Segmentation).iter();
        Scene {
            frame: frame.expect("a picture was asked for"),
            classes: classes
                .map(|target| (target.weight > 0.0).then(|| usize::from(target.index)))
                .collect(),
        }
    };
    (0..FRAMES).map(take).collect()
}

/// The mean colour of each cell, each channel in shades.
fn colours(frame: &CameraFrame) -> Vec<usize> {
    let pixels = shrink(frame).expect("frames have the camera's size");
    let cell_px = INPUT_WIDTH / SEGMENTATION_GRID.0;
    let colour = |cell: usize| {
        let (column, row) = (cell % SEGMENTATION_GRID.0, cell / SEGMENTATION_GRID.0);
        (0..3).fold(0, |index, channel| {
            let value = |i: usize| {
                let (x, y) = (column * cell_px + i % cell_px, row * cell_px + i / cell_px);
                usize::from(pixels[(y * INPUT_WIDTH + x) * 3 + channel])
            };
            let mean = (0..cell_px * cell_px).map(value).sum::<usize>() / (cell_px * cell_px);
            index * SHADES + mean * SHADES / 256
        })
    };
    (0..SEGMENTATION_GRID.0 * SEGMENTATION_GRID.1)
        .map(colour)
        .collect()
}

/// The likeliest class of each colour, classes made equally frequent so that rare ones are not given up.
fn learn_colours(scenes: &[Scene]) -> Vec<usize> {
    let mut counts = vec![[0.0; CLASSES]; SHADES * SHADES * SHADES];
    let mut totals = [1.0; CLASSES];
    for scene in scenes {
        for (colour, class) in colours(&scene.frame).into_iter().zip(&scene.classes) {
            if let Some(class) = *class {
                counts[colour][class] += 1.0;
                totals[class] += 1.0;
            }
        }
    }
    let likeliest = |counts: &[f64; CLASSES]| {
        let share = |class: usize| counts[class] / f64::sqrt(totals[class]);
        (0..CLASSES)
            .max_by(|&a, &b| share(a).total_cmp(&share(b)))
            .expect("there are classes")
    };
    counts.iter().map(likeliest).collect()
}

/// Intersection over union of vehicles and of persons over all scenes.
fn road_user_iou(scenes: &[Scene], mut see: impl FnMut(&CameraFrame) -> Vec<usize>) -> [f64; 2] {
    let watched = [Class::Vehicle as usize, Class::Person as usize];
    let (mut both, mut either) = ([0.0; 2], [0.0; 2]);
    for scene in scenes {
        for (seen, truth) in see(&scene.frame).into_iter().zip(&scene.classes) {
            let Some(truth) = *truth else { continue };
            for (i, class) in watched.into_iter().enumerate() {
                both[i] += f64::from(u8::from(seen == class && truth == class));
                either[i] += f64::from(u8::from(seen == class || truth == class));
            }
        }
    }
    [both[0] / either[0], both[1] / either[1]]
}

#[test]
fn colours_alone_find_road_users_at_most_half_as_well_as_the_teacher() {
    let likeliest = learn_colours(&scenes(LEARNED));
    let judged = scenes(JUDGED);
    let by_colour = road_user_iou(&judged, |frame| {
        colours(frame)
            .into_iter()
            .map(|colour| likeliest[colour])
            .collect()
    });
    let weights = Assets::find(None)
        .expect("assets are here")
        .weights(&Who::Teacher);
    let (_, mut teacher) =
        Network::load(&weights, Backend::default()).expect("the teacher is shipped");
    let by_teacher = road_user_iou(&judged, |frame| {
        let probabilities = softmax(teacher.infer(frame).expect("frames have the camera's size"));
        (0..Head::Segmentation.positions())
            .map(|cell| {
                let shares = probabilities.at(Head::Segmentation, cell);
                (0..CLASSES)
                    .max_by(|&a, &b| shares[a].total_cmp(&shares[b]))
                    .expect("there are classes")
            })
            .collect()
    });
    for (colour, teacher) in by_colour.into_iter().zip(by_teacher) {
        assert!(
            colour <= 0.5 * teacher && teacher > 0.5,
            "vehicles and persons: {by_colour:.3?} by colour, {by_teacher:.3?} by the teacher"
        );
    }
}
