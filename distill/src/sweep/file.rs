//! The experiment as a file.

use std::fmt::Display;
use std::path::Path;

use perception::nets::NetConfig;
use serde::{Deserialize, Serialize};

use super::point::{Point, Teaching, Variant, in_form};
use crate::error::{Error, Result};
use crate::recipe::{Distillation, Form, Labelling, Recipe};

/// At most so many short and so many long trainings: more would be fishing.
pub const MOST_PROXIES: usize = 60;
/// See [`MOST_PROXIES`].
pub const MOST_FINALS: usize = 12;

/// The experiment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sweep {
    /// What every training shares unless an axis says otherwise.
    pub base: Base,
    /// The budget of a training along an axis.
    pub proxy: Budget,
    /// What is varied, one at a time.
    pub axes: Vec<Axis>,
    /// What is trained at length, once everything is chosen.
    pub finals: Option<Finals>,
}

/// The student everything is varied around.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Base {
    /// Its sizes; the shipped student's if left out.
    #[serde(default = "NetConfig::student")]
    pub student: NetConfig,
    /// Temperature of both softmaxes.
    pub temperature: f32,
    /// Share of the soft targets in the loss.
    pub soft_share: f64,
}

/// How long a training lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// Steps.
    pub steps: u64,
}

/// Trainings at length: the base with its controls, each with these seeds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finals {
    /// Steps of each.
    pub steps: u64,
    /// Seeds of the distilled student and of its control on hard labels.
    pub seeds: Vec<u64>,
    /// Seeds of the student on the teacher's likeliest class.
    #[serde(default)]
    pub argmax_seeds: Vec<u64>,
}

/// What is varied, and to which values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Axis {
    /// Temperature of both softmaxes.
    Temperature(Vec<f32>),
    /// Share of the soft targets in the loss.
    SoftShare(Vec<f64>),
    /// Students of other sizes, each with and without the teacher.
    Student(Vec<NetConfig>),
    /// Shares of the training worlds that are labelled, each with and without the teacher.
    LabelShare(Vec<f64>),
    /// Annotators of these noises, each with and without the teacher.
    AnnotatorNoise(Vec<f64>),
    /// Highest learning rates, each with and without the teacher.
    LearningRate(Vec<f64>),
    /// Strengths of the random changes of light, colour and sharpness, times the standard; each with and without the
    /// teacher.
    Augmentation(Vec<f32>),
    /// What is asked of the student; and the controls: labels smoothed by a tenth, and a teacher that knows nothing.
    Form,
}

/// A value of an axis, as a plot shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// In words.
    pub name: String,
    /// As a number, where it is one.
    pub value: Option<f64>,
    /// What is learned.
    pub variant: Variant,
}

impl Sweep {
    /// Reads an experiment.
    ///
    /// # Errors
    /// If the file cannot be read, is no experiment, or asks for more trainings than are honest.
    pub fn load(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(Error::file(path))?;
        let options = ron::Options::default()
            .with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME);
        let sweep: Self = options.from_str(&text).map_err(|error| {
            let at = error.span.start;
            let what = format!("line {}, column {}: {}", at.line, at.col, error.code);
            Error::content(path, &what, "see distill/recipes for an example")
        })?;
        let (proxies, finals) = (sweep.proxies().len(), sweep.final_points().len());
        if proxies > MOST_PROXIES || finals > MOST_FINALS {
            let what = format!("asks for {proxies} short and {finals} long trainings");
            return Err(Error::content(
                path,
                &what,
                "leave out values: at most 60 short and 12 long ones",
            ));
        }
        Ok(sweep)
    }

    /// The student everything is varied around.
    pub fn base_variant(&self) -> Variant {
        Variant {
            student: self.base.student.clone(),
            teaching: Teaching::Teacher,
            distillation: Distillation {
                temperature: self.base.temperature,
                soft_share: self.base.soft_share,
                form: Form::Divergence,
            },
            labels: Labelling::PERFECT,
            learning_rate: Recipe::STUDENT.learning_rate,
            augmentation: 1.0,
        }
    }

    /// The places along an axis.
    pub fn places(&self, axis: &Axis) -> Vec<Place> {
        let base = self.base_variant();
        match axis {
            Axis::Temperature(values) => along(&base, values, |variant, value| {
                variant.distillation.temperature = value;
            }),
            Axis::SoftShare(values) => along(&base, values, |variant, value| {
                variant.distillation.soft_share = value;
            }),
            Axis::Student(values) => values.iter().map(|sizes| of_size(&base, sizes)).collect(),
            Axis::LabelShare(values) => along(&base, values, |variant, value| {
                variant.labels.share = value;
            }),
            Axis::AnnotatorNoise(values) => along(&base, values, |variant, value| {
                variant.labels.annotator_noise = value;
            }),
            Axis::LearningRate(values) => along(&base, values, |variant, value| {
                variant.learning_rate = value;
            }),
            Axis::Augmentation(values) => along(&base, values, |variant, value| {
                variant.augmentation = value;
            }),
            Axis::Form => forms(&base),
        }
    }

    /// The short trainings, each once.
    pub fn proxies(&self) -> Vec<Point> {
        let base = self.base_variant();
        let mut variants = vec![base.clone(), base.on_hard_labels()];
        for axis in &self.axes {
            for place in self.places(axis) {
                if axis.has_twins() {
                    variants.push(place.variant.on_hard_labels());
                }
                variants.push(place.variant);
            }
        }
        let points = variants.into_iter().map(|variant| Point {
            variant,
            budget: self.proxy,
            seed: 1,
        });
        once(points)
    }

    /// The long trainings.
    pub fn final_points(&self) -> Vec<Point> {
        let Some(finals) = &self.finals else {
            return Vec::new();
        };
        let base = self.base_variant();
        let argmax = Variant {
            distillation: in_form(base.distillation, Form::Argmax),
            ..base.clone()
        };
        let budget = Budget {
            steps: finals.steps,
        };
        let with = |variant: Variant, seeds: &[u64]| -> Vec<Point> {
            let point = |&seed: &u64| Point {
                variant: variant.clone(),
                budget,
                seed,
            };
            seeds.iter().map(point).collect()
        };
        let hard = base.on_hard_labels();
        [
            with(base, &finals.seeds),
            with(hard, &finals.seeds),
            with(argmax, &finals.argmax_seeds),
        ]
        .concat()
    }
}

