//! How long a frame takes each student of a sweep: measured once, when every training is done, all of them in turn, so
//! that a machine's better and worse minutes fall on everyone.

use std::path::Path;

use anyhow::{Context, Result};
use distill::cache::Cache;
use perception::nets::{Net, NetConfig};
use perception::network::{Backend, Network};
use perception::ops::Isa;
use serde::{Deserialize, Serialize};

use crate::clock::WallClock;
use crate::files::write_whole;
use crate::record::LatencyMs;

/// Frames that a median is taken over.
const FRAMES: usize = 60;

/// A student and its latency.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Timed {
    student: NetConfig,
    /// Median of one frame on one thread, from bytes to logits.
    median_ms: f64,
}

/// The latencies of these students: those kept in the file if it holds them all, else measured now and kept.
pub(super) fn latencies(path: &Path, students: &[NetConfig], cache: &Cache) -> Result<Vec<Timed>> {
    if path.exists() {
        let text = std::fs::read(path).with_context(|| path.display().to_string())?;
        let kept: Vec<Timed> = serde_json::from_slice(&text)
            .with_context(|| format!("{}: delete it to measure again", path.display()))?;
        if students
            .iter()
            .all(|student| median_ms(&kept, student).is_some())
        {
            return Ok(kept);
        }
    }
    let timed = measure(students, cache)?;
    write_whole(path, &serde_json::to_vec_pretty(&timed)?)?;
    Ok(timed)
}

/// A student's latency among others.
pub(super) fn median_ms(timed: &[Timed], student: &NetConfig) -> Option<f64> {
    let of_student = timed.iter().find(|timed| timed.student == *student);
    of_student.map(|timed| timed.median_ms)
}

/// A frame of everyone, over and over. What the weights are does not matter for it.
fn measure(students: &[NetConfig], cache: &Cache) -> Result<Vec<Timed>> {
    let backend = Backend::Engine {
        threads: 1,
        isa: Isa::best(),
    };
    let engine = |student| Ok(Network::new(Net::new(student, 1)?, backend)?);
    let mut engines: Vec<Network> = students.iter().map(engine).collect::<Result<_>>()?;
    let picture = cache.read(0)?.image;
    let mut times_ms = vec![Vec::with_capacity(FRAMES); students.len()];
    for _ in 0..FRAMES {
        for (engine, times_ms) in engines.iter_mut().zip(&mut times_ms) {
            let clock = WallClock::start(false);
            engine.infer_shrunk(&picture)?;
            times_ms.push(1e3 * clock.elapsed_s());
        }
    }
    let timed = |(student, times_ms): (&NetConfig, &Vec<f64>)| {
        let latency_ms = LatencyMs::of(times_ms)?;
        Some(Timed {
            student: student.clone(),
            median_ms: latency_ms.p50,
        })
    };
    Ok(students.iter().zip(&times_ms).filter_map(timed).collect())
}
