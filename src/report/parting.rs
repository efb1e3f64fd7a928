//! Where driver and shadow decide differently for the first time, and why.

use drive::decision::Reason;
use drive::ego::EGO_FRONT_M;
use drive::percept::ObjectPercept;
use drive::time::{CAMERA_PERIOD_S, Tick};
use scenarios::world::WorldState;

use super::svg::{kind_word, light_word};
use crate::record::{FrameRecord, SeatRecord};
use crate::words::metres;

/// From this probability on a road user counts as seen.
const LIKELY: f64 = 0.5;
/// Two sightings may be the same road user up to this distance along the road, in metres ...
const SAME_GAP_M: f64 = 5.0;
/// ... or this share of the distance, whichever is more.
const SAME_GAP_SHARE: f64 = 0.3;
/// And up to this distance across the road, in metres.
const SAME_SIDE_M: f64 = 1.5;
/// A road user's near face and side may lie this far from its centre, in metres.
const HALF_SIZE_M: f64 = 3.0;
/// Frames that differ in age by less than this are equally old, in seconds.
const SAME_AGE_S: f64 = CAMERA_PERIOD_S - 1e-9;

/// The first disagreement.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Parting {
    /// The exposure tick on which it begins.
    pub(super) tick: Tick,
    /// Who decided what, the driver first.
    pub(super) decisions: [String; 2],
    /// Why, in a sentence.
    pub(super) reason: String,
    /// When the milder one decides as the harder one did, in a sentence.
    pub(super) sequel: String,
}

/// One seat on the frame.
struct Side<'a> {
    name: &'a str,
    seat: &'a SeatRecord,
    /// Seconds since its newest percept was exposed.
    age_s: Option<f64>,
    /// The world at that exposure.
    world: Option<&'a WorldState>,
}

/// The first disagreement of driver and first shadow; `None` when they always agree or nobody watches.
pub(super) fn parting(frames: &[FrameRecord], names: &[String]) -> Option<Parting> {
    let index = frames.iter().position(parts)?;
    let frame = &frames[index];
    let side = |index: usize| {
        let seat = &frame.seats[index];
        let exposure = seat.percept.as_ref().map(|percept| percept.exposure);
        let exposed = frames.iter().find(|frame| Some(frame.tick) == exposure);
        Side {
            name: &names[index],
            seat,
            age_s: exposure.map(|exposure| frame.tick.seconds_since(exposure)),
            world: exposed.map(|frame| &frame.world),
        }
    };
    let (driver, shadow) = (side(0), side(1));
    let driver_is_harder = driver.seat.decision.action > shadow.seat.decision.action;
    let (harder, milder, milder_index) = if driver_is_harder {
        (&driver, &shadow, 1)
    } else {
        (&shadow, &driver, 0)
    };
    let action = harder.seat.decision.action;
    let follows = |later: &&FrameRecord| later.seats[milder_index].decision.action >= action;
    let later = frames[index..].iter().find(follows);
    Some(Parting {
        tick: frame.tick,
        decisions: [&driver, &shadow].map(|side| {
            format!(
                "{}: {}",
                side.name,
                crate::words::decision(&side.seat.decision)
            )
        }),
        reason: reason(harder, milder),
        sequel: match later {
            Some(later) => format!(
                "{} decides so {:.2} s later.",
                milder.name,
                later.tick.seconds_since(frame.tick)
            ),
            None => format!("{} never decides so.", milder.name),
        },
    })
}

fn parts(frame: &FrameRecord) -> bool {
    match frame.seats.as_slice() {
        [driver, shadow, ..] => driver.decision.action != shadow.decision.action,
        _ => false,
    }
}

fn reason(harder: &Side<'_>, milder: &Side<'_>) -> String {
    let name = milder.name;
    let Some(percept) = &milder.seat.percept else {
        return format!("{name} has not seen anything yet: its first frame is still under way.");
    };
    match harder.seat.decision.reason {
        Reason::Object {
            class,
            gap_m,
            ttc_s,
        } => {
            let closing_mps = ttc_s.map_or(0.0, |ttc_s| gap_m / ttc_s.max(1e-3));
            about(kind_word(class), harder, milder, [gap_m, closing_mps])
        }
        Reason::Light { state, .. } => {
            let (seen, wanted) = (light_word(percept.light_state()), light_word(state));
            if percept.light_state() != state {
                return format!(
                    "{name} sees light {seen} where {} sees {wanted}.",
                    harder.name
                );
            }
            older(harder, milder, "the light too").unwrap_or_else(|| {
                format!("Both see the {wanted} light; they judge the stop line differently.")
            })
        }
        Reason::Blind => format!("{} gets no frames any more.", harder.name),
        Reason::Bend | Reason::FreeRoad => older(harder, milder, "the road").unwrap_or_else(|| {
            format!(
                "No road user is the reason: {} and {name} judge the road differently.",
                harder.name
            )
        }),
    }
}