impl Axis {
    /// Its name in plots and tables.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Temperature(_) => "temperature",
            Self::SoftShare(_) => "share of soft targets",
            Self::Student(_) => "size of the student",
            Self::LabelShare(_) => "share of labelled worlds",
            Self::AnnotatorNoise(_) => "annotator noise",
            Self::LearningRate(_) => "learning rate",
            Self::Augmentation(_) => "strength of augmentation",
            Self::Form => "form of the teaching, and controls",
        }
    }

    /// Whether each of its places is also trained without the teacher.
    pub fn has_twins(&self) -> bool {
        matches!(
            self,
            Self::Student(_)
                | Self::LabelShare(_)
                | Self::AnnotatorNoise(_)
                | Self::LearningRate(_)
                | Self::Augmentation(_)
        )
    }
}

/// Places at which one number differs.
fn along<N>(base: &Variant, values: &[N], set: impl Fn(&mut Variant, N)) -> Vec<Place>
where
    N: Copy + Display + Into<f64>,
{
    let place = |&value: &N| {
        let mut variant = base.clone();
        set(&mut variant, value);
        Place {
            name: value.to_string(),
            value: Some(value.into()),
            variant,
        }
    };
    values.iter().map(place).collect()
}

/// The place of a student of other sizes.
fn of_size(base: &Variant, student: &NetConfig) -> Place {
    let thousands = student.parameters().unwrap_or(0) as f64 / 1e3;
    Place {
        name: format!("{thousands:.0} k"),
        value: Some(thousands),
        variant: Variant {
            student: student.clone(),
            ..base.clone()
        },
    }
}

/// What is asked of the student, and the controls.
fn forms(base: &Variant) -> Vec<Place> {
    let place = |name: &str, variant: Variant| Place {
        name: name.to_owned(),
        value: None,
        variant,
    };
    let form = |form| Variant {
        distillation: in_form(base.distillation, form),
        ..base.clone()
    };
    let smoothed = Variant {
        labels: Labelling {
            smoothing: 0.1,
            ..base.labels
        },
        ..base.on_hard_labels()
    };
    let random = Variant {
        teaching: Teaching::Random,
        ..base.clone()
    };
    vec![
        place("hard labels", base.on_hard_labels()),
        place("smoothed labels", smoothed),
        place("random teacher", random),
        place("teacher's argmax", form(Form::Argmax)),
        place("soft targets", base.clone()),
        place("DIST", form(Form::Relations)),
    ]
}

/// Each training once, in the order in which they come first.
fn once(points: impl Iterator<Item = Point>) -> Vec<Point> {
    let mut found: Vec<Point> = Vec::new();
    for point in points {
        if !found.iter().any(|other| {
            other.id("", "") == point.id("", "") && other.variant.teaching == point.variant.teaching
        }) {
            found.push(point);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sweep() -> Sweep {
        Sweep {
            base: Base {
                student: NetConfig::student(),
                temperature: 2.0,
                soft_share: 0.7,
            },
            proxy: Budget { steps: 10 },
            axes: vec![
                Axis::Temperature(vec![1.0, 2.0, 4.0]),
                Axis::LabelShare(vec![0.05, 1.0]),
                Axis::Form,
            ],
            finals: Some(Finals {
                steps: 20,
                seeds: vec![1, 2],
                argmax_seeds: vec![1],
            }),
        }
    }

    #[test]
    fn what_two_axes_share_is_trained_once() {
        // Base and its twin; two temperatures; 5 % of the labels and its twin; smoothing, random, argmax, DIST.
        assert_eq!(sweep().proxies().len(), 2 + 2 + 2 + 4);
    }

    #[test]
    fn the_chosen_are_trained_with_every_seed() {
        let points = sweep().final_points();
        assert_eq!(points.len(), 2 + 2 + 1);
        assert!(points.iter().all(|point| point.budget.steps == 20));
    }

    #[test]
    fn the_shipped_experiment_is_read_and_is_within_bounds() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("recipes");
        let sweep = Sweep::load(&folder.join("student.ron")).unwrap();
        assert!(sweep.proxies().len() > 20);
    }

    #[test]
    fn a_mistake_is_answered_with_line_and_column() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sweep.ron");
        std::fs::write(&path, "(\n  base: (temperature: 2.0, softshare: 0.7),\n)").unwrap();
        let error = Sweep::load(&path).unwrap_err().to_string();
        assert!(
            error.contains("line 2") && error.contains("softshare"),
            "{error}"
        );
    }
}
