//! Along a street: lamps, houses in rows, and gaps with fences, trees and what stands about.

use bevy::math::Vec3;
use drive::frames::{Point2, Pose2};
use drive::labels::Class;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::Scenery;
use super::buildings::{Building, LitWindows};
use super::furniture::{self, Fence};
use super::palette::{Colour, FITTINGS, WOOD, varied};
use super::plan::{Edge, Footprint, facing_road, outwards};
use super::plants::{Plant, trunk_radius_m};
use super::shape::Shape;
use super::stagehand::{Far, Thing};
use crate::axes::transform_from_pose;
use crate::scene::{Surface, Texture};

/// Distance between street lamps.
const LAMP_SPACING_M: usize = 32;
/// Distance beyond which small things are left out.
const SMALL_M: f32 = 90.0;
/// Nearest a house stands to the footway.
const SETBACK_M: f64 = 1.3;
/// Length of a piece of forecourt, and how many are drawn as one.
const FORECOURT_PIECE_M: usize = 12;
const FORECOURT_PIECES: usize = 4;

/// Builds up one side of a street.
pub(crate) fn line(scenery: &mut Scenery<'_>, edges: &[Edge], rng: &mut ChaCha8Rng) {
    scenery.forecourt(edges);
    let first_lamp = rng.random_range(4..LAMP_SPACING_M);
    for edge in edges.iter().skip(first_lamp).step_by(LAMP_SPACING_M) {
        scenery.street_lamp(*edge);
    }
    let mut at = rng.random_range(0..4);
    while at < edges.len() {
        at += match rng.random_range(0..20) {
            0..=14 => scenery.house(&edges[at..], rng),
            15..=17 => scenery.garden(&edges[at..], rng),
            _ => scenery.building_site(&edges[at..], rng),
        };
    }
    for edge in edges.iter().skip(3).step_by(9) {
        if rng.random_bool(0.45) {
            scenery.street_thing(*edge, rng);
        }
    }
}

