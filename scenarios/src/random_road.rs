//! Random roads as OpenDRIVE text, for worlds that no story shows.

use drive::frames::Pose2;
use drive::math::powf;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::road::SignKind;
use crate::road::crossroads::{Arm, Crossroads, RightOfWay};
use crate::road::plan::{
    CrossingPlan, LanePlan, NetworkPlan, Paint, PaintFrom, Piece, RoadPlan, SignalPlan,
    carriageway_m,
};
use crate::road::side::SidePlan;

/// Largest heading a winding road reaches to either side, in radians.
const MAX_HEADING_RAD: f64 = 1.4;
/// Smallest radius of a bend.
const MIN_RADIUS_M: f64 = 70.0;
/// The largest radius of a bend as a multiple of the smallest.
const RADIUS_RANGE: f64 = 6.0;
/// Extent of a zebra crossing along the road.
const ZEBRA_M: f64 = 4.0;
/// Smallest inner radius of the verge at a corner of a junction.
const CORNER_M: f64 = 2.0;
/// Distance of signs from the carriageway's edge.
const SIGN_ASIDE_M: f64 = 0.7;

/// How roads run and meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topology {
    /// A straight road.
    Straight,
    /// A road with bends.
    Winding,
    /// Four arms that meet.
    Crossing,
    /// Three arms that meet; kept out of training.
    TJunction,
}

impl Topology {
    /// The topologies that training may show, by how often it does.
    pub const TRAINING: [Topology; 4] = [
        Self::Straight,
        Self::Winding,
        Self::Crossing,
        Self::Crossing,
    ];
}

/// A random road network of a topology, 400 to 800 m from end to end, as OpenDRIVE text.
pub fn random_road(topology: Topology, rng: &mut ChaCha8Rng) -> String {
    let style = Style::draw(rng);
    let plan = match topology {
        Topology::Straight | Topology::Winding => style.single(topology, rng),
        Topology::Crossing => style.junction(&[Arm::South, Arm::East, Arm::North, Arm::West], rng),
        Topology::TJunction => style.junction(&[Arm::South, Arm::East, Arm::West], rng),
    };
    plan.to_xodr()
}

/// What all parts of one network have in common.
struct Style {
    side: SidePlan,
    line_m: f64,
    dashes: [f64; 3],
}

impl Style {
    fn draw(rng: &mut ChaCha8Rng) -> Self {
        let lanes = if rng.random_bool(0.35) { 2 } else { 1 };
        let line_m = pick(rng, &[0.1, 0.12, 0.12, 0.15]);
        let [dash_m, gap_m] = pick(rng, &[[3.0, 6.0], [4.0, 8.0], [6.0, 12.0], [6.0, 6.0]]);
        let dashes = [dash_m, gap_m, line_m];
        let in_town = rng.random_bool(0.6);
        let pavement_m = in_town.then(|| rng.random_range(1.8..3.2));
        let broken_edge = in_town && rng.random_bool(0.3);
        let side = SidePlan {
            lanes,
            lane_width_m: rng.random_range(3.2..3.75),
            divider: Paint::Broken(dashes),
            edge: if broken_edge {
                Paint::Broken([1.0, 1.0, line_m])
            } else {
                Paint::Solid(line_m)
            },
            parking_m: None,
            pavement_m,
            verge_m: rng.random_range(1.5..3.5),
        };
        Self {
            side,
            line_m,
            dashes,
        }
    }

    /// Paint in the middle of the road.
    fn centre(&self, rng: &mut ChaCha8Rng) -> Paint {
        if self.side.lanes > 1 {
            return pick(
                rng,
                &[Paint::Double(self.line_m), Paint::Solid(self.line_m)],
            );
        }
        match rng.random_range(0..10) {
            0..6 => Paint::Broken(self.dashes),
            6..8 => Paint::Solid(self.line_m),
            8 => Paint::Double(self.line_m),
            _ => Paint::SolidLeft(self.dashes),
        }
    }

    /// One side of a road, with or without parked cars.
    fn side(&self, rng: &mut ChaCha8Rng) -> Vec<LanePlan> {
        let parks = self.side.pavement_m.is_some() && rng.random_bool(0.5);
        SidePlan {
            parking_m: parks.then(|| rng.random_range(2.0..2.4)),
            ..self.side
        }
        .lanes()
    }

    /// A road of its own.
    fn single(&self, topology: Topology, rng: &mut ChaCha8Rng) -> NetworkPlan {
        let length_m = rng.random_range(400.0..800.0);
        let pieces = match topology {
            Topology::Winding => bends(length_m, rng),
            _ => vec![Piece::Line { length_m }],
        };
        let sides = [self.side(rng), self.side(rng)];
        let edges_m = [carriageway_m(&sides[0]), carriageway_m(&sides[1])];
        let mut road = RoadPlan::single("main", pieces, sides, Paint::Bare);
        road.start = Pose2::new(0.0, 0.0, rng.random_range(-3.0..3.0));
        road.centre = self.centre_line(road.length_m(), rng);
        road.signals = speed_limits(road.length_m(), edges_m, rng);
        if self.side.pavement_m.is_some() && rng.random_bool(0.6) {
            self.add_zebra(&mut road, edges_m, rng);
        }
        NetworkPlan {
            name: "random".to_owned(),
            roads: vec![road],
            junctions: Vec::new(),
        }
    }

    /// Stretches of different paint along the middle of a road.
    fn centre_line(&self, length_m: f64, rng: &mut ChaCha8Rng) -> Vec<PaintFrom> {
        let mut line = Vec::new();
        let mut from_m: f64 = 0.0;
        while from_m < length_m {
            let paint = self.centre(rng);
            line.push(PaintFrom {
                from_m: from_m.round(),
                paint,
            });
            from_m += rng.random_range(60.0..250.0);
        }
        line
    }

