//! How well a network sees, and how true a student is to its teacher, on frames it never learned from.

mod blind;
mod bootstrap;
mod calibration;
mod compare;
mod counts;
mod objects;
mod tally;

pub use blind::Blind;
pub use bootstrap::{Estimate, Resamples, macro_figure};
pub use calibration::Calibration;
pub use compare::{Comparison, Fidelity, HeadComparison, compare, fidelity};
pub use counts::Detection;
pub use objects::ObjectReport;
pub use tally::{LaneReport, LightReport, SegmentationReport};

use std::collections::{BTreeMap, BTreeSet};

use drive::camera::CameraModel;
use drive::percept::Percept;
use drive::time::Tick;
use perception::decode::decode;
use perception::network::Network;
use perception::probabilities::{Logits, Probabilities, softmax};
use perception::targets::Targets;
use serde::{Deserialize, Serialize};

use crate::cache::Cache;
use crate::error::Result;
use tally::Tally;
pub(crate) use tally::share;

/// How well one network sees.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Frames looked at.
    pub frames: usize,
    /// One figure a head, 0 to 1, larger is better: mean `IoU` of the segmentation, F1 of lanes, objects and
    /// stop lines, shares of depths, sides and headings within bounds, mean recall of light states. A head
    /// that no frame asks anything of has none.
    pub heads: BTreeMap<String, f64>,
    /// Segmentation in detail.
    pub segmentation: SegmentationReport,
    /// Lane boundaries in detail.
    pub lanes: LaneReport,
    /// Road users in detail.
    pub objects: ObjectReport,
    /// Ego's light in detail.
    pub light: LightReport,
    /// How far confidence can be believed, for each head.
    pub calibration: BTreeMap<String, Calibration>,
    /// The figure of each head on the frames of each tag.
    pub slices: BTreeMap<String, BTreeMap<String, f64>>,
}

/// A frame with the truth and what a network makes of it.
struct Judged<'a> {
    targets: &'a Targets,
    probabilities: &'a Probabilities,
    truth: Percept,
    seen: Percept,
}

/// What a network saw right and wrong, world by world: enough to say how sure a figure is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct WorldTallies {
    worlds: BTreeMap<u32, WorldTally>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct WorldTally {
    frames: usize,
    slices: Vec<String>,
    tally: Tally,
}

/// The figure of each head, 0 to 1; see [`Evaluation::heads`].
pub type Figures = BTreeMap<String, f64>;

impl WorldTallies {
    /// The worlds, in order.
    pub fn worlds(&self) -> Vec<u32> {
        self.worlds.keys().copied().collect()
    }

    /// The figures over these worlds, each as often as it is named.
    pub fn figures_of(&self, worlds: &[u32]) -> Figures {
        self.sum(worlds.iter().filter_map(|world| self.worlds.get(world)))
            .heads()
    }

    /// The figures over all worlds.
    pub fn figures(&self) -> Figures {
        self.sum(self.worlds.values()).heads()
    }

    /// The worlds of one tag alone.
    #[must_use]
    pub fn slice(&self, tag: &str) -> Self {
        let has_tag = |world: &WorldTally| world.slices.iter().any(|slice| slice == tag);
        let worlds = self.worlds.iter().filter(|(_, world)| has_tag(world));
        Self {
            worlds: worlds.map(|(&id, world)| (id, world.clone())).collect(),
        }
    }

    /// Every tag of any world.
    pub fn tags(&self) -> BTreeSet<String> {
        let tags = self.worlds.values().flat_map(|world| &world.slices);
        tags.cloned().collect()
    }

    /// Everything there is to say.
    pub fn evaluation(&self) -> Evaluation {
        let all = self.sum(self.worlds.values());
        Evaluation {
            frames: self.worlds.values().map(|world| world.frames).sum(),
            heads: all.heads(),
            segmentation: all.segmentation_report(),
            lanes: all.lane_report(),
            objects: all.objects.report(),
            light: all.light_report(),
            calibration: all.calibration_report(),
            slices: self
                .tags()
                .into_iter()
                .map(|tag| (tag.clone(), self.slice(&tag).figures()))
                .collect(),
        }
    }

    fn sum<'a>(&self, worlds: impl Iterator<Item = &'a WorldTally>) -> Tally {
        worlds.fold(Tally::default(), |mut sum, world| {
            sum.merge(&world.tally);
            sum
        })
    }
}

