//! How a quantity goes from one value to another: OpenSCENARIO's transition dynamics.

use drive::math::cos;
use serde::Deserialize;

/// Shape of a transition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// At once.
    Step,
    /// At a constant rate.
    #[default]
    Linear,
    /// Half a cosine wave: starts and ends gently.
    Sinusoidal,
    /// A cubic that starts and ends with rate zero.
    Cubic,
}

impl Shape {
    /// The share of the change that is done after a share `progress` of the way, both 0 to 1.
    pub fn done(self, progress: f64) -> f64 {
        let p = progress.clamp(0.0, 1.0);
        match self {
            Shape::Step => 1.0,
            Shape::Linear => p,
            Shape::Sinusoidal => 0.5 - 0.5 * cos(core::f64::consts::PI * p),
            Shape::Cubic => p * p * (3.0 - 2.0 * p),
        }
    }

    /// The steepest rate of a unit change over a unit of time.
    fn peak_rate(self) -> f64 {
        match self {
            Shape::Step | Shape::Linear => 1.0,
            Shape::Sinusoidal => core::f64::consts::FRAC_PI_2,
            Shape::Cubic => 1.5,
        }
    }

    /// How long a change takes when its steepest rate is `rate` (in units per second), in seconds.
    pub fn duration_s(self, change: f64, rate: f64) -> f64 {
        if self == Shape::Step || rate <= 0.0 {
            return 0.0;
        }
        change.abs() * self.peak_rate() / rate
    }
}

/// A value on its way, sampled by how far the way has been gone (in seconds or metres).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Transition {
    /// Value at the beginning.
    pub from: f64,
    /// Value at the end.
    pub to: f64,
    /// Shape in between.
    pub shape: Shape,
    /// Length of the way; 0 for a step.
    pub span: f64,
}

impl Transition {
    /// The value after `gone` of the way.
    pub fn at(&self, gone: f64) -> f64 {
        if gone >= self.span {
            return self.to;
        }
        self.from + (self.to - self.from) * self.shape.done(gone / self.span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPES: [Shape; 3] = [Shape::Linear, Shape::Sinusoidal, Shape::Cubic];

    #[test]
    fn every_shape_passes_the_middle_half_way() {
        for shape in SHAPES {
            let transition = Transition {
                from: 10.0,
                to: 4.0,
                shape,
                span: 3.0,
            };
            assert!((transition.at(1.5) - 7.0).abs() < 1e-12);
            assert_eq!((transition.at(0.0), transition.at(3.0)), (10.0, 4.0));
        }
    }

    #[test]
    fn the_steepest_rate_is_the_stated_one() {
        for shape in SHAPES {
            let span = shape.duration_s(-6.0, 2.0);
            let transition = Transition {
                from: 10.0,
                to: 4.0,
                shape,
                span,
            };
            let slope =
                (transition.at(span / 2.0 + 1e-4) - transition.at(span / 2.0 - 1e-4)) / 2e-4;
            assert!((slope + 2.0).abs() < 1e-6, "{shape:?}: {slope}");
        }
    }

    #[test]
    fn a_step_is_there_at_once() {
        let step = Transition {
            from: 1.0,
            to: 2.0,
            shape: Shape::Step,
            span: 0.0,
        };
        assert_eq!(step.at(0.0), 2.0);
    }
}
