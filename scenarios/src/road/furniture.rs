//! Traffic lights and signs, by their numbers in the German catalogue (StVO), the one most
//! OpenDRIVE files use.

use std::collections::BTreeMap;

use drive::frames::Pose2;
use xodr::{Orientation, Signal, SignalProvenance};

use super::lanes::Network;
use super::read::Map;
use super::{Sign, SignKind};
use crate::stage::StageLight;

/// OpenDRIVE's type of a three-lamp traffic light.
const TRAFFIC_LIGHT: &str = "1000001";
/// Height of a traffic light's housing when the file gives none.
const HOUSING_M: f32 = 1.1;
/// How far below the housing's top the red lamp's centre sits.
const RED_BELOW_TOP_M: f64 = 0.2;

/// Every traffic light that governs a driving lane. Its stop line crosses those lanes at its `s`;
/// its pole may stand elsewhere (`positionRoad`, `positionInertial`).
pub(super) fn lights(
    network: &Network,
    map: &Map,
    place: &BTreeMap<usize, usize>,
) -> Vec<StageLight> {
    let signals = map.net.signals().iter().zip(&map.origin.signals);
    signals
        .filter(|(signal, _)| signal.kind == TRAFFIC_LIGHT)
        .filter_map(|(signal, origin)| light(network, signal, origin, place))
        .collect()
}

fn light(
    network: &Network,
    signal: &Signal,
    origin: &SignalProvenance,
    place: &BTreeMap<usize, usize>,
) -> Option<StageLight> {
    let governed = signal.lanes.iter().filter_map(|id| place.get(&id.0));
    let slices: Vec<_> = governed
        .filter(|&&lane| network.lanes[lane].kind.is_drivable())
        .map(|&lane| network.slice(lane, origin.s))
        .collect();
    let left_t_m = slices.iter().map(|slice| slice.left_t_m).reduce(f64::max)?;
    let right_t_m = slices
        .iter()
        .map(|slice| slice.right_t_m)
        .reduce(f64::min)?;
    let mut stop_line = [slices[0].point(left_t_m), slices[0].point(right_t_m)];
    if origin.orientation == Orientation::Negative {
        stop_line.reverse();
    }
    let top_m = f64::from(signal.position.z + signal.height.unwrap_or(HOUSING_M));
    Some(StageLight {
        world_from_pole: pole(signal),
        red_height_m: top_m - RED_BELOW_TOP_M,
        stop_line,
    })
}

/// Every sign whose number is known; other signs are left out of the world.
pub(super) fn signs(map: &Map) -> Vec<Sign> {
    let signals = map.net.signals().iter();
    signals
        .filter_map(|signal| {
            Some(Sign {
                world_from_pole: pole(signal),
                kind: sign_kind(signal)?,
            })
        })
        .collect()
}

fn sign_kind(signal: &Signal) -> Option<SignKind> {
    match signal.kind.as_str() {
        "274" => Some(SignKind::SpeedLimit(signal.value? as u8)),
        "306" => Some(SignKind::Priority),
        "134" | "350" => Some(SignKind::PedestrianCrossing),
        "205" => Some(SignKind::GiveWay),
        _ => None,
    }
}

/// The foot of a signal's pole.
fn pole(signal: &Signal) -> Pose2 {
    Pose2::new(
        f64::from(signal.position.x),
        f64::from(signal.position.y),
        f64::from(signal.heading),
    )
}
