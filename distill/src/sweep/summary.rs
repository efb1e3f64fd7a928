//! What a sweep found: every place of every axis with its interval, and the chosen few on test worlds.

use perception::nets::NetConfig;
use serde::{Deserialize, Serialize};

use super::file::{Axis, Place, Sweep};
use super::outcome::Outcome;
use super::point::{Point, Teaching, Variant};
use crate::evaluate::{
    Estimate, Everyone, Figures, Resamples, Standings, WorldTallies, macro_figure,
};
use crate::recipe::Form;

/// Seed of the redrawn worlds.
const SEED: u64 = 1;

/// What a sweep found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// The teacher's mean over the heads on validation worlds.
    pub teacher: Estimate,
    /// That of who never looks.
    pub floor: f64,
    /// Every axis.
    pub axes: Vec<AxisSummary>,
    /// The chosen few on test worlds, when all of them are trained.
    pub finals: Option<FinalsSummary>,
}

/// One axis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AxisSummary {
    /// What is varied.
    pub name: String,
    /// Its places, in the order of the file.
    pub places: Vec<PlaceSummary>,
}

/// One place of an axis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlaceSummary {
    /// In words.
    pub name: String,
    /// As a number, where it is one.
    pub value: Option<f64>,
    /// Mean over the heads on validation worlds.
    pub score: Estimate,
    /// That of the same student without the teacher, where it was trained.
    pub hard_labels: Option<Estimate>,
    /// How much the teacher adds, paired.
    pub gain: Option<Estimate>,
    /// Parameters of the student.
    pub parameters: usize,
    /// Median milliseconds of one frame on one thread.
    pub latency_ms: f64,
    /// Seconds of the training.
    pub training_s: f64,
}

/// The chosen few on test worlds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FinalsSummary {
    /// Seeds of the student and of its control.
    pub seeds: usize,
    /// How they stand beside their teacher.
    pub standings: Standings,
}

/// Everyone's eyes on the same worlds, besides the students'.
#[derive(Debug, Clone, Copy)]
pub struct Bounds<'a> {
    /// The teacher.
    pub teacher: &'a WorldTallies,
    /// Who never looks.
    pub blind: &'a WorldTallies,
}

impl Summary {
    /// Of what is trained and timed so far; other places are left out. `of` finds the outcome of a
    /// training, `latency_ms` a student's median of one frame. `test` is only needed for the chosen few.
    pub fn new<'a>(
        sweep: &Sweep,
        of: &dyn Fn(&Point) -> Option<&'a Outcome>,
        latency_ms: &dyn Fn(&NetConfig) -> Option<f64>,
        validation: Bounds<'_>,
        test: Option<Bounds<'_>>,
    ) -> Option<Self> {
        let resamples = Resamples::new(validation.teacher.worlds(), SEED);
        let look = Look {
            sweep,
            of,
            latency_ms,
            resamples: &resamples,
        };
        let teacher = std::slice::from_ref(validation.teacher);
        Some(Self {
            teacher: resamples.estimate(&[teacher], |f| Some(macro_figure(&f[0])))?,
            floor: macro_figure(&validation.blind.figures()),
            axes: sweep.axes.iter().map(|axis| look.axis(axis)).collect(),
            finals: test.and_then(|test| finals(sweep, of, test)),
        })
    }
}

/// What the axes are made of.
struct Look<'s, 'a> {
    sweep: &'s Sweep,
    of: &'s dyn Fn(&Point) -> Option<&'a Outcome>,
    latency_ms: &'s dyn Fn(&NetConfig) -> Option<f64>,
    resamples: &'s Resamples,
}

impl Look<'_, '_> {
    fn axis(&self, axis: &Axis) -> AxisSummary {
        let places = self.sweep.places(axis);
        AxisSummary {
            name: axis.name().to_owned(),
            places: places
                .iter()
                .filter_map(|place| self.place(axis, place))
                .collect(),
        }
    }

    fn place(&self, axis: &Axis, place: &Place) -> Option<PlaceSummary> {
        let outcome = (self.of)(&self.proxy(place.variant.clone()))?;
        let twin = axis
            .has_twins()
            .then(|| (self.of)(&self.proxy(place.variant.on_hard_labels())))
            .flatten();
        let seen = std::slice::from_ref(&outcome.validation);
        let own = |f: &[Figures]| Some(macro_figure(&f[0]));
        let by_twin = |figure: &dyn Fn(&[Figures]) -> Option<f64>| {
            let twin = std::slice::from_ref(&twin?.validation);
            self.resamples.estimate(&[seen, twin], figure)
        };
        Some(PlaceSummary {
            name: place.name.clone(),
            value: place.value,
            score: self.resamples.estimate(&[seen], own)?,
            hard_labels: by_twin(&|f| Some(macro_figure(&f[1]))),
            gain: by_twin(&|f| Some(macro_figure(&f[0]) - macro_figure(&f[1]))),
            parameters: outcome.parameters,
            latency_ms: (self.latency_ms)(&place.variant.student)?,
            training_s: outcome.training_s,
        })
    }

    fn proxy(&self, variant: Variant) -> Point {
        Point {
            variant,
            budget: self.sweep.proxy,
            seed: 1,
        }
    }
}

/// The chosen few; nothing until every one of them is trained and has seen the test worlds.
fn finals<'a>(
    sweep: &Sweep,
    of: &dyn Fn(&Point) -> Option<&'a Outcome>,
    bounds: Bounds<'_>,
) -> Option<FinalsSummary> {
    let points = sweep.final_points();
    let seen_by = |is_wanted: &dyn Fn(&Variant) -> bool| -> Option<Vec<WorldTallies>> {
        let wanted = points.iter().filter(|point| is_wanted(&point.variant));
        wanted.map(|point| of(point)?.test.clone()).collect()
    };
    let is_argmax = |v: &Variant| v.distillation.form == Form::Argmax;
    let student = seen_by(&|v| v.teaching != Teaching::Nobody && !is_argmax(v))?;
    let hard = seen_by(&|v| v.teaching == Teaching::Nobody)?;
    let argmax = seen_by(&is_argmax)?;
    if student.is_empty() || hard.is_empty() {
        return None;
    }
    let everyone = Everyone {
        teacher: std::slice::from_ref(bounds.teacher),
        student: &student,
        hard_labels: &hard,
        argmax: &argmax,
        floor: bounds.blind.figures(),
        resamples: Resamples::new(bounds.teacher.worlds(), SEED),
    };
    let standings = everyone.standings()?;
    Some(FinalsSummary {
        seeds: student.len(),
        standings,
    })
}
