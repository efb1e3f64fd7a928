//! The cabin of a car: pillars, glass and roof.

use bevy::math::Vec3;

use super::car::CarPlan;
use crate::dress::palette::{Colour, GLASS, srgb};
use crate::dress::shape::Shape;
use crate::dress::solids::Rows;

/// How far the roof's edge lies below its middle.
const ROOF_RISE_M: f32 = 0.07;
/// Share of the window's height that is glass; above it is the roof's rail.
const GLASS_UP: f32 = 0.92;
/// Half the windscreen's share of its frame's width.
const SCREEN_SHARE: f32 = 0.93;

impl CarPlan {
    /// Everything above the belt.
    pub(super) fn cabin(&self, shape: &mut Shape, paint: Colour) {
        let rail_z = self.height - ROOF_RISE_M;
        self.side(shape, paint, 1.0);
        self.side(shape, paint, -1.0);
        self.screen(shape, paint, [self.cowl, [self.roof[1], rail_z]], 1.0);
        self.screen(shape, paint, [self.rear_foot, [self.roof[0], rail_z]], -1.0);
        self.roof_panel(shape.paint(paint));
    }

    /// Half width of the cabin at its foot.
    pub(super) fn belt_half(&self) -> f32 {
        self.body_half() * 0.93
    }

    /// The windows and pillars of one side: +1 left, -1 right.
    fn side(&self, shape: &mut Shape, paint: Colour, side: f32) {
        let at = |share: f32, up: f32| {
            let mix = |a: f32, b: f32, t: f32| a + (b - a) * t;
            let foot_z = mix(self.cowl[1], self.rear_foot[1], share) - 0.03;
            let foot_x = mix(self.cowl[0], self.rear_foot[0], share);
            let head_x = mix(self.roof[1], self.roof[0], share);
            Vec3::new(
                mix(foot_x, head_x, up),
                side * (self.belt_half() - self.tumblehome * up),
                mix(foot_z, self.height - ROOF_RISE_M, up),
            )
        };
        let mut pane = |colour: Colour, [from, to]: [f32; 2], [low, high]: [f32; 2]| {
            let mut corners = [at(from, low), at(to, low), at(to, high), at(from, high)];
            if side < 0.0 {
                corners.reverse();
            }
            shape.paint(colour).face(&corners);
        };
        let mut pillar_from = 0.0;
        for &[from, to] in self.glass {
            pane(paint, [pillar_from, from], [0.0, GLASS_UP]);
            pane(srgb(GLASS), [from, to], [0.0, GLASS_UP]);
            pillar_from = to;
        }
        pane(paint, [pillar_from, 1.0], [0.0, GLASS_UP]);
        pane(paint, [0.0, 1.0], [GLASS_UP, 1.0]);
    }

    /// Windscreen (`facing` +1) or rear window (-1), from foot to head, both (x, z).
    fn screen(&self, shape: &mut Shape, paint: Colour, [foot, head]: [[f32; 2]; 2], facing: f32) {
        let at = |across: f32, up: f32| {
            let half = self.belt_half() - self.tumblehome * up;
            let x = foot[0] + (head[0] - foot[0]) * up;
            let z = foot[1] - 0.03 + (head[1] - foot[1] + 0.03) * up;
            Vec3::new(x, across * half * facing, z)
        };
        let mut pane = |colour: Colour, [from, to]: [f32; 2], [low, high]: [f32; 2]| {
            let corners = [at(from, low), at(to, low), at(to, high), at(from, high)];
            shape.paint(colour).face(&corners);
        };
        let s = SCREEN_SHARE;
        pane(paint, [-1.0, -s], [0.0, GLASS_UP]);
        pane(srgb(GLASS), [-s, s], [0.0, GLASS_UP]);
        pane(paint, [s, 1.0], [0.0, GLASS_UP]);
        pane(paint, [-1.0, 1.0], [GLASS_UP, 1.0]);
    }

    fn roof_panel(&self, shape: &mut Shape) {
        let half = self.belt_half() - self.tumblehome;
        let row = |x: f32, rise: f32| -> Vec<Vec3> {
            let across = [
                [1.0, 0.0],
                [0.8, 0.75],
                [0.0, 1.0],
                [-0.8, 0.75],
                [-1.0, 0.0],
            ];
            let edge_z = self.height - ROOF_RISE_M;
            across
                .map(|[y, up]| Vec3::new(x, y * half, edge_z + up * rise))
                .to_vec()
        };
        let ramp = (self.roof[1] - self.roof[0]) * 0.18;
        let rows = [
            row(self.roof[0], 0.0),
            row(self.roof[0] + ramp, ROOF_RISE_M),
            row(self.roof[1] - ramp, ROOF_RISE_M),
            row(self.roof[1], 0.0),
        ];
        shape.skin(&rows, Rows::Open);
    }
}
