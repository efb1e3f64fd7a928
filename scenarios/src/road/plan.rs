//! Plans of roads: what a generated OpenDRIVE file is to contain.

use drive::frames::{Point2, Pose2};
use drive::math::{cos, sin, wrap_angle};

use super::SignKind;

/// Step of the integration along spirals.
const INTEGRATION_STEP_M: f64 = 0.5;

/// A network to write.
#[derive(Debug, Clone, Default)]
pub struct NetworkPlan {
    /// Name in the file's header.
    pub name: String,
    /// Its roads.
    pub roads: Vec<RoadPlan>,
    /// Its junctions.
    pub junctions: Vec<JunctionPlan>,
}

/// A road to write: one lane section along its whole length.
#[derive(Debug, Clone)]
pub struct RoadPlan {
    /// OpenDRIVE id.
    pub id: String,
    /// Junction it belongs to.
    pub junction: Option<String>,
    /// Where its reference line begins.
    pub start: Pose2,
    /// Its reference line.
    pub pieces: Vec<Piece>,
    /// Lanes left of the reference line, from the middle outwards.
    pub left: Vec<LanePlan>,
    /// Markings on the reference line.
    pub centre: Vec<PaintFrom>,
    /// Lanes right of the reference line, from the middle outwards.
    pub right: Vec<LanePlan>,
    /// What its beginning joins.
    pub predecessor: Option<Link>,
    /// What its end joins.
    pub successor: Option<Link>,
    /// Traffic lights and signs.
    pub signals: Vec<SignalPlan>,
    /// Pedestrian crossings.
    pub crossings: Vec<CrossingPlan>,
}

/// A piece of a reference line, lengths in metres, curvatures in 1/m, positive to the left.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Piece {
    /// A straight line.
    Line {
        /// Its length.
        length_m: f64,
    },
    /// A circular arc.
    Arc {
        /// Its length.
        length_m: f64,
        /// Its curvature.
        curvature: f64,
    },
    /// A clothoid.
    Spiral {
        /// Its length.
        length_m: f64,
        /// Curvature at its beginning.
        from: f64,
        /// Curvature at its end.
        to: f64,
    },
}

/// A lane to write.
#[derive(Debug, Clone)]
pub struct LanePlan {
    /// OpenDRIVE's lane type.
    pub kind: &'static str,
    /// Its width in metres.
    pub width_m: f64,
    /// Height above the carriageway in metres.
    pub height_m: f64,
    /// Markings on its outer border.
    pub outer: Vec<PaintFrom>,
    /// Lane before it, in the road that the beginning joins.
    pub predecessor: Option<i32>,
    /// Lane after it, in the road that the end joins.
    pub successor: Option<i32>,
}

/// Paint from a distance along the road on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PaintFrom {
    /// Where it begins, in metres.
    pub from_m: f64,
    /// What it is.
    pub paint: Paint,
}

/// A painted border.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Paint {
    /// No paint.
    Bare,
    /// One solid line of a width in metres.
    Solid(f64),
    /// Dashes: painted and bare length and width in metres.
    Broken([f64; 3]),
    /// Two solid lines of a width in metres, as far apart as they are wide.
    Double(f64),
    /// Towards the left a solid line, towards the right dashes, as in [`Paint::Broken`].
    SolidLeft([f64; 3]),
}

/// What an end of a road joins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// The beginning of a road.
    StartOf(String),
    /// The end of a road.
    EndOf(String),
    /// A junction.
    Junction(String),
}

/// A traffic light or sign to write.
#[derive(Debug, Clone, PartialEq)]
pub struct SignalPlan {
    /// Where it takes effect along the road, in metres.
    pub s_m: f64,
    /// Where its pole stands: along the road, and to the left of the reference line, in metres.
    pub pole: (f64, f64),
    /// Whether it addresses the traffic along the reference line, or that against it.
    pub along: bool,
    /// The sign's face; `None` for a traffic light.
    pub sign: Option<SignKind>,
}

/// A pedestrian crossing to write, right across the road.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CrossingPlan {
    /// Its middle along the road in metres.
    pub s_m: f64,
    /// Its middle to the left of the reference line in metres.
    pub t_m: f64,
    /// Its extent along the road in metres.
    pub length_m: f64,
    /// Its extent across the road in metres.
    pub width_m: f64,
    /// Whether it is a zebra; else it is bounded by two broken lines.
    pub zebra: bool,
}

/// A junction to write.
#[derive(Debug, Clone, Default)]
pub struct JunctionPlan {
    /// OpenDRIVE id.
    pub id: String,
    /// Ways into it.
    pub connections: Vec<ConnectionPlan>,
    /// Its outline, counter-clockwise.
    pub boundary: Vec<BoundaryPlan>,
}

