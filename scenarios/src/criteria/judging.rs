//! Whether a drive meets a criterion, and how the failure reads when it does not.

use drive::ego::EGO_WIDTH_M;
use drive::time::Tick;

use super::Criterion;
use crate::metrics::{Metrics, Sample, accel_mps2};
use crate::verdict::Failure;

/// Below this speed a car stands, in metres per second.
const STANDING_MPS: f64 = 0.3;

/// What criteria are judged by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Evidence<'a> {
    pub(crate) metrics: &'a Metrics,
    pub(crate) samples: &'a [Sample],
    /// When ego first touched something, and what.
    pub(crate) collision: Option<(Tick, &'a str)>,
    /// When ego first ran a red light.
    pub(crate) red_light: Option<Tick>,
    /// Where ego's front stood at its first stop line's side, nearest to it, in metres before the line.
    pub(crate) stop_line_m: Option<f64>,
    pub(crate) set_speed_mps: f64,
    /// Width of ego's lane in metres.
    pub(crate) lane_width_m: f64,
    /// The actors' names and their final gaps to ego, in metres.
    pub(crate) actors: &'a [(&'a str, f64)],
    /// The events' names and when they began.
    pub(crate) events: &'a [(&'a str, Option<Tick>)],
}

impl Criterion<f64, usize> {
    /// The failure, if the drive does not meet the criterion.
    pub(crate) fn judge(&self, drive: &Evidence<'_>) -> Option<Failure> {
        match *self {
            Self::NoCollision => drive
                .collision
                .map(|(tick, with)| self.failure(None, None, tick, format!("hit {with}"))),
            Self::ObeysLights => drive
                .red_light
                .map(|tick| self.failure(None, None, tick, "ran a red light".to_owned())),
            Self::KeepsLane { within_m } => self.keeps_lane(drive, within_m),
            Self::StopsAtLine { within_m } => self.stops_at_line(drive, within_m),
            Self::MinTtc { at_least_s } => self.keeps_time(drive, at_least_s),
            Self::MaxDeceleration {
                at_most_mps2,
                before,
            } => self.brakes_gently(drive, at_most_mps2, before),
            Self::MeanSpeed { at_least_share } => self.drives_on(drive, at_least_share),
            Self::Reaches { distance_m } => self.reaches(drive, distance_m),
            Self::SlowsTo { at_most_mps } => self.slows_to(drive, at_most_mps),
            Self::StopsBehind {
                actor,
                at_least_m,
                at_most_m,
            } => self.stops_behind(drive, actor, (at_least_m, at_most_m)),
            Self::StopsInLane => self.stops_in_lane(drive),
            Self::KeepsGap { at_least_m } => self.keeps_gap(drive, at_least_m),
        }
    }

    fn keeps_lane(&self, drive: &Evidence<'_>, within_m: f64) -> Option<Failure> {
        let (error_m, tick) = drive.extreme(|sample| Some(sample.left_m.abs()))?;
        let text = format!("strayed {error_m:.2} m from its lane's centre (at most {within_m} m)");
        self.unless(error_m <= within_m, error_m, within_m, (tick, text))
    }

    fn keeps_time(&self, drive: &Evidence<'_>, at_least_s: f64) -> Option<Failure> {
        let (negative_s, tick) = drive.extreme(|sample| sample.ttc_s.map(|s| -s))?;
        let ttc_s = -negative_s;
        let text = format!("came within {ttc_s:.2} s of a collision (at least {at_least_s} s)");
        self.unless(ttc_s >= at_least_s, ttc_s, at_least_s, (tick, text))
    }

    fn keeps_gap(&self, drive: &Evidence<'_>, at_least_m: f64) -> Option<Failure> {
        let (negative_m, tick) = drive.extreme(|sample| sample.gap_m.map(|m| -m))?;
        let gap_m = -negative_m;
        let text = format!("came within {gap_m:.2} m of somebody (at least {at_least_m} m)");
        self.unless(gap_m >= at_least_m, gap_m, at_least_m, (tick, text))
    }

    fn drives_on(&self, drive: &Evidence<'_>, at_least_share: f64) -> Option<Failure> {
        let share = drive.metrics.mean_speed_mps / drive.set_speed_mps.max(1e-6);
        let (percent, least) = (100.0 * share, 100.0 * at_least_share);
        let text = format!("drove at {percent:.0} % of the set speed (at least {least:.0} %)");
        self.unless(
            share >= at_least_share,
            share,
            at_least_share,
            (drive.last(), text),
        )
    }

    fn reaches(&self, drive: &Evidence<'_>, distance_m: f64) -> Option<Failure> {
        let got_m = drive.metrics.distance_m;
        let text = format!("got {got_m:.1} m far (at least {distance_m:.1} m)");
        self.unless(got_m >= distance_m, got_m, distance_m, (drive.last(), text))
    }

