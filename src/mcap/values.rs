//! Times, numbers for plots, and words.

use drive::decision::{Action, Decision};
use drive::time::Tick;
use foxglove::messages::log::Level;
use foxglove::messages::{Color, Log, Timestamp};
use serde_json::{Value, json};

use crate::record::{FrameRecord, Outcome, RunRecord, SeatRecord};
use crate::words;

/// A tick as simulation time since the story began.
pub(super) fn timestamp(tick: Tick) -> Timestamp {
    let micros = tick.micros();
    let nanos = 1000 * (micros % 1_000_000);
    Timestamp::new((micros / 1_000_000) as u32, nanos as u32)
}

/// A colour by its bytes.
pub(super) fn colour([r, g, b]: [u8; 3], alpha: f64) -> Color {
    let [r, g, b] = [r, g, b].map(|byte| f64::from(byte) / 255.0);
    Color { r, g, b, a: alpha }
}

/// What is true, in numbers.
pub(super) fn truth(frame: &FrameRecord) -> Value {
    let ego = &frame.world.ego.state;
    json!({
        "speed_mps": ego.speed_mps,
        "accel_mps2": ego.accel_mps2,
        "steering_rad": ego.steering_rad,
        "yaw_rate_radps": ego.yaw_rate_radps,
        "gap_m": frame.gap_m,
        "ttc_s": frame.ttc_s,
    })
}

/// What a seat wants, in numbers; its action from 0, cruise, to 4, emergency brake.
pub(super) fn seat(tick: Tick, seat: &SeatRecord) -> Value {
    let exposure = seat.percept.as_ref().map(|percept| percept.exposure);
    json!({
        "action": seat.decision.action as u8,
        "accel_mps2": seat.command.accel_mps2,
        "steering_rad": seat.command.steering_rad,
        "percept_age_ms": exposure.map(|exposure| 1000.0 * tick.seconds_since(exposure)),
    })
}

/// A decision in words.
pub(super) fn decision(tick: Tick, name: &str, decision: &Decision) -> Log {
    let level = match decision.action {
        Action::Cruise | Action::Follow | Action::Slow => Level::Info,
        Action::Stop => Level::Warning,
        Action::EmergencyBrake => Level::Error,
    };
    message(tick, level, name, words::decision(decision))
}

/// The verdict, and each failure.
pub(super) fn ending(tick: Tick, record: &RunRecord) -> Vec<Log> {
    let level = match record.verdict {
        Outcome::Pass => Level::Info,
        Outcome::Fail => Level::Error,
    };
    let text = format!("{}: {}", record.scenario, record.verdict.word());
    let failures = record.failures.iter();
    let failures =
        failures.map(|failure| message(tick, Level::Error, "judge", failure.text.clone()));
    std::iter::once(message(tick, level, "judge", text))
        .chain(failures)
        .collect()
}

fn message(tick: Tick, level: Level, name: &str, message: String) -> Log {
    Log {
        timestamp: Some(timestamp(tick)),
        level: level as i32,
        message,
        name: name.to_owned(),
        ..Default::default()
    }
}