/// Why one acts for the road user at this gap, which shrinks at this speed, and the other does not.
fn about(
    kind: &str,
    harder: &Side<'_>,
    milder: &Side<'_>,
    [gap_m, closing_mps]: [f64; 2],
) -> String {
    let then_m = |side: &Side<'_>| gap_m + closing_mps * side.age_s.unwrap_or(0.0);
    let own = sighting(harder, then_m(harder), None);
    let own_left_m = own.map(ObjectPercept::centre_y_m);
    let Some(twin) = sighting(milder, then_m(milder), own_left_m) else {
        if own.is_some_and(|own| !is_there(own, harder)) {
            return format!(
                "Nobody is there: {} takes something at {} for a {kind}, which {} does not.",
                harder.name,
                metres(gap_m),
                milder.name
            );
        }
        return format!(
            "{} does not see the {kind} at {}: nothing of {:.0} % or more is there in its newest frame.",
            milder.name,
            metres(gap_m),
            100.0 * LIKELY
        );
    };
    let place = |object: &ObjectPercept| {
        let (gap_m, percent) = (object.near_x_m - EGO_FRONT_M, 100.0 * object.probability);
        format!("at {} with {percent:.0} %", metres(gap_m))
    };
    let too = format!("the {kind} too, {}", place(twin));
    let own_place = own.map_or_else(|| format!("at {}", metres(gap_m)), place);
    older(harder, milder, &too).unwrap_or_else(|| {
        format!(
            "Both see the {kind}, {} {own_place} {} ms ago, {} {} {} ms ago; they judge it differently.",
            harder.name,
            age_ms(harder),
            milder.name,
            place(twin),
            age_ms(milder)
        )
    })
}

fn age_ms(side: &Side<'_>) -> u64 {
    (1000.0 * side.age_s.unwrap_or(0.0)).round() as u64
}

/// That the milder one's frame is older, if it is.
fn older(harder: &Side<'_>, milder: &Side<'_>, what: &str) -> Option<String> {
    let (fresh_s, old_s) = (harder.age_s.unwrap_or(0.0), milder.age_s?);
    (old_s - fresh_s >= SAME_AGE_S).then(|| {
        format!(
            "{} sees {what}, but in a frame {:.0} ms older: {:.0} ms against {:.0} ms.",
            milder.name,
            1000.0 * (old_s - fresh_s),
            1000.0 * old_s,
            1000.0 * fresh_s
        )
    })
}

/// What a seat sees at a gap, and there at `left_m` of its path where that is known.
fn sighting<'a>(side: &Side<'a>, gap_m: f64, left_m: Option<f64>) -> Option<&'a ObjectPercept> {
    let reach_m = SAME_GAP_M.max(SAME_GAP_SHARE * gap_m);
    let off_m = |object: &ObjectPercept| (object.near_x_m - EGO_FRONT_M - gap_m).abs();
    let beside_m =
        |object: &ObjectPercept| left_m.map_or(0.0, |left_m| (object.centre_y_m() - left_m).abs());
    let fits = |object: &&ObjectPercept| {
        object.probability >= LIKELY && off_m(object) <= reach_m && beside_m(object) <= SAME_SIDE_M
    };
    let found = side.seat.percept.as_ref()?.objects.iter().filter(fits);
    found.min_by(|a, b| (off_m(a) + beside_m(a)).total_cmp(&(off_m(b) + beside_m(b))))
}

/// Whether a road user stood where a seat saw somebody, as far as is known.
fn is_there(seen: &ObjectPercept, side: &Side<'_>) -> bool {
    side.world.is_none_or(|world| {
        let seen_m = (seen.near_x_m, seen.centre_y_m());
        let reach_m = HALF_SIZE_M + SAME_GAP_M.max(SAME_GAP_SHARE * seen_m.0);
        world.actors.iter().any(|actor| {
            let centre = actor.world_from_actor.position();
            let place = world.ego.world_from_ego.inverse_transform(centre);
            (place.x_m - seen_m.0).abs() <= reach_m
                && (place.y_m - seen_m.1).abs() <= HALF_SIZE_M + SAME_SIDE_M
        })
    })
}