    fn slows_to(&self, drive: &Evidence<'_>, at_most_mps: f64) -> Option<Failure> {
        let (negative_mps, _) = drive.extreme(|sample| Some(-sample.speed_mps))?;
        let least_mps = -negative_mps;
        let text = format!("slowed to {least_mps:.1} m/s only (at most {at_most_mps:.1} m/s)");
        self.unless(
            least_mps <= at_most_mps,
            least_mps,
            at_most_mps,
            (drive.last(), text),
        )
    }

    fn stops_at_line(&self, drive: &Evidence<'_>, within_m: f64) -> Option<Failure> {
        let stood_m = drive.stop_line_m;
        if stood_m.is_some_and(|m| m <= within_m) {
            return None;
        }
        let text = stood_m.map_or_else(
            || "did not stop before the line".to_owned(),
            |m| format!("stopped {m:.1} m before the line (at most {within_m} m)"),
        );
        Some(self.failure(stood_m, Some(within_m), drive.last(), text))
    }

    fn brakes_gently(
        &self,
        drive: &Evidence<'_>,
        at_most_mps2: f64,
        before: Option<usize>,
    ) -> Option<Failure> {
        let event = before.map(|event| drive.events[event]);
        let judged = match event.and_then(|(_, began)| began) {
            Some(end) => {
                let count = drive.samples.partition_point(|sample| sample.tick < end);
                &drive.samples[..count]
            }
            None => drive.samples,
        };
        let accels = accel_mps2(judged);
        let hardest = accels.iter().zip(judged);
        let (accel, sample) = hardest.min_by(|a, b| a.0.total_cmp(b.0))?;
        let when = event.map_or(String::new(), |(name, _)| format!(" before `{name}`"));
        let text = format!(
            "braked at {:.1} m/s2{when} (at most {at_most_mps2} m/s2)",
            -accel
        );
        self.unless(
            -accel <= at_most_mps2,
            -accel,
            at_most_mps2,
            (sample.tick, text),
        )
    }

    fn stops_behind(
        &self,
        drive: &Evidence<'_>,
        actor: usize,
        (at_least_m, at_most_m): (f64, f64),
    ) -> Option<Failure> {
        let (name, gap_m) = drive.actors[actor];
        let speed_mps = drive.samples.last()?.speed_mps;
        if speed_mps > STANDING_MPS {
            let text = format!("still drove at {speed_mps:.1} m/s at the end, behind `{name}`");
            return Some(self.failure(Some(speed_mps), Some(0.0), drive.last(), text));
        }
        let text = format!("stopped {gap_m:.1} m from `{name}` ({at_least_m} to {at_most_m} m)");
        let bound = if gap_m < at_least_m {
            at_least_m
        } else {
            at_most_m
        };
        let fits = (at_least_m..=at_most_m).contains(&gap_m);
        self.unless(fits, gap_m, bound, (drive.last(), text))
    }

    fn stops_in_lane(&self, drive: &Evidence<'_>) -> Option<Failure> {
        let end = drive.samples.last()?;
        if end.speed_mps > STANDING_MPS {
            let text = format!("still drove at {:.1} m/s at the end", end.speed_mps);
            return Some(self.failure(Some(end.speed_mps), Some(0.0), end.tick, text));
        }
        let room_m = (drive.lane_width_m - EGO_WIDTH_M) / 2.0;
        let aside_m = end.left_m.abs();
        let text = format!("stopped {aside_m:.2} m from its lane's centre (at most {room_m:.2} m)");
        self.unless(aside_m <= room_m, aside_m, room_m, (end.tick, text))
    }

    fn unless(
        &self,
        met: bool,
        value: f64,
        bound: f64,
        (tick, text): (Tick, String),
    ) -> Option<Failure> {
        (!met).then(|| self.failure(Some(value), Some(bound), tick, text))
    }

    fn failure(&self, value: Option<f64>, bound: Option<f64>, tick: Tick, text: String) -> Failure {
        Failure {
            criterion: self.name().to_owned(),
            value,
            bound,
            tick,
            text,
        }
    }
}

impl Evidence<'_> {
    fn last(&self) -> Tick {
        self.samples.last().map_or(Tick(0), |sample| sample.tick)
    }

    /// The largest of a quantity and when it first occurred.
    fn extreme(&self, quantity: impl Fn(&Sample) -> Option<f64>) -> Option<(f64, Tick)> {
        let values = self
            .samples
            .iter()
            .filter_map(|sample| Some((quantity(sample)?, sample.tick)));
        values.reduce(|best, next| if next.0 > best.0 { next } else { best })
    }
}

