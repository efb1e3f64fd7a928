//! What a data set says of its worlds and frames besides the pictures.

use std::ops::Range;

use drive::labels::{LaneLabels, LightState, ObjectLabel};
use drive::time::Tick;
use serde::{Deserialize, Serialize};

/// Worlds in one shard: what an interrupted capture loses at most.
const WORLDS_PER_SHARD: u32 = 8;

/// What a data set was captured for. A folder holds one plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Seed of all worlds.
    pub seed: u64,
    /// How many worlds.
    pub worlds: u32,
    /// How many frames of each.
    pub frames_per_world: u32,
    /// Version and settings of the generator, in words; part of the identity.
    pub description: String,
}

impl Plan {
    /// How many shards the worlds fill.
    pub fn shards(&self) -> u32 {
        self.worlds.div_ceil(WORLDS_PER_SHARD)
    }

    /// The worlds of a shard.
    pub fn worlds_of(&self, shard: u32) -> Range<u32> {
        let first = shard * WORLDS_PER_SHARD;
        first..(first + WORLDS_PER_SHARD).min(self.worlds)
    }
}

/// What a world's frames are used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Split {
    /// Learning.
    Train,
    /// Watching the learning.
    Validation,
    /// The final word.
    Test,
}

impl Split {
    /// The split of a world by its number: of every ten, eight train, one validates, one tests.
    pub fn of_world(id: u32) -> Self {
        match id % 10 {
            8 => Self::Validation,
            9 => Self::Test,
            _ => Self::Train,
        }
    }
}

/// Where a world's frames come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorldMeta {
    /// Its number, from 0.
    pub id: u32,
    /// Its own seed.
    pub seed: u64,
    /// What it is used for.
    pub split: Split,
    /// Tags under which evaluations report it apart: weather, light, held-out kinds.
    pub slices: Vec<String>,
}

/// What a frame's JSON says: its world, and the labels that are no pictures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FrameRecord {
    /// Where it comes from.
    pub world: WorldMeta,
    /// When it was exposed.
    pub tick: Tick,
    /// Road users.
    pub objects: Vec<ObjectLabel>,
    /// Lane boundaries.
    pub lanes: LaneLabels,
    /// Ego's traffic light.
    pub light: LightState,
    /// x of ego's stop line in metres.
    pub stop_line_m: Option<f32>,
    /// SHA-256 over the samples of its four pictures, as the camera gave them.
    pub samples_sha256: String,
}
