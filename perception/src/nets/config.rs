//! The sizes of a network, and what they cost.

use serde::{Deserialize, Serialize};

use super::plan::{CHANNEL_STEP, Plan};
use crate::error::Error;
use crate::preprocess::{INPUT_HEIGHT, INPUT_WIDTH};

/// What a stage is made of after the convolution that opens it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// Single 3x3 convolutions.
    Plain,
    /// Pairs of 3x3 convolutions around a shortcut (He et al. 2016, basic blocks).
    Residual,
    /// A 3x3 convolution of half the channels between two 1x1 convolutions, around a shortcut (He et al. 2016,
    /// bottlenecks): more channels and layers for the same parameters.
    Bottleneck,
}

/// The sizes of a network: a stem and four stages, each halving the picture, then a feature pyramid back up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetConfig {
    /// Width of the input in pixels.
    pub input_width: usize,
    /// Height of the input in pixels.
    pub input_height: usize,
    /// Channels of the stem.
    pub stem: usize,
    /// Channels of the four stages.
    pub stages: [usize; 4],
    /// Blocks of each stage after its opening convolution.
    pub blocks: [usize; 4],
    /// What a block is.
    pub body: Body,
    /// Channels of the feature pyramid.
    pub decoder: usize,
}

impl NetConfig {
    /// The large network: 5 million parameters, 1.7 GFLOP a frame.
    pub fn teacher() -> Self {
        Self {
            input_width: INPUT_WIDTH,
            input_height: INPUT_HEIGHT,
            stem: 32,
            stages: [48, 96, 192, 256],
            blocks: [2, 2, 2, 2],
            body: Body::Residual,
            decoder: 64,
        }
    }

    /// The small network: a 25th of the teacher's parameters, a sixth of its operations, most of them where the
    /// picture is large.
    pub fn student() -> Self {
        Self {
            stem: 32,
            stages: [32, 32, 32, 32],
            blocks: [1, 2, 3, 2],
            body: Body::Plain,
            decoder: 48,
            ..Self::teacher()
        }
    }

    /// The networks with one of the widths a step narrower, with a word for what was narrowed.
    pub fn narrower(&self) -> Vec<(String, Self)> {
        let mut found = Vec::new();
        let mut offer = |name: String, width: usize, set: &dyn Fn(&mut Self)| {
            if width > CHANNEL_STEP {
                let mut config = self.clone();
                set(&mut config);
                found.push((name, config));
            }
        };
        offer("stem".to_owned(), self.stem, &|config| {
            config.stem -= CHANNEL_STEP;
        });
        for stage in 0..self.stages.len() {
            let name = format!("stage {}", stage + 1);
            offer(name, self.stages[stage], &|config| {
                config.stages[stage] -= CHANNEL_STEP;
            });
        }
        offer("decoder".to_owned(), self.decoder, &|config| {
            config.decoder -= CHANNEL_STEP;
        });
        found
    }

    /// The parameters that learning moves.
    ///
    /// # Errors
    /// If the sizes make no network.
    pub fn parameters(&self) -> Result<usize, Error> {
        Ok(Plan::new(self)?.parameters())
    }

    /// Floating-point operations for one frame; a multiplication and an addition are two.
    ///
    /// # Errors
    /// If the sizes make no network.
    pub fn flops(&self) -> Result<u64, Error> {
        Ok(Plan::new(self)?.flops())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_student_is_a_small_fraction_of_the_teacher() {
        let (teacher, student) = (NetConfig::teacher(), NetConfig::student());
        let ratio = teacher.parameters().unwrap() as f64 / student.parameters().unwrap() as f64;
        assert!(ratio >= 25.0, "{ratio} times the parameters");
        let ratio = teacher.flops().unwrap() as f64 / student.flops().unwrap() as f64;
        assert!(ratio >= 6.0, "{ratio} times the operations");
    }

    #[test]
    fn both_are_of_the_size_that_the_readme_names() {
        let (teacher, student) = (NetConfig::teacher(), NetConfig::student());
        assert!((4_500_000..5_500_000).contains(&teacher.parameters().unwrap()));
        assert!((170_000..200_000).contains(&student.parameters().unwrap()));
        assert!((1_500_000_000..1_800_000_000).contains(&teacher.flops().unwrap()));
        assert!((240_000_000..280_000_000).contains(&student.flops().unwrap()));
    }

    #[test]
    fn every_width_above_the_least_can_be_narrowed() {
        let narrower = NetConfig::student().narrower();
        let names: Vec<&str> = narrower.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            names,
            [
                "stem", "stage 1", "stage 2", "stage 3", "stage 4", "decoder"
            ]
        );
        for (name, config) in &narrower {
            let flops = config.flops().unwrap();
            assert!(flops < NetConfig::student().flops().unwrap(), "{name}");
        }
    }

    #[test]
    fn widths_that_the_kernels_cannot_take_are_refused_by_name() {
        let config = NetConfig {
            stem: 24,
            ..NetConfig::student()
        };
        assert!(
            config
                .parameters()
                .unwrap_err()
                .to_string()
                .contains("24 channels")
        );
    }
}
