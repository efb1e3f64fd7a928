//! One of several machines' share of a pack: which part this is, and what belongs to it.

use std::str::FromStr;

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};

use super::job::Job;

/// Part `index` of `count`, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partition {
    /// Which part, from 1.
    pub index: usize,
    /// How many parts there are.
    pub count: usize,
}

/// What `--partition` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartitionChoice {
    /// `K/N`.
    Part(Partition),
    /// `auto` or `auto/N`: the environment knows the part, and the count where it is not given.
    Auto(Option<usize>),
}

const USAGE: &str = "write K/N with K from 1 to N, for example 2/4, or auto, or auto/N";

impl FromStr for PartitionChoice {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        if text == "auto" {
            return Ok(Self::Auto(None));
        }
        let wrong = || format!("`{text}` is no partition; {USAGE}");
        let (index, count) = text.split_once('/').with_context(wrong)?;
        let count = count.parse().ok().filter(|&count| count > 0);
        let count = count.with_context(wrong)?;
        if index == "auto" {
            return Ok(Self::Auto(Some(count)));
        }
        let index = index.parse().ok().with_context(wrong)?;
        ensure!((1..=count).contains(&index), wrong());
        Ok(Self::Part(Partition { index, count }))
    }
}

impl PartitionChoice {
    /// The part that is meant, asking the environment through `variable` where need be.
    ///
    /// # Errors
    /// When the environment does not say which part this is, or says something impossible.
    pub fn part(self, variable: impl Fn(&str) -> Option<String>) -> Result<Partition> {
        match self {
            Self::Part(part) => Ok(part),
            Self::Auto(count) => from_environment(count, &variable),
        }
    }
}

