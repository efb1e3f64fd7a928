//! The judge: watches the world tick by tick and says at the end whether the drive passed.

use std::collections::BTreeMap;

use drive::ego::{EGO_FRONT_M, EGO_LENGTH_M, EGO_WIDTH_M};
use drive::labels::LightState;
use drive::math::{cos, sin};
use drive::time::Tick;

use crate::actor::ActorModel;
use crate::criteria::{Criterion, Evidence, standing_before_m};
use crate::geometry::Footprint;
use crate::metrics::{self, Encroachment, Infractions, LeadSample, Metrics, RouteBox, Sample};
use crate::path::Path;
use crate::story::CompiledStory;
use crate::verdict::Verdict;
use crate::world::{Contact, WorldState};

/// Below this time to collision ego counts as exposed, in seconds (customary alarm).
const EXPOSED_TTC_S: f64 = 1.5;
/// A road user crosses when its heading is more than this share of a right angle off the lane's (cosine).
const CROSSING_COSINE: f64 = 0.7;

/// Watches one drive.
#[derive(Debug, Clone)]
pub struct Judge {
    story: CompiledStory,
    samples: Vec<Sample>,
    contacts: BTreeMap<Contact, Tick>,
    /// At the first contact, in metres per second.
    impact_speed_mps: Option<f64>,
    red_lights: Vec<Tick>,
    /// Each actor's stay in the strip ego sweeps.
    stays: Vec<Option<Encroachment>>,
    /// Each actor's last gap to ego, box to box, in metres.
    gaps_m: Vec<f64>,
}

impl Judge {
    /// A judge at the beginning of a story.
    pub fn new(story: &CompiledStory) -> Self {
        Self {
            story: story.clone(),
            samples: Vec::new(),
            contacts: BTreeMap::new(),
            impact_speed_mps: None,
            red_lights: Vec::new(),
            stays: vec![None; story.stage.actors.len()],
            gaps_m: Vec::new(),
        }
    }

    /// Watches one tick. Ticks come in order, none left out.
    pub fn observe(&mut self, world: &WorldState) {
        let ego_box = route_box(
            &self.story.route,
            &Footprint::of_ego(world.ego.world_from_ego),
            world.ego.state.speed_mps,
        );
        let boxes = self.actor_boxes(world);
        self.watch_contacts(world);
        self.watch_stop_lines(world, &ego_box);
        self.watch_crossings(world, &boxes);
        self.gaps_m = self.gaps_m(world);
        let straight = RouteBox {
            left_mps: 0.0,
            ..ego_box
        };
        let ttcs_s = boxes
            .iter()
            .filter_map(|actor| metrics::time_to_overlap_s(&straight, actor));
        self.samples.push(Sample {
            tick: world.tick,
            speed_mps: world.ego.state.speed_mps,
            yaw_rate_radps: world.ego.state.yaw_rate_radps,
            along_m: ego_box.along_m,
            left_m: ego_box.left_m,
            gap_m: metrics::smallest(self.gaps_m.iter().copied()),
            ttc_s: metrics::smallest(ttcs_s),
            lead: lead(&ego_box, &boxes),
        });
    }

    /// What was noted about the newest tick.
    pub fn newest(&self) -> Option<&Sample> {
        self.samples.last()
    }

    /// What there is to say about the drive so far; `events` are the director's, in the story's order.
    pub fn verdict(&self, events: &[(&str, Option<Tick>)]) -> Verdict {
        let mut metrics = self.metrics();
        let actors = self.story.stage.actors.iter();
        let names = actors.map(|actor| actor.name.as_str());
        let first_line = self.story.stop_lines.first();
        let collision = self.first_contact();
        let evidence = Evidence {
            metrics: &metrics,
            samples: &self.samples,
            collision: collision
                .as_ref()
                .map(|(tick, with)| (*tick, with.as_str())),
            red_light: self.red_lights.first().copied(),
            stop_line_m: first_line
                .and_then(|line| standing_before_m(&self.samples, line.along_m, EGO_FRONT_M)),
            set_speed_mps: self.story.set_speed_mps,
            lane_width_m: self.story.lane_width_m,
            actors: &names.zip(self.gaps_m.iter().copied()).collect::<Vec<_>>(),
            events,
        };
        let criteria = self.story.criteria.iter();
        let failures: Vec<_> = criteria.filter_map(|one| one.judge(&evidence)).collect();
        let timeouts = failures
            .iter()
            .filter(|failure| failure.criterion == "reaches");
        metrics.infractions.timeouts = timeouts.count() as u32;
        score(&mut metrics);
        Verdict {
            pass: failures.is_empty(),
            failures,
            metrics,
        }
    }

