//! The whole report card, as `evaluation.json` has it.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use distill::cache::Cache;
use distill::evaluate::{
    Blind, Calibrator, Disagreement, Everyone, Fidelity, FidelityTally, MACRO, Resamples,
    SimilarityTally, Standing, WorldTallies, examine, worst_of_each_world,
};
use indicatif::ProgressBar;
use perception::heads::Head;
use serde::Serialize;

use super::contestant::{Contestant, Entrant};
use crate::models::{Assets, Who};

/// Networks on the card, in the order of its tables.
pub const ENTRANTS: [Who; 5] = [
    Who::Teacher,
    Who::Int8Teacher,
    Who::Student,
    Who::Int8Student,
    Who::HardLabelStudent,
];
/// How many disagreements are shown.
const DISAGREEMENTS: usize = 20;
/// Seed of the redrawn worlds.
const SEED: u64 = 1;
/// Heads whose classes are alike or not, and so worth a matrix.
const SIMILAR: [Head; 3] = [Head::Segmentation, Head::Objects, Head::Light];

/// A student's report card.
#[derive(Debug, Clone, Serialize)]
pub struct ReportCard {
    /// Frames looked at.
    pub frames: usize,
    /// Worlds they come from.
    pub worlds: usize,
    /// Every head.
    pub heads: BTreeMap<String, HeadCard>,
    /// Mean share of the teacher's figures that the student keeps.
    pub retention_macro: f64,
    /// The lowest share of any head.
    pub retention_worst: f64,
    /// How sure these figures are, for each head and `macro`: everything with its 95 % interval.
    pub standings: BTreeMap<String, Standing>,
    /// The networks by name.
    pub networks: BTreeMap<String, Contestant>,
    /// The frames on which the student is farthest from its teacher, worst first.
    pub disagreements: Vec<Disagreement>,
    /// For heads of classes: what the teacher says on average where the label says so, `[label][said]`.
    pub similarity: BTreeMap<String, Vec<Vec<f64>>>,
}

/// One head.
#[derive(Debug, Clone, Serialize)]
pub struct HeadCard {
    /// The teacher's figure.
    pub teacher: f64,
    /// The student's.
    pub student: f64,
    /// That of the same student on hard labels alone.
    pub hard_label_student: Option<f64>,
    /// The student's as a share of the teacher's.
    pub retention: f64,
    /// How true the student is to its teacher.
    pub fidelity: Fidelity,
}

impl ReportCard {
    /// Lets everyone look at frames, once. `blind` is the floor, `temperature` that of the similarity matrices.
    ///
    /// # Errors
    /// When a network or frame cannot be read, or teacher or student are missing.
    pub fn new(
        (assets, given): (&Assets, Option<&Path>),
        (cache, frames): (&Cache, &[usize]),
        blind: &Blind,
        temperature: f32,
        bar: &ProgressBar,
    ) -> Result<Self> {
        ensure!(
            !frames.is_empty(),
            "the data set has no frames of that split; capture at least ten worlds"
        );
        let mut looks = Looks::open(assets, given)?;
        let validation = Calibrator::frames(cache);
        for entrant in looks.entrants.values_mut() {
            entrant.calibrate(cache, &validation)?;
        }
        for &index in frames {
            looks.look(cache, index, temperature)?;
            bar.inc(1);
        }
        looks.card(cache, frames, blind)
    }
}

/// Everyone, and what is counted between them.
struct Looks {
    entrants: BTreeMap<Who, Entrant>,
    fidelity: FidelityTally,
    disagreements: Vec<Disagreement>,
    similarity: Vec<SimilarityTally>,
}

impl Looks {
    fn open(assets: &Assets, given: Option<&Path>) -> Result<Self> {
        let mut entrants = BTreeMap::new();
        for who in ENTRANTS {
            if let Some(entrant) = Entrant::open(who.clone(), assets, given)? {
                entrants.insert(who, entrant);
            }
        }
        for who in [Who::Teacher, Who::Student] {
            ensure!(
                entrants.contains_key(&who),
                "the report card needs the {who}; train it first"
            );
        }
        Ok(Self {
            entrants,
            fidelity: FidelityTally::default(),
            disagreements: Vec::new(),
            similarity: SIMILAR.map(SimilarityTally::new).into(),
        })
    }

    /// Shows everyone a frame.
    fn look(&mut self, cache: &Cache, index: usize, temperature: f32) -> Result<()> {
        let sample = cache.read(index)?;
        let (picture, targets) = (&sample.image, &sample.targets);
        let mut said = BTreeMap::new();
        for (who, entrant) in &mut self.entrants {
            said.insert(who, entrant.look((cache, index), picture, targets)?);
        }
        let (teacher, student) = (&said[&Who::Teacher], &said[&Who::Student]);
        let control = said.get(&Who::HardLabelStudent);
        self.fidelity.add((teacher, student, control), targets);
        let from = (index, &cache.frames()[index]);
        self.disagreements
            .push(Disagreement::new(from, (teacher, student), targets));
        let softened = teacher.tempered(temperature);
        for tally in &mut self.similarity {
            tally.add(&softened, targets);
        }
        Ok(())
    }

    fn seen_by(&self, who: &Who) -> &[WorldTallies] {
        let entrant = self.entrants.get(who);
        entrant.map_or(&[], |entrant| std::slice::from_ref(entrant.seen()))
    }

    /// The whole card.
    fn card(self, cache: &Cache, frames: &[usize], blind: &Blind) -> Result<ReportCard> {
        let worlds = self.seen_by(&Who::Teacher)[0].worlds();
        let everyone = Everyone {
            teacher: self.seen_by(&Who::Teacher),
            student: self.seen_by(&Who::Student),
            hard_labels: self.seen_by(&Who::HardLabelStudent),
            argmax: &[],
            floor: examine(cache, frames, blind.sight())?.figures(),
            resamples: Resamples::new(worlds.clone(), SEED),
        };
        let standings = everyone.standings().context("nobody saw anything")?;
        let fidelity = self.fidelity.report();
        let heads = standings.heads.iter().filter(|(name, _)| *name != MACRO);
        let similarity = SIMILAR.iter().zip(&self.similarity);
        let networks = self.entrants.iter();
        Ok(ReportCard {
            frames: frames.len(),
            worlds: worlds.len(),
            heads: heads
                .map(|(name, standing)| (name.clone(), HeadCard::new(standing, fidelity[name])))
                .collect(),
            retention_macro: standings.retention_macro.value,
            retention_worst: standings.retention_worst.value,
            networks: networks
                .map(|(who, entrant)| (who.to_string(), entrant.contestant()))
                .collect(),
            similarity: similarity
                .map(|(head, tally)| (head.name().to_owned(), tally.matrix()))
                .collect(),
            disagreements: worst_of_each_world(self.disagreements.clone(), DISAGREEMENTS),
            standings: standings.heads,
        })
    }
}

impl HeadCard {
    fn new(standing: &Standing, fidelity: Fidelity) -> Self {
        Self {
            teacher: standing.teacher.value,
            student: standing.student.value,
            hard_label_student: standing.hard_labels.map(|hard| hard.value),
            retention: standing.retention.value,
            fidelity,
        }
    }
}