#[cfg(test)]
mod tests {
    use drive::decision::{Action, Decision};
    use drive::ego::VehicleCommand;
    use drive::frames::Pose2;
    use drive::labels::{BoxPx, ObjectClass};
    use drive::percept::Percept;
    use scenarios::world::ActorState;

    use super::*;

    fn car(gap_m: f64) -> ObjectPercept {
        ObjectPercept {
            class: ObjectClass::Car,
            belief: drive::belief::Belief::surely(ObjectClass::Car, 0.0),
            probability: 0.9,
            box_px: BoxPx::default(),
            near_x_m: gap_m + EGO_FRONT_M,
            near_x_std_m: 1.0,
            left_y_m: 0.9,
            right_y_m: -0.9,
            y_std_m: 0.2,
            yaw_rad: 0.0,
        }
    }

    fn seat(action: Action, exposure: u64, objects: Vec<ObjectPercept>) -> SeatRecord {
        let reason = match action {
            Action::Cruise => Reason::FreeRoad,
            _ => Reason::Object {
                class: ObjectClass::Car,
                gap_m: 20.0,
                ttc_s: None,
            },
        };
        SeatRecord {
            percept: Some(Percept {
                exposure: Tick(exposure),
                objects,
                lanes: Default::default(),
                light: [1.0, 0.0, 0.0, 0.0],
                stop_line: None,
            }),
            decision: Decision {
                action,
                reason,
                ..Decision::default()
            },
            command: VehicleCommand::default(),
        }
    }

    /// A frame in which an actor stands 22 m ahead of ego.
    fn frame(tick: u64, seats: [SeatRecord; 2]) -> FrameRecord {
        let actor = ActorState {
            world_from_actor: Pose2::new(EGO_FRONT_M + 22.0, 0.0, 0.0),
            speed_mps: 0.0,
        };
        FrameRecord {
            tick: Tick(tick),
            world: WorldState {
                actors: vec![actor],
                ..WorldState::default()
            },
            seats: seats.into(),
            faults: Vec::new(),
            gap_m: None,
            ttc_s: None,
        }
    }

    fn told(shadow: SeatRecord) -> Parting {
        told_of(20.0, shadow)
    }

    /// What is told when the driver stops for a car that it sees at this gap.
    fn told_of(gap_m: f64, shadow: SeatRecord) -> Parting {
        let driver = || {
            let mut seat = seat(Action::Stop, 100, vec![car(gap_m)]);
            seat.decision.reason = Reason::Object {
                class: ObjectClass::Car,
                gap_m,
                ttc_s: None,
            };
            seat
        };
        let frames = [
            frame(
                95,
                [
                    seat(Action::Cruise, 95, vec![]),
                    seat(Action::Cruise, 95, vec![]),
                ],
            ),
            frame(100, [driver(), shadow]),
            frame(120, [driver(), seat(Action::Stop, 120, vec![car(18.0)])]),
        ];
        parting(&frames, &["student".to_owned(), "teacher".to_owned()]).expect("they part")
    }

    #[test]
    fn who_does_not_see_the_road_user_is_named() {
        let parting = told(seat(Action::Cruise, 100, vec![]));
        assert_eq!(parting.tick, Tick(100));
        assert!(
            parting
                .reason
                .starts_with("teacher does not see the car at 20 m")
        );
        assert_eq!(parting.sequel, "teacher decides so 0.20 s later.");
    }

    #[test]
    fn who_takes_nothing_for_a_car_is_named_and_not_who_rightly_sees_none() {
        let parting = told_of(60.0, seat(Action::Cruise, 100, vec![]));
        assert_eq!(
            parting.reason,
            "Nobody is there: student takes something at 60 m for a car, which teacher does not."
        );
    }

    #[test]
    fn who_sees_it_in_an_older_frame_is_late() {
        let parting = told(seat(Action::Cruise, 80, vec![car(23.0)]));
        assert!(
            parting.reason.contains("200 ms older: 200 ms against 0 ms"),
            "{}",
            parting.reason
        );
    }

    #[test]
    fn who_sees_it_in_the_same_frame_judges_it_differently() {
        let parting = told(seat(Action::Cruise, 100, vec![car(23.0)]));
        assert!(
            parting.reason.contains("judge it differently"),
            "{}",
            parting.reason
        );
        assert!(parting.decisions[0].starts_with("student: stop: car at 20 m"));
    }
}
