//! How well a network sees, and how true a student is to its teacher, on frames it never learned from.

mod blind;
mod bootstrap;
mod calibration;
mod calibrator;
mod compare;
mod counts;
mod disagreements;
mod objects;
mod similarity;
mod standing;
mod tally;

pub use blind::Blind;
pub use bootstrap::{Estimate, Resamples, macro_figure};
pub use calibration::Calibration;
pub use calibration::Calibrations;
pub(crate) use calibration::top_class;
pub use calibrator::{Calibrator, at_temperatures};
pub use compare::{Fidelity, FidelityTally, fidelity};
pub use counts::Detection;
pub use disagreements::{Disagreement, worst_of_each_world};
pub use objects::ObjectReport;
pub use similarity::SimilarityTally;
pub use standing::{Everyone, MACRO, Standing, Standings};
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

use crate::cache::{Cache, CachedFrame};
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
    /// Takes in what somebody sees of a frame.
    pub fn add(&mut self, from: &CachedFrame, targets: &Targets, probabilities: &Probabilities) {
        let camera = CameraModel::standard();
        let judged = Judged {
            targets,
            truth: decode(&targets.one_hot(), &camera, Tick(0)),
            seen: decode(probabilities, &camera, Tick(0)),
            probabilities,
        };
        let world = self.worlds.entry(from.world).or_insert_with(|| WorldTally {
            slices: from.slices.clone(),
            ..WorldTally::default()
        });
        world.frames += 1;
        world.tally.add(&judged);
    }

    /// The worlds, in order.
    pub fn worlds(&self) -> Vec<u32> {
        self.worlds.keys().copied().collect()
    }

    /// The figures over these worlds, each as often as it is named.
    pub fn figures_of(&self, worlds: &[u32]) -> Figures {
        sum(worlds.iter().filter_map(|world| self.worlds.get(world))).heads()
    }

    /// The figures over all worlds.
    pub fn figures(&self) -> Figures {
        sum(self.worlds.values()).heads()
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
        let all = sum(self.worlds.values());
        Evaluation {
            frames: self.worlds.values().map(|world| world.frames).sum(),
            heads: all.heads(),
            segmentation: all.segmentation_report(),
            lanes: all.lane_report(),
            objects: all.objects.report(),
            light: all.light_report(),
            calibration: all.calibration.report(),
            slices: self
                .tags()
                .into_iter()
                .map(|tag| (tag.clone(), self.slice(&tag).figures()))
                .collect(),
        }
    }
}

/// The counts of some worlds together.
fn sum<'a>(worlds: impl Iterator<Item = &'a WorldTally>) -> Tally {
    worlds.fold(Tally::default(), |mut sum, world| {
        sum.merge(&world.tally);
        sum
    })
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
    let mut examined = WorldTallies::default();
    for &index in frames {
        let sample = cache.read(index)?;
        let probabilities = softmax(predict(&sample.image)?);
        examined.add(&cache.frames()[index], &sample.targets, &probabilities);
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

    /// What the omniscient and the blind say of the training frames, with what is there.
    fn opinions(cache: &Cache) -> Vec<(Targets, Probabilities, Probabilities)> {
        let (mut sees, mut blind) = (omniscient(cache), blind());
        let of = |index: usize| {
            let said = [sees(&[]).unwrap(), blind(&[]).unwrap()].map(softmax);
            let [sees, blind] = said;
            (cache.read(index).unwrap().targets, sees, blind)
        };
        cache.split(Split::Train).into_iter().map(of).collect()
    }

    #[test]
    fn a_student_equal_to_its_teacher_is_true_to_it() {
        let folder = tempfile::tempdir().unwrap();
        let mut tally = FidelityTally::default();
        for (targets, sees, _) in opinions(&cache(folder.path(), 8)) {
            tally.add((&sees, &sees, None), &targets);
        }
        for fidelity in tally.report().values() {
            assert!(fidelity.kl.abs() < 1e-6 && fidelity.agreement == 1.0);
            assert_eq!(fidelity.negative_flips, 0.0);
            assert_eq!(fidelity.error_inheritance, None);
        }
    }

    #[test]
    fn who_repeats_a_blind_teacher_inherits_its_errors_and_who_sees_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let (mut repeats, mut looks) = (FidelityTally::default(), FidelityTally::default());
        for (targets, sees, blind) in opinions(&cache(folder.path(), 8)) {
            repeats.add((&blind, &blind, Some(&sees)), &targets);
            looks.add((&blind, &sees, Some(&sees)), &targets);
        }
        let inherited = |tally: &FidelityTally| tally.report()["segmentation"].error_inheritance;
        assert_eq!(
            (inherited(&repeats), inherited(&looks)),
            (Some(1.0), Some(0.0))
        );
    }

    #[test]
    fn the_worst_disagreement_comes_first_and_names_its_head() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(folder.path(), 8);
        let found = opinions(&cache).into_iter().enumerate();
        let found = found.map(|(i, (targets, sees, blind))| {
            Disagreement::new((i, &cache.frames()[i]), (&sees, &blind), &targets)
        });
        let worst = worst_of_each_world(found.collect(), 3);
        assert_eq!(worst.len(), 3);
        assert!(worst[0].divergence >= worst[1].divergence && worst[2].divergence > 1.0);
        assert!(Head::ALL.iter().any(|head| head.name() == worst[0].head));
    }

    #[test]
    fn who_is_certain_and_right_takes_every_class_for_itself() {
        let folder = tempfile::tempdir().unwrap();
        let mut tally = SimilarityTally::new(Head::Light);
        for (targets, sees, _) in opinions(&cache(folder.path(), 8)) {
            tally.add(&sees, &targets);
        }
        let matrix = tally.matrix();
        for (label, row) in matrix.iter().enumerate() {
            assert!((row[label] - 1.0).abs() < 1e-6, "{matrix:?}");
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
