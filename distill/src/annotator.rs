//! An annotator who makes people's mistakes: what far, small and hidden road users are, where edges lie.
//!
//! A simulator's labels are perfect, which flatters learning from labels: real ones are drawn by hand. At noise 1
//! nine of ten far, small or hidden road users are missed and one of ten others, a tenth is taken for its twin
//! (car and truck, pedestrian and cyclist), outlines are drawn within 6 pixels, boundaries within 8, a tenth of the
//! lights is misread and stop lines are a fifth off. Lower noise is that much less of everything.

use drive::labels::{Class, Labels, LightState, ObjectClass, ObjectLabel};
use rand::Rng;

/// Road users farther than this are easily missed.
const FAR_M: f32 = 35.0;
/// So are those lower than this in the picture.
const SMALL_PX: f32 = 14.0;
/// And those of which less than this share of the box is visible.
const HIDDEN_SHARE: f32 = 0.3;
/// At noise 1: share of the hard and of the easy road users that is missed.
const MISSED: [f64; 2] = [0.9, 0.1];
/// At noise 1: share of road users taken for their twin, and of lights misread.
const CONFUSED: f64 = 0.1;
/// At noise 1: how far outlines are off, in pixels.
const OUTLINE_PX: f64 = 6.0;
/// At noise 1: how far lane boundaries are off, in pixels.
const BOUNDARY_PX: f64 = 8.0;
/// At noise 1: how far stop lines are off, as a share of the distance.
const STOP_LINE: f64 = 0.2;
/// Outlines are off alike within squares of this many pixels.
const STROKE_PX: usize = 16;

/// What the annotator makes of a frame.
#[must_use]
pub fn annotated(labels: &Labels, noise: f64, random: &mut impl Rng) -> Labels {
    let mut drawn = labels.clone();
    drawn.objects.retain(|object| {
        let chance = noise * MISSED[usize::from(!is_hard(object))];
        let seen = !random.random_bool(chance.clamp(0.0, 1.0));
        if !seen {
            paint_over(
                &mut drawn.class,
                &mut drawn.instance,
                labels.width,
                object.instance,
            );
        }
        seen
    });
    for object in &mut drawn.objects {
        misdraw(object, noise, random);
    }
    drawn.class = wobbled(&drawn.class, labels.width, noise * OUTLINE_PX, random);
    for u_px in drawn.lanes.iter_mut().flatten().flatten() {
        *u_px += off(random, noise * BOUNDARY_PX);
    }
    if random.random_bool(noise * CONFUSED) {
        drawn.light = LightState::ALL[random.random_range(0..LightState::ALL.len())];
    }
    if let Some(x_m) = &mut drawn.stop_line_m {
        *x_m *= 1.0 + off(random, noise * STOP_LINE);
    }
    drawn
}

/// Whether a road user is easily missed.
fn is_hard(object: &ObjectLabel) -> bool {
    let b = object.box_px;
    let box_px = (b.right - b.left) * (b.bottom - b.top);
    object.depth_m > FAR_M
        || b.bottom - b.top < SMALL_PX
        || (object.visible_px as f32) < HIDDEN_SHARE * box_px
}

/// Gives a missed road user's pixels to what is beside them in their row.
fn paint_over(class: &mut [u8], instance: &mut [u16], width: usize, missed: u16) {
    let rows = class
        .chunks_exact_mut(width)
        .zip(instance.chunks_exact_mut(width));
    for (classes, instances) in rows {
        let mut beside = instances
            .iter()
            .position(|&i| i != missed)
            .map(|u| classes[u]);
        for (class, instance) in classes.iter_mut().zip(instances) {
            if *instance == missed {
                *class = beside.unwrap_or(Class::Building as u8);
                *instance = 0;
            } else {
                beside = Some(*class);
            }
        }
    }
}

