//! The world seen in a mirror: how a horizontally flipped picture changes pictures, targets and logits.

use perception::bins::{COLUMNS, YAW_BINS};
use perception::heads::{Head, OBJECT_GRID, SEGMENTATION_GRID};
use perception::preprocess::INPUT_WIDTH;
use perception::targets::{Target, Targets};

use drive::labels::{LANE_BOUNDARIES, LANE_ROWS};

/// The position that holds, in the mirror, what `position` holds. Its own inverse.
pub fn mirrored_position(head: Head, position: usize) -> usize {
    let in_row = |position: usize, columns: usize| {
        position / columns * columns + (columns - 1 - position % columns)
    };
    match head {
        Head::Segmentation => in_row(position, SEGMENTATION_GRID.0),
        Head::Lanes => {
            let (boundary, row) = (position / LANE_ROWS, position % LANE_ROWS);
            (LANE_BOUNDARIES - 1 - boundary) * LANE_ROWS + row
        }
        Head::Objects | Head::Depth | Head::Yaw => in_row(position, OBJECT_GRID.0),
        Head::Sides => {
            // Left and right change places; top and bottom stay.
            let side = [2, 1, 0, 3][position % 4];
            in_row(position / 4, OBJECT_GRID.0) * 4 + side
        }
        Head::Light | Head::StopLine => position,
    }
}

/// The class that means, in the mirror, what `class` means. Its own inverse.
pub fn mirrored_class(head: Head, class: usize) -> usize {
    match head {
        Head::Lanes if class < COLUMNS => COLUMNS - 1 - class,
        Head::Yaw => (YAW_BINS - class) % YAW_BINS,
        _ => class,
    }
}

/// The targets of the flipped picture.
pub fn mirrored_targets(targets: &Targets) -> Targets {
    let mut mirrored = Targets::untrained();
    for head in Head::ALL {
        let row = mirrored.head_mut(head);
        for (position, &target) in targets.head(head).iter().enumerate() {
            row[mirrored_position(head, position)] = mirrored_target(head, target);
        }
    }
    mirrored
}

/// One target in the mirror: where the order of the bins turns round, its upper bin is now the lower.
fn mirrored_target(head: Head, target: Target) -> Target {
    let turns = matches!(head, Head::Lanes | Head::Yaw);
    if !turns || target.upper_weight == 0.0 {
        return Target {
            index: mirrored_class(head, target.index as usize) as u16,
            ..target
        };
    }
    let upper = target.upper_index(head.classes());
    Target {
        index: mirrored_class(head, upper) as u16,
        upper_weight: 1.0 - target.upper_weight,
        weight: target.weight,
    }
}

/// Flips a picture of three values a pixel, in place.
pub fn mirror_image<T>(image: &mut [T]) {
    for row in image.chunks_exact_mut(INPUT_WIDTH * 3) {
        row.reverse();
        for pixel in row.chunks_exact_mut(3) {
            pixel.reverse();
        }
    }
}

/// Flips the values of a head, `[positions, classes]` row by row.
pub fn mirrored_values(head: Head, values: &[f32]) -> Vec<f32> {
    let classes = head.classes();
    let mut mirrored = vec![0.0; values.len()];
    for (position, row) in values.chunks_exact(classes).enumerate() {
        let to = &mut mirrored[mirrored_position(head, position) * classes..][..classes];
        for (class, &value) in row.iter().enumerate() {
            to[mirrored_class(head, class)] = value;
        }
    }
    mirrored
}

#[cfg(test)]
mod tests {
    use drive::camera::{CameraModel, FRAME_WIDTH};
    use drive::frames::Pose2;
    use drive::labels::{Labels, ObjectClass};
    use perception::encode::encode;
    use perception::synthetic::{BoxActor, Markings, Scene};

    use super::*;

    fn scene() -> Scene {
        let actor = |class, x_m, y_m, yaw_rad, size_m| BoxActor {
            class,
            pose_in_ego: Pose2::new(x_m, y_m, yaw_rad),
            size_m,
        };
        Scene {
            actors: vec![
                actor(ObjectClass::Car, 16.3, 1.1, 0.31, [4.6, 1.8, 1.5]),
                actor(ObjectClass::Truck, 33.0, -4.2, 3.0, [8.0, 2.5, 3.2]),
                actor(ObjectClass::Pedestrian, 12.0, -2.7, 1.6, [0.5, 0.5, 1.7]),
            ],
            curvature_per_m: 0.004,
            markings: Markings::Painted,
            stop_line_m: Some(20.0),
            ..Scene::default()
        }
    }

    /// The labels of the flipped picture.
    fn flipped(labels: &Labels) -> Labels {
        fn rows<T: Clone>(map: &[T]) -> Vec<T> {
            map.chunks_exact(FRAME_WIDTH)
                .flat_map(|row| row.iter().rev().cloned())
                .collect()
        }
        let mut flipped = labels.clone();
        flipped.class = rows(&labels.class);
        flipped.instance = rows(&labels.instance);
        flipped.depth_m = rows(&labels.depth_m);
        let width = FRAME_WIDTH as f32;
        for object in &mut flipped.objects {
            let b = &mut object.box_px;
            (b.left, b.right) = (width - b.right, width - b.left);
            object.yaw_rad = -object.yaw_rad;
        }
        flipped.lanes.reverse();
        for u_px in flipped.lanes.iter_mut().flatten().flatten() {
            *u_px = width - *u_px;
        }
        flipped
    }

    #[test]
    fn mirrored_targets_are_the_targets_of_the_flipped_picture() {
        let labels = scene().labels(&CameraModel::standard());
        let mirrored = mirrored_targets(&encode(&labels));
        let expected = encode(&flipped(&labels));
        for head in Head::ALL {
            let pairs = mirrored.head(head).iter().zip(expected.head(head));
            for (position, (a, b)) in pairs.enumerate() {
                assert!(
                    a.index == b.index
                        && (a.upper_weight - b.upper_weight).abs() < 1e-3
                        && a.weight == b.weight,
                    "{} at {position}: {a:?} {b:?}",
                    head.name()
                );
            }
        }
    }

    #[test]
    fn mirrored_values_are_the_values_of_mirrored_targets() {
        let targets = encode(&scene().labels(&CameraModel::standard()));
        let mirrored = mirrored_targets(&targets).one_hot();
        for head in Head::ALL {
            let values = mirrored_values(head, targets.one_hot().head(head));
            let pairs = values.iter().zip(mirrored.head(head));
            assert!(
                pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-6),
                "{}",
                head.name()
            );
        }
    }

    #[test]
    fn a_picture_mirrored_twice_is_itself() {
        let image: Vec<u8> = (0..INPUT_WIDTH * 6).map(|i| (i % 255) as u8).collect();
        let mut twice = image.clone();
        mirror_image(&mut twice);
        assert_eq!(twice[..3], image[INPUT_WIDTH * 3 - 3..INPUT_WIDTH * 3]);
        mirror_image(&mut twice);
        assert_eq!(twice, image);
    }
}
