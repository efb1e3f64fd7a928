//! Roads: OpenDRIVE networks, read and evaluated by the `xodr` crate, asked in the words stories,
//! simulator and metrics need.
//!
//! The world is flat: a network with elevation is refused, superelevation and lateral shapes are
//! ignored. Only a network's permanent lanes are read.

pub mod crossroads;
mod furniture;
mod lanes;
mod library;
mod locate;
mod markings;
mod paths;
pub mod plan;
mod read;
pub mod side;
mod surface;
#[cfg(test)]
mod tests;
mod write;

use std::path::Path;

use drive::frames::{Point2, Pose2};
use drive::labels::LANE_BOUNDARIES;
use thiserror::Error;

use self::lanes::Network;
pub use self::library::ROAD_NAMES;
use self::locate::{Found, Grid};
use crate::naming::unknown_of;
use crate::stage::StageLight;

/// A road network that cannot be used.
#[derive(Debug, Error)]
pub enum RoadError {
    /// The text is not OpenDRIVE, or something the world cannot have.
    #[error("not a usable OpenDRIVE road network: {0}")]
    Parse(String),
    /// A road, lane or position that the network does not have.
    #[error("{0}")]
    Position(String),
    /// A name that is not in the library.
    #[error(
        "{}; a path to an .xodr file works too",
        unknown_of("road", name, "the library has", ROAD_NAMES)
    )]
    Unknown {
        /// The name asked for.
        name: String,
    },
    /// A file that cannot be read.
    #[error("cannot read the road network {path}: {source}")]
    File {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
}

/// A road network.
#[derive(Debug, Clone)]
pub struct Road {
    network: Network,
    grid: Grid,
    strips: Vec<Strip>,
    markings: Vec<Marking>,
    lights: Vec<StageLight>,
    signs: Vec<Sign>,
}

impl Road {
    /// Reads a network from the text of an OpenDRIVE file.
    ///
    /// # Errors
    /// When the text is not OpenDRIVE or the network cannot be evaluated.
    pub fn parse(xodr: &str) -> Result<Self, RoadError> {
        let map = read::Map::parse(xodr)?;
        let (network, place) = map.tabulate()?;
        let lights = furniture::lights(&network, &map, &place);
        Ok(Self {
            grid: Grid::new(&network),
            strips: surface::strips(&network, &map),
            markings: markings::markings(&network, &map, &lights),
            signs: furniture::signs(&map),
            lights,
            network,
        })
    }

    /// A network of the library, see [`ROAD_NAMES`].
    ///
    /// # Errors
    /// When the library has no such network.
    pub fn named(name: &str) -> Result<Self, RoadError> {
        Self::parse(library::text(name)?)
    }

    /// A network of the library by name, or from an `.xodr` file by path (told by
    /// a dot or a slash), which is looked for from the folder `beside` on.
    ///
    /// # Errors
    /// When there is neither, or the file cannot be read or used.
    pub fn open(name_or_path: &str, beside: &Path) -> Result<Self, RoadError> {
        let is_path = name_or_path.contains(['.', '/']);
        if !is_path {
            return Self::named(name_or_path);
        }
        let path = beside.join(name_or_path);
        let text = std::fs::read_to_string(&path);
        Self::parse(&text.map_err(|source| RoadError::File {
            path: path.display().to_string(),
            source,
        })?)
    }

    /// The pose at a lane position, heading in the lane's driving direction. Any lane will do,
    /// pavements included; a lane that is not driven on heads as the driving lanes on its side do.
    ///
    /// # Errors
    /// When the road or lane does not exist or `s_m` lies outside the road.
    pub fn pose(&self, position: &LanePosition) -> Result<Pose2, RoadError> {
        let lane = self.lane(position)?;
        let slice = self.network.slice(lane, position.s_m);
        let t_m = slice.centre_t_m() + position.offset_m;
        Ok(slice.pose(t_m, self.network.lanes[lane].along))
    }

    /// Width of the lane at a position in metres.
    ///
    /// # Errors
    /// When the position does not exist.
    pub fn lane_width_m(&self, position: &LanePosition) -> Result<f64, RoadError> {
        let lane = self.lane(position)?;
        Ok(self.network.slice(lane, position.s_m).width_m())
    }

    /// The driving lane that contains a point, if one does; where lanes overlap in a junction, the
    /// one whose centre is nearest.
    pub fn locate(&self, point_in_world: Point2) -> Option<LaneHit> {
        let found = self.grid.locate(&self.network, point_in_world, None)?;
        Some(self.hit(&found))
    }

    /// The driving lane that contains a car; where lanes overlap in a junction, the one whose
    /// traffic is best aligned with it.
    pub fn locate_pose(&self, world_from_car: Pose2) -> Option<LaneHit> {
        let found = self.find(world_from_car)?;
        Some(self.hit(&found))
    }