/// Draws a road user's box carelessly, and may take it for its twin.
fn misdraw(object: &mut ObjectLabel, noise: f64, random: &mut impl Rng) {
    let b = &mut object.box_px;
    for side in [&mut b.left, &mut b.top, &mut b.right, &mut b.bottom] {
        *side += off(random, noise * OUTLINE_PX);
    }
    b.right = b.right.max(b.left + 1.0);
    b.bottom = b.bottom.max(b.top + 1.0);
    if random.random_bool(noise * CONFUSED) {
        object.class = match object.class {
            ObjectClass::Car => ObjectClass::Truck,
            ObjectClass::Truck => ObjectClass::Car,
            ObjectClass::Pedestrian => ObjectClass::Cyclist,
            ObjectClass::Cyclist => ObjectClass::Pedestrian,
        };
    }
}

/// A class map with every outline off by up to `bound_px`.
fn wobbled(class: &[u8], width: usize, bound_px: f64, random: &mut impl Rng) -> Vec<u8> {
    let height = class.len() / width;
    let strokes = width.div_ceil(STROKE_PX) * height.div_ceil(STROKE_PX);
    let offsets: Vec<[f32; 2]> = (0..strokes)
        .map(|_| [off(random, bound_px), off(random, bound_px)])
        .collect();
    let pixel = |i: usize| {
        let (u, v) = (i % width, i / width);
        let [du, dv] = offsets[v / STROKE_PX * width.div_ceil(STROKE_PX) + u / STROKE_PX];
        let within =
            |at: usize, d: f32, end: usize| (at as f32 + d).clamp(0.0, end as f32 - 1.0) as usize;
        class[within(v, dv, height) * width + within(u, du, width)]
    };
    (0..class.len()).map(pixel).collect()
}

/// A number from minus to plus `bound`.
fn off(random: &mut impl Rng, bound: f64) -> f32 {
    (bound * (2.0 * random.random::<f64>() - 1.0)) as f32
}

#[cfg(test)]
mod tests {
    use drive::camera::CameraModel;
    use drive::frames::Pose2;
    use drive::random::stream;
    use perception::synthetic::{BoxActor, Scene};

    use super::*;

    fn labels() -> Labels {
        let actor = |x_m, y_m| BoxActor {
            class: ObjectClass::Car,
            pose_in_ego: Pose2::new(x_m, y_m, 0.0),
            size_m: [4.6, 1.8, 1.5],
        };
        let scene = Scene {
            actors: vec![actor(12.0, 3.0), actor(55.0, -2.0)],
            ..Scene::default()
        };
        scene.labels(&CameraModel::standard())
    }

    /// How many of a hundred annotators miss each of the two cars.
    fn missed(noise: f64) -> [usize; 2] {
        let labels = labels();
        let mut missed = [0; 2];
        for seed in 0..100 {
            let drawn = annotated(&labels, noise, &mut stream(seed, "annotator"));
            for (count, car) in missed.iter_mut().zip(&labels.objects) {
                let found = drawn.objects.iter().any(|o| o.instance == car.instance);
                *count += usize::from(!found);
            }
        }
        missed
    }

    #[test]
    fn without_noise_labels_stay_as_they_are() {
        let labels = labels();
        assert_eq!(annotated(&labels, 0.0, &mut stream(1, "annotator")), labels);
    }

    #[test]
    fn far_road_users_are_missed_more_often_and_more_so_with_noise() {
        let ([near, far], [_, half]) = (missed(1.0), missed(0.5));
        assert!(
            near < 25 && far > 75 && (25..65).contains(&half),
            "{near} {far} {half}"
        );
    }

    #[test]
    fn a_missed_road_user_leaves_no_pixel() {
        let labels = labels();
        let mut drawn = labels.clone();
        paint_over(
            &mut drawn.class,
            &mut drawn.instance,
            labels.width,
            labels.objects[0].instance,
        );
        let left = |labels: &Labels| {
            let vehicles = labels.class.iter();
            vehicles
                .map(|&class| usize::from(class == Class::Vehicle as u8))
                .sum::<usize>()
        };
        let gone = labels.objects[0].visible_px as usize;
        assert_eq!(left(&drawn) + gone, left(&labels));
    }
}