/// Where ego stood nearest before a line: distance from front bumper to line, in metres.
pub(crate) fn standing_before_m(
    samples: &[Sample],
    line_along_m: f64,
    front_m: f64,
) -> Option<f64> {
    let standing = samples
        .iter()
        .filter(|sample| sample.speed_mps < STANDING_MPS);
    let before = standing.map(|sample| line_along_m - sample.along_m - front_m);
    crate::metrics::smallest(before.filter(|m| *m > 0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::LeadSample;

    /// Slows from 10 m/s to 5 m/s at 2.5 m/s2 behind a lead, 0.5 m beside its lane's centre.
    fn samples() -> Vec<Sample> {
        let sample = |tick: u64| {
            let time_s = Tick(tick).seconds();
            Sample {
                tick: Tick(tick),
                speed_mps: 10.0 - 2.5 * time_s,
                along_m: 10.0 * time_s - 1.25 * time_s * time_s,
                left_m: -0.5,
                gap_m: Some(6.0 - time_s),
                ttc_s: Some(4.0 - time_s),
                lead: Some(LeadSample {
                    gap_m: 6.0 - time_s,
                    closing_mps: 1.0,
                }),
                ..Sample::default()
            }
        };
        (0..=200).map(sample).collect()
    }

    fn judge(criterion: &Criterion<f64, usize>) -> Option<Failure> {
        let metrics = Metrics {
            mean_speed_mps: 7.5,
            distance_m: 15.0,
            ..Metrics::default()
        };
        criterion.judge(&Evidence {
            metrics: &metrics,
            samples: &samples(),
            collision: None,
            red_light: None,
            stop_line_m: Some(6.0),
            set_speed_mps: 10.0,
            lane_width_m: 3.5,
            actors: &[("lead", 4.0)],
            events: &[],
        })
    }

    /// A criterion with a bound.
    type Bounded = fn(f64) -> Criterion<f64, usize>;

    #[test]
    fn every_bound_is_met_on_one_side_and_broken_on_the_other() {
        let bounded: [(Bounded, [f64; 2]); 8] = [
            (|within_m| Criterion::KeepsLane { within_m }, [0.6, 0.4]),
            (|within_m| Criterion::StopsAtLine { within_m }, [7.0, 5.0]),
            (|at_least_s| Criterion::MinTtc { at_least_s }, [1.9, 2.1]),
            (
                |at_most_mps2| Criterion::MaxDeceleration {
                    at_most_mps2,
                    before: None,
                },
                [2.6, 2.4],
            ),
            (
                |at_least_share| Criterion::MeanSpeed { at_least_share },
                [0.7, 0.8],
            ),
            (|distance_m| Criterion::Reaches { distance_m }, [14.0, 16.0]),
            (|at_most_mps| Criterion::SlowsTo { at_most_mps }, [5.1, 4.9]),
            (|at_least_m| Criterion::KeepsGap { at_least_m }, [3.9, 4.1]),
        ];
        for (criterion, [met, broken]) in bounded {
            let name = criterion(met).name();
            assert_eq!(judge(&criterion(met)), None, "{name}");
            let failure = judge(&criterion(broken)).unwrap();
            assert_eq!(
                (failure.criterion.as_str(), failure.bound),
                (name, Some(broken))
            );
        }
    }

    #[test]
    fn braking_counts_as_needless_until_the_event_begins() {
        // Coasts for a second, then brakes at 2.5 m/s2.
        let speed_mps = |tick: u64| 10.0 - 2.5 * (Tick(tick).seconds() - 1.0).max(0.0);
        let samples: Vec<Sample> = (0..=200)
            .map(|tick| Sample {
                tick: Tick(tick),
                speed_mps: speed_mps(tick),
                ..Sample::default()
            })
            .collect();
        let failure = |began| {
            let criterion = Criterion::MaxDeceleration {
                at_most_mps2: 2.0,
                before: Some(0),
            };
            criterion.judge(&Evidence {
                metrics: &Metrics::default(),
                samples: &samples,
                collision: None,
                red_light: None,
                stop_line_m: None,
                set_speed_mps: 10.0,
                lane_width_m: 3.5,
                actors: &[],
                events: &[("jump out", began)],
            })
        };
        assert_eq!(failure(Some(Tick(101))), None);
        let early = "braked at 2.5 m/s2 before `jump out` (at most 2 m/s2)";
        assert_eq!(failure(Some(Tick(190))).unwrap().text, early);
        assert_eq!(failure(None).unwrap().text, early);
    }

    #[test]
    fn a_failure_says_when_and_by_how_much() {
        let failure = judge(&Criterion::MinTtc { at_least_s: 3.0 }).unwrap();
        assert_eq!(failure.tick, Tick(200));
        assert_eq!(
            failure.text,
            "came within 2.00 s of a collision (at least 3 s)"
        );
    }

    #[test]
    fn a_car_that_still_drives_has_not_stopped_behind_anybody() {
        let failure = judge(&Criterion::StopsBehind {
            actor: 0,
            at_least_m: 1.0,
            at_most_m: 8.0,
        });
        assert!(failure.unwrap().text.contains("still drove at 5.0 m/s"));
        let failure = judge(&Criterion::StopsInLane);
        assert!(failure.unwrap().text.contains("still drove at 5.0 m/s"));
    }
}
