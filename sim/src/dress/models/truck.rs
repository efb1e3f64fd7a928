//! Trucks: cabs, boxes, trailers, tippers.

use bevy::math::Vec3;
use rand_chacha::ChaCha8Rng;

use super::parts::{Far, Part};
use super::wheels::{far_wheel, wheel};
use crate::dress::palette::{Colour, GLASS, RUBBER, TRUCK_PAINT, blended, shaded, srgb, varied};
use crate::dress::shape::Shape;
use crate::scene::Surface;

const GLOSS: f32 = 0.35;
/// Radius of a truck's wheels.
const WHEEL_M: f32 = 0.5;
const TYRE_M: f32 = 0.34;

/// Where a cab stands and how large it is.
#[derive(Debug, Clone, Copy)]
struct Cab {
    /// Rear and front along x.
    x: [f32; 2],
    /// Lower and upper edge.
    z: [f32; 2],
    half_width: f32,
}

/// A truck under construction.
#[derive(Debug)]
pub(super) struct Builder {
    /// Painted and glossy.
    pub(super) body: Shape,
    /// Matt: wheels, chassis, bumpers.
    pub(super) trim: Shape,
    pub(super) far_trim: Shape,
    pub(super) lamps: Shape,
}

impl Builder {
    pub(super) fn new() -> Self {
        let dark = srgb(RUBBER);
        Self {
            body: Shape::new(dark),
            trim: Shape::new(dark),
            far_trim: Shape::new(dark),
            lamps: Shape::new(dark),
        }
    }

    /// Wheels on both ends of an axle.
    pub(super) fn axles(&mut self, xs: &[f32], half_width: f32) {
        for &x in xs {
            for side in [1.0, -1.0] {
                let centre = Vec3::new(x, side * (half_width - TYRE_M * 0.55), WHEEL_M);
                wheel(&mut self.trim, centre, WHEEL_M, TYRE_M);
                far_wheel(&mut self.far_trim, centre, WHEEL_M, TYRE_M);
            }
        }
    }

    /// Frame under the load, seen between the wheels.
    fn chassis(&mut self, [rear, front]: [f32; 2], half_width: f32, top: f32) {
        let low = Vec3::new(rear, -half_width * 0.5, 0.45);
        let high = Vec3::new(front, half_width * 0.5, top);
        for shape in [&mut self.trim, &mut self.far_trim] {
            shape.paint(srgb(0x20_22_24)).floating_cuboid(low, high);
        }
    }

    /// Tail lamps, plate and underrun bar at the rear.
    pub(super) fn tail(&mut self, rear: f32, half_width: f32, z: f32) {
        let x = rear - 0.015;
        for side in [1.0, -1.0_f32] {
            let (a, b) = (side * half_width * 0.62, side * half_width * 0.95);
            let corners = [
                (a.max(b), z),
                (a.min(b), z),
                (a.min(b), z + 0.16),
                (a.max(b), z + 0.16),
            ];
            self.lamps
                .paint(srgb(0x8e_12_12))
                .face(&corners.map(|(y, z)| Vec3::new(x, y, z)));
        }
        let bar = [
            Vec3::new(rear, -half_width * 0.9, z - 0.2),
            Vec3::new(rear + 0.1, half_width * 0.9, z - 0.08),
        ];
        self.trim
            .paint(srgb(0x55_58_5a))
            .floating_cuboid(bar[0], bar[1]);
        let plate = [(0.26, z), (-0.26, z), (-0.26, z + 0.11), (0.26, z + 0.11)];
        self.trim
            .paint(srgb(0xd8_d8_d0))
            .face(&plate.map(|(y, z)| Vec3::new(x, y, z)));
    }

