//! Along a country road: posts, trees, woods, hedges, fences, wires, houses and barns.

use drive::frames::Pose2;
use drive::labels::Class;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::Scenery;
use super::buildings::Building;
use super::furniture::{self, Fence};
use super::palette::{FITTINGS, WOOD, varied};
use super::plan::{Edge, Footprint, facing_road, outwards};
use super::plants::Plant;
use super::stagehand::{Far, Thing};
use crate::scene::Surface;

/// How strongly delineators send headlamps' light back.
const RETROREFLECTION: f32 = 4.0;
/// Distance between delineator posts.
const POST_SPACING_M: usize = 50;
/// Distance between poles that carry wires.
const WIRE_SPACING_M: usize = 45;
/// Distance beyond which posts are left out.
const SMALL_M: f32 = 140.0;

/// Dresses one side of a country road.
pub(crate) fn line(scenery: &mut Scenery<'_>, edges: &[Edge], rng: &mut ChaCha8Rng) {
    let reflector = Surface {
        retroreflection: RETROREFLECTION,
        ..Surface::default()
    };
    let post = || Thing::new(furniture::delineator(), reflector, Class::Pole);
    for edge in edges.iter().skip(10).step_by(POST_SPACING_M) {
        let along = Pose2::new(0.0, 0.0, core::f64::consts::FRAC_PI_2);
        scenery.pole(
            post().seen_afar(Far::Gone(SMALL_M)),
            facing_road(*edge, 0.3).then(along),
        );
    }
    if rng.random_bool(0.3) {
        for edge in edges.iter().skip(5).step_by(WIRE_SPACING_M) {
            let pole = Thing::new(furniture::wire_pole(rng), Surface::default(), Class::Pole);
            scenery.pole(pole, facing_road(*edge, 4.5));
        }
    }
    let mut at = 0;
    while at < edges.len() {
        let rest = &edges[at..];
        at += match rng.random_range(0..20) {
            0..=4 => scenery.wood(rest, rng),
            5..=7 => scenery.hedge(rest, rng),
            8..=10 => scenery.pasture(rest, rng),
            11..=12 => scenery.farm(rest, rng),
            13..=16 => scenery.avenue(rest, rng),
            _ => scenery.open(rest, rng),
        };
    }
}

impl Scenery<'_> {
    /// Several rows of mixed trees.
    fn wood(&mut self, edges: &[Edge], rng: &mut ChaCha8Rng) -> usize {
        let length = rng.random_range(20..50).min(edges.len());
        let kinds = [Plant::Conifer, Plant::Broad, Plant::Slender];
        let main = kinds[rng.random_range(0..3)];
        for edge in edges[..length].iter().step_by(3) {
            for row in 0..3 {
                let out_m = 4.0 + 5.0 * f64::from(row) + rng.random_range(-1.5..1.5);
                let plant = if rng.random_bool(0.7) {
                    main
                } else {
                    kinds[rng.random_range(0..3)]
                };
                self.plant(plant, outwards(*edge, out_m), rng);
            }
            if rng.random_bool(0.5) {
                self.plant(
                    Plant::Bush,
                    outwards(*edge, rng.random_range(1.5..3.0)),
                    rng,
                );
            }
        }
        length
    }

    /// A hedge along the road.
    fn hedge(&mut self, edges: &[Edge], rng: &mut ChaCha8Rng) -> usize {
        let length = rng.random_range(14..40).min(edges.len());
        let out_m = rng.random_range(1.2..2.5);
        for edge in edges[..length].iter().step_by(2) {
            let pose = facing_road(*edge, out_m);
            let footprint = Footprint {
                world_from_centre: pose,
                half_x_m: 0.5,
                half_y_m: 0.9,
            };
            if self.plan.claim(footprint) {
                self.nursery.plant(&mut self.hand, Plant::Hedge, pose, 1.0);
            }
        }
        length + 4
    }

    /// A fence with lone trees behind.
    fn pasture(&mut self, edges: &[Edge], rng: &mut ChaCha8Rng) -> usize {
        let length = rng.random_range(24..60).min(edges.len());
        let palette = if rng.random_bool(0.7) { WOOD } else { FITTINGS };
        self.fence(Fence::Rails, &edges[..length], varied(rng, palette), 1.6);
        for edge in edges[..length].iter().step_by(13) {
            self.plant(
                Plant::Broad,
                outwards(*edge, rng.random_range(6.0..26.0)),
                rng,
            );
        }
        length
    }

    /// A house or barn behind a garden.
    fn farm(&mut self, edges: &[Edge], rng: &mut ChaCha8Rng) -> usize {
        let length = 26.min(edges.len());
        let building = if rng.random_bool(0.6) {
            Building::country(rng)
        } else {
            Building::barn(rng)
        };
        let [half_x, half_y] = building.half_size_m().map(f64::from);
        let setback_m = rng.random_range(4.0..11.0);
        let footprint = Footprint {
            world_from_centre: facing_road(edges[length / 2], setback_m + half_x),
            half_x_m: half_x,
            half_y_m: half_y,
        };
        if self.plan.claim(footprint.grown(0.5)) {
            let lit = self.next_windows();
            building.stand(&mut self.hand, footprint.world_from_centre, lit);
            self.solid_box(footprint, f64::from(building.height_m()));
        }
        let fences = [Fence::Pickets, Fence::Wall, Fence::Rails];
        let fence = fences[rng.random_range(0..3)];
        self.fence(
            fence,
            &edges[..length / 2 - 2.min(length / 2)],
            varied(rng, FITTINGS),
            1.3,
        );
        for edge in edges[..length].iter().step_by(6) {
            let plants = [Plant::Bush, Plant::Broad, Plant::Slender, Plant::Bush];
            let plant = plants[rng.random_range(0..4)];
            self.plant(plant, outwards(*edge, rng.random_range(2.5..7.0)), rng);
        }
        length + 6
    }

    /// Trees at equal distances.
    fn avenue(&mut self, edges: &[Edge], rng: &mut ChaCha8Rng) -> usize {
        let length = rng.random_range(30..70).min(edges.len());
        let kinds = [Plant::Broad, Plant::Poplar, Plant::Slender];
        let plant = kinds[rng.random_range(0..3)];
        let (out_m, pitch) = (rng.random_range(2.4..4.0), rng.random_range(8..13));
        for edge in edges[..length].iter().step_by(pitch) {
            self.plant(plant, outwards(*edge, out_m), rng);
        }
        length
    }

    /// Open country: a bush here, a distant tree there.
    fn open(&mut self, edges: &[Edge], rng: &mut ChaCha8Rng) -> usize {
        let length = rng.random_range(15..45).min(edges.len());
        for edge in edges[..length].iter().step_by(7) {
            self.plant(
                Plant::Bush,
                outwards(*edge, rng.random_range(1.5..9.0)),
                rng,
            );
            if rng.random_bool(0.3) {
                self.plant(
                    Plant::Broad,
                    outwards(*edge, rng.random_range(12.0..45.0)),
                    rng,
                );
            }
        }
        length
    }
}
