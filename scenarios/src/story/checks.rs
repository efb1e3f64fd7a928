//! What a story may not say though every word of it is known: numbers and places that make no sense.

use drive::frames::Point2;
use drive::math::{cos, sin};

use super::compile::Compiler;
use super::error::StoryError;
use super::source::Mark;
use super::{Parameter, Story, Value};
use crate::director::Motion;
use crate::geometry::Footprint;
use crate::naming::unknown;
use crate::road::Road;
use crate::stage::StageActor;

/// The least and the most that a number may be.
pub(super) type Limits = (f64, f64);

/// Speeds: as fast as any road user drives.
pub(super) const SPEED_MPS: Limits = (0.0, 70.0);
/// Heights of the sun.
pub(super) const ELEVATION_DEG: Limits = (-90.0, 90.0);
/// Shares of something.
pub(super) const SHARE: Limits = (0.0, 1.0);
/// Meteorological visibility.
pub(super) const VISIBILITY_M: Limits = (5.0, 100_000.0);
/// Rain, up to a cloudburst.
pub(super) const RAIN_MM_PER_H: Limits = (0.0, 200.0);
/// Durations: a tick to an hour.
pub(super) const DURATION_S: Limits = (drive::time::TICK_S, 3600.0);
/// Delays.
pub(super) const DELAY_S: Limits = (0.0, 3600.0);
/// Ways.
pub(super) const WAY_M: Limits = (0.1, 10_000.0);
/// Bounds of criteria, lengths of transitions: none is negative.
pub(super) const BOUND: Limits = (0.0, 10_000.0);

/// Nobody starts farther from every driving lane, in metres.
const BESIDE_M: f64 = 30.0;

impl Story {
    /// Whether parameters and difficulty fit together.
    pub(super) fn check_parameters(&self) -> Result<(), StoryError> {
        for (name, parameter) in &self.parameters {
            self.check_parameter(name, parameter)?;
        }
        let hard = &self.difficulty.parameter;
        let Some(parameter) = self.parameters.get(hard) else {
            let names: Vec<&str> = self.parameters.keys().map(String::as_str).collect();
            let marks = [Mark::Word("difficulty"), Mark::Text(hard)];
            return Err(self.error(&marks, unknown("parameter", hard, &names)));
        };
        self.check_levels(parameter).map_err(|message| {
            let marks = [Mark::Word("difficulty"), Mark::Word("levels")];
            self.error(&marks, message)
        })
    }

    fn check_parameter(&self, name: &str, parameter: &Parameter) -> Result<(), StoryError> {
        let (low, high) = parameter.range;
        let (field, message) = if low > high {
            let message = format!("the range {low}..{high} of `{name}` is empty; swap its ends");
            ("range", message)
        } else if !(low..=high).contains(&parameter.default) {
            let default = parameter.default;
            let message = format!("the default {default} of `{name}` lies outside {low}..{high}");
            ("default", message)
        } else if parameter.jitter.is_nan() || parameter.jitter < 0.0 {
            let jitter = parameter.jitter;
            let message = format!("the jitter of `{name}` is {jitter}; it must not be negative");
            ("jitter", message)
        } else {
            return Ok(());
        };
        let marks = [
            Mark::Word("parameters"),
            Mark::Text(name),
            Mark::Word(field),
        ];
        Err(self.error(&marks, message))
    }

    /// Whether every parameter is used; asked last, since a misspelled `$name` leaves its parameter unused.
    pub(super) fn check_use(&self) -> Result<(), StoryError> {
        let is_used = |name: &String| self.sources.iter().any(|source| source.uses(name));
        let Some(name) = self.parameters.keys().find(|name| !is_used(name)) else {
            return Ok(());
        };
        let message = format!("nothing uses `{name}`; write \"${name}\" somewhere, or drop it");
        Err(self.error(&[Mark::Word("parameters"), Mark::Text(name)], message))
    }

    fn check_levels(&self, parameter: &Parameter) -> Result<(), String> {
        let (hard, levels) = (&self.difficulty.parameter, &self.difficulty.levels);
        let (low, high) = parameter.range;
        if let Some(level) = levels.iter().find(|level| !(low..=high).contains(*level)) {
            return Err(format!(
                "the level {level} of `{hard}` lies outside its range {low}..{high}"
            ));
        }
        let rises = levels.is_sorted_by(|a, b| a < b);
        let falls = levels.is_sorted_by(|a, b| a > b);
        if !(rises || falls) {
            return Err(format!(
                "the levels of `{hard}` go up and down; list them from easy to hard"
            ));
        }
        if !levels.contains(&parameter.default) {
            let default = parameter.default;
            return Err(format!(
                "the default {default} of `{hard}` is not among its levels"
            ));
        }
        Ok(())
    }

