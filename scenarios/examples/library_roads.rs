//! Writes the library's road networks into `scenarios/roads/`: `cargo run -p scenarios --example library_roads`.

use std::path::Path;

use scenarios::road::SignKind;
use scenarios::road::crossroads::{Arm, Crossroads, RightOfWay};
use scenarios::road::plan::{
    CrossingPlan, LanePlan, NetworkPlan, Paint, PaintFrom, Piece, RoadPlan, SignalPlan,
};
use scenarios::road::side::SidePlan;

/// Centre line outside towns: dash, gap and width in metres (German RMS, 1:2).
const RURAL_DASHES: [f64; 3] = [4.0, 8.0, 0.12];
/// Centre line in towns.
const TOWN_DASHES: [f64; 3] = [3.0, 6.0, 0.12];

fn main() -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("roads");
    for plan in [
        straight(),
        winding(),
        curve(),
        multilane(),
        town(),
        crossing(),
        t_junction(),
    ] {
        std::fs::write(folder.join(format!("{}.xodr", plan.name)), plan.to_xodr())?;
    }
    Ok(())
}

fn single(name: &str, road: RoadPlan) -> NetworkPlan {
    NetworkPlan {
        name: name.to_owned(),
        roads: vec![road],
        junctions: Vec::new(),
    }
}

/// One side of a road without pavements.
fn rural_side(lanes: usize) -> Vec<LanePlan> {
    SidePlan {
        lanes,
        lane_width_m: 3.5,
        divider: Paint::Broken(RURAL_DASHES),
        edge: Paint::Solid(0.12),
        parking_m: None,
        pavement_m: None,
        verge_m: 3.0,
    }
    .lanes()
}

/// One side of a town street.
fn town_side(parking_m: Option<f64>) -> Vec<LanePlan> {
    SidePlan {
        lanes: 1,
        lane_width_m: 3.5,
        divider: Paint::Bare,
        edge: Paint::Solid(0.12),
        parking_m,
        pavement_m: Some(2.5),
        verge_m: 2.0,
    }
    .lanes()
}

fn sign(s_m: f64, t_m: f64, kind: SignKind) -> SignalPlan {
    SignalPlan {
        s_m,
        pole: (s_m, t_m),
        along: t_m < 0.0,
        sign: Some(kind),
    }
}

fn straight() -> NetworkPlan {
    let lanes = [rural_side(1), rural_side(1)];
    let pieces = vec![Piece::Line { length_m: 1400.0 }];
    let mut road = RoadPlan::single("main", pieces, lanes, Paint::Broken(RURAL_DASHES));
    road.centre = [
        (0.0, Paint::Broken(RURAL_DASHES)),
        (700.0, Paint::SolidLeft(RURAL_DASHES)),
        (760.0, Paint::Double(0.12)),
        (860.0, Paint::Broken(RURAL_DASHES)),
    ]
    .map(|(from_m, paint)| PaintFrom { from_m, paint })
    .to_vec();
    road.signals = vec![
        sign(60.0, -5.2, SignKind::SpeedLimit(80)),
        sign(500.0, -5.2, SignKind::Priority),
        sign(1340.0, 5.2, SignKind::SpeedLimit(80)),
    ];
    single("straight", road)
}

/// A bend with spirals before and after its arc.
fn bend(radius_m: f64, arc_m: f64, spiral_m: f64) -> [Piece; 3] {
    let curvature = 1.0 / radius_m;
    [
        Piece::Spiral {
            length_m: spiral_m,
            from: 0.0,
            to: curvature,
        },
        Piece::Arc {
            length_m: arc_m,
            curvature,
        },
        Piece::Spiral {
            length_m: spiral_m,
            from: curvature,
            to: 0.0,
        },
    ]
}