    /// The lane's centre line from a position on, through junctions by the straightest way,
    /// for `length_m` metres or to the end of the network. The position's offset is ignored.
    ///
    /// # Errors
    /// When the position does not exist.
    pub fn lane_path(&self, from: &LanePosition, length_m: f64) -> Result<LanePath, RoadError> {
        let lane = self.lane(from)?;
        Ok(paths::lane_path(&self.network, lane, from.s_m, length_m))
    }

    /// Boundaries of the lanes around a car, up to `ahead_m` metres ahead of it or to the next
    /// junction. Empty in a junction and beside the road. A lane to the side counts whichever way
    /// its traffic drives.
    pub fn lane_boundaries(&self, world_from_car: Pose2, ahead_m: f64) -> LaneBoundaries {
        self.find(world_from_car)
            .map(|found| paths::lane_boundaries(&self.network, &found, world_from_car, ahead_m))
            .unwrap_or_default()
    }

    /// Ribbons of ground, together covering everything from verge to verge.
    pub fn strips(&self) -> &[Strip] {
        &self.strips
    }

    /// Painted lines: lane markings, stop lines, pedestrian crossings.
    pub fn markings(&self) -> &[Marking] {
        &self.markings
    }

    /// Traffic lights.
    pub fn lights(&self) -> &[StageLight] {
        &self.lights
    }

    /// Traffic signs.
    pub fn signs(&self) -> &[Sign] {
        &self.signs
    }

    /// Every lane of the network, in a fixed order.
    pub fn lanes(&self) -> impl Iterator<Item = LaneInfo> + '_ {
        self.network.lanes.iter().map(|lane| {
            let section = &self.network.sections[lane.section];
            LaneInfo {
                road: section.road.clone(),
                lane: lane.id,
                s_range_m: section.range_m(),
                is_driving: lane.kind.is_drivable(),
                kind: lane.kind.as_str(),
                in_junction: section.junction.is_some(),
            }
        })
    }

    /// Whether a position lies on a lane to drive on.
    pub fn is_driving_lane(&self, position: &LanePosition) -> bool {
        let lane = self.lane(position);
        lane.is_ok_and(|lane| self.network.lanes[lane].kind.is_drivable())
    }

    fn find(&self, world_from_car: Pose2) -> Option<Found> {
        let (point, yaw_rad) = (world_from_car.position(), world_from_car.yaw_rad);
        self.grid.locate(&self.network, point, Some(yaw_rad))
    }

    fn hit(&self, found: &Found) -> LaneHit {
        let lane = &self.network.lanes[found.lane];
        let section = &self.network.sections[lane.section];
        LaneHit {
            position: LanePosition {
                road: section.road.clone(),
                lane: lane.id,
                s_m: found.slice.s_m,
                offset_m: found.offset_m,
            },
            world_from_lane: found.slice.pose(found.slice.centre_t_m(), lane.along),
            width_m: found.slice.width_m(),
            in_junction: section.junction.is_some(),
        }
    }

    fn lane(&self, position: &LanePosition) -> Result<usize, RoadError> {
        let found = self
            .network
            .find(&position.road, position.lane, position.s_m);
        found.ok_or_else(|| RoadError::Position(self.what_there_is(position)))
    }

    /// Says why a lane position does not exist and what does.
    fn what_there_is(&self, position: &LanePosition) -> String {
        let sections = &self.network.sections;
        let lanes = self.network.lanes.iter();
        let on_road = lanes.filter(|lane| sections[lane.section].road == position.road);
        let ids: Vec<String> = on_road.map(|lane| lane.id.to_string()).collect();
        if ids.is_empty() {
            let names: std::collections::BTreeSet<&str> = sections
                .iter()
                .map(|section| section.road.as_str())
                .collect();
            let names: Vec<&str> = names.into_iter().collect();
            return format!(
                "no road `{}`; this network has {}",
                position.road,
                names.join(", ")
            );
        }
        let lengths = sections.iter().filter(|s| s.road == position.road);
        let length_m = lengths.map(|s| s.range_m().1).fold(0.0, f64::max);
        format!(
            "road `{}` has no lane {} at s = {} m; it is {length_m:.1} m long and has lanes {}",
            position.road,
            position.lane,
            position.s_m,
            ids.join(", ")
        )
    }
}

/// What is known about one lane of one lane section.
#[derive(Debug, Clone, PartialEq)]
pub struct LaneInfo {
    /// Id of the OpenDRIVE road.
    pub road: String,
    /// OpenDRIVE lane number.
    pub lane: i32,
    /// Where the lane begins and ends along the road's reference line, in metres.
    pub s_range_m: (f64, f64),
    /// Whether cars drive on it.
    pub is_driving: bool,
    /// OpenDRIVE's name of its type, such as `driving`, `parking`, `sidewalk`.
    pub kind: &'static str,
    /// Whether it belongs to a junction.
    pub in_junction: bool,
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