    fn actor_boxes(&self, world: &WorldState) -> Vec<RouteBox> {
        let actors = self.footprints(world);
        let speeds = world.actors.iter().map(|actor| actor.speed_mps);
        let boxes = actors.iter().zip(speeds);
        boxes
            .map(|(footprint, speed)| route_box(&self.story.route, footprint, speed))
            .collect()
    }

    fn footprints(&self, world: &WorldState) -> Vec<Footprint> {
        let models = self.story.stage.actors.iter().map(|actor| actor.model);
        let actors = world.actors.iter().zip(models);
        actors
            .map(|(actor, model)| Footprint::of_actor(actor.world_from_actor, model))
            .collect()
    }

    fn gaps_m(&self, world: &WorldState) -> Vec<f64> {
        let ego = Footprint::of_ego(world.ego.world_from_ego);
        self.footprints(world)
            .iter()
            .map(|actor| ego.gap_m(actor))
            .collect()
    }

    fn watch_contacts(&mut self, world: &WorldState) {
        if self.impact_speed_mps.is_none() && !world.contacts.is_empty() {
            let before = self.samples.last().map(|sample| sample.speed_mps);
            let ego_mps = before.unwrap_or(world.ego.state.speed_mps);
            let impacts = world.contacts.iter().map(|contact| {
                let actor = match contact {
                    Contact::Actor(index) => Some(&world.actors[*index]),
                    Contact::Scenery => None,
                };
                metrics::impact_speed_mps(ego_mps, &world.ego, actor)
            });
            self.impact_speed_mps = metrics::largest(impacts);
        }
        for &contact in &world.contacts {
            self.contacts.entry(contact).or_insert(world.tick);
        }
    }

    fn watch_stop_lines(&mut self, world: &WorldState, ego: &RouteBox) {
        let Some(before) = self.samples.last() else {
            return;
        };
        let (from_m, to_m) = (before.along_m + EGO_FRONT_M, ego.along_m + EGO_FRONT_M);
        for line in &self.story.stop_lines {
            let passed = from_m < line.along_m && to_m >= line.along_m;
            if passed && world.lights.get(line.light) == Some(&LightState::Red) {
                self.red_lights.push(world.tick);
            }
        }
    }

    fn watch_crossings(&mut self, world: &WorldState, boxes: &[RouteBox]) {
        for (index, actor) in boxes.iter().enumerate() {
            let inside = actor.left_m.abs() < actor.half_width_m + EGO_WIDTH_M / 2.0;
            let sideways = actor.left_mps.abs() > CROSSING_COSINE * actor.along_mps.abs();
            if !(inside && sideways && actor.left_mps != 0.0) {
                continue;
            }
            let (from_m, to_m) = (
                actor.along_m - actor.half_length_m,
                actor.along_m + actor.half_length_m,
            );
            let stay = self.stays[index].get_or_insert(Encroachment {
                entered: world.tick,
                left: world.tick,
                from_m,
                to_m,
            });
            stay.left = world.tick;
            stay.from_m = stay.from_m.min(from_m);
            stay.to_m = stay.to_m.max(to_m);
        }
    }

    fn first_contact(&self) -> Option<(Tick, String)> {
        let (contact, tick) = self.contacts.iter().min_by_key(|(_, tick)| **tick)?;
        let with = match contact {
            Contact::Actor(index) => {
                let actor = &self.story.stage.actors[*index];
                format!("`{}` ({})", actor.name, actor.model.name)
            }
            Contact::Scenery => "the scenery".to_owned(),
        };
        Some((*tick, with))
    }

