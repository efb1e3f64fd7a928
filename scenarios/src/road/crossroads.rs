//! Plans of junctions where straight arms meet at right angles around the origin.

use core::f64::consts::{FRAC_PI_2, PI};

use drive::frames::Pose2;
use drive::math::{cos, sin};

use super::SignKind;
use super::plan::{
    BoundaryPlan, ConnectionPlan, CrossingPlan, JunctionPlan, KERB_WIDTH_M, LanePlan, Link,
    NetworkPlan, Paint, PaintFrom, Piece, RoadPlan, SignalPlan, carriageway_m,
};

/// OpenDRIVE id of the junction.
const JUNCTION: &str = "junction";
/// From the junction back to the stop line.
const STOP_LINE_M: f64 = 6.0;
/// From the junction back to the middle of the pedestrian crossing.
const CROSSING_M: f64 = 2.8;
/// Extent of the pedestrian crossing along the road.
const CROSSING_LENGTH_M: f64 = 4.0;
/// From the junction back to the poles of lights and signs.
const POLE_M: f64 = 0.4;
/// From the carriageway out to the poles.
const POLE_ASIDE_M: f64 = KERB_WIDTH_M + 0.4;
/// How long before the stop line the middle of the road must not be crossed.
const SOLID_M: f64 = 40.0;

/// An arm, by the side of the junction it lies on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arm {
    /// Its traffic enters northwards.
    South,
    /// Its traffic enters westwards.
    East,
    /// Its traffic enters southwards.
    North,
    /// Its traffic enters eastwards.
    West,
}

/// Who goes first at a junction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RightOfWay {
    /// Traffic lights decide.
    Lights,
    /// The arms west and east have priority.
    WestEast,
}

/// A junction with equal arms.
#[derive(Debug, Clone)]
pub struct Crossroads {
    /// Name of the network.
    pub name: String,
    /// Its arms, counter-clockwise: any of south, east, north, west in this order, three or four.
    pub arms: Vec<Arm>,
    /// Length of each arm in metres.
    pub arm_m: f64,
    /// From the middle to where the arms end, in metres.
    pub half_m: f64,
    /// The lanes of one side of an arm, from the middle outwards.
    pub side: Vec<LanePlan>,
    /// Paint in the middle of an arm; solid before the stop line.
    pub centre: Paint,
    /// Who goes first.
    pub right_of_way: RightOfWay,
    /// Whether people cross the arms.
    pub has_crossings: bool,
}

impl Arm {
    /// The OpenDRIVE id of its road.
    pub fn id(self) -> &'static str {
        match self {
            Self::South => "south",
            Self::East => "east",
            Self::North => "north",
            Self::West => "west",
        }
    }

    /// Heading of its traffic into the junction.
    fn yaw_rad(self) -> f64 {
        match self {
            Self::South => FRAC_PI_2,
            Self::East => PI,
            Self::North => -FRAC_PI_2,
            Self::West => 0.0,
        }
    }

    /// The arm that traffic from here reaches by turning right.
    fn right(self) -> Self {
        match self {
            Self::South => Self::East,
            Self::East => Self::North,
            Self::North => Self::West,
            Self::West => Self::South,
        }
    }

    fn opposite(self) -> Self {
        self.right().right()
    }

    fn left(self) -> Self {
        self.opposite().right()
    }

    /// The pose `distance_m` before the origin, heading for it.
    fn before_origin(self, distance_m: f64) -> Pose2 {
        let yaw_rad = self.yaw_rad();
        Pose2::new(
            -distance_m * cos(yaw_rad),
            -distance_m * sin(yaw_rad),
            yaw_rad,
        )
    }
}

impl Crossroads {
    /// The network as roads and a junction. Ways through the junction are named after their arms,
    /// such as `west_south` for the right turn from west to south.
    pub fn plan(&self) -> NetworkPlan {
        let mut roads: Vec<RoadPlan> = self.arms.iter().map(|arm| self.arm(*arm)).collect();
        for &arm in &self.arms {
            if self.has(arm.right()) {
                roads.push(self.right_turn(arm));
            }
            if self.has(arm.left()) {
                roads.push(self.left_turn(arm));
            }
        }
        roads.extend(self.through_from().into_iter().map(|arm| self.through(arm)));
        let connections = roads.iter().flat_map(connections).collect();
        NetworkPlan {
            name: self.name.clone(),
            roads,
            junctions: vec![JunctionPlan {
                id: JUNCTION.to_owned(),
                connections,
                boundary: self.boundary(),
            }],
        }
    }

    fn has(&self, arm: Arm) -> bool {
        self.arms.contains(&arm)
    }

    /// The arms from which the ways straight on are drawn: a missing arm lies to their left.
    fn through_from(&self) -> Vec<Arm> {
        let pairs = [Arm::West, Arm::South].into_iter();
        pairs
            .filter(|arm| self.has(*arm) && self.has(arm.opposite()))
            .map(|arm| {
                if self.has(arm.right()) {
                    arm
                } else {
                    arm.opposite()
                }
            })
            .collect()
    }

