//! What the window shows: a run under way, every tick of it so far, and where the onlooker looks.

use std::sync::Arc;

use anyhow::Result;
use bevy::ecs::resource::Resource;
use drive::time::{CAMERA_PERIOD_TICKS, Tick};
use scenarios::stage::Stage;

use crate::record::RunRecord;
use crate::theatre::Theatre;
use crate::watching::{Branch, Glimpse, History, Order, Playback, Session};

/// Which layers lie over the pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layers {
    /// The sensor camera's picture instead of Bevy's.
    pub(super) sensor_picture: bool,
    /// Classes of the segmentation head as a tint.
    pub(super) segmentation: bool,
    /// Boxes of road users, lane boundaries, light.
    pub(super) percepts: bool,
}

/// The pixel whose soft targets are shown, in camera pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Probe {
    pub(super) u_px: f32,
    pub(super) v_px: f32,
}

/// How the run ended.
#[derive(Debug, Clone)]
pub(super) enum Ending {
    /// With a verdict.
    Verdict(Box<RunRecord>),
    /// It could not be driven to its end.
    Failed(String),
}

/// Everything the window shows.
#[derive(Resource)]
pub(super) struct Show {
    theatre: Arc<Theatre>,
    order: Order,
    session: Session,
    /// The tick that came last; after a fork the way up to it comes once more.
    arrived: Tick,
    /// The world before the first tick.
    pub(super) stage: Stage,
    /// Everyone in the car.
    pub(super) names: Vec<String>,
    /// What the line at the top says of the run.
    pub(super) title: String,
    /// Every tick so far.
    pub(super) history: History,
    /// Which tick is shown.
    pub(super) playback: Playback,
    /// The tick to be driven to as fast as it goes, before anything else is shown.
    pub(super) heading_for: Option<Tick>,
    /// How the run ended, once it has.
    pub(super) ending: Option<Ending>,
    /// Who drives from here on.
    pub(super) at_wheel: usize,
    /// Where somebody took the wheel, the newest first.
    pub(super) takeovers: Vec<Tick>,
    /// Which layers lie over the pictures.
    pub(super) layers: Layers,
    /// Whether the list of keys is shown.
    pub(super) is_helping: bool,
    /// The pixel whose soft targets are shown.
    pub(super) probe: Option<Probe>,
}

impl Show {
    /// Begins a run.
    ///
    /// # Errors
    /// When it cannot be begun.
    pub(super) fn begin(
        theatre: Arc<Theatre>,
        order: Order,
        names: Vec<String>,
        title: String,
    ) -> Result<Self> {
        let stage = order.story.compile(order.seed, &order.parameters)?.stage;
        let session = Session::start(&theatre, &order, Branch::default())?;
        Ok(Self {
            theatre,
            order,
            session,
            arrived: Tick(0),
            stage,
            names,
            title,
            history: History::default(),
            playback: Playback::default(),
            heading_for: None,
            ending: None,
            at_wheel: 0,
            takeovers: Vec::new(),
            layers: Layers {
                sensor_picture: false,
                segmentation: true,
                percepts: true,
            },
            is_helping: false,
            probe: None,
        })
    }

    /// Lets wall-clock time pass: takes what has come, moves the cursor, lets the run go on.
    pub(super) fn advance(&mut self, elapsed_s: f64) {
        for glimpse in self.session.news() {
            self.arrived = glimpse.tick();
            self.history.push(glimpse);
        }
        if self.ending.is_none()
            && let Some(outcome) = self.session.outcome()
        {
            self.ending = Some(match outcome {
                Ok(record) => Ending::Verdict(Box::new(record)),
                Err(error) => Ending::Failed(format!("{error:#}")),
            });
        }
        self.head();
        self.playback.advance(elapsed_s, self.newest());
        let wanted = [
            self.playback.may_run_to(),
            self.takeovers.first().copied().unwrap_or_default(),
            self.heading_for.unwrap_or_default(),
        ];
        let furthest = wanted.into_iter().max().unwrap_or_default();
        self.session.gate().allow(furthest);
    }

    /// Whether somebody pressed Ctrl-C.
    pub(super) fn is_interrupted(&self) -> bool {
        self.theatre.is_interrupted()
    }

    /// Follows the run to where it is to be shown, and stops there.
    fn head(&mut self) {
        if let Some(tick) = self.heading_for {
            let newest = self.newest();
            self.playback.seek(newest.min(tick));
            if newest >= tick || self.ending.is_some() {
                self.heading_for = None;
            }
        }
    }

    /// The newest tick there is.
    pub(super) fn newest(&self) -> Tick {
        self.history.newest().map_or(Tick(0), Glimpse::tick)
    }

    /// The tick that is shown; `None` before the first has come.
    pub(super) fn shown(&self) -> Option<&Glimpse> {
        self.history.at(self.playback.shown())
    }

    /// Which share of the way to the last takeover has been driven again; `None` when all of it has.
    pub(super) fn driven_again(&self) -> Option<f64> {
        let takeover = *self.takeovers.first()?;
        let is_there = self.newest() >= takeover;
        (!is_there).then(|| self.arrived.0 as f64 / takeover.0.max(1) as f64)
    }

    /// Whether nobody interfered: then the run is the one that nobody watched.
    pub(super) fn is_as_ordered(&self) -> bool {
        self.takeovers.is_empty()
    }

    /// Gives the wheel to the next seat: at once where the newest tick is shown, else by driving again up to the
    /// shown one.
    pub(super) fn give_wheel(&mut self) {
        if self.names.len() < 2 || self.driven_again().is_some() {
            return;
        }
        let next = (self.at_wheel + 1) % self.names.len();
        let shown = self.playback.shown();
        let is_newest = self.newest().0 <= shown.0 + CAMERA_PERIOD_TICKS;
        if is_newest && self.ending.is_none() && self.order.fork.is_none() {
            self.at_wheel = next;
            self.session.gate().seat_at_wheel(next);
            self.takeovers.insert(0, self.newest());
        } else {
            self.fork(next);
        }
    }

    /// Leaves the run at the shown tick, with a seat at the wheel.
    pub(super) fn fork_here(&mut self) {
        let next = (self.at_wheel + 1) % self.names.len();
        if self.driven_again().is_none() {
            self.fork(next);
        }
    }

    fn fork(&mut self, at_wheel: usize) {
        let tick = self.playback.shown();
        let branch = Branch {
            commands: self.history.commands_before(tick),
            at_wheel,
        };
        // The recorded run is left, so its commands no longer bind.
        self.order.fork = None;
        match Session::start(&self.theatre, &self.order, branch) {
            Ok(session) => {
                self.session = session;
                self.history.cut(tick);
                self.arrived = Tick(0);
                self.ending = None;
                self.at_wheel = at_wheel;
                self.takeovers.insert(0, tick);
            }
            Err(error) => self.ending = Some(Ending::Failed(format!("{error:#}"))),
        }
    }
}
