//! Roads: OpenDRIVE networks, read and evaluated by the `xodr` crate, asked in the words stories,
//! simulator and metrics need.

use drive::frames::{Point2, Pose2};
use drive::labels::LANE_BOUNDARIES;
use thiserror::Error;

use crate::stage::StageLight;

/// A road network that cannot be used.
#[derive(Debug, Error)]
pub enum RoadError {
    /// The text is not OpenDRIVE.
    #[error("not a usable OpenDRIVE road network: {0}")]
    Parse(String),
    /// A road, lane or position that the network does not have.
    #[error("{0}")]
    Position(String),
}

/// A road network.
#[derive(Debug, Clone)]
pub struct Road {}

impl Road {
    /// Reads a network from the text of an OpenDRIVE file.
    ///
    /// # Errors
    /// When the text is not OpenDRIVE or the network cannot be evaluated.
    pub fn parse(_xodr: &str) -> Result<Self, RoadError> {
        unimplemented!()
    }

    /// The pose at a lane position, heading in the lane's driving direction.
    ///
    /// # Errors
    /// When the road or lane does not exist or `s_m` lies outside the road.
    pub fn pose(&self, _position: &LanePosition) -> Result<Pose2, RoadError> {
        unimplemented!()
    }

    /// The driving lane that contains a point, if one does.
    pub fn locate(&self, _point_in_world: Point2) -> Option<LaneHit> {
        unimplemented!()
    }

    /// The lane's centre line from a position on, through junctions by the straightest way,
    /// for `length_m` metres or to the end of the network.
    ///
    /// # Errors
    /// When the position does not exist.
    pub fn lane_path(&self, _from: &LanePosition, _length_m: f64) -> Result<LanePath, RoadError> {
        unimplemented!()
    }

    /// Boundaries of the lanes around a car, up to `ahead_m` metres ahead of it.
    pub fn lane_boundaries(&self, _world_from_car: Pose2, _ahead_m: f64) -> LaneBoundaries {
        unimplemented!()
    }

    /// Ribbons of ground, together covering everything from verge to verge.
    pub fn strips(&self) -> &[Strip] {
        unimplemented!()
    }

    /// Painted lines: lane markings, stop lines, pedestrian crossings.
    pub fn markings(&self) -> &[Marking] {
        unimplemented!()
    }

    /// Traffic lights.
    pub fn lights(&self) -> &[StageLight] {
        unimplemented!()
    }

    /// Traffic signs.
    pub fn signs(&self) -> &[Sign] {
        unimplemented!()
    }
}

/// A place on a driving lane found from a point.
#[derive(Debug, Clone, PartialEq)]
pub struct LaneHit {
    /// The place, its offset included.
    pub position: LanePosition,
    /// The lane's centre at the same `s_m`, heading in driving direction.
    pub world_from_lane: Pose2,
    /// Width of the lane there in metres.
    pub width_m: f64,
    /// Whether the lane belongs to a junction.
    pub in_junction: bool,
}

/// A traffic sign beside the road.
#[derive(Debug, Clone, PartialEq)]
pub struct Sign {
    /// Foot of its pole; yaw points against the traffic it addresses (the way its face looks).
    pub world_from_pole: Pose2,
    /// What it says.
    pub kind: SignKind,
}

/// What a traffic sign says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignKind {
    /// A speed limit in km/h.
    SpeedLimit(u8),
    /// Priority road.
    Priority,
    /// Warning of a pedestrian crossing.
    PedestrianCrossing,
    /// Give way.
    GiveWay,
}

/// A place on a lane, in OpenSCENARIO's words.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LanePosition {
    /// Id of the OpenDRIVE road.
    pub road: String,
    /// OpenDRIVE lane number: negative right of the reference line, positive left.
    pub lane: i32,
    /// Distance along the road's reference line in metres.
    pub s_m: f64,
    /// Offset from the lane's centre in metres, positive to the left of the reference line's direction.
    #[serde(default)]
    pub offset_m: f64,
}

/// What a strip of ground is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// Carriageway, junction area, parking lane: driven on.
    Carriageway,
    /// Pavement for people on foot, raised by the kerb.
    Footway,
    /// Kerbstone.
    Kerb,
    /// Grass or gravel beside the road.
    Verge,
}

/// A ribbon of ground between two polylines with equally many points.
#[derive(Debug, Clone, PartialEq)]
pub struct Strip {
    /// What it is made of.
    pub ground: Ground,
    /// Height above the carriageway in metres.
    pub height_m: f64,
    /// Its left edge in the world.
    pub left: Vec<Point2>,
    /// Its right edge in the world.
    pub right: Vec<Point2>,
}

/// A painted line on the carriageway.
#[derive(Debug, Clone, PartialEq)]
pub struct Marking {
    /// The middle of the paint in the world.
    pub centre: Vec<Point2>,
    /// Width of the paint in metres.
    pub width_m: f64,
    /// Painted and bare length in metres; `None` when solid.
    pub dashes_m: Option<(f64, f64)>,
    /// Whether it is yellow instead of white.
    pub yellow: bool,
}

/// A lane's centre line in its driving direction, continued through junctions.
#[derive(Debug, Clone, PartialEq)]
pub struct LanePath {
    /// Poses along the path, at most a metre apart.
    pub poses: Vec<Pose2>,
    /// Distance of each pose from the first, along the path, in metres.
    pub distances_m: Vec<f64>,
}

/// Boundaries of the lanes around a pose, from left to right in the sense of
/// [`drive::labels::LaneLabels`]; each a polyline in the world from near to far; empty where there is none.
pub type LaneBoundaries = [Vec<Point2>; LANE_BOUNDARIES];