    fn metrics(&self) -> Metrics {
        let samples = &self.samples;
        let lane = metrics::lane_error(samples, self.story.lane_width_m);
        let extremes = metrics::comfort(samples);
        let distance_m = metrics::largest(samples.iter().map(|s| s.along_m)).unwrap_or(0.0);
        let speeds = samples.iter().map(|sample| sample.speed_mps);
        let mean_speed_mps = speeds.sum::<f64>() / samples.len().max(1) as f64;
        let leads = || {
            samples
                .iter()
                .filter_map(|sample| Some((sample.speed_mps, sample.lead?)))
        };
        Metrics {
            route_completion: (distance_m / self.story.route_m.max(1e-6)).clamp(0.0, 1.0),
            infractions: Infractions {
                outside_lane_share: lane.outside_share,
                minimum_speed_share: self.minimum_speed_share(mean_speed_mps),
                ..self.infractions()
            },
            min_ttc_s: metrics::smallest(samples.iter().filter_map(|sample| sample.ttc_s)),
            time_exposed_s: metrics::time_exposed_s(samples.iter().map(|s| s.ttc_s), EXPOSED_TTC_S),
            min_thw_s: metrics::smallest(
                leads().filter_map(|(speed, lead)| metrics::time_headway_s(lead.gap_m, speed)),
            ),
            min_pet_s: self.min_pet_s(),
            max_drac_mps2: metrics::largest(leads().filter_map(|(_, lead)| {
                metrics::deceleration_rate_to_avoid_crash_mps2(lead.gap_m, lead.closing_mps)
            })),
            min_gap_m: metrics::smallest(samples.iter().filter_map(|sample| sample.gap_m)),
            impact_speed_mps: self.impact_speed_mps,
            max_decel_mps2: metrics::max_deceleration_mps2(samples),
            max_jerk_mps3: extremes.max_jerk_mps3,
            lane_error_m: lane.max_m,
            mean_lane_error_m: lane.mean_m,
            mean_speed_mps,
            distance_m,
            comfortable: extremes.is_comfortable(),
            ..Metrics::default()
        }
    }

    fn infractions(&self) -> Infractions {
        let mut infractions = Infractions {
            red_lights: self.red_lights.len() as u32,
            ..Infractions::default()
        };
        for contact in self.contacts.keys() {
            match contact {
                Contact::Scenery => infractions.static_collisions += 1,
                Contact::Actor(index) if is_vulnerable(self.story.stage.actors[*index].model) => {
                    infractions.pedestrian_collisions += 1;
                }
                Contact::Actor(_) => infractions.vehicle_collisions += 1,
            }
        }
        infractions
    }

    /// Speed driven over the speed the story demands; 1 where it demands none.
    fn minimum_speed_share(&self, mean_speed_mps: f64) -> f64 {
        let demanded = self
            .story
            .criteria
            .iter()
            .find_map(|criterion| match criterion {
                Criterion::MeanSpeed { at_least_share } => {
                    Some(at_least_share * self.story.set_speed_mps)
                }
                _ => None,
            });
        demanded.map_or(1.0, |demanded_mps| {
            (mean_speed_mps / demanded_mps).clamp(0.0, 1.0)
        })
    }

    fn min_pet_s(&self) -> Option<f64> {
        let front = |sample: &Sample| (sample.tick, sample.along_m + EGO_FRONT_M);
        let front_m: Vec<(Tick, f64)> = self.samples.iter().map(front).collect();
        let stays = self.stays.iter().flatten();
        metrics::smallest(
            stays
                .filter_map(|stay| metrics::post_encroachment_time_s(stay, &front_m, EGO_LENGTH_M)),
        )
    }
}

fn is_vulnerable(model: &ActorModel) -> bool {
    model.class.is_vulnerable()
}

fn score(metrics: &mut Metrics) {
    let (done, infractions) = (metrics.route_completion, &metrics.infractions);
    metrics.driving_score_v2_0 = metrics::driving_score_v2_0(done, infractions);
    metrics.driving_score_v2_1 = metrics::driving_score_v2_1(done, infractions);
}

fn route_box(route: &Path, footprint: &Footprint, speed_mps: f64) -> RouteBox {
    let centre = footprint.world_from_centre;
    let place = route.project(centre.position());
    let turn_rad = centre.yaw_rad - place.yaw_rad;
    let (half_length_m, half_width_m) = footprint.half_extents_m(place.yaw_rad);
    RouteBox {
        along_m: place.along_m,
        left_m: place.left_m,
        along_mps: speed_mps * cos(turn_rad),
        left_mps: speed_mps * sin(turn_rad),
        half_length_m,
        half_width_m,
    }
}

/// The nearest road user ahead that overlaps ego's way.
fn lead(ego: &RouteBox, boxes: &[RouteBox]) -> Option<LeadSample> {
    let ahead = boxes.iter().filter(|actor| {
        let beside_m = (actor.left_m - ego.left_m).abs();
        actor.along_m > ego.along_m && beside_m < actor.half_width_m + ego.half_width_m
    });
    let nearest = ahead.min_by(|a, b| a.along_m.total_cmp(&b.along_m))?;
    let centres_m = nearest.along_m - ego.along_m;
    Some(LeadSample {
        gap_m: (centres_m - nearest.half_length_m - ego.half_length_m).max(0.0),
        closing_mps: ego.along_mps - nearest.along_mps,
    })
}