/// The part by the variables of the system that started this process.
fn from_environment(
    given: Option<usize>,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Partition> {
    let number = |name: &str| -> Result<Option<usize>> {
        let Some(text) = variable(name) else {
            return Ok(None);
        };
        let number = text.parse();
        Ok(Some(number.with_context(|| {
            format!("{name} is `{text}`, not a number")
        })?))
    };
    let (index, count, system) = if let Some(index) = number("CI_NODE_INDEX")? {
        (index, number("CI_NODE_TOTAL")?, "GitLab")
    } else if let Some(id) = number("SLURM_ARRAY_TASK_ID")? {
        let first = number("SLURM_ARRAY_TASK_MIN")?.unwrap_or(0);
        let step = number("SLURM_ARRAY_TASK_STEP")?.unwrap_or(1).max(1);
        let index = id.saturating_sub(first) / step + 1;
        (index, number("SLURM_ARRAY_TASK_COUNT")?, "Slurm")
    } else if let Some(index) = number("JOB_COMPLETION_INDEX")? {
        (index + 1, None, "Kubernetes")
    } else {
        bail!(
            "--partition auto finds none of CI_NODE_INDEX (GitLab), SLURM_ARRAY_TASK_ID (Slurm) and \
             JOB_COMPLETION_INDEX (Kubernetes) in the environment; {USAGE}"
        );
    };
    let count = given.or(count).with_context(|| {
        format!("{system} does not tell how many parts there are; write --partition auto/N")
    })?;
    ensure!(
        (1..=count).contains(&index),
        "{system} says this is part {index} of {count}; write the part as K/N"
    );
    Ok(Partition { index, count })
}

impl Partition {
    /// This part's jobs, in their order. The longest are dealt first, each to the part with the least to
    /// do; the same on every machine.
    pub fn share(self, jobs: &[Job]) -> Vec<Job> {
        let mut loads_s = vec![0.0; self.count];
        let mut mine = Vec::new();
        for index in longest_first(jobs) {
            let lightest = (0..self.count)
                .min_by(|&a, &b| f64::total_cmp(&loads_s[a], &loads_s[b]))
                .expect("there is at least one part");
            loads_s[lightest] += jobs[index].duration_s;
            if lightest + 1 == self.index {
                mine.push(index);
            }
        }
        mine.sort_unstable();
        mine.into_iter().map(|index| jobs[index].clone()).collect()
    }
}

/// Indices of the jobs, the longest first, equals in their order.
pub fn longest_first(jobs: &[Job]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..jobs.len()).collect();
    order.sort_by(|&a, &b| jobs[b].duration_s.total_cmp(&jobs[a].duration_s));
    order
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use super::*;

    fn part(text: &str, environment: &[(&str, &str)]) -> Result<Partition> {
        let environment: BTreeMap<_, _> = environment.iter().copied().collect();
        let variable = |name: &str| environment.get(name).map(|&value| value.to_owned());
        text.parse::<PartitionChoice>()?.part(variable)
    }

    fn of(index: usize, count: usize) -> Partition {
        Partition { index, count }
    }

    #[test]
    fn a_part_is_told_or_taken_from_the_environment() {
        let slurm = [
            ("SLURM_ARRAY_TASK_ID", "7"),
            ("SLURM_ARRAY_TASK_MIN", "5"),
            ("SLURM_ARRAY_TASK_COUNT", "4"),
        ];
        let gitlab = [("CI_NODE_INDEX", "2"), ("CI_NODE_TOTAL", "3")];
        let kubernetes = [("JOB_COMPLETION_INDEX", "0")];
        assert_eq!(part("2/4", &[]).unwrap(), of(2, 4));
        assert_eq!(part("auto", &slurm).unwrap(), of(3, 4));
        assert_eq!(part("auto", &gitlab).unwrap(), of(2, 3));
        assert_eq!(part("auto/5", &kubernetes).unwrap(), of(1, 5));
    }

    #[test]
    fn a_slurm_array_may_count_in_steps() {
        let slurm = [
            ("SLURM_ARRAY_TASK_ID", "20"),
            ("SLURM_ARRAY_TASK_MIN", "0"),
            ("SLURM_ARRAY_TASK_STEP", "10"),
            ("SLURM_ARRAY_TASK_COUNT", "3"),
        ];
        assert_eq!(part("auto", &slurm).unwrap(), of(3, 3));
    }

    #[test]
    fn an_impossible_part_is_answered_with_what_to_write() {
        let gap = [
            ("SLURM_ARRAY_TASK_ID", "9"),
            ("SLURM_ARRAY_TASK_COUNT", "2"),
        ];
        for (text, environment, expected) in [
            ("5/4", &[][..], "2/4"),
            ("0/4", &[], "2/4"),
            ("half", &[], "auto/N"),
            ("auto", &[], "CI_NODE_INDEX"),
            ("auto", &[("JOB_COMPLETION_INDEX", "1")], "auto/N"),
            ("auto", &[("JOB_COMPLETION_INDEX", "x")], "not a number"),
            ("auto", &gap, "part 10 of 2"),
        ] {
            let error = part(text, environment).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn the_parts_are_all_of_it_once_and_about_equally_long() {
        let story = Arc::new(scenarios::catalog::load("cut_in").unwrap());
        let jobs: Vec<Job> = (1..=23)
            .map(|seed| Job {
                theatre: 0,
                latency: drive::latency::LatencyMode::None,
                shelf: String::new(),
                called: String::new(),
                story: Arc::clone(&story),
                seed,
                duration_s: 10.0 + (seed % 5) as f64,
                inputs: String::new(),
            })
            .collect();
        let parts: Vec<Vec<Job>> = (1..=4).map(|index| of(index, 4).share(&jobs)).collect();
        let mut seeds: Vec<u64> = parts.iter().flatten().map(|job| job.seed).collect();
        seeds.sort_unstable();
        assert_eq!(seeds, (1..=23).collect::<Vec<_>>());
        let lengths_s = parts
            .iter()
            .map(|part| part.iter().map(|job| job.duration_s).sum::<f64>());
        let (low, high) = lengths_s.fold((f64::INFINITY, 0.0f64), |(low, high), length_s| {
            (low.min(length_s), high.max(length_s))
        });
        assert!(high - low <= 14.0, "{low} to {high}");
    }
}
