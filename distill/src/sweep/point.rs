//! One training of a sweep.

use perception::files::digest;
use perception::nets::NetConfig;
use serde::{Deserialize, Serialize};

use super::file::Budget;
use crate::recipe::{Distillation, Form, Labelling, Recipe};

/// Who teaches besides the labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Teaching {
    /// Nobody: labels alone.
    Nobody,
    /// The teacher.
    Teacher,
    /// A network of the teacher's sizes that has learned nothing.
    Random,
}

/// Everything that a sweep varies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// Sizes of the student.
    pub student: NetConfig,
    /// Who teaches.
    pub teaching: Teaching,
    /// Temperature, mix and form of the soft targets.
    pub distillation: Distillation,
    /// How many labels, how good.
    pub labels: Labelling,
    /// Highest learning rate.
    pub learning_rate: f64,
    /// How strongly light, colour and sharpness of frames are changed, times the standard.
    pub augmentation: f32,
}

impl Variant {
    /// The same student on the same labels, without a teacher.
    #[must_use]
    pub fn on_hard_labels(&self) -> Self {
        Self {
            teaching: Teaching::Nobody,
            ..self.clone()
        }
    }

    /// How it learns on a budget, with a seed.
    pub fn recipe(&self, budget: &Budget, seed: u64) -> Recipe {
        Recipe {
            seed,
            steps: budget.steps,
            labels: self.labels,
            learning_rate: self.learning_rate,
            augmentation: Recipe::STUDENT.augmentation.times(self.augmentation),
            distillation: (self.teaching != Teaching::Nobody).then_some(self.distillation),
            checkpoint_every: 500,
            validate_every: budget.steps,
            ..Recipe::STUDENT
        }
    }
}

/// One training of a sweep: what is learned, on what budget, with which seed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// What is learned.
    pub variant: Variant,
    /// The budget.
    pub budget: Budget,
    /// Its seed.
    pub seed: u64,
}

impl Point {
    /// Names this training and no other: sizes, recipe, frames and what the teachers said.
    pub fn id(&self, dataset_digest: &str, targets_digest: &str) -> String {
        let said = if self.variant.teaching == Teaching::Nobody {
            ""
        } else {
            targets_digest
        };
        let recipe = self.variant.recipe(&self.budget, self.seed);
        let text = serde_json::to_vec(&(&self.variant.student, recipe))
            .expect("sizes and recipe are plain numbers");
        let parts = [&text[..], dataset_digest.as_bytes(), said.as_bytes()];
        digest(parts)[..16].to_owned()
    }
}

/// A distillation like another in another form, at the temperature that belongs to it.
pub(super) fn in_form(distillation: Distillation, form: Form) -> Distillation {
    Distillation {
        form,
        ..distillation
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(teaching: Teaching, temperature: f32) -> Point {
        Point {
            variant: Variant {
                student: NetConfig::student(),
                teaching,
                distillation: Distillation {
                    temperature,
                    soft_share: 0.7,
                    form: Form::Divergence,
                },
                labels: Labelling::PERFECT,
                learning_rate: 4e-3,
                augmentation: 1.0,
            },
            budget: Budget { steps: 100 },
            seed: 1,
        }
    }

    #[test]
    fn without_a_teacher_temperature_and_targets_make_no_other_training() {
        let id = |teaching, temperature, said| point(teaching, temperature).id("frames", said);
        assert_eq!(
            id(Teaching::Nobody, 1.0, "a"),
            id(Teaching::Nobody, 4.0, "b")
        );
        assert_ne!(
            id(Teaching::Teacher, 1.0, "a"),
            id(Teaching::Teacher, 4.0, "a")
        );
        assert_ne!(
            id(Teaching::Teacher, 1.0, "a"),
            id(Teaching::Teacher, 1.0, "b")
        );
    }

    #[test]
    fn other_frames_make_another_training() {
        let point = point(Teaching::Nobody, 1.0);
        assert_ne!(point.id("frames", ""), point.id("others", ""));
    }
}
