//! One network's driver: tracker, planner and controller in a row. At the wheel or in shadow alike.

use crate::controller;
use crate::decision::Decision;
use crate::ego::{EgoState, VehicleCommand};
use crate::percept::Percept;
use crate::planner::{PlannerParams, PlannerState, plan};
use crate::scene::Scene;
use crate::tracker::Tracker;

/// Turns percepts into commands, tick by tick.
#[derive(Debug, Clone)]
pub struct Driver {
    tracker: Tracker,
    planner: PlannerState,
    params: PlannerParams,
    set_speed_mps: f64,
}

impl Driver {
    /// A driver with the usual constants, who drives `set_speed_mps` on a free road.
    pub fn new(set_speed_mps: f64) -> Self {
        Self::with_params(set_speed_mps, PlannerParams::default())
    }

    /// A driver with constants of its own.
    pub fn with_params(set_speed_mps: f64, params: PlannerParams) -> Self {
        Self {
            tracker: Tracker::new(),
            planner: PlannerState::default(),
            params,
            set_speed_mps,
        }
    }

    /// Decides for this tick. `arrived` is the percept that became usable now, if any.
    pub fn step(
        &mut self,
        ego: &EgoState,
        arrived: Option<&Percept>,
    ) -> (Decision, VehicleCommand) {
        self.tracker.advance(ego);
        if let Some(percept) = arrived {
            self.tracker.observe(percept);
        }
        let decision = plan(
            &self.scene(),
            ego,
            self.set_speed_mps,
            &self.params,
            &mut self.planner,
        );
        (decision, controller::command(&decision, ego))
    }

    /// The scene as this driver believes it to be, for overlays.
    pub fn scene(&self) -> Scene {
        self.tracker.scene()
    }
}