/// A way from a road into a junction.
#[derive(Debug, Clone)]
pub struct ConnectionPlan {
    /// The road that leads to the junction.
    pub incoming: String,
    /// The road inside it.
    pub connecting: String,
    /// Whether the way begins at the connecting road's start.
    pub at_start: bool,
    /// Lanes of the incoming and the connecting road that join.
    pub lanes: Vec<(i32, i32)>,
}

/// A piece of a junction's outline.
#[derive(Debug, Clone)]
pub enum BoundaryPlan {
    /// Across the end of a road, between two of its lanes.
    Joint {
        /// The road.
        road: String,
        /// Outermost carriageway lanes, right and left.
        lanes: (i32, i32),
    },
    /// Along the outer border of a lane.
    Along {
        /// The road.
        road: String,
        /// The lane.
        lane: i32,
        /// From and to, in metres along the road.
        range_m: (f64, f64),
    },
}

impl Piece {
    /// Its length in metres.
    pub fn length_m(self) -> f64 {
        match self {
            Self::Line { length_m }
            | Self::Arc { length_m, .. }
            | Self::Spiral { length_m, .. } => length_m,
        }
    }

    /// Curvature at its beginning and at its end in 1/m.
    fn curvatures(self) -> (f64, f64) {
        match self {
            Self::Line { .. } => (0.0, 0.0),
            Self::Arc { curvature, .. } => (curvature, curvature),
            Self::Spiral { from, to, .. } => (from, to),
        }
    }

    /// A bend that turns by an angle in radians: a spiral, an arc and a spiral, each a third of its length.
    pub fn bend(curvature: f64, turn_rad: f64) -> [Self; 3] {
        let length_m = turn_rad / (2.0 * curvature.abs());
        let spiral = |from, to| Self::Spiral { length_m, from, to };
        let arc = Self::Arc {
            length_m,
            curvature,
        };
        [spiral(0.0, curvature), arc, spiral(curvature, 0.0)]
    }

    /// The pose at its end when it begins at `start` (Simpson's rule along it).
    pub fn end(self, start: Pose2) -> Pose2 {
        let (from, to) = self.curvatures();
        let length_m = self.length_m();
        let yaw_at = |s_m: f64| start.yaw_rad + s_m * (from + (to - from) * s_m / (2.0 * length_m));
        let steps = (length_m / INTEGRATION_STEP_M).ceil();
        let step_m = length_m / steps;
        let mut at = start.position();
        for step in 0..steps as usize {
            let s_m = step as f64 * step_m;
            let yaws = [
                yaw_at(s_m),
                yaw_at(s_m + step_m / 2.0),
                yaw_at(s_m + step_m),
            ];
            let mean = |f: fn(f64) -> f64| (f(yaws[0]) + 4.0 * f(yaws[1]) + f(yaws[2])) / 6.0;
            at = Point2::new(at.x_m + step_m * mean(cos), at.y_m + step_m * mean(sin));
        }
        Pose2::new(at.x_m, at.y_m, wrap_angle(yaw_at(length_m)))
    }
}

impl RoadPlan {
    /// A road of its own from the origin eastwards, with its lanes given from left to right.
    pub fn single(id: &str, pieces: Vec<Piece>, lanes: [Vec<LanePlan>; 2], centre: Paint) -> Self {
        let [left, right] = lanes;
        Self {
            id: id.to_owned(),
            junction: None,
            start: Pose2::default(),
            pieces,
            left,
            centre: PaintFrom::start(centre),
            right,
            predecessor: None,
            successor: None,
            signals: Vec::new(),
            crossings: Vec::new(),
        }
    }

    /// Length of the reference line in metres.
    pub fn length_m(&self) -> f64 {
        self.pieces.iter().map(|piece| piece.length_m()).sum()
    }
}

impl PaintFrom {
    /// The same paint from the beginning to the end.
    pub fn start(paint: Paint) -> Vec<Self> {
        vec![Self { from_m: 0.0, paint }]
    }
}

impl LanePlan {
    /// A lane level with the carriageway.
    pub fn flat(kind: &'static str, width_m: f64, outer: Paint) -> Self {
        Self {
            kind,
            width_m,
            height_m: 0.0,
            outer: PaintFrom::start(outer),
            predecessor: None,
            successor: None,
        }
    }

    /// Whether the lane is part of the carriageway.
    pub fn is_carriageway(&self) -> bool {
        matches!(self.kind, "driving" | "parking" | "border")
    }
}

/// Height of a kerb above the carriageway.
pub const KERB_HEIGHT_M: f64 = 0.12;
/// Width of a kerbstone's top.
pub const KERB_WIDTH_M: f64 = 0.15;

/// Total width of the carriageway among lanes of one side, in metres.
pub fn carriageway_m(lanes: &[LanePlan]) -> f64 {
    let carriageway = lanes.iter().filter(|lane| lane.is_carriageway());
    carriageway.map(|lane| lane.width_m).sum()
}
