//! Plans of one side of a road, from its middle to its verge.

use super::plan::{KERB_HEIGHT_M, KERB_WIDTH_M, LanePlan, Paint};

/// Width of the paved edge outside a road's edge line.
const PAVED_EDGE_M: f64 = 0.5;

/// One side of a road.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SidePlan {
    /// Number of driving lanes.
    pub lanes: usize,
    /// Width of each driving lane in metres.
    pub lane_width_m: f64,
    /// Paint between driving lanes.
    pub divider: Paint,
    /// Paint at the outer border of the outermost driving lane; left out where the kerb is.
    pub edge: Paint,
    /// Width of the parking lane in metres, if there is one.
    pub parking_m: Option<f64>,
    /// Width of the pavement behind its kerb in metres; without one the road has a paved edge.
    pub pavement_m: Option<f64>,
    /// Width of the grass beyond, in metres.
    pub verge_m: f64,
}

impl SidePlan {
    /// Its lanes, from the middle outwards.
    pub fn lanes(&self) -> Vec<LanePlan> {
        let kerb_side = self.pavement_m.is_some() && self.parking_m.is_none();
        let edge = if kerb_side { Paint::Bare } else { self.edge };
        let inner = LanePlan::flat("driving", self.lane_width_m, self.divider);
        let mut side = vec![inner; self.lanes - 1];
        side.push(LanePlan::flat("driving", self.lane_width_m, edge));
        side.extend(
            self.parking_m
                .map(|width_m| LanePlan::flat("parking", width_m, Paint::Bare)),
        );
        match self.pavement_m {
            Some(width_m) => {
                side.push(raised("curb", KERB_WIDTH_M));
                side.push(raised("sidewalk", width_m));
            }
            None => side.push(LanePlan::flat("border", PAVED_EDGE_M, Paint::Bare)),
        }
        side.push(LanePlan::flat("shoulder", self.verge_m, Paint::Bare));
        side
    }
}

/// A lane raised by the kerb, without paint.
fn raised(kind: &'static str, width_m: f64) -> LanePlan {
    LanePlan {
        height_m: KERB_HEIGHT_M,
        ..LanePlan::flat(kind, width_m, Paint::Bare)
    }
}