/// Tries a network on frames of a cache. `predict` gets a shrunk picture, `[128, 256, 3]` bytes.
///
/// # Errors
/// If a frame cannot be read or the network fails.
pub fn examine(
    cache: &Cache,
    frames: &[usize],
    mut predict: impl FnMut(&[u8]) -> Result<Logits>,
) -> Result<WorldTallies> {
    let camera = CameraModel::standard();
    let mut examined = WorldTallies::default();
    for &index in frames {
        let sample = cache.read(index)?;
        let probabilities = softmax(predict(&sample.image)?);
        let judged = Judged {
            targets: &sample.targets,
            truth: decode(&sample.targets.one_hot(), &camera, Tick(0)),
            seen: decode(&probabilities, &camera, Tick(0)),
            probabilities: &probabilities,
        };
        let from = &cache.frames()[index];
        let world = examined
            .worlds
            .entry(from.world)
            .or_insert_with(|| WorldTally {
                slices: from.slices.clone(),
                ..WorldTally::default()
            });
        world.frames += 1;
        world.tally.add(&judged);
    }
    Ok(examined)
}

/// Tries a network on frames of a cache and sums up; see [`examine`].
///
/// # Errors
/// If a frame cannot be read or the network fails.
pub fn evaluate(
    cache: &Cache,
    frames: &[usize],
    predict: impl FnMut(&[u8]) -> Result<Logits>,
) -> Result<Evaluation> {
    Ok(examine(cache, frames, predict)?.evaluation())
}

/// Lets a network look at the pictures of a cache, one at a time.
pub fn sight_of(mut network: Network) -> impl FnMut(&[u8]) -> Result<Logits> {
    move |picture| Ok(network.infer_shrunk(picture)?)
}

#[cfg(test)]
mod tests {
    use perception::heads::Head;

    use super::*;
    use crate::dataset::Split;
    use crate::fixture::cache;

    /// Logits of a network that is certain of these targets.
    fn certain(targets: &Targets) -> Logits {
        let probabilities = targets.one_hot();
        Logits::new(Head::ALL.map(|head| {
            let values = probabilities.head(head).iter();
            values.map(|p| p.max(1e-9).ln()).collect()
        }))
    }

    /// Says of frame after frame what the cache says.
    fn omniscient(cache: &Cache) -> impl FnMut(&[u8]) -> Result<Logits> + '_ {
        let mut frames = 0..;
        move |_| {
            let index = frames.next().expect("there is no end");
            Ok(certain(&cache.read(index)?.targets))
        }
    }

    /// Says that there is nothing.
    fn blind() -> impl FnMut(&[u8]) -> Result<Logits> {
        |_| Ok(certain(&Targets::untrained()))
    }

    #[test]
    fn the_truth_itself_gets_full_marks_in_every_head() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(folder.path(), 8);
        let frames = cache.split(Split::Train);
        let evaluation = evaluate(&cache, &frames, omniscient(&cache)).unwrap();
        assert_eq!(evaluation.heads.len(), 8);
        for (head, score) in &evaluation.heads {
            assert!(*score > 0.999, "{head}: {score}");
        }
        assert!(evaluation.objects.near_x_relative_error < 1e-6);
        assert_eq!(evaluation.light.red_recall, Some(1.0));
        assert_eq!(evaluation.slices.len(), 2);
        for calibration in evaluation.calibration.values() {
            assert!(calibration.expected_calibration_error < 0.5);
        }
    }

    #[test]
    fn a_network_that_sees_nothing_gets_no_marks_for_lanes_objects_and_lines() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(folder.path(), 8);
        let frames = cache.split(Split::Train);
        let evaluation = evaluate(&cache, &frames, blind()).unwrap();
        for head in ["objects", "lanes"] {
            assert!(evaluation.heads[head] < 0.05, "{head}");
        }
        assert!(evaluation.heads["light"] < 0.3);
        assert!(evaluation.heads["segmentation"] < 0.5);
    }

    #[test]
    fn a_student_equal_to_its_teacher_keeps_everything() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(folder.path(), 8);
        let frames = cache.split(Split::Train);
        let teacher = evaluate(&cache, &frames, omniscient(&cache)).unwrap();
        let same = fidelity(&cache, &frames, omniscient(&cache), omniscient(&cache)).unwrap();
        let comparison = compare(&teacher, &teacher, Some(&teacher), &same);
        assert!((comparison.retention_macro - 1.0).abs() < 1e-12);
        assert!((comparison.retention_worst - 1.0).abs() < 1e-12);
        for fidelity in same.values() {
            assert!(fidelity.kl.abs() < 1e-6 && fidelity.agreement == 1.0);
            assert_eq!(fidelity.negative_flips, 0.0);
        }
    }

    #[test]
    fn a_blind_student_disagrees_and_flips() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(folder.path(), 8);
        let frames = cache.split(Split::Train);
        let found = fidelity(&cache, &frames, omniscient(&cache), blind()).unwrap();
        assert!(found["segmentation"].agreement < 0.7);
        assert!(found["segmentation"].negative_flips > 0.3);
        assert!(found["lanes"].kl > 1.0);
    }
}
