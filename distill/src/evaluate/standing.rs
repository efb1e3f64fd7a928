//! How a student stands beside its teacher, its controls and who never looks: every head with its interval.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Estimate, Figures, Resamples, WorldTallies, macro_figure};

/// Name of the mean over the heads among them.
pub const MACRO: &str = "macro";

/// How a student stands in every head.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Standings {
    /// Each head, and [`MACRO`] for their mean.
    pub heads: BTreeMap<String, Standing>,
    /// Mean over the heads of the share of the teacher's figure that the student keeps.
    pub retention_macro: Estimate,
    /// The lowest retention of any head.
    pub retention_worst: Estimate,
}

/// How a student stands in one head.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// Who never looks.
    pub floor: f64,
    /// The teacher.
    pub teacher: Estimate,
    /// The student.
    pub student: Estimate,
    /// The same student on hard labels alone.
    pub hard_labels: Option<Estimate>,
    /// The student's figure as a share of the teacher's.
    pub retention: Estimate,
    /// The same above the floor: `(student - floor) / (teacher - floor)`; nothing where the teacher is not above it.
    pub retention_above_floor: Option<Estimate>,
    /// What the teacher adds to hard labels.
    pub gain: Option<Estimate>,
    /// What softness adds to the teacher's likeliest class.
    pub gain_over_argmax: Option<Estimate>,
}

/// Everyone who is compared; several seeds of each, none where there is no such contestant.
#[derive(Debug, Clone)]
pub struct Everyone<'a> {
    /// The teacher.
    pub teacher: &'a [WorldTallies],
    /// The student.
    pub student: &'a [WorldTallies],
    /// The same student on hard labels alone.
    pub hard_labels: &'a [WorldTallies],
    /// The same student on the teacher's likeliest class.
    pub argmax: &'a [WorldTallies],
    /// Who never looks.
    pub floor: Figures,
    /// The worlds.
    pub resamples: Resamples,
}

impl Everyone<'_> {
    /// How the student stands; nothing where teacher or student are missing.
    pub fn standings(&self) -> Option<Standings> {
        if self.teacher.is_empty() || self.student.is_empty() {
            return None;
        }
        let mut heads = BTreeMap::new();
        for head in self.teacher[0]
            .figures()
            .into_keys()
            .chain([MACRO.to_owned()])
        {
            heads.insert(head.clone(), self.standing(&head)?);
        }
        let retentions = |f: &[Figures], sum: &dyn Fn(&[f64]) -> f64| {
            let shares = f[0]
                .iter()
                .map(|(head, teacher)| Some(kept(*f[1].get(head)?, *teacher)));
            Some(sum(&shares.collect::<Option<Vec<f64>>>()?))
        };
        let pair = [self.teacher, self.student];
        let mean = |kept: &[f64]| kept.iter().sum::<f64>() / kept.len().max(1) as f64;
        let least = |kept: &[f64]| kept.iter().copied().fold(f64::INFINITY, f64::min);
        Some(Standings {
            heads,
            retention_macro: self.resamples.estimate(&pair, |f| retentions(f, &mean))?,
            retention_worst: self.resamples.estimate(&pair, |f| retentions(f, &least))?,
        })
    }

    fn standing(&self, head: &str) -> Option<Standing> {
        let floor = figure_of(&self.floor, head).unwrap_or(0.0);
        let own = |who| self.resamples.estimate(&[who], |f| figure_of(&f[0], head));
        let with = |other: &[WorldTallies], figure: &dyn Fn(f64, f64) -> Option<f64>| {
            self.resamples.estimate(&[self.student, other], |f| {
                figure(figure_of(&f[0], head)?, figure_of(&f[1], head)?)
            })
        };
        let gain = |other: &[WorldTallies]| {
            (!other.is_empty())
                .then(|| with(other, &|student, other| Some(student - other)))
                .flatten()
        };
        Some(Standing {
            floor,
            teacher: own(self.teacher)?,
            student: own(self.student)?,
            hard_labels: (!self.hard_labels.is_empty())
                .then(|| own(self.hard_labels))
                .flatten(),
            retention: with(self.teacher, &|student, teacher| {
                Some(kept(student, teacher))
            })?,
            retention_above_floor: with(self.teacher, &|student, teacher| {
                (teacher > floor).then(|| (student - floor) / (teacher - floor))
            }),
            gain: gain(self.hard_labels),
            gain_over_argmax: gain(self.argmax),
        })
    }
}

/// The student's figure as a share of the teacher's; all of it where the teacher has none.
fn kept(student: f64, teacher: f64) -> f64 {
    if teacher > 0.0 {
        student / teacher
    } else {
        1.0
    }
}

/// The figure of a head, or the mean over all for [`MACRO`].
fn figure_of(figures: &Figures, head: &str) -> Option<f64> {
    match head {
        MACRO => Some(macro_figure(figures)),
        head => figures.get(head).copied(),
    }
}

#[cfg(test)]
mod tests {
    use perception::network::{Backend, Network};

    use super::*;
    use crate::dataset::Split;
    use crate::evaluate::{Blind, examine, sight_of};
    use crate::fixture::{cache, tiny_net};

    #[test]
    fn a_student_equal_to_its_teacher_keeps_everything_and_gains_nothing_over_itself() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(folder.path(), 20);
        let frames = cache.split(Split::Train);
        let network = Network::new(tiny_net(1), Backend::default()).unwrap();
        let seen = [examine(&cache, &frames, sight_of(network)).unwrap()];
        let blind = Blind::new(&cache).unwrap();
        let everyone = Everyone {
            teacher: &seen,
            student: &seen,
            hard_labels: &seen,
            argmax: &[],
            floor: examine(&cache, &frames, blind.sight()).unwrap().figures(),
            resamples: Resamples::new(seen[0].worlds(), 1),
        };
        let standings = everyone.standings().unwrap();
        let all = standings.heads[MACRO];
        assert_eq!((all.retention.value, all.gain.unwrap().value), (1.0, 0.0));
        assert_eq!(all.gain_over_argmax, None);
        let above_floor = standings.heads["sides"].retention_above_floor;
        assert!(above_floor.is_none_or(|kept| kept.value == 1.0));
    }
}
