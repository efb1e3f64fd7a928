//! The director: every tick it looks at the world, fires the events whose triggers hold, and says where
//! each actor is to be on the next tick and what each light is to show.
//!
//! Actors move kinematically along paths; the same world states always give the same commands.

mod faults;
mod idm;
mod lights;
mod motion;
mod scene;
#[cfg(test)]
mod tests;
mod trigger;

use drive::time::{TICK_S, Tick};

pub use faults::ActiveFault;
pub(crate) use motion::Motion;

use crate::actor::ActorModel;
use crate::path::Path;
use crate::story::{CompiledStory, Edge, Entity, StoryAction, StoryEvent, StoryTrigger};
use crate::world::{ActorCommands, WorldState};
use faults::Faults;
use lights::Lights;
use motion::Surroundings;
use scene::Scene;

/// Plays a story's storyboard.
#[derive(Debug, Clone)]
pub struct Director {
    route: Path,
    models: Vec<&'static ActorModel>,
    motions: Vec<Motion>,
    events: Vec<EventRun>,
    until: Option<StoryTrigger>,
    lights: Lights,
    faults: Faults,
    duration_s: f64,
    ego_travelled_m: f64,
    over: bool,
}

/// An event and how far it has got.
#[derive(Debug, Clone)]
struct EventRun {
    event: StoryEvent,
    held_before: bool,
    phase: EventPhase,
    began: Option<Tick>,
}

/// How far an event has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum EventPhase {
    Waiting,
    Triggered(Tick),
    Running,
    Completed,
}

impl Director {
    /// A director at the beginning of a story.
    pub fn new(story: &CompiledStory) -> Self {
        let run = |event: &StoryEvent| EventRun {
            event: event.clone(),
            held_before: event.edge == Edge::Rising,
            phase: EventPhase::Waiting,
            began: None,
        };
        Self {
            route: story.route.clone(),
            models: story.stage.actors.iter().map(|actor| actor.model).collect(),
            motions: story.motions.clone(),
            events: story.events.iter().map(run).collect(),
            until: story.until.clone(),
            lights: Lights::new(&story.lights),
            faults: Faults::default(),
            duration_s: story.duration_s,
            ego_travelled_m: 0.0,
            over: false,
        }
    }

    /// What actors and lights are at tick 0: the stage's actors, and the lights' first phases.
    pub fn opening(&self) -> ActorCommands {
        ActorCommands {
            actors: self.motions.iter().map(Motion::state).collect(),
            lights: self.lights.at(0.0),
        }
    }

    /// What actors and lights are to be on the tick after `world`'s.
    pub fn direct(&mut self, world: &WorldState) -> ActorCommands {
        let scene = self.scene(world);
        self.over |= self
            .until
            .as_ref()
            .is_some_and(|until| until.holds(&scene, &self.event_phases(), &self.lights));
        self.faults.expire(world.tick);
        self.run_events(&scene, world.tick);
        self.move_actors(&scene);
        self.ego_travelled_m += world.ego.state.speed_mps * TICK_S;
        ActorCommands {
            actors: self.motions.iter().map(Motion::state).collect(),
            lights: self.lights.at(Tick(world.tick.0 + 1).seconds()),
        }
    }

    /// The faults of camera and network on the tick that was last directed, in the order they began.
    pub fn faults(&self) -> &[ActiveFault] {
        self.faults.active()
    }

    /// The storyboard's events by name, and when each began, if it did.
    pub fn events(&self) -> impl Iterator<Item = (&str, Option<Tick>)> {
        let runs = self.events.iter();
        runs.map(|run| (run.event.name.as_str(), run.began))
    }

    /// Whether the story is over: its time is up, its end trigger has fired, or ego has hit something.
    pub fn finished(&self, world: &WorldState) -> bool {
        self.over || world.tick.seconds() >= self.duration_s || !world.contacts.is_empty()
    }

    fn scene(&self, world: &WorldState) -> Scene {
        let mut scene = Scene::of(world, &self.models, &self.route);
        scene.bodies[0].travelled_m = self.ego_travelled_m;
        for (body, motion) in scene.bodies[1..].iter_mut().zip(&self.motions) {
            body.travelled_m = motion.travelled_m();
        }
        scene
    }

    fn event_phases(&self) -> Vec<EventPhase> {
        self.events.iter().map(|run| run.phase).collect()
    }

    fn run_events(&mut self, scene: &Scene, now: Tick) {
        for index in 0..self.events.len() {
            self.complete(index);
            let phases = self.event_phases();
            let run = &mut self.events[index];
            if run.phase == EventPhase::Waiting {
                let holds = run.event.when.holds(scene, &phases, &self.lights);
                if holds && !(run.event.edge == Edge::Rising && run.held_before) {
                    let delay_us = (run.event.delay_s * 1e6).max(0.0) as u64;
                    run.phase =
                        EventPhase::Triggered(Tick::at_or_after_micros(now.micros() + delay_us));
                }
                run.held_before = holds;
            }
            if let EventPhase::Triggered(due) = run.phase
                && now >= due
            {
                self.start(index, now);
            }
        }
    }

    fn start(&mut self, index: usize, now: Tick) {
        self.events[index].phase = EventPhase::Running;
        self.events[index].began = Some(now);
        let actions = self.events[index].event.actions.clone();
        for action in actions {
            match action {
                StoryAction::Actor(actor, action) => {
                    self.motions[actor].begin(action, index, &self.route);
                }
                StoryAction::TrafficSignal(group, state) => {
                    self.lights.show(group, state, now.seconds());
                }
                StoryAction::Fault(fault) => self.faults.begin(fault, index, now),
            }
        }
    }

    fn complete(&mut self, index: usize) {
        let busy = self.motions.iter().any(|motion| motion.is_busy_with(index))
            || self.faults.is_busy_with(index);
        let run = &mut self.events[index];
        if run.phase == EventPhase::Running && !busy {
            run.phase = EventPhase::Completed;
        }
    }

    fn move_actors(&mut self, scene: &Scene) {
        for (index, motion) in self.motions.iter_mut().enumerate() {
            let surroundings = Surroundings {
                lead: motion
                    .minds_traffic()
                    .then(|| scene.lead_on(motion.path(), Entity::Actor(index)))
                    .flatten(),
                ego: scene.bodies[0],
            };
            motion.step(&surroundings, TICK_S);
        }
    }
}

/// The state of the world at tick 0 of a story, before anything has moved.
pub fn opening_world(story: &CompiledStory) -> WorldState {
    let opening = Director::new(story).opening();
    let mut world = WorldState {
        actors: opening.actors,
        lights: opening.lights,
        ..WorldState::default()
    };
    world.ego.world_from_ego = story.stage.world_from_ego;
    world.ego.state.speed_mps = story.stage.ego_speed_mps;
    world
}