    /// Whether anything is asked of the driver.
    pub(super) fn check_criteria(&self) -> Result<(), StoryError> {
        if self.criteria.is_empty() {
            let message =
                "a story without criteria is passed whatever happens; name at least `no_collision`";
            return Err(self.error(&[Mark::Word("criteria")], message.to_owned()));
        }
        Ok(())
    }
}

impl Compiler<'_> {
    /// The number a value stands for, which must lie within limits; the last mark names it.
    pub(super) fn within(
        &self,
        value: &Value,
        marks: &[Mark<'_>],
        (least, most): Limits,
    ) -> Result<f64, StoryError> {
        let number = self.number(value)?;
        if (least..=most).contains(&number) {
            return Ok(number);
        }
        let name = match marks.last() {
            Some(Mark::Named(name) | Mark::Text(name) | Mark::Value(name) | Mark::Word(name)) => {
                name
            }
            None => "a number",
        };
        let message = format!("`{name}` is {number}; it must lie within {least}..{most}");
        Err(self.story.error(marks, message))
    }

    /// The number of one of the story's own fields.
    pub(super) fn field(
        &self,
        value: &Value,
        name: &str,
        limits: Limits,
    ) -> Result<f64, StoryError> {
        self.within(value, &[Mark::Word(name)], limits)
    }

    /// How far ego is to come, which its lane must reach.
    pub(super) fn route_m(&self) -> Result<f64, StoryError> {
        let route_m = self.field(&self.story.route_m, "route_m", WAY_M)?;
        let lane_m = self.route.length_m();
        if route_m <= lane_m {
            return Ok(route_m);
        }
        let message = format!(
            "ego's lane ends {lane_m:.0} m ahead, with no way straight on, before the {route_m:.0} m of `route_m`; \
             shorten it, or let ego start elsewhere"
        );
        Err(self.story.error(&[Mark::Word("route_m")], message))
    }

    /// The width of ego's lane, which must be one to drive on.
    pub(super) fn ego_lane_width_m(&self) -> Result<f64, StoryError> {
        let start = self.route.pose_at(0.0, 0.0).position();
        let lane = self.road.locate(start).ok_or_else(|| {
            let at = &self.story.ego.at;
            let message = format!(
                "lane {} of `{}` is none to drive on; ego starts on a driving lane",
                at.lane, at.road
            );
            let marks = [Mark::Word("ego"), Mark::Word("lane")];
            self.story.error(&marks, message)
        })?;
        Ok(lane.width_m)
    }

    /// Whether everyone starts by the road, and nobody inside another.
    pub(super) fn check_places(&self, placed: &[(StageActor, Motion)]) -> Result<(), StoryError> {
        let mut taken = vec![("ego", Footprint::of_ego(self.route.pose_at(0.0, 0.0)))];
        for (actor, _) in placed {
            let place = Footprint::of_actor(actor.world_from_actor, actor.model);
            if !is_by_the_road(&self.road, actor.world_from_actor.position()) {
                let message = format!(
                    "`{}` would start more than {BESIDE_M} m away from every driving lane",
                    actor.name
                );
                return Err(self.misplaced(&actor.name, message));
            }
            if let Some((other, _)) = taken.iter().find(|(_, other)| other.overlaps(&place)) {
                let message = format!("`{}` would start inside `{other}`", actor.name);
                return Err(self.misplaced(&actor.name, message));
            }
            taken.push((&actor.name, place));
        }
        Ok(())
    }
}

