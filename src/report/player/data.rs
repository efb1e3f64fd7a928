//! What the page knows of a run: every exposure tick's measures, and the pictures with what was seen in them.

use drive::decision::{Decision, Reason};
use drive::labels::{Class, LightState, ObjectClass};
use drive::time::CAMERA_PERIOD_S;
use serde::Serialize;

use super::percepts::PerceptData;
use super::{base64, rounded};
use crate::film::{Film, Shot};
use crate::record::FrameRecord;
use crate::report::moments::moments;
use crate::report::parting::Parting;
use crate::report::svg::{kind_word, light_word};
use crate::theatre::Played;
use crate::trace::TraceLine;

/// The data of one player.
#[derive(Debug, Clone, Serialize)]
pub struct PlayerData {
    /// Name of the story.
    pub story: String,
    /// Time between two camera frames in milliseconds: what a frame may take.
    pub budget_ms: f64,
    /// Names of the numbers below.
    pub words: Words,
    /// Every exposure tick.
    pub exposures: Exposures,
    /// The seats, the driver's first.
    pub seats: Vec<SeatData>,
    /// The pictures.
    pub pictures: Vec<PictureData>,
    /// Where one can jump to.
    pub moments: Vec<MomentData>,
}

/// Names by number.
#[derive(Debug, Clone, Serialize)]
pub struct Words {
    /// Of segmentation classes.
    pub classes: Vec<&'static str>,
    /// Of road users.
    pub kinds: Vec<&'static str>,
    /// Of light states.
    pub lights: Vec<&'static str>,
    /// Of actions, from mild to hard.
    pub actions: Vec<&'static str>,
    /// Of decisions with their reasons.
    pub decisions: Vec<String>,
}

/// The measures on exposure ticks.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Exposures {
    /// The ticks.
    pub tick: Vec<u64>,
    /// Ego's speed in metres per second.
    pub speed_mps: Vec<f64>,
    /// The true gap to the road user ahead in ego's lane, in metres.
    pub gap_m: Vec<Option<f64>>,
    /// The true smallest time to collision in seconds.
    pub ttc_s: Vec<Option<f64>>,
}

/// One seat.
#[derive(Debug, Clone, Default, Serialize)]
pub struct SeatData {
    /// Who sits there.
    pub name: String,
    /// Number of the action on each exposure tick.
    pub action: Vec<u8>,
    /// Number of the decision's words.
    pub decision: Vec<usize>,
    /// Wanted acceleration in metres per second squared.
    pub accel_mps2: Vec<f64>,
    /// Gap to the road user that the decision is about, in metres.
    pub gap_m: Vec<Option<f64>>,
    /// Time to collision with it in seconds.
    pub ttc_s: Vec<Option<f64>>,
    /// Exposure tick of the newest percept.
    pub seen: Vec<Option<u64>>,
    /// Exposure tick of each percept, and the tick on which it could be used.
    pub arrivals: Vec<[u64; 2]>,
    /// Exposure ticks of frames that a newer one replaced.
    pub dropped: Vec<u64>,
    /// What it saw, as far as a picture shows it.
    pub percepts: Vec<PerceptData>,
}

/// One picture.
#[derive(Debug, Clone, Serialize)]
pub struct PictureData {
    /// Number of its exposure.
    pub exposure: usize,
    /// JPEG in base64; `None` where no frame arrived.
    pub jpeg: Option<String>,
    /// What is wrong with camera and network.
    pub faults: String,
    /// Number of the percept that each seat had then.
    pub percepts: Vec<Option<usize>>,
}

/// A moment.
#[derive(Debug, Clone, Serialize)]
pub struct MomentData {
    /// Its name in links.
    pub id: String,
    /// In words.
    pub why: &'static str,
    /// The key that jumps there.
    pub key: &'static str,
    /// When.
    pub tick: u64,
}

impl PlayerData {
    /// The data of a run that was filmed.
    pub(in crate::report) fn of(played: &Played, parting: Option<&Parting>) -> Self {
        let (frames, names) = (&played.episode.frames, played.record.seats());
        let mut decisions = Vec::new();
        let mut seats: Vec<SeatData> = names
            .iter()
            .enumerate()
            .map(|(index, name)| SeatData {
                name: name.clone(),
                ..seat(index, frames, played.episode.trace.lines(), &mut decisions)
            })
            .collect();
        let pictures = pictures(&played.episode.film, frames, &mut seats);
        let moments = moments(frames, &played.record, parting).into_iter();
        Self {
            story: played.record.scenario.clone(),
            budget_ms: 1000.0 * CAMERA_PERIOD_S,
            words: words(decisions),
            exposures: exposures(frames),
            seats,
            pictures,
            moments: moments
                .map(|moment| MomentData {
                    id: moment.why.replace(' ', "-"),
                    why: moment.why,
                    key: moment.key,
                    tick: moment.tick.0,
                })
                .collect(),
        }
    }
}

fn words(decisions: Vec<String>) -> Words {
    Words {
        classes: Class::ALL.map(Class::word).into(),
        kinds: ObjectClass::ALL.map(kind_word).into(),
        lights: LightState::ALL.map(light_word).into(),
        actions: crate::words::ACTIONS.map(crate::words::action).into(),
        decisions,
    }
}

