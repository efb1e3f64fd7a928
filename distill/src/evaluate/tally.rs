//! The counting behind an evaluation.

use std::collections::BTreeMap;

use drive::labels::{Class, LightState};
use drive::math::wrap_angle;
use perception::bins::{COLUMN_PX, COLUMNS, DEPTH, SIDE, yaw_rad};
use perception::expectation::{Bins, local_expectation};
use perception::heads::Head;
use perception::targets::Target;
use serde::{Deserialize, Serialize};

use super::Judged;
use super::calibration::{Calibrations, top_class};
use super::counts::{Counts, Detection, Mean};
use super::objects::ObjectTally;

/// A boundary this near to the true column, in pixels, is found.
const LANE_BOUND_PX: f64 = 8.0;
/// A depth or stop line within this share of the truth is right.
const DEPTH_BOUND: f64 = 0.1;
/// A box side within this many pixels plus a tenth of the truth is right.
const SIDE_BOUND_PX: f64 = 3.0;
/// A heading within this angle is right.
const YAW_BOUND_DEG: f64 = 15.0;
/// Segmentation in detail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SegmentationReport {
    /// Mean intersection over union of the classes that occur.
    pub mean_iou: f64,
    /// Intersection over union of each class that occurs.
    pub iou: BTreeMap<String, f64>,
}

/// Lane boundaries in detail.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LaneReport {
    /// Points within 8 pixels of the truth.
    pub points: Detection,
    /// Mean distance in pixels where truth and network both see a point.
    pub mean_error_px: f64,
}

/// Ego's light in detail.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LightReport {
    /// Share of frames with the right state.
    pub accuracy: f64,
    /// Mean over the states that occur of the share that is recognized.
    pub mean_recall: f64,
    /// Share of red lights that is recognized, if any was there.
    pub red_recall: Option<f64>,
}

/// Counts over frames.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Tally {
    /// `[truth][network]`.
    confusion: [[u64; Class::ALL.len()]; Class::ALL.len()],
    lanes: Counts,
    lane_error_px: Mean,
    pub(super) objects: ObjectTally,
    depth: Mean,
    sides: Mean,
    yaw: Mean,
    /// `[truth][network]`.
    light: [[u64; 4]; 4],
    stop_line: Counts,
    pub(super) calibration: Calibrations,
}

impl Tally {
    /// Adds what was counted elsewhere.
    pub(super) fn merge(&mut self, other: &Self) {
        let confusion = self.confusion.as_flattened_mut().iter_mut();
        for (count, more) in confusion.zip(other.confusion.as_flattened()) {
            *count += more;
        }
        let light = self.light.as_flattened_mut().iter_mut();
        for (count, more) in light.zip(other.light.as_flattened()) {
            *count += more;
        }
        self.lanes.merge(&other.lanes);
        self.lane_error_px.merge(&other.lane_error_px);
        self.objects.merge(&other.objects);
        self.depth.merge(&other.depth);
        self.sides.merge(&other.sides);
        self.yaw.merge(&other.yaw);
        self.stop_line.merge(&other.stop_line);
        self.calibration.merge(&other.calibration);
    }

    /// Takes in a frame.
    pub(super) fn add(&mut self, judged: &Judged<'_>) {
        for (_, distribution, target) in positions(judged, Head::Segmentation) {
            self.confusion[target.index as usize][top_class(distribution)] += 1;
        }
        for (_, distribution, target) in positions(judged, Head::Lanes) {
            self.add_lane_point(distribution, target);
        }
        self.objects.add(&judged.truth, &judged.seen);
        self.add_cells(judged);
        for (_, distribution, target) in positions(judged, Head::Light) {
            self.light[target.index as usize][top_class(distribution)] += 1;
        }
        for (_, distribution, target) in positions(judged, Head::StopLine) {
            self.add_stop_line(distribution, target);
        }
        self.calibration.add(judged.probabilities, judged.targets);
    }

    fn add_lane_point(&mut self, distribution: &[f32], target: &Target) {
        let there = (target.index as usize) < COLUMNS;
        let found = distribution[COLUMNS] < 0.5;
        let mut error_px = f64::INFINITY;
        if there && found {
            let read = local_expectation(&distribution[..COLUMNS], Bins::Line);
            error_px = (read.coordinate - coordinate(target)).abs() * COLUMN_PX;
            self.lane_error_px.add(error_px);
        }
        count(&mut self.lanes, (there, found), || {
            error_px <= LANE_BOUND_PX
        });
    }