    /// Adds a zebra crossing with its signs; the lane markings stop at it.
    fn add_zebra(&self, road: &mut RoadPlan, edges_m: [f64; 2], rng: &mut ChaCha8Rng) {
        let s_m: f64 = rng.random_range(0.3..0.7) * road.length_m();
        let [left_m, right_m] = edges_m;
        road.crossings.push(CrossingPlan {
            s_m,
            t_m: (left_m - right_m) / 2.0,
            length_m: ZEBRA_M,
            width_m: left_m + right_m,
            zebra: true,
        });
        let (before_m, after_m) = (s_m - ZEBRA_M / 2.0, s_m + ZEBRA_M / 2.0);
        let centre = self.centre(rng);
        let is_near = |mark: &PaintFrom| (before_m - 30.0..after_m + 30.0).contains(&mark.from_m);
        road.centre
            .retain(|mark| !is_near(mark) || mark.from_m == 0.0);
        road.centre.push(paint_from(before_m, Paint::Bare));
        road.centre.push(paint_from(after_m, centre));
        road.centre.sort_by(|a, b| a.from_m.total_cmp(&b.from_m));
        for (along, pole_s_m, pole_t_m) in [
            (true, before_m - 0.5, -right_m - SIGN_ASIDE_M),
            (false, after_m + 0.5, left_m + SIGN_ASIDE_M),
        ] {
            road.signals.push(SignalPlan {
                s_m: pole_s_m,
                pole: (pole_s_m, pole_t_m),
                along,
                sign: Some(SignKind::PedestrianCrossing),
            });
        }
    }

    /// Arms that meet.
    fn junction(&self, arms: &[Arm], rng: &mut ChaCha8Rng) -> NetworkPlan {
        let side = self.side.lanes();
        let reach_m: f64 = side.iter().map(|lane| lane.width_m).sum();
        let right_of_way = if rng.random_bool(0.85) {
            RightOfWay::Lights
        } else {
            RightOfWay::WestEast
        };
        Crossroads {
            name: "random".to_owned(),
            arms: arms.to_vec(),
            arm_m: rng.random_range(200.0..390.0),
            half_m: reach_m + CORNER_M + rng.random_range(0.0..4.0),
            centre: self.centre(rng),
            right_of_way,
            has_crossings: self.side.pavement_m.is_some() && rng.random_bool(0.7),
            side,
        }
        .plan()
    }
}

fn paint_from(from_m: f64, paint: Paint) -> PaintFrom {
    PaintFrom { from_m, paint }
}

fn pick<T: Copy>(rng: &mut ChaCha8Rng, choices: &[T]) -> T {
    choices[rng.random_range(0..choices.len())]
}

/// Straights and bends with spirals, as long as wanted, never turning back on themselves.
fn bends(length_m: f64, rng: &mut ChaCha8Rng) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let (mut done_m, mut yaw_rad) = (0.0, 0.0);
    while done_m < length_m {
        let length_m = rng.random_range(15.0..90.0);
        pieces.push(Piece::Line { length_m });
        let radius_m = MIN_RADIUS_M * powf(RADIUS_RANGE, rng.random_range(0.0..1.0));
        let turn_rad = (rng.random_range(30.0..140.0) / radius_m).min(1.0);
        let left = if yaw_rad + turn_rad > MAX_HEADING_RAD {
            false
        } else {
            yaw_rad - turn_rad < -MAX_HEADING_RAD || rng.random_bool(0.5)
        };
        let curvature = if left { 1.0 } else { -1.0 } / radius_m;
        pieces.extend(Piece::bend(curvature, turn_rad));
        yaw_rad += turn_rad * if left { 1.0 } else { -1.0 };
        done_m = pieces.iter().map(|piece| piece.length_m()).sum();
    }
    pieces
}

/// One or two speed limits for each direction.
fn speed_limits(
    length_m: f64,
    [left_m, right_m]: [f64; 2],
    rng: &mut ChaCha8Rng,
) -> Vec<SignalPlan> {
    let count = rng.random_range(1..=3);
    (0..count)
        .map(|_| {
            let s_m = rng.random_range(20.0..length_m - 20.0);
            let along = rng.random_bool(0.7);
            let t_m = if along {
                -right_m - SIGN_ASIDE_M
            } else {
                left_m + SIGN_ASIDE_M
            };
            let sign = if rng.random_bool(0.2) {
                SignKind::Priority
            } else {
                SignKind::SpeedLimit(pick(rng, &[30, 50, 60, 70, 80, 100]))
            };
            SignalPlan {
                s_m,
                pole: (s_m, t_m),
                along,
                sign: Some(sign),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::road::Road;

    #[test]
    fn fifty_random_roads_can_be_driven() {
        let topologies = Topology::TRAINING.into_iter().chain([Topology::TJunction]);
        for (seed, topology) in (0..50).zip(topologies.cycle()) {
            let text = random_road(topology, &mut drive::random::stream(seed, "road"));
            let road = Road::parse(&text).unwrap();
            let lanes = road.lanes().filter(|lane| lane.is_driving);
            assert!(lanes.count() >= 2, "{topology:?} {seed}");
            assert!(!road.markings().is_empty() && !road.strips().is_empty());
        }
    }

    #[test]
    fn equal_seeds_give_equal_roads_and_different_seeds_do_not() {
        let road = |seed| random_road(Topology::Winding, &mut drive::random::stream(seed, "road"));
        assert_eq!(road(3), road(3));
        assert_ne!(road(3), road(4));
    }
}
