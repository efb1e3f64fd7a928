//! Writes road plans as OpenDRIVE 1.8 text.

use std::fmt::Write;

use drive::frames::Pose2;

use super::SignKind;
use super::plan::{
    BoundaryPlan, CrossingPlan, JunctionPlan, LanePlan, Link, NetworkPlan, Paint, PaintFrom, Piece,
    RoadPlan, SignalPlan,
};

/// Height of a sign's lower edge above the ground.
const SIGN_HEIGHT_M: f64 = 2.0;
/// Height of a traffic light's lower edge above the ground: its red lamp is 0.9 m higher.
const LIGHT_HEIGHT_M: f64 = 2.3;
/// Height of a traffic light's housing.
const HOUSING_M: f64 = 1.1;
/// Side of a sign.
const SIGN_SIZE_M: f64 = 0.6;

impl NetworkPlan {
    /// The network as the text of an OpenDRIVE file.
    pub fn to_xodr(&self) -> String {
        let mut out = String::new();
        self.write(&mut out)
            .expect("writing to a string cannot fail");
        out
    }

    fn write(&self, out: &mut String) -> std::fmt::Result {
        writeln!(
            out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<OpenDRIVE>"
        )?;
        writeln!(
            out,
            "  <header revMajor=\"1\" revMinor=\"8\" name=\"{}\"/>",
            self.name
        )?;
        let mut next_id = 1;
        for road in &self.roads {
            write_road(out, road, &mut next_id)?;
        }
        for junction in &self.junctions {
            write_junction(out, junction)?;
        }
        writeln!(out, "</OpenDRIVE>")
    }
}

fn write_road(out: &mut String, road: &RoadPlan, next_id: &mut usize) -> std::fmt::Result {
    writeln!(
        out,
        "  <road id=\"{}\" name=\"{}\" length=\"{:.6}\" junction=\"{}\" rule=\"RHT\">",
        road.id,
        road.id,
        road.length_m(),
        road.junction.as_deref().unwrap_or("-1")
    )?;
    writeln!(out, "    <link>")?;
    write_link(out, "predecessor", road.predecessor.as_ref())?;
    write_link(out, "successor", road.successor.as_ref())?;
    writeln!(out, "    </link>")?;
    write_plan_view(out, road)?;
    writeln!(out, "    <lanes>\n      <laneSection s=\"0\">")?;
    write_side(out, "left", &road.left)?;
    writeln!(
        out,
        "        <center>\n          <lane id=\"0\" type=\"none\" level=\"false\">"
    )?;
    write_marks(out, &road.centre)?;
    writeln!(out, "          </lane>\n        </center>")?;
    write_side(out, "right", &road.right)?;
    writeln!(out, "      </laneSection>\n    </lanes>")?;
    if !road.crossings.is_empty() {
        writeln!(out, "    <objects>")?;
        for crossing in &road.crossings {
            write_crossing(out, crossing, next_id)?;
        }
        writeln!(out, "    </objects>")?;
    }
    if !road.signals.is_empty() {
        writeln!(out, "    <signals>")?;
        for signal in &road.signals {
            write_signal(out, signal, &road.id, next_id)?;
        }
        writeln!(out, "    </signals>")?;
    }
    writeln!(out, "  </road>")
}

fn write_link(out: &mut String, end: &str, link: Option<&Link>) -> std::fmt::Result {
    match link {
        None => Ok(()),
        Some(Link::Junction(id)) => {
            writeln!(
                out,
                "      <{end} elementType=\"junction\" elementId=\"{id}\"/>"
            )
        }
        Some(Link::StartOf(id)) => writeln!(
            out,
            "      <{end} elementType=\"road\" elementId=\"{id}\" contactPoint=\"start\"/>"
        ),
        Some(Link::EndOf(id)) => writeln!(
            out,
            "      <{end} elementType=\"road\" elementId=\"{id}\" contactPoint=\"end\"/>"
        ),
    }
}

fn write_plan_view(out: &mut String, road: &RoadPlan) -> std::fmt::Result {
    writeln!(out, "    <planView>")?;
    let (mut s_m, mut at) = (0.0, road.start);
    for &piece in &road.pieces {
        write_piece(out, piece, s_m, at)?;
        s_m += piece.length_m();
        at = piece.end(at);
    }
    writeln!(out, "    </planView>")
}

