//! The schedule of one network on the simulation clock: busy or free, which frame waits, which result is due.

use std::collections::VecDeque;

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::{LatencyProfile, ProfileError};
use crate::time::Tick;

/// Where the duration of each inference comes from.
#[derive(Debug, Clone)]
pub enum Durations {
    /// Always the same, in microseconds; 0 is the mode `none`.
    Fixed {
        /// Duration of every inference in microseconds.
        duration_us: u64,
    },
    /// Drawn with equal probability from recorded samples; the stream makes it repeatable.
    Recorded {
        /// The samples in microseconds, at least one.
        samples_us: Vec<u64>,
        /// The network's own random stream.
        rng: Box<ChaCha8Rng>,
    },
    /// Known only when it is over: [`Pipeline::complete`] tells.
    Live,
}

impl Durations {
    /// Every inference takes `duration_ms` milliseconds.
    pub fn fixed_ms(duration_ms: f64) -> Self {
        Durations::Fixed {
            duration_us: micros(duration_ms),
        }
    }

    /// Draws from a profile's scaled samples.
    ///
    /// # Errors
    /// When the profile is empty or holds something that is not a latency.
    pub fn recorded(profile: &LatencyProfile, rng: ChaCha8Rng) -> Result<Self, ProfileError> {
        profile.validate()?;
        let scaled = profile
            .samples_ms
            .iter()
            .map(|ms| micros(ms * profile.scale));
        Ok(Durations::Recorded {
            samples_us: scaled.collect(),
            rng: Box::new(rng),
        })
    }

    /// The duration of the next inference in microseconds; `None` when only the future knows.
    fn next_us(&mut self) -> Option<u64> {
        match self {
            Durations::Fixed { duration_us } => Some(*duration_us),
            Durations::Recorded { samples_us, rng } => {
                Some(samples_us[rng.random_range(0..samples_us.len() as u64) as usize])
            }
            Durations::Live => None,
        }
    }
}

/// Milliseconds as whole microseconds.
fn micros(ms: f64) -> u64 {
    (ms * 1000.0).round() as u64
}

/// What happens in a network's schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event<F> {
    /// The network takes a frame: hand it to the worker.
    Start {
        /// When the frame was exposed.
        exposure: Tick,
        /// The frame.
        frame: F,
    },
    /// A result is due: take it from the worker, waiting for it if need be.
    Finish {
        /// When its frame was exposed.
        exposure: Tick,
    },
}

/// The inference that is under way.
#[derive(Debug, Clone, Copy)]
struct Running {
    exposure: Tick,
    finish_us: Option<u64>,
    late_us: u64,
}

/// One network's schedule. On every tick: [`Pipeline::expose`] if the camera exposes, then act on
/// the events of [`Pipeline::advance`], in their order.
///
/// While the network is busy the newest frame waits and replaces an older one. A waiting frame is taken
/// the microsecond the network becomes free; a result is usable at the first tick at or after its end.
#[derive(Debug, Clone)]
pub struct Pipeline<F> {
    durations: Durations,
    running: Option<Running>,
    waiting: Option<(Tick, F)>,
    late_us: u64,
    events: VecDeque<Event<F>>,
    processed: u64,
    dropped: u64,
}

impl<F> Pipeline<F> {
    /// A free network.
    pub fn new(durations: Durations) -> Self {
        Self {
            durations,
            running: None,
            waiting: None,
            late_us: 0,
            events: VecDeque::new(),
            processed: 0,
            dropped: 0,
        }
    }

    /// How many inferences have finished.
    pub fn processed(&self) -> u64 {
        self.processed
    }

    /// How many frames were replaced by a newer one before the network became free.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// From now on every inference that starts takes this much longer, in microseconds.
    pub fn be_late(&mut self, by_us: u64) {
        self.late_us = by_us;
    }

    /// Offers a frame exposed now. If the network becomes free exactly now, the new frame wins.
    pub fn expose(&mut self, now: Tick, frame: F) {
        self.run_until(now.micros().saturating_sub(1));
        if self.waiting.replace((now, frame)).is_some() {
            self.dropped += 1;
        }
    }

    /// Whether a frame exposed before `next` is certain to be replaced by one exposed then: until then the network is
    /// busy.
    pub fn is_busy_until(&self, next: Tick) -> bool {
        let finish_us = self.running.and_then(|running| running.finish_us);
        finish_us.is_some_and(|finish_us| finish_us >= next.micros())
    }

    /// Counts a frame that is certain to be replaced as dropped, without seeing it.
    pub fn pass_over(&mut self) {
        self.dropped += 1;
    }

    /// Lets time pass up to now; returns what happened, in order.
    pub fn advance(&mut self, now: Tick) -> Vec<Event<F>> {
        self.run_until(now.micros());
        if self.running.is_none() {
            self.start_waiting(now.micros());
            self.run_until(now.micros());
        }
        self.events.drain(..).collect()
    }

    /// For [`Durations::Live`]: the inference under way has ended by now.
    pub fn complete(&mut self, now: Tick) {
        if let Some(running) = &mut self.running {
            running.finish_us = Some(now.micros() + running.late_us);
        }
    }

    /// Finishes and starts whatever is due up to a time.
    fn run_until(&mut self, limit_us: u64) {
        while let Some(Running {
            exposure,
            finish_us: Some(finish_us),
            ..
        }) = self.running
            && finish_us <= limit_us
        {
            self.events.push_back(Event::Finish { exposure });
            self.processed += 1;
            self.running = None;
            self.start_waiting(finish_us);
        }
    }