/// Whether a driving lane lies within [`BESIDE_M`] of a point, looked for on rings around it.
fn is_by_the_road(road: &Road, point: Point2) -> bool {
    const STEP_M: f64 = 2.0;
    const DIRECTIONS: u32 = 16;
    let mut rings = (0..=(BESIDE_M / STEP_M) as u32).map(|ring| STEP_M * f64::from(ring));
    rings.any(|radius_m| {
        let mut directions = (0..DIRECTIONS)
            .map(|direction| core::f64::consts::TAU * f64::from(direction) / f64::from(DIRECTIONS));
        directions.any(|yaw_rad| {
            let (x_m, y_m) = (radius_m * cos(yaw_rad), radius_m * sin(yaw_rad));
            road.locate(Point2::new(point.x_m + x_m, point.y_m + y_m))
                .is_some()
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::parse::tests::assert_refused;

    #[test]
    fn numbers_that_make_no_sense_are_refused_at_their_place() {
        assert_refused(&[
            (
                "duration_s: 10.0",
                "duration_s: -20.0",
                "test.ron:17:5: `duration_s` is -20; it must lie within 0.01..3600",
            ),
            (
                r#"set_speed_mps: "$speed""#,
                "set_speed_mps: -5",
                "test.ron:6:5: `set_speed_mps` is -5; it must lie within 0..70",
            ),
            (
                "gap(m: 60.0)",
                "gap(m: 60.0), speed_mps: -3",
                "test.ron:10:61: `speed_mps` is -3",
            ),
            (
                r#"to_mps: "2 * $speed""#,
                r#"to_mps: 4, over: (span: rate("0 - $speed"))"#,
                "test.ron:14:52: `span` is -",
            ),
            (
                "no_collision",
                "min_ttc(at_least_s: -1)",
                "test.ron:19:16: `min_ttc` is -1",
            ),
            (
                "[no_collision]",
                "[]",
                "test.ron:19:5: a story without criteria",
            ),
        ]);
    }

    #[test]
    fn parameters_and_levels_must_fit_together() {
        assert_refused(&[
            (
                "jitter: 2.0",
                "jitter: -1.0",
                "test.ron:7:77: the jitter of `speed` is -1",
            ),
            (
                "(5.0, 20.0)",
                "(20.0, 5.0)",
                "test.ron:7:57: the range 20..5 of `speed` is empty",
            ),
            (
                "[5.0, 10.0]",
                "[10.0, 5.0, 12.0]",
                "test.ron:8:38: the levels of `speed` go up and down",
            ),
            (
                "[5.0, 10.0]",
                "[10.0, 50.0]",
                "test.ron:8:38: the level 50 of `speed` lies outside its range 5..20",
            ),
            (
                "jitter: 2.0)",
                r#"jitter: 2.0), "gap": (about: "m", default: 1.0, range: (0.0, 2.0))"#,
                "test.ron:7:92: nothing uses `gap`",
            ),
        ]);
    }

    #[test]
    fn what_can_never_happen_and_what_is_named_twice_is_refused() {
        let again = r#"]),
        (name: "go", when: simulation_time(greater_than(1.0)), actions: [speed(actor: "lead", to_mps: 1.0)]),"#;
        assert_refused(&[
            (
                "less_than(2.0)",
                r#"less_than("0 - $speed")"#,
                "test.ron:13:70: `less_than` needs a number above 0 here, not -",
            ),
            (
                "]),\n    ],\n    duration_s",
                &format!("{again}\n    ],\n    duration_s"),
                "test.ron:16:17: another event is named `go` too",
            ),
            (
                r#"speed(actor: "lead", to_mps: "2 * $speed")"#,
                r#"lane_change(actor: "lead", lanes: -1, over: (span: time_s(2)))"#,
                "test.ron:14:13: lane -2 of `main`, to which `lead` would change,",
            ),
            (
                r#"from: "ego", to"#,
                "from: ego, to",
                "test.ron:13:46: Expected string; names and expressions stand in quotes",
            ),
        ]);
    }

    #[test]
    fn an_expression_is_found_where_it_stands_and_not_where_its_text_names_something() {
        assert_refused(&[
            (
                "less_than(2.0)",
                r#"less_than("speed")"#,
                "test.ron:13:81: expected a number, `$parameter` or `(` in `speed`; did you mean `$speed`?",
            ),
            (
                r#"to_mps: "2 * $speed""#,
                r#"to_mps: "lead""#,
                "test.ron:14:43: expected a number",
            ),
            (
                r#"to_mps: "2 * $speed""#,
                r#"to_mps: "9 m/s""#,
                "test.ron:14:45: numbers carry no unit",
            ),
        ]);
    }

    #[test]
    fn what_never_comes_is_refused() {
        assert_refused(&[
            (
                r#"to: "lead", is"#,
                r#"to: "ego", is"#,
                "test.ron:13:59: `ego` is compared with itself",
            ),
            (
                r#"time_headway(from: "ego", to: "lead", is: less_than(2.0))"#,
                "simulation_time(greater_than(25.0))",
                "test.ron:13:44: the story ends at 10 s: this never comes",
            ),
            (
                "route_m: 40.0",
                "route_m: 9000.0",
                "test.ron:18:5: ego's lane ends",
            ),
        ]);
    }

    #[test]
    fn nobody_starts_in_the_fields_or_inside_another_and_ego_on_a_driving_lane() {
        assert_refused(&[
            (
                "gap(m: 60.0)",
                "gap(m: 60.0, left_m: -60.0)",
                "test.ron:10:43: `lead` would start more than 30 m away",
            ),
            (
                "gap(m: 60.0)",
                "gap(m: 6450.0)",
                "test.ron:10:43: `lead` would start more",
            ),
            (
                "gap(m: 60.0)",
                "ahead(m: 3.0)",
                "test.ron:10:43: `lead` would start inside `ego`",
            ),
            (
                "lane: -1",
                "lane: -3",
                "test.ron:5:30: lane -3 of `main` is none to drive on",
            ),
            ("lane: -1", "lane: -7", "test.ron:5:11:"),
        ]);
    }
}