fn write_piece(out: &mut String, piece: Piece, s_m: f64, at: Pose2) -> std::fmt::Result {
    let shape = match piece {
        Piece::Line { .. } => "<line/>".to_owned(),
        Piece::Arc { curvature, .. } => format!("<arc curvature=\"{curvature:.9}\"/>"),
        Piece::Spiral { from, to, .. } => {
            format!("<spiral curvStart=\"{from:.9}\" curvEnd=\"{to:.9}\"/>")
        }
    };
    writeln!(
        out,
        "      <geometry s=\"{s_m:.6}\" x=\"{:.6}\" y=\"{:.6}\" hdg=\"{:.9}\" length=\"{:.6}\">\
         {shape}</geometry>",
        at.x_m,
        at.y_m,
        at.yaw_rad,
        piece.length_m()
    )
}

fn write_side(out: &mut String, side: &str, lanes: &[LanePlan]) -> std::fmt::Result {
    if lanes.is_empty() {
        return Ok(());
    }
    let sign = if side == "left" { 1 } else { -1 };
    let mut lanes: Vec<(i32, &LanePlan)> = (1..).map(|n| sign * n).zip(lanes).collect();
    if side == "left" {
        lanes.reverse();
    }
    writeln!(out, "        <{side}>")?;
    for (id, lane) in lanes {
        write_lane(out, id, lane)?;
    }
    writeln!(out, "        </{side}>")
}

fn write_lane(out: &mut String, id: i32, lane: &LanePlan) -> std::fmt::Result {
    writeln!(
        out,
        "          <lane id=\"{id}\" type=\"{}\" level=\"false\">",
        lane.kind
    )?;
    let ends = [
        ("predecessor", lane.predecessor),
        ("successor", lane.successor),
    ];
    if ends.iter().any(|(_, id)| id.is_some()) {
        write!(out, "            <link>")?;
        for (end, id) in ends {
            if let Some(id) = id {
                write!(out, "<{end} id=\"{id}\"/>")?;
            }
        }
        writeln!(out, "</link>")?;
    }
    writeln!(
        out,
        "            <width sOffset=\"0\" a=\"{}\" b=\"0\" c=\"0\" d=\"0\"/>",
        lane.width_m
    )?;
    write_marks(out, &lane.outer)?;
    if lane.height_m > 0.0 {
        writeln!(
            out,
            "            <height sOffset=\"0\" inner=\"{0}\" outer=\"{0}\"/>",
            lane.height_m
        )?;
    }
    writeln!(out, "          </lane>")
}

fn write_marks(out: &mut String, marks: &[PaintFrom]) -> std::fmt::Result {
    for mark in marks {
        let (kind, lines) = paint_lines(mark.paint);
        write!(
            out,
            "            <roadMark sOffset=\"{}\" type=\"{kind}\" weight=\"standard\" \
             color=\"standard\"",
            mark.from_m
        )?;
        let Some(&[_, _, width_m, _]) = lines.first() else {
            writeln!(out, "/>")?;
            continue;
        };
        write!(
            out,
            " width=\"{width_m}\"><type name=\"{kind}\" width=\"{width_m}\">"
        )?;
        for [length_m, space_m, width_m, t_m] in lines {
            write!(
                out,
                "<line length=\"{length_m}\" space=\"{space_m}\" tOffset=\"{t_m}\" sOffset=\"0\" \
                 width=\"{width_m}\"/>"
            )?;
        }
        writeln!(out, "</type></roadMark>")?;
    }
    Ok(())
}

/// OpenDRIVE's name of a paint, and its lines: painted length, bare length, width, offset.
fn paint_lines(paint: Paint) -> (&'static str, Vec<[f64; 4]>) {
    const SOLID_M: f64 = 1.0;
    match paint {
        Paint::Bare => ("none", Vec::new()),
        Paint::Solid(width_m) => ("solid", vec![[SOLID_M, 0.0, width_m, 0.0]]),
        Paint::Broken([dash_m, gap_m, width_m]) => ("broken", vec![[dash_m, gap_m, width_m, 0.0]]),
        Paint::Double(width_m) => (
            "solid solid",
            vec![
                [SOLID_M, 0.0, width_m, width_m],
                [SOLID_M, 0.0, width_m, -width_m],
            ],
        ),
        Paint::SolidLeft([dash_m, gap_m, width_m]) => (
            "solid broken",
            vec![
                [SOLID_M, 0.0, width_m, width_m],
                [dash_m, gap_m, width_m, -width_m],
            ],
        ),
    }
}