    fn arm(&self, arm: Arm) -> RoadPlan {
        let sides = [self.side.clone(), self.side.clone()];
        let pieces = vec![Piece::Line {
            length_m: self.arm_m,
        }];
        let mut road = RoadPlan::single(arm.id(), pieces, sides, self.centre);
        road.start = arm.before_origin(self.half_m + self.arm_m);
        road.successor = Some(Link::Junction(JUNCTION.to_owned()));
        let stop_m = self.arm_m - STOP_LINE_M;
        road.centre.extend(
            [
                (stop_m - SOLID_M, Paint::Solid(0.12)),
                (stop_m, Paint::Bare),
            ]
            .map(|(from_m, paint)| PaintFrom { from_m, paint }),
        );
        if self.has_crossings {
            road.crossings.push(CrossingPlan {
                s_m: self.arm_m - CROSSING_M,
                t_m: 0.0,
                length_m: CROSSING_LENGTH_M,
                width_m: 2.0 * carriageway_m(&self.side),
                zebra: self.right_of_way != RightOfWay::Lights,
            });
        }
        road.signals.push(self.signal(arm));
        road
    }

    /// The light or sign that tells an arm's traffic who goes first.
    fn signal(&self, arm: Arm) -> SignalPlan {
        let has_priority = matches!(arm, Arm::West | Arm::East);
        SignalPlan {
            s_m: self.arm_m - STOP_LINE_M,
            pole: (
                self.arm_m - POLE_M,
                -carriageway_m(&self.side) - POLE_ASIDE_M,
            ),
            along: true,
            sign: match self.right_of_way {
                RightOfWay::Lights => None,
                RightOfWay::WestEast if has_priority => Some(SignKind::Priority),
                RightOfWay::WestEast => Some(SignKind::GiveWay),
            },
        }
    }

    /// A road through the junction.
    fn way(&self, from: Arm, to: Arm, piece: Piece) -> RoadPlan {
        let id = format!("{}_{}", from.id(), to.id());
        let mut road = RoadPlan::single(&id, vec![piece], [Vec::new(), Vec::new()], Paint::Bare);
        road.junction = Some(JUNCTION.to_owned());
        road.start = from.before_origin(self.half_m);
        road.predecessor = Some(Link::EndOf(from.id().to_owned()));
        road.successor = Some(Link::EndOf(to.id().to_owned()));
        road
    }

    fn right_turn(&self, from: Arm) -> RoadPlan {
        let piece = Piece::Arc {
            length_m: FRAC_PI_2 * self.half_m,
            curvature: -1.0 / self.half_m,
        };
        let mut road = self.way(from, from.right(), piece);
        road.right = joined(&self.side, -1);
        road
    }

    fn left_turn(&self, from: Arm) -> RoadPlan {
        let piece = Piece::Arc {
            length_m: FRAC_PI_2 * self.half_m,
            curvature: 1.0 / self.half_m,
        };
        let mut road = self.way(from, from.left(), piece);
        road.right = joined(&self.side[..1], -1);
        road
    }

    fn through(&self, from: Arm) -> RoadPlan {
        let piece = Piece::Line {
            length_m: 2.0 * self.half_m,
        };
        let mut road = self.way(from, from.opposite(), piece);
        let driving = self
            .side
            .iter()
            .filter(|lane| lane.kind == "driving")
            .count();
        let left = if self.has(from.left()) {
            driving
        } else {
            self.side.len()
        };
        road.right = joined(&self.side[..driving], -1);
        road.left = joined(&self.side[..left], 1);
        road
    }

    /// The carriageway's outline, counter-clockwise: across each arm and along its right turn, or
    /// along the way straight on where an arm is missing.
    fn boundary(&self) -> Vec<BoundaryPlan> {
        let outermost = self
            .side
            .iter()
            .filter(|lane| lane.is_carriageway())
            .count() as i32;
        let mut boundary = Vec::new();
        for &arm in &self.arms {
            boundary.push(BoundaryPlan::Joint {
                road: arm.id().to_owned(),
                lanes: (-outermost, outermost),
            });
            let turns = self.has(arm.right());
            boundary.push(if turns {
                BoundaryPlan::Along {
                    road: format!("{}_{}", arm.id(), arm.right().id()),
                    lane: -outermost,
                    range_m: (0.0, FRAC_PI_2 * self.half_m),
                }
            } else {
                BoundaryPlan::Along {
                    road: format!("{}_{}", arm.opposite().id(), arm.id()),
                    lane: outermost,
                    range_m: (2.0 * self.half_m, 0.0),
                }
            });
        }
        boundary
    }
}

/// Lanes of a way through the junction: each joins the lane of its number on the arm it comes from
/// and that of the opposite number on the arm it leads to. Without paint.
fn joined(side: &[LanePlan], sign: i32) -> Vec<LanePlan> {
    let numbered = (1..).map(|n| sign * n).zip(side);
    numbered
        .map(|(id, lane)| LanePlan {
            outer: PaintFrom::start(Paint::Bare),
            predecessor: Some(id),
            successor: Some(-id),
            ..lane.clone()
        })
        .collect()
}

/// The connections that lead into a road of the junction; none for an arm.
fn connections(road: &RoadPlan) -> Vec<ConnectionPlan> {
    let (Some(Link::EndOf(from)), Some(Link::EndOf(to))) = (&road.predecessor, &road.successor)
    else {
        return Vec::new();
    };
    let driving = |side: &[LanePlan]| side.iter().filter(|lane| lane.kind == "driving").count();
    let lanes = |side: &[LanePlan], sign: i32| -> Vec<(i32, i32)> {
        let count = driving(side) as i32;
        (1..=count).map(|n| (-n, sign * n)).collect()
    };
    let ways = [
        (from, true, lanes(&road.right, -1)),
        (to, false, lanes(&road.left, 1)),
    ];
    ways.into_iter()
        .filter(|(_, _, lanes)| !lanes.is_empty())
        .map(|(incoming, at_start, lanes)| ConnectionPlan {
            incoming: incoming.clone(),
            connecting: road.id.clone(),
            at_start,
            lanes,
        })
        .collect()
}
