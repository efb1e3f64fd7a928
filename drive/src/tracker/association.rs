//! Which sighting belongs to which track: gated, nearest pairs first.

use crate::frames::Pose2;
use crate::percept::ObjectPercept;

use super::object::Track;
use super::sighting::Sighting;

/// A sighting farther than this from a track, in standard deviations, is someone else.
const GATE_STD: f64 = 3.5;
/// An unpaired sighting this close to a track, in standard deviations, is the same road user seen twice.
const DOUBLE_STD: f64 = 1.5;

/// Who is who.
pub(super) struct Pairs {
    /// The sighting that belongs to each track, if any.
    pub object_of_track: Vec<Option<usize>>,
    /// Sightings that begin a new track.
    pub newborn: Vec<usize>,
}

/// Pairs tracks with sightings from this pose; a vehicle and a person are hardly one.
pub(super) fn associate(
    tracks: &[Track],
    objects: &[ObjectPercept],
    odom_from_ego: Pose2,
) -> Pairs {
    let mut candidates = Vec::new();
    let mut is_double = vec![false; objects.len()];
    for (t, track) in tracks.iter().enumerate() {
        for (o, object) in objects.iter().enumerate() {
            let sighting = Sighting::new(object, odom_from_ego);
            let (along, across) = track.surprise(&sighting, odom_from_ego);
            let contradiction = track.belief().contradiction(&object.belief);
            let farthest = along.max(across).powi(2) + contradiction;
            if farthest < GATE_STD * GATE_STD {
                candidates.push((along * along + across * across + contradiction, t, o));
            }
            is_double[o] |= farthest < DOUBLE_STD * DOUBLE_STD;
        }
    }
    candidates.sort_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let mut object_of_track = vec![None; tracks.len()];
    let mut taken = vec![false; objects.len()];
    for (_, t, o) in candidates {
        if object_of_track[t].is_none() && !taken[o] {
            object_of_track[t] = Some(o);
            taken[o] = true;
        }
    }
    let newborn = (0..objects.len())
        .filter(|&o| !taken[o] && !is_double[o])
        .collect();
    Pairs {
        object_of_track,
        newborn,
    }
}