fn write_crossing(out: &mut String, plan: &CrossingPlan, next_id: &mut usize) -> std::fmt::Result {
    writeln!(
        out,
        "      <object id=\"{next_id}\" type=\"crosswalk\" subtype=\"{}\" s=\"{:.6}\" t=\"{:.6}\" \
         zOffset=\"0\" orientation=\"none\" hdg=\"0\" length=\"{}\" width=\"{}\" height=\"0\"/>",
        if plan.zebra { "zebra" } else { "pedestrian" },
        plan.s_m,
        plan.t_m,
        plan.length_m,
        plan.width_m
    )?;
    *next_id += 1;
    Ok(())
}

fn write_signal(
    out: &mut String,
    plan: &SignalPlan,
    road: &str,
    next_id: &mut usize,
) -> std::fmt::Result {
    let (kind, value) = match plan.sign {
        None => ("1000001", String::new()),
        Some(SignKind::SpeedLimit(kmh)) => ("274", format!(" value=\"{kmh}\" unit=\"km/h\"")),
        Some(SignKind::Priority) => ("306", String::new()),
        Some(SignKind::PedestrianCrossing) => ("350", String::new()),
        Some(SignKind::GiveWay) => ("205", String::new()),
    };
    let (dynamic, z_m, width_m, height_m) = match plan.sign {
        None => ("yes", LIGHT_HEIGHT_M, 0.3, HOUSING_M),
        Some(_) => ("no", SIGN_HEIGHT_M, SIGN_SIZE_M, SIGN_SIZE_M),
    };
    let (pole_s_m, pole_t_m) = plan.pole;
    write!(
        out,
        "      <signal id=\"{next_id}\" s=\"{:.6}\" t=\"{pole_t_m:.6}\" zOffset=\"{z_m}\" \
         orientation=\"{}\" dynamic=\"{dynamic}\" country=\"DE\" type=\"{kind}\" subtype=\"-1\"\
         {value} width=\"{width_m}\" height=\"{height_m}\"",
        plan.s_m,
        if plan.along { "+" } else { "-" },
    )?;
    *next_id += 1;
    if (pole_s_m - plan.s_m).abs() < 1e-9 {
        return writeln!(out, "/>");
    }
    writeln!(
        out,
        "><positionRoad roadId=\"{road}\" s=\"{pole_s_m:.6}\" t=\"{pole_t_m:.6}\" \
         zOffset=\"{z_m}\" hOffset=\"0\"/></signal>"
    )
}

fn write_junction(out: &mut String, plan: &JunctionPlan) -> std::fmt::Result {
    writeln!(
        out,
        "  <junction id=\"{0}\" name=\"{0}\" type=\"default\">",
        plan.id
    )?;
    for (id, connection) in plan.connections.iter().enumerate() {
        writeln!(
            out,
            "    <connection id=\"{id}\" incomingRoad=\"{}\" connectingRoad=\"{}\" \
             contactPoint=\"{}\">",
            connection.incoming,
            connection.connecting,
            if connection.at_start { "start" } else { "end" }
        )?;
        for (from, to) in &connection.lanes {
            writeln!(out, "      <laneLink from=\"{from}\" to=\"{to}\"/>")?;
        }
        writeln!(out, "    </connection>")?;
    }
    if !plan.boundary.is_empty() {
        writeln!(out, "    <boundary>")?;
        for segment in &plan.boundary {
            write_boundary(out, segment)?;
        }
        writeln!(out, "    </boundary>")?;
    }
    writeln!(out, "  </junction>")
}

fn write_boundary(out: &mut String, segment: &BoundaryPlan) -> std::fmt::Result {
    match segment {
        BoundaryPlan::Joint { road, lanes } => writeln!(
            out,
            "      <segment type=\"joint\" roadId=\"{road}\" contactPoint=\"end\" \
             jointLaneStart=\"{}\" jointLaneEnd=\"{}\"/>",
            lanes.0, lanes.1
        ),
        BoundaryPlan::Along {
            road,
            lane,
            range_m: (from_m, to_m),
        } => writeln!(
            out,
            "      <segment type=\"lane\" roadId=\"{road}\" boundaryLane=\"{lane}\" \
             sStart=\"{from_m:.6}\" sEnd=\"{to_m:.6}\"/>"
        ),
    }
}
