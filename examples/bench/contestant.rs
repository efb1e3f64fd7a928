//! Whoever does a piece of work against the clock.

use std::hint::black_box;
use std::time::Instant;

use anyhow::Result;

/// What a piece of work gives, as lists of numbers: the logits of each head, or what a training step tells.
pub(crate) type Answer = Vec<Vec<f32>>;

/// Whoever can do a piece of work. Between two calls of these it must be asleep.
pub(crate) trait Contestant {
    /// Its name and version.
    fn version(&self) -> &str;
    /// Does the work once and tells what came of it.
    fn answer(&mut self) -> Result<Answer>;
    /// Does the work `lead` times, then `times` times; how many milliseconds each of these took.
    fn turn(&mut self, lead: usize, times: usize) -> Result<Vec<f64>>;
}

/// A contestant, or why it cannot take part.
pub(crate) enum Seat {
    Taken(Box<dyn Contestant>),
    Empty(String),
}

impl Seat {
    /// A contestant of this program.
    pub(crate) fn here<T: 'static>(
        version: String,
        work: impl FnMut() -> Result<T> + 'static,
        read: impl Fn(T) -> Result<Answer> + 'static,
    ) -> Self {
        Self::Taken(Box::new(Here {
            version,
            work,
            read,
        }))
    }
}

/// A contestant of this program: how it does the work, and how the outcome is read.
struct Here<W, R> {
    version: String,
    work: W,
    read: R,
}

impl<T, W: FnMut() -> Result<T>, R: Fn(T) -> Result<Answer>> Contestant for Here<W, R> {
    fn version(&self) -> &str {
        &self.version
    }

    fn answer(&mut self) -> Result<Answer> {
        (self.read)((self.work)()?)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "a benchmark reads the wall clock"
    )]
    fn turn(&mut self, lead: usize, times: usize) -> Result<Vec<f64>> {
        for _ in 0..lead {
            black_box((self.work)()?);
        }
        let mut timed = || {
            let start = Instant::now();
            drop(black_box((self.work)()?));
            Ok(1e3 * start.elapsed().as_secs_f64())
        };
        (0..times).map(|_| timed()).collect()
    }
}