    /// A cab with windscreen, side windows, grille, bumper, lamps and mirrors.
    fn cab(&mut self, cab: Cab, paint: Colour) {
        let Cab {
            x: [rear, front],
            z: [low, high],
            half_width: w,
        } = cab;
        let tall = high - low;
        let (waist, head) = (low + tall * 0.46, low + tall * 0.88);
        let lean = 0.22;
        self.body.paint(paint).extruded(&[
            [front, low, w * 0.96],
            [front, waist, w],
            [front - lean, head, w * 0.95],
            [front - lean - 0.25, high, w * 0.88],
            [rear, high, w * 0.9],
            [rear, low, w * 0.98],
        ]);
        let screen_x = |z: f32| front - lean * (z - waist) / (head - waist) + 0.015;
        let (foot, top) = (waist + 0.04, head - 0.02);
        let screen = [(-0.9, foot), (0.9, foot), (0.87, top), (-0.87, top)];
        let glass = self.body.paint(srgb(GLASS));
        glass.face(&screen.map(|(y, z)| Vec3::new(screen_x(z), y * w, z)));
        let (from, to) = (front - 0.3, front - 0.3 - (front - rear).min(1.6) * 0.52);
        let window = [
            (from + 0.1, waist),
            (to, waist),
            (to, top),
            (from - 0.12, top),
        ];
        for side in [1.0, -1.0] {
            let y = |z: f32| side * (w * (1.0 - 0.05 * (z - waist) / (head - waist)) + 0.015);
            let mut corners = window.map(|(x, z)| Vec3::new(x, y(z), z));
            if side < 0.0 {
                corners.reverse();
            }
            glass.face(&corners);
        }
        self.cab_front(cab, waist);
    }

    fn cab_front(&mut self, cab: Cab, waist: f32) {
        let ([_, front], [low, _], w) = (cab.x, cab.z, cab.half_width);
        let quad = |half: f32, z: [f32; 2]| {
            let corners = [(-half, z[0]), (half, z[0]), (half, z[1]), (-half, z[1])];
            corners.map(|(y, z)| Vec3::new(front + 0.015, y, z))
        };
        self.trim.paint(srgb(0x1a_1c_1e));
        for row in 0..3 {
            let z = low + 0.42 + 0.17 * row as f32;
            if z + 0.1 < waist {
                self.trim.face(&quad(w * 0.62, [z, z + 0.1]));
            }
        }
        self.trim
            .paint(srgb(0xd8_d8_d0))
            .face(&quad(0.26, [low + 0.12, low + 0.23]));
        for side in [1.0, -1.0_f32] {
            let corners = quad(0.17, [low + 0.13, low + 0.33]);
            let aside = Vec3::Y * side * w * 0.76;
            self.lamps
                .paint(srgb(0xd9_dd_de))
                .face(&corners.map(|corner| corner + aside));
            let (a, b) = (side * w, side * (w + 0.14));
            let arm = Vec3::new(front - 0.2, a.min(b), waist + 0.15);
            let tip = Vec3::new(front - 0.1, a.max(b), waist + 0.65);
            self.trim.paint(srgb(RUBBER)).floating_cuboid(arm, tip);
        }
    }

    /// The parts of the finished vehicle.
    pub(super) fn finish(self) -> Vec<Part> {
        let painted = Surface {
            gloss: GLOSS,
            ..Surface::default()
        };
        vec![
            Part::fixed(self.body, Far::Same, painted),
            Part::fixed(self.trim, Far::Coarse(self.far_trim), Surface::default()),
            Part::lamps(self.lamps),
        ]
    }
}

/// Panels or folds along the sides of a load space, as shallow upright ribs.
fn ribs(shape: &mut Shape, x: [f32; 2], z: [f32; 2], half_width: f32, count: usize) {
    let pitch = (x[1] - x[0]) / count as f32;
    for rib in 0..=count {
        let at = x[0] + pitch * rib as f32;
        for side in [1.0, -1.0_f32] {
            let (a, b) = (side * half_width, side * (half_width + 0.018));
            let low = Vec3::new(at - 0.03, a.min(b), z[0]);
            shape.cuboid(low, Vec3::new(at + 0.03, a.max(b), z[1]));
        }
    }
}

/// A broad band of another colour along the sides.
fn livery(shape: &mut Shape, x: [f32; 2], z: [f32; 2], half_width: f32) {
    for side in [1.0, -1.0] {
        let y = side * (half_width + 0.008);
        let mut corners = [(x[1], z[0]), (x[0], z[0]), (x[0] + 0.4, z[1]), (x[1], z[1])];
        if side < 0.0 {
            corners.reverse();
        }
        shape.face(&corners.map(|(x, z)| Vec3::new(x, y, z)));
    }
}

/// Two rear doors, with a seam and lock bars.
fn doors(shape: &mut Shape, rear: f32, half_width: f32, z: [f32; 2]) {
    for y in [-0.6, -0.02, 0.02, 0.6] {
        let y = y * half_width;
        let low = Vec3::new(rear - 0.02, y - 0.015, z[0]);
        shape.cuboid(low, Vec3::new(rear, y + 0.015, z[1]));
    }
}

