//! How a network is trained: everything that decides the result, so that a recipe in a model's card
//! can be repeated.

use drive::math::cos;
use perception::heads::Head;
use serde::{Deserialize, Serialize};

use crate::augment::Augmentation;

/// A training, wholly described.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Seed of the order of frames and of their random changes.
    pub seed: u64,
    /// Steps in all.
    pub steps: u64,
    /// Frames a step.
    pub batch: usize,
    /// Highest learning rate.
    pub learning_rate: f64,
    /// Steps over which the learning rate rises from zero.
    pub warm_up_steps: u64,
    /// The learning rate falls along a cosine to this share of the highest.
    pub final_rate_share: f64,
    /// Share of the weights lost per step and unit of learning rate.
    pub weight_decay: f64,
    /// Gradients longer than this are shortened to it.
    pub clip_norm: f64,
    /// Decay of the running average of the weights, which is the result.
    pub average_decay: f64,
    /// How much each head counts.
    pub heads: HeadWeights,
    /// Who labelled the training frames: how many, and how well.
    #[serde(default, skip_serializing_if = "Labelling::is_perfect")]
    pub labels: Labelling,
    /// How frames are changed.
    pub augmentation: Augmentation,
    /// What is learned from a teacher; nothing if absent.
    pub distillation: Option<Distillation>,
    /// Steps between checkpoints.
    pub checkpoint_every: u64,
    /// Steps between looks at the validation frames.
    pub validate_every: u64,
}

/// The hard labels of the training frames. Those a simulator gives are perfect and complete; people's are not.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Labelling {
    /// Share of the training worlds that are labelled. A teacher speaks of the others too.
    pub share: f64,
    /// How bad the annotator is, from 0 to 1; see [`crate::annotator`].
    pub annotator_noise: f64,
    /// Share of each label that is spread evenly over all classes (Szegedy et al. 2016).
    pub smoothing: f32,
}

impl Labelling {
    /// Every frame, without a mistake.
    pub const PERFECT: Self = Self {
        share: 1.0,
        annotator_noise: 0.0,
        smoothing: 0.0,
    };

    /// Whether nothing is missing, wrong or smoothed.
    pub fn is_perfect(&self) -> bool {
        *self == Self::PERFECT
    }
}

impl Default for Labelling {
    fn default() -> Self {
        Self::PERFECT
    }
}

/// How a student learns from a teacher's soft targets.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Distillation {
    /// Temperature of both softmaxes.
    pub temperature: f32,
    /// Share of the soft targets in the loss; hard labels have the rest.
    pub soft_share: f64,
    /// What is asked of the student.
    #[serde(default, skip_serializing_if = "Form::is_divergence")]
    pub form: Form,
}

impl Distillation {
    /// What the shipped student learned with.
    pub const STANDARD: Self = Self {
        temperature: 2.0,
        soft_share: 0.9,
        form: Form::Divergence,
    };
}

/// What a student is asked beside a teacher's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// The same distribution: `KL(teacher || student)` at the temperature, times its square (Hinton et al. 2015).
    #[default]
    Divergence,
    /// The teacher's likeliest class, as if it were a label: what is left of a teacher without softness.
    Argmax,
    /// The same order: correlation over classes and over positions (DIST, Huang et al. 2022).
    Relations,
}

impl Form {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
    fn is_divergence(&self) -> bool {
        *self == Self::Divergence
    }
}

/// How much each head counts in the loss.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are the heads")]
pub struct HeadWeights {
    pub segmentation: f64,
    pub lanes: f64,
    pub objects: f64,
    pub depth: f64,
    pub sides: f64,
    pub yaw: f64,
    pub light: f64,
    pub stop_line: f64,
}

impl HeadWeights {
    /// The weight of one head.
    pub fn of(&self, head: Head) -> f64 {
        match head {
            Head::Segmentation => self.segmentation,
            Head::Lanes => self.lanes,
            Head::Objects => self.objects,
            Head::Depth => self.depth,
            Head::Sides => self.sides,
            Head::Yaw => self.yaw,
            Head::Light => self.light,
            Head::StopLine => self.stop_line,
        }
    }
}

impl Recipe {
    /// The large network on hard labels.
    pub const TEACHER: Self = Self {
        seed: 1,
        steps: 12_000,
        batch: 16,
        learning_rate: 2e-3,
        warm_up_steps: 200,
        final_rate_share: 0.01,
        weight_decay: 0.02,
        clip_norm: 5.0,
        average_decay: 0.998,
        heads: HeadWeights {
            segmentation: 1.0,
            lanes: 1.0,
            objects: 3.0,
            depth: 1.0,
            sides: 0.7,
            yaw: 0.3,
            light: 0.5,
            stop_line: 0.5,
        },
        labels: Labelling::PERFECT,
        augmentation: Augmentation::STANDARD,
        distillation: None,
        checkpoint_every: 200,
        validate_every: 500,
    };

    /// The small network on soft targets and hard labels.
    pub const STUDENT: Self = Self {
        steps: 15_000,
        learning_rate: 4e-3,
        weight_decay: 0.01,
        distillation: Some(Distillation::STANDARD),
        checkpoint_every: 1000,
        validate_every: 2000,
        ..Self::TEACHER
    };

    /// The control: the small network on hard labels alone, all else equal.
    pub const HARD_LABEL_STUDENT: Self = Self {
        distillation: None,
        ..Self::STUDENT
    };

    /// Learning rate of a step: a straight rise, then a cosine down.
    pub fn learning_rate_at(&self, step: u64) -> f64 {
        if step < self.warm_up_steps {
            return self.learning_rate * (step + 1) as f64 / self.warm_up_steps as f64;
        }
        let span = self.steps.saturating_sub(self.warm_up_steps).max(1);
        let progress = ((step - self.warm_up_steps) as f64 / span as f64).min(1.0);
        let share = 0.5 * (1.0 + cos(core::f64::consts::PI * progress));
        self.learning_rate * (self.final_rate_share + (1.0 - self.final_rate_share) * share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_learning_rate_rises_then_falls_to_its_last_share() {
        let recipe = Recipe::TEACHER;
        assert!(recipe.learning_rate_at(0) < 0.01 * recipe.learning_rate);
        assert_eq!(recipe.learning_rate_at(200), recipe.learning_rate);
        let last = recipe.learning_rate_at(recipe.steps);
        assert!((last - 0.01 * recipe.learning_rate).abs() < 1e-12);
    }

    #[test]
    fn recipes_of_before_labelling_and_forms_keep_their_digest() {
        let text = serde_json::to_string(&Recipe::STUDENT).unwrap();
        assert!(!text.contains("labels") && !text.contains("form"), "{text}");
        assert_eq!(
            serde_json::from_str::<Recipe>(&text).unwrap(),
            Recipe::STUDENT
        );
    }

    #[test]
    fn the_control_differs_from_the_student_in_nothing_but_the_teacher() {
        let control = Recipe {
            distillation: Recipe::STUDENT.distillation,
            ..Recipe::HARD_LABEL_STUDENT
        };
        assert_eq!(control, Recipe::STUDENT);
    }
}