impl Scenery<'_> {
    /// Paving between the footway and the houses.
    fn forecourt(&mut self, edges: &[Edge]) {
        let surface = Surface {
            texture: Texture::Paving,
            casts_shadow: false,
            ..Surface::default()
        };
        let corners: Vec<Edge> = edges
            .iter()
            .copied()
            .step_by(FORECOURT_PIECE_M)
            .chain(edges.last().copied())
            .collect();
        for stretch in corners
            .windows(2)
            .collect::<Vec<_>>()
            .chunks(FORECOURT_PIECES)
        {
            let origin = stretch[0][0];
            let mut shape = Shape::textured(self.paving, 0.25);
            for piece in stretch {
                pave(&mut shape, [piece[0], piece[1]], origin);
            }
            let thing = Thing::new(shape, surface, Class::Pavement);
            self.hand
                .stand(thing, Pose2::new(origin.x_m, origin.y_m, 0.0));
        }
    }

    fn street_lamp(&mut self, edge: Edge) {
        let pose = facing_road(edge, 0.4);
        if self.plan.claim(Footprint::around(pose.position(), 0.2)) {
            let transform = transform_from_pose(pose, 0.0);
            self.lamp.stand(&mut self.hand, transform);
            self.solid_pole(pose.position(), 0.09);
        }
    }

    /// A house, if there is room; the number of edge places used up.
    fn house(&mut self, edges: &[Edge], rng: &mut ChaCha8Rng) -> usize {
        let building = Building::town(rng);
        let [half_x, half_y] = building.half_size_m().map(f64::from);
        let length = (2.0 * half_y).ceil() as usize;
        let Some(edge) = edges.get(length / 2).filter(|_| edges.len() >= length) else {
            return self.garden(edges, rng);
        };
        let setbacks = [0.0, 0.5, 1.2, 2.5].map(|more_m| SETBACK_M + more_m);
        for setback_m in setbacks {
            let footprint = Footprint {
                world_from_centre: facing_road(*edge, setback_m + half_x),
                half_x_m: half_x,
                half_y_m: half_y,
            };
            if self.plan.claim(footprint.grown(0.08)) {
                let lit = self.next_windows();
                building.stand(&mut self.hand, footprint.world_from_centre, lit);
                self.solid_box(footprint, f64::from(building.height_m()));
                return length
                    + if rng.random_bool(0.6) {
                        1
                    } else {
                        rng.random_range(2..6)
                    };
            }
        }
        3
    }

    /// Windows of the next building.
    pub(crate) fn next_windows(&mut self) -> LitWindows {
        self.lit.seed = self.lit.seed.wrapping_add(97);
        self.lit
    }

    /// A fenced garden with trees; the number of edge places used up.
    fn garden(&mut self, edges: &[Edge], rng: &mut ChaCha8Rng) -> usize {
        let length = rng.random_range(6..14).min(edges.len());
        let kinds = [Fence::Rails, Fence::Pickets, Fence::Wall];
        let kind = kinds[rng.random_range(0..3)];
        let palette = if kind == Fence::Rails { WOOD } else { FITTINGS };
        self.fence(kind, &edges[..length], varied(rng, palette), 0.9);
        for edge in edges[..length].iter().skip(2).step_by(4) {
            let plants = [
                Plant::Broad,
                Plant::Slender,
                Plant::Bush,
                Plant::Bush,
                Plant::Conifer,
            ];
            let plant = plants[rng.random_range(0..5)];
            let place_m = rng.random_range(2.5..9.0);
            self.plant(plant, outwards(*edge, place_m), rng);
        }
        length + 1
    }

    /// A hoarding before a skip; the number of edge places used up.
    fn building_site(&mut self, edges: &[Edge], rng: &mut ChaCha8Rng) -> usize {
        let length = rng.random_range(8..14).min(edges.len());
        let colour = varied(rng, FITTINGS);
        self.fence(Fence::Hoarding, &edges[..length], colour, 5.5);
        let (shape, [half_x, half_y, high]) = furniture::skip(rng);
        let pose = facing_road(edges[length / 2], 2.2);
        let footprint = Footprint {
            world_from_centre: pose,
            half_x_m: f64::from(half_x),
            half_y_m: f64::from(half_y),
        };
        if self.plan.claim(footprint) {
            self.hand
                .stand(Thing::new(shape, Surface::default(), Class::Building), pose);
            self.solid_box(footprint, f64::from(high));
        }
        length + 1
    }

    fn street_thing(&mut self, edge: Edge, rng: &mut ChaCha8Rng) {
        let (shape, [half_x, half_y, high]) = furniture::street_thing(rng);
        let pose = facing_road(edge, f64::from(half_x) + 0.12);
        let footprint = Footprint {
            world_from_centre: pose,
            half_x_m: f64::from(half_x),
            half_y_m: f64::from(half_y),
        };
        if self.plan.claim(footprint) {
            let thing = Thing::new(shape, Surface::default(), Class::Building);
            self.hand.stand(thing.seen_afar(Far::Gone(SMALL_M)), pose);
            self.solid_box(footprint, f64::from(high));
        }
    }

    /// A fence along edge places, so far out, in straight pieces where there is room.
    pub(crate) fn fence(&mut self, kind: Fence, edges: &[Edge], colour: Colour, out_m: f64) {
        let Some(origin) = edges.first() else { return };
        let mut shape = Shape::new(colour);
        for piece in edges.chunks(6) {
            let from = outwards(piece[0], out_m);
            let to = outwards(piece[piece.len() - 1], out_m);
            let footprint = Footprint {
                world_from_centre: between(from, to, piece[0].yaw_rad),
                half_x_m: 0.12,
                half_y_m: from.distance_m(to) / 2.0 + 0.5,
            };
            if self.plan.claim(footprint) {
                let Pose2 { x_m, y_m, yaw_rad } = footprint.world_from_centre;
                let offset = Vec3::new((x_m - origin.x_m) as f32, (y_m - origin.y_m) as f32, 0.0);
                let panel = furniture::fence(kind, 2.0 * footprint.half_y_m as f32, colour);
                shape.append(&panel.turned(yaw_rad).moved(offset));
                self.solid_box(footprint, 1.1);
            }
        }
        let thing = Thing::new(shape, Surface::default(), Class::Building);
        let pose = Pose2::new(origin.x_m, origin.y_m, 0.0);
        self.hand.stand(thing.seen_afar(Far::Gone(SMALL_M)), pose);
    }

    /// A plant of chance size, if there is room.
    pub(crate) fn plant(&mut self, plant: Plant, at: Point2, rng: &mut ChaCha8Rng) {
        let scale = rng.random_range(0.75..1.25);
        let pose = Pose2::new(
            at.x_m,
            at.y_m,
            rng.random_range(0.0..core::f64::consts::TAU),
        );
        let reach_m = match plant {
            Plant::Bush => 0.9,
            Plant::Poplar => 1.0,
            Plant::Hedge => 0.4,
            Plant::Broad | Plant::Slender => 1.5,
            Plant::Conifer => 2.3,
        };
        if !self.plan.claim(Footprint::around(at, reach_m)) {
            return;
        }
        self.nursery.plant(&mut self.hand, plant, pose, scale);
        if let Some(radius_m) = trunk_radius_m(plant, scale) {
            self.solid_pole(at, radius_m);
        }
    }

    /// A stored thing that is solid like a pole, if there is room.
    pub(crate) fn pole(&mut self, thing: Thing, pose: Pose2) {
        if self.plan.claim(Footprint::around(pose.position(), 0.15)) {
            self.hand.stand(thing, pose);
            self.solid_pole(pose.position(), 0.1);
        }
    }
}

/// Paves between two edge places, up to the houses.
fn pave(shape: &mut Shape, ends: [Edge; 2], origin: Edge) {
    let at = |end: usize, out_m: f64| {
        let point = outwards(ends[end], out_m);
        let (x_m, y_m) = (point.x_m - origin.x_m, point.y_m - origin.y_m);
        Vec3::new(x_m as f32, y_m as f32, 0.1)
    };
    let mut corners = [at(0, 0.0), at(1, 0.0), at(1, SETBACK_M), at(0, SETBACK_M)];
    if (corners[1] - corners[0]).cross(corners[3] - corners[0]).z < 0.0 {
        corners.reverse();
    }
    shape.face(&corners);
}

/// The pose in the middle between two points, with the second to the left or right, looking about along
/// `yaw_rad`.
fn between(from: Point2, to: Point2, yaw_rad: f64) -> Pose2 {
    let along = Vec3::new((to.x_m - from.x_m) as f32, (to.y_m - from.y_m) as f32, 0.0);
    let yaw_along = if along.length() > 0.5 {
        drive::math::atan2(f64::from(along.y), f64::from(along.x)) - core::f64::consts::FRAC_PI_2
    } else {
        yaw_rad
    };
    Pose2::new(
        f64::midpoint(from.x_m, to.x_m),
        f64::midpoint(from.y_m, to.y_m),
        yaw_along,
    )
}