fn exposures(frames: &[FrameRecord]) -> Exposures {
    let each = |value: fn(&FrameRecord) -> Option<f64>| {
        let values = frames.iter().map(value);
        values.map(|value| value.map(|value| rounded(value, 2)))
    };
    Exposures {
        tick: frames.iter().map(|frame| frame.tick.0).collect(),
        speed_mps: each(|frame| Some(frame.world.ego.state.speed_mps))
            .flatten()
            .collect(),
        gap_m: each(|frame| frame.gap_m).collect(),
        ttc_s: each(|frame| frame.ttc_s).collect(),
    }
}

/// A seat's decisions and arrivals; new words are added to `decisions`.
fn seat(
    index: usize,
    frames: &[FrameRecord],
    lines: &[TraceLine],
    decisions: &mut Vec<String>,
) -> SeatData {
    let mut data = SeatData::default();
    for frame in frames {
        let seat = &frame.seats[index];
        let (gap_m, ttc_s) = target(&seat.decision);
        data.action.push(seat.decision.action as u8);
        data.decision
            .push(number_of(crate::words::decision(&seat.decision), decisions));
        data.accel_mps2.push(rounded(seat.decision.accel_mps2, 2));
        data.gap_m.push(gap_m.map(|gap_m| rounded(gap_m, 1)));
        data.ttc_s.push(ttc_s.map(|ttc_s| rounded(ttc_s, 2)));
        data.seen
            .push(seat.percept.as_ref().map(|percept| percept.exposure.0));
    }
    let arrivals = lines.iter().filter_map(|line| {
        let percept = line.tick.seats[index].percept.as_ref()?;
        Some([percept.exposure.0, line.tick.tick.0])
    });
    data.arrivals = arrivals.collect();
    data.dropped = dropped(lines, &data.arrivals);
    data
}

fn target(decision: &Decision) -> (Option<f64>, Option<f64>) {
    match decision.reason {
        Reason::Object { gap_m, ttc_s, .. } => (Some(gap_m), ttc_s),
        Reason::Light { .. } | Reason::FreeRoad | Reason::Bend | Reason::Blind => (None, None),
    }
}

fn number_of(words: String, all: &mut Vec<String>) -> usize {
    let known = all.iter().position(|known| *known == words);
    known.unwrap_or_else(|| {
        all.push(words);
        all.len() - 1
    })
}

/// Frames that arrived at the car but never became a percept, although a later one did.
fn dropped(lines: &[TraceLine], arrivals: &[[u64; 2]]) -> Vec<u64> {
    let last = arrivals.last().map_or(0, |arrival| arrival[0]);
    let exposed = lines.iter().filter(|line| line.tick.exposed.is_some());
    let exposed = exposed.map(|line| line.tick.tick.0);
    let used = |tick: u64| {
        arrivals
            .binary_search_by_key(&tick, |arrival| arrival[0])
            .is_ok()
    };
    exposed.filter(|&tick| tick < last && !used(tick)).collect()
}

/// The pictures; what the seats saw in them goes to the seats, once each.
fn pictures(film: &Film, frames: &[FrameRecord], seats: &mut [SeatData]) -> Vec<PictureData> {
    let shots = film.shots().iter().filter_map(|shot| {
        let exposure = frames.binary_search_by_key(&shot.tick, |frame| frame.tick);
        Some((shot, exposure.ok()?))
    });
    shots
        .map(|(shot, exposure)| {
            let frame = &frames[exposure];
            let faults = frame.faults.iter().map(crate::words::fault);
            PictureData {
                exposure,
                jpeg: shot.jpeg.as_deref().map(base64),
                faults: faults.collect::<Vec<_>>().join(", "),
                percepts: (0..seats.len())
                    .map(|seat| percept(shot, frame, seat, &mut seats[seat].percepts))
                    .collect(),
            }
        })
        .collect()
}

/// Number of the percept a seat had.
fn percept(
    shot: &Shot,
    frame: &FrameRecord,
    seat: usize,
    percepts: &mut Vec<PerceptData>,
) -> Option<usize> {
    let percept = frame.seats[seat].percept.as_ref()?;
    if percepts.last().map(|last| last.tick) != Some(percept.exposure.0) {
        let age_ticks = frame.tick.0 - percept.exposure.0;
        let speed_mps = frame.world.ego.state.speed_mps;
        percepts.push(PerceptData::of(
            percept,
            &shot.views[seat],
            age_ticks,
            speed_mps,
        ));
    }
    Some(percepts.len() - 1)
}

#[cfg(test)]
mod tests {
    use drive::ego::VehicleCommand;
    use drive::time::Tick;
    use scenarios::world::WorldState;

    use super::*;
    use crate::trace::{ExposedDigests, TickRecord};

    #[test]
    fn a_frame_that_no_percept_came_of_counts_as_dropped_once_a_later_one_was_used() {
        let line = |tick: u64| TraceLine {
            chain: String::new(),
            tick: TickRecord {
                tick: Tick(tick),
                world: WorldState::default(),
                exposed: tick.is_multiple_of(5).then(ExposedDigests::default),
                seats: Vec::new(),
                command: VehicleCommand::default(),
            },
        };
        let lines: Vec<TraceLine> = (0..40).map(line).collect();
        let arrivals = [[0, 17], [15, 33]];
        assert_eq!(dropped(&lines, &arrivals), [5, 10]);
        assert_eq!(dropped(&lines, &[]), [0; 0]);
    }

    #[test]
    fn equal_words_are_written_once() {
        let mut all = Vec::new();
        let numbers = ["cruise", "stop", "cruise"].map(|word| number_of(word.to_owned(), &mut all));
        assert_eq!(numbers, [0, 1, 0]);
        assert_eq!(all, ["cruise", "stop"]);
    }
}