fn winding() -> NetworkPlan {
    let mut pieces = vec![Piece::Line { length_m: 150.0 }];
    pieces.extend(bend(250.0, 120.0, 60.0));
    pieces.extend(bend(-180.0, 110.0, 55.0));
    pieces.push(Piece::Line { length_m: 80.0 });
    pieces.extend(bend(120.0, 70.0, 50.0));
    pieces.extend(bend(-400.0, 200.0, 70.0));
    pieces.extend(bend(200.0, 110.0, 60.0));
    pieces.extend(bend(-150.0, 90.0, 50.0));
    pieces.push(Piece::Line { length_m: 150.0 });
    let lanes = [rural_side(1), rural_side(1)];
    let mut road = RoadPlan::single("main", pieces, lanes, Paint::Broken(RURAL_DASHES));
    road.signals = vec![sign(60.0, -5.2, SignKind::SpeedLimit(70))];
    single("winding", road)
}

fn curve() -> NetworkPlan {
    let mut pieces = vec![Piece::Line { length_m: 200.0 }];
    pieces.extend(bend(160.0, 180.0, 60.0));
    pieces.push(Piece::Line { length_m: 300.0 });
    let lanes = [rural_side(1), rural_side(1)];
    let mut road = RoadPlan::single("main", pieces, lanes, Paint::Double(0.12));
    road.signals = vec![sign(40.0, -5.2, SignKind::SpeedLimit(60))];
    single("curve", road)
}

fn multilane() -> NetworkPlan {
    let mut pieces = vec![Piece::Line { length_m: 400.0 }];
    pieces.extend(bend(900.0, 120.0, 80.0));
    pieces.push(Piece::Line { length_m: 150.0 });
    pieces.extend(bend(-900.0, 120.0, 80.0));
    pieces.push(Piece::Line { length_m: 400.0 });
    let lanes = [rural_side(2), rural_side(2)];
    let mut road = RoadPlan::single("main", pieces, lanes, Paint::Double(0.15));
    road.signals = vec![
        sign(50.0, -8.7, SignKind::SpeedLimit(80)),
        sign(600.0, -8.7, SignKind::Priority),
    ];
    single("multilane", road)
}

fn town() -> NetworkPlan {
    let lanes = [town_side(Some(2.2)), town_side(Some(2.2))];
    let pieces = vec![Piece::Line { length_m: 900.0 }];
    let mut road = RoadPlan::single("main", pieces, lanes, Paint::Broken(TOWN_DASHES));
    let from = |from_m: f64, paint: Paint| PaintFrom { from_m, paint };
    road.centre = vec![
        from(0.0, Paint::Broken(TOWN_DASHES)),
        from(270.0, Paint::Double(0.12)),
        from(298.0, Paint::Bare),
        from(302.0, Paint::Double(0.12)),
        from(330.0, Paint::Broken(TOWN_DASHES)),
    ];
    road.crossings = vec![CrossingPlan {
        s_m: 300.0,
        t_m: 0.0,
        length_m: 4.0,
        width_m: 11.4,
        zebra: true,
    }];
    road.signals = vec![
        sign(40.0, -6.2, SignKind::SpeedLimit(50)),
        sign(297.0, -6.2, SignKind::PedestrianCrossing),
        sign(303.0, 6.2, SignKind::PedestrianCrossing),
        sign(600.0, -6.2, SignKind::SpeedLimit(30)),
        sign(860.0, 6.2, SignKind::SpeedLimit(50)),
    ];
    single("town", road)
}

fn crossing() -> NetworkPlan {
    Crossroads {
        name: "crossing".to_owned(),
        arms: vec![Arm::South, Arm::East, Arm::North, Arm::West],
        arm_m: 320.0,
        half_m: 13.0,
        side: town_side(None),
        centre: Paint::Broken(TOWN_DASHES),
        right_of_way: RightOfWay::Lights,
        has_crossings: true,
    }
    .plan()
}

fn t_junction() -> NetworkPlan {
    Crossroads {
        name: "t_junction".to_owned(),
        arms: vec![Arm::South, Arm::East, Arm::West],
        arm_m: 300.0,
        half_m: 13.0,
        side: town_side(None),
        centre: Paint::Broken(TOWN_DASHES),
        right_of_way: RightOfWay::WestEast,
        has_crossings: false,
    }
    .plan()
}
