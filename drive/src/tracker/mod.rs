//! The tracker: percepts of the past and ego's odometry become the scene now.
//!
//! Everything is kept in the odometry frame or along the driven way, as of the newest percept's exposure.
//! A late percept is placed where ego was when its frame was exposed; the scene is that state carried
//! over the percept's age to now, without changing it.

mod association;
mod curve;
mod lanes;
mod light;
mod object;
mod odometry;
mod prior;
mod sighting;
mod stop_line;
#[cfg(test)]
mod tests;

use crate::ego::EgoState;
use crate::frames::Pose2;
use crate::percept::Percept;
use crate::scene::Scene;
use crate::time::Tick;
use crate::watchdog::Watchdog;

use association::associate;
use lanes::LaneFilter;
use light::LightFilter;
use object::Track;
use odometry::Odometry;
use stop_line::StopLineFilter;

/// Follows road users, the lane, the light and the stop line over time.
#[derive(Debug, Clone)]
pub struct Tracker {
    odometry: Odometry,
    tracks: Vec<Track>,
    next_id: u32,
    lanes: LaneFilter,
    light: LightFilter,
    stop_line: StopLineFilter,
    newest: Option<Seen>,
    watchdog: Watchdog,
}

/// When the newest percept was exposed, and ego's pose then.
#[derive(Debug, Clone, Copy)]
struct Seen {
    exposure: Tick,
    odom_from_ego: Pose2,
}

impl Default for Tracker {
    fn default() -> Self {
        Self::new()
    }
}

impl Tracker {
    /// A tracker that has seen nothing.
    pub fn new() -> Self {
        Self {
            odometry: Odometry::new(),
            tracks: Vec::new(),
            next_id: 1,
            lanes: LaneFilter::new(),
            light: LightFilter::new(),
            stop_line: StopLineFilter::new(),
            newest: None,
            watchdog: Watchdog::default(),
        }
    }

    /// Advances ego's odometry to now. To be called on every tick, before [`Tracker::observe`].
    pub fn advance(&mut self, ego: &EgoState) {
        self.watchdog.wait(ego.tick);
        self.odometry.advance(ego);
    }

    /// Takes in a percept that arrived now; one older than the newest so far is ignored.
    pub fn observe(&mut self, percept: &Percept) {
        self.watchdog.hear(self.odometry.now());
        if self
            .newest
            .is_some_and(|seen| percept.exposure <= seen.exposure)
        {
            return;
        }
        let now = Seen {
            exposure: percept.exposure,
            odom_from_ego: self.odometry.pose_at(percept.exposure),
        };
        let before = self.newest.replace(now).unwrap_or(now);
        let dt_s = now.exposure.seconds_since(before.exposure);
        let before_from_now = before.odom_from_ego.inverse().then(now.odom_from_ego);
        self.observe_objects(percept, dt_s, now.odom_from_ego);
        self.lanes.observe(&percept.lanes, before_from_now, dt_s);
        self.light
            .observe(&percept.light, dt_s, before_from_now.x_m);
        let line = percept.stop_line.as_ref();
        self.stop_line.observe(line, dt_s, before_from_now.x_m);
    }

    /// The scene as it is believed to be now.
    pub fn scene(&self) -> Scene {
        let tick = self.odometry.now();
        let odom_from_ego = self.odometry.pose_at(tick);
        let seen = self.newest;
        let age_s = seen.map_or(0.0, |seen| tick.seconds_since(seen.exposure));
        let then_from_now = seen.map_or(Pose2::default(), |seen| {
            seen.odom_from_ego.inverse().then(odom_from_ego)
        });
        let mut objects: Vec<_> = self
            .tracks
            .iter()
            .map(|track| track.after(age_s).in_ego(odom_from_ego))
            .collect();
        objects.sort_by(|a, b| a.near_x_m.total_cmp(&b.near_x_m).then(a.id.cmp(&b.id)));
        Scene {
            tick,
            objects,
            path: self.lanes.path(then_from_now, age_s),
            light: self.light.tracked(age_s),
            stop_line: self.stop_line.tracked(then_from_now.x_m),
            percept_age_s: seen.map(|_| age_s),
            overdue_s: self.watchdog.overdue_s(tick),
        }
    }

    /// Predicts all tracks over `dt_s` to the exposure, corrects them, and lets tracks be born and die.
    fn observe_objects(&mut self, percept: &Percept, dt_s: f64, odom_from_ego: Pose2) {
        for track in &mut self.tracks {
            track.predict(dt_s);
        }
        let speed_mps = self.odometry.speed_mps();
        let pairs = associate(&self.tracks, &percept.objects, odom_from_ego);
        for (track, seen) in self.tracks.iter_mut().zip(&pairs.object_of_track) {
            match seen {
                Some(object) => track.correct(&percept.objects[*object], odom_from_ego, speed_mps),
                None => track.miss(&percept.objects, odom_from_ego),
            }
        }
        for object in pairs.newborn {
            let seen = &percept.objects[object];
            let track = Track::born(self.next_id, seen, odom_from_ego, speed_mps);
            self.tracks.push(track);
            self.next_id += 1;
        }
        self.tracks
            .retain(|track| track.is_worth_following(odom_from_ego));
    }
}