    /// Depth, sides and heading, on the cells that tell of somebody.
    fn add_cells(&mut self, judged: &Judged<'_>) {
        let told = judged.targets.head(Head::Objects);
        for (cell, distribution, target) in positions(judged, Head::Depth) {
            if told[cell].index > 0 {
                let read = local_expectation(distribution, Bins::Line);
                let ratio = DEPTH.value(read.coordinate) / DEPTH.value(coordinate(target));
                self.depth.add(right((ratio - 1.0).abs() <= DEPTH_BOUND));
            }
        }
        for (_, distribution, target) in positions(judged, Head::Sides) {
            let read = local_expectation(distribution, Bins::Line);
            let truth_px = SIDE.value(coordinate(target));
            let error_px = (SIDE.value(read.coordinate) - truth_px).abs();
            self.sides
                .add(right(error_px <= SIDE_BOUND_PX + 0.1 * truth_px.abs()));
        }
        for (_, distribution, target) in positions(judged, Head::Yaw) {
            let read = local_expectation(distribution, Bins::Ring);
            let error = wrap_angle(yaw_rad(read.coordinate) - yaw_rad(coordinate(target)));
            self.yaw
                .add(right(error.abs().to_degrees() <= YAW_BOUND_DEG));
        }
    }

    fn add_stop_line(&mut self, distribution: &[f32], target: &Target) {
        let there = (target.index as usize) < DEPTH.bins;
        let found = distribution[DEPTH.bins] < 0.5;
        count(&mut self.stop_line, (there, found), || {
            let read = local_expectation(&distribution[..DEPTH.bins], Bins::Line);
            let ratio = DEPTH.value(read.coordinate) / DEPTH.value(coordinate(target));
            (ratio - 1.0).abs() <= DEPTH_BOUND
        });
    }

    /// The figure of each head that was asked anything.
    pub(super) fn heads(&self) -> BTreeMap<String, f64> {
        let f1 = |counts: &Counts| (counts.there() > 0).then(|| counts.report().f1);
        let figure = |head: Head| match head {
            Head::Segmentation => Some(self.segmentation_report().mean_iou),
            Head::Lanes => f1(&self.lanes),
            Head::Objects => f1(&self.objects.all),
            Head::Depth => self.depth.value(),
            Head::Sides => self.sides.value(),
            Head::Yaw => self.yaw.value(),
            Head::Light => Some(self.light_report().mean_recall),
            Head::StopLine => f1(&self.stop_line),
        };
        Head::ALL
            .into_iter()
            .filter_map(|head| Some((head.name().to_owned(), figure(head)?)))
            .collect()
    }

    pub(super) fn segmentation_report(&self) -> SegmentationReport {
        let mut iou = BTreeMap::new();
        for (class, name) in Class::ALL.map(Class::word).iter().enumerate() {
            let there: u64 = self.confusion[class].iter().sum();
            let found: u64 = self.confusion.iter().map(|row| row[class]).sum();
            let both = self.confusion[class][class];
            if there > 0 {
                iou.insert(
                    (*name).to_owned(),
                    both as f64 / (there + found - both) as f64,
                );
            }
        }
        SegmentationReport {
            mean_iou: iou.values().sum::<f64>() / iou.len().max(1) as f64,
            iou,
        }
    }

    pub(super) fn lane_report(&self) -> LaneReport {
        LaneReport {
            points: self.lanes.report(),
            mean_error_px: self.lane_error_px.value().unwrap_or(0.0),
        }
    }

    pub(super) fn light_report(&self) -> LightReport {
        let recall = |state: usize| {
            let there: u64 = self.light[state].iter().sum();
            (there > 0).then(|| self.light[state][state] as f64 / there as f64)
        };
        let recalls: Vec<f64> = (0..4).filter_map(recall).collect();
        let all: u64 = self.light.iter().flatten().sum();
        let right: u64 = (0..4).map(|state| self.light[state][state]).sum();
        LightReport {
            accuracy: right as f64 / all.max(1) as f64,
            mean_recall: recalls.iter().sum::<f64>() / recalls.len().max(1) as f64,
            red_recall: recall(LightState::Red as usize),
        }
    }
}

/// The positions of a head that were asked anything: number, distribution, target.
pub(super) fn positions<'a>(
    judged: &'a Judged<'_>,
    head: Head,
) -> impl Iterator<Item = (usize, &'a [f32], &'a Target)> {
    let targets = judged.targets.head(head).iter().enumerate();
    targets
        .filter(|(_, target)| target.weight > 0.0)
        .map(move |(position, target)| (position, judged.probabilities.at(head, position), target))
}

/// The wanted probability of a class.
pub(crate) fn share(target: &Target, class: usize, classes: usize) -> f64 {
    let upper = f64::from(target.upper_weight);
    let lower = if class == target.index as usize {
        1.0 - upper
    } else {
        0.0
    };
    lower
        + if class == target.upper_index(classes) {
            upper
        } else {
            0.0
        }
}

/// The bin coordinate a target stands for.
fn coordinate(target: &Target) -> f64 {
    f64::from(target.index) + f64::from(target.upper_weight)
}

/// 1 for right, 0 for wrong.
fn right(right: bool) -> f64 {
    f64::from(u8::from(right))
}

/// Counts something by whether it is there, whether it is found, and whether in its place.
fn count(counts: &mut Counts, (there, found): (bool, bool), in_place: impl FnOnce() -> bool) {
    let hit = there && found && in_place();
    counts.hits += u64::from(hit);
    counts.misses += u64::from(there && !hit);
    counts.false_alarms += u64::from(found && !hit);
}