/// A delivery truck with a box.
pub(super) fn box_truck(rng: &mut ChaCha8Rng) -> Vec<Part> {
    let (cab_paint, box_paint) = (varied(rng, TRUCK_PAINT), varied(rng, TRUCK_PAINT));
    let mut truck = Builder::new();
    let cab = Cab {
        x: [1.95, 3.75],
        z: [0.48, 2.45],
        half_width: 1.05,
    };
    truck.cab(cab, cab_paint);
    truck.chassis([-3.6, 3.4], 1.1, 0.95);
    let box_low = Vec3::new(-3.75, -1.2, 0.95);
    truck
        .body
        .paint(box_paint)
        .floating_cuboid(box_low, Vec3::new(1.85, 1.2, 3.3));
    truck.body.paint(varied(rng, TRUCK_PAINT));
    livery(&mut truck.body, [-3.2, 1.3], [1.5, 2.3], 1.2);
    truck.body.paint(shaded(box_paint, 0.6));
    doors(&mut truck.body, -3.75, 1.2, [1.0, 3.25]);
    truck.axles(&[2.75, -2.1], 1.15);
    truck.tail(-3.75, 1.15, 0.78);
    truck.finish()
}

/// A tractor with a long trailer.
pub(super) fn lorry(rng: &mut ChaCha8Rng) -> Vec<Part> {
    let (cab_paint, tarpaulin) = (varied(rng, TRUCK_PAINT), varied(rng, TRUCK_PAINT));
    let mut truck = Builder::new();
    let cab = Cab {
        x: [3.9, 6.0],
        z: [0.42, 3.55],
        half_width: 1.11,
    };
    truck.cab(cab, cab_paint);
    truck.chassis([-5.9, 5.6], 1.1, 1.15);
    let low = Vec3::new(-6.0, -1.22, 1.15);
    truck
        .body
        .paint(tarpaulin)
        .floating_cuboid(low, Vec3::new(3.5, 1.22, 3.8));
    truck.body.paint(shaded(tarpaulin, 0.72));
    ribs(&mut truck.body, [-5.9, 3.4], [1.2, 3.75], 1.22, 7);
    doors(&mut truck.body, -6.0, 1.2, [1.2, 3.75]);
    truck.body.paint(varied(rng, TRUCK_PAINT));
    livery(&mut truck.body, [-4.0, 1.5], [2.0, 2.9], 1.235);
    truck.axles(&[4.9, 1.9, -3.0, -4.2, -5.2], 1.22);
    truck.trim.paint(srgb(0x4a_4d_50));
    truck
        .trim
        .floating_cuboid(Vec3::new(-2.2, -1.18, 0.55), Vec3::new(1.0, 1.18, 0.95));
    truck.tail(-6.0, 1.2, 0.85);
    truck.finish()
}

/// A dump truck with a tapered trough and a load of soil.
pub(super) fn tipper(rng: &mut ChaCha8Rng) -> Vec<Part> {
    let (cab_paint, trough) = (varied(rng, TRUCK_PAINT), varied(rng, TRUCK_PAINT));
    let mut truck = Builder::new();
    let cab = Cab {
        x: [2.15, 4.1],
        z: [0.5, 3.0],
        half_width: 1.11,
    };
    truck.cab(cab, cab_paint);
    truck.chassis([-3.8, 3.8], 1.1, 1.15);
    truck.body.paint(trough).extruded(&[
        [2.0, 2.75, 1.22],
        [-4.1, 2.55, 1.22],
        [-3.6, 1.2, 1.0],
        [1.9, 1.15, 1.0],
    ]);
    truck.body.paint(shaded(trough, 0.7));
    ribs(&mut truck.body, [-3.6, 1.8], [2.45, 2.62], 1.2, 6);
    truck
        .body
        .paint(trough)
        .floating_cuboid(Vec3::new(1.75, -1.2, 2.6), Vec3::new(2.9, 1.2, 3.2));
    truck
        .trim
        .paint(blended(srgb(0x6b_58_42), srgb(0x8a_83_78), 0.4));
    truck.trim.lump(Vec3::new(-0.9, 0.0, 2.5), 3, |direction| {
        direction * Vec3::new(2.5, 1.05, 0.6)
    });
    truck.axles(&[3.1, -1.5, -2.8], 1.2);
    truck.tail(-3.7, 1.1, 0.85);
    truck.finish()
}