    /// Gives the waiting frame, if any, to the free network.
    fn start_waiting(&mut self, start_us: u64) {
        if let Some((exposure, frame)) = self.waiting.take() {
            let duration_us = self.durations.next_us();
            self.running = Some(Running {
                exposure,
                finish_us: duration_us.map(|us| start_us + us + self.late_us),
                late_us: self.late_us,
            });
            self.events.push_back(Event::Start { exposure, frame });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::stream;

    /// Runs a pipeline that sees every frame for some ticks; returns (now, exposure) of every result.
    fn results(pipeline: &mut Pipeline<()>, ticks: u64) -> Vec<(u64, u64)> {
        results_of(pipeline, ticks, |pipeline, now| pipeline.expose(now, ()))
    }

    /// The same where `expose` decides what becomes of a frame.
    fn results_of(
        pipeline: &mut Pipeline<()>,
        ticks: u64,
        mut expose: impl FnMut(&mut Pipeline<()>, Tick),
    ) -> Vec<(u64, u64)> {
        let mut finished = Vec::new();
        for now in (0..ticks).map(Tick) {
            if now.is_exposure() {
                expose(pipeline, now);
            }
            for event in pipeline.advance(now) {
                if let Event::Finish { exposure } = event {
                    finished.push((now.0, exposure.0));
                }
            }
        }
        finished
    }

    #[test]
    fn without_latency_every_frame_is_usable_on_its_exposure_tick() {
        let mut pipeline = Pipeline::new(Durations::fixed_ms(0.0));
        assert_eq!(results(&mut pipeline, 11), [(0, 0), (5, 5), (10, 10)]);
        assert_eq!((pipeline.processed(), pipeline.dropped()), (3, 0));
    }

    #[test]
    fn a_result_is_usable_at_the_first_tick_after_its_end() {
        let mut pipeline = Pipeline::new(Durations::fixed_ms(12.3));
        assert_eq!(results(&mut pipeline, 8), [(2, 0), (7, 5)]);
    }

    #[test]
    fn a_busy_network_takes_the_newest_waiting_frame_the_moment_it_is_free() {
        // Frame 0 ends at 120 ms; 10 (not 5) runs to 240 ms, 20 (not 15) to 360 ms; then 35 (not 25, 30).
        let mut pipeline = Pipeline::new(Durations::fixed_ms(120.0));
        assert_eq!(results(&mut pipeline, 40), [(12, 0), (24, 10), (36, 20)]);
        assert_eq!(pipeline.dropped(), 4);
    }

    #[test]
    fn leaving_out_what_is_certain_to_be_replaced_changes_no_result() {
        for latency_ms in [0.0, 49.9, 50.0, 50.1, 99.0, 100.0, 120.0, 333.3, 1000.0] {
            let mut seeing_all = Pipeline::new(Durations::fixed_ms(latency_ms));
            let expected = results(&mut seeing_all, 500);
            let mut pipeline = Pipeline::new(Durations::fixed_ms(latency_ms));
            let mut unseen = 0;
            let finished = results_of(&mut pipeline, 500, |pipeline, now| {
                let is_unseen = pipeline.is_busy_until(now.next_exposure());
                if is_unseen {
                    pipeline.pass_over();
                    unseen += 1;
                } else {
                    pipeline.expose(now, ());
                }
            });
            assert_eq!(finished, expected, "{latency_ms} ms");
            let more = pipeline.dropped() - seeing_all.dropped();
            assert!(more <= 1, "{latency_ms} ms");
            assert_eq!(unseen > 0, latency_ms > 90.0, "{latency_ms} ms");
        }
    }

    #[test]
    fn a_frame_exposed_as_the_network_becomes_free_goes_first() {
        let mut pipeline = Pipeline::new(Durations::fixed_ms(100.0));
        assert_eq!(results(&mut pipeline, 31), [(10, 0), (20, 10), (30, 20)]);
    }

    #[test]
    fn recorded_latencies_repeat_with_the_seed() {
        let profile = LatencyProfile {
            network: "teacher".into(),
            machine: "bench".into(),
            conditions: None,
            scale: 1.0,
            samples_ms: vec![4.0, 30.0, 90.0, 170.0],
        };
        let run = |seed| {
            let rng = stream(seed, "latency/teacher");
            let mut pipeline = Pipeline::new(Durations::recorded(&profile, rng).unwrap());
            results(&mut pipeline, 500)
        };
        assert_eq!(run(1), run(1));
        assert_ne!(run(1), run(2));
    }

    #[test]
    fn a_late_network_takes_longer_for_what_it_starts_while_late() {
        let mut pipeline = Pipeline::new(Durations::fixed_ms(10.0));
        pipeline.be_late(100_000);
        assert_eq!(results(&mut pipeline, 12), [(11, 0)]);
        pipeline.be_late(0);
        // Frame 10 was started while late.
        assert_eq!(pipeline.advance(Tick(21)), []);
        assert_eq!(pipeline.advance(Tick(22)).len(), 1);
        pipeline.expose(Tick(25), ());
        pipeline.advance(Tick(25));
        let finished = Event::Finish { exposure: Tick(25) };
        assert!(pipeline.advance(Tick(26)).contains(&finished));
    }

    #[test]
    fn a_live_inference_ends_when_it_is_told() {
        let mut pipeline = Pipeline::new(Durations::Live);
        pipeline.expose(Tick(0), 'a');
        assert_eq!(pipeline.advance(Tick(0)).len(), 1);
        assert!(pipeline.advance(Tick(7)).is_empty());
        pipeline.complete(Tick(8));
        let events = pipeline.advance(Tick(8));
        assert_eq!(events, [Event::Finish { exposure: Tick(0) }]);
    }
}
