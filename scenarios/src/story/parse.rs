//! From the text of a file to a [`Story`]: plain stories and variants of others, errors with their place.

use std::collections::BTreeMap;
use std::path::Path;

use ron::extensions::Extensions;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::error::StoryError;
use super::source::{Mark, Source};
use super::syntax::in_words;
use super::{Criterion, Difficulty, Event, Parameter, Story, StoryWeather};

/// A story that is another one in different weather, with other parameters or more events.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Variant {
    base: String,
    title: String,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    weather: Option<StoryWeather>,
    #[serde(default)]
    parameters: BTreeMap<String, Parameter>,
    #[serde(default)]
    difficulty: Option<Difficulty>,
    /// Happens besides what happens in the base.
    #[serde(default)]
    storyboard: Vec<Event>,
    /// Instead of the base's.
    #[serde(default)]
    criteria: Option<Vec<Criterion>>,
}

/// What a file holds, told by its first word.
#[derive(Debug, Deserialize)]
enum StoryFile {
    Story(Box<Story>),
    Variant(Box<Variant>),
}

impl Story {
    /// The folder of its file, from which the paths in it are looked for.
    pub(super) fn folder(&self) -> &Path {
        let file = self.sources.first().map_or("", |source| &source.file);
        Path::new(file).parent().unwrap_or(Path::new(""))
    }

    /// Reads a story from RON. `name` is its name, `file` what errors call the file; `base` gives the
    /// text of the story a variant names.
    ///
    /// # Errors
    /// With line and column when the text is not a story, or names a parameter it does not have.
    pub fn parse(
        name: &str,
        file: &str,
        text: &str,
        base: impl Fn(&str) -> Result<String, StoryError>,
    ) -> Result<Self, StoryError> {
        let source = Source::new(file, text);
        let mut story = match source.read()? {
            StoryFile::Story(story) => Story {
                sources: vec![source],
                ..*story
            },
            StoryFile::Variant(variant) => {
                let base_name = variant.base.trim_end_matches(".ron");
                let base_text = match base(base_name) {
                    Err(StoryError::Unknown { name, known }) => {
                        let message = format!(
                            "unknown story `{name}`; there is no {name}.ron beside this file, and {known}"
                        );
                        return Err(source.error_at(&name, message));
                    }
                    other => other?,
                };
                vary(&variant, &base_text, source)?
            }
        };
        name.clone_into(&mut story.name);
        story.check_parameters()?;
        story.check_criteria()?;
        Ok(story)
    }

    /// Its file as errors call it: the path, or the name in the catalog with its ending.
    pub fn place(&self) -> &str {
        &self.sources[0].file
    }

    /// The texts it was read from: its own, then its base's.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.sources.iter().map(|source| source.text.as_str())
    }

    /// An error about a place of the file.
    pub(super) fn error(&self, marks: &[Mark<'_>], message: String) -> StoryError {
        self.error_inside(marks, 0, message)
    }

    /// An error some characters behind a place of the file.
    pub(super) fn error_inside(
        &self,
        marks: &[Mark<'_>],
        inside: usize,
        message: String,
    ) -> StoryError {
        // Of equally good places the variant's own comes before its base's.
        let findings = self.sources.iter().rev();
        let findings = findings.map(|source| (source, source.find(marks)));
        match findings.max_by_key(|(_, finding)| finding.marks) {
            Some((source, finding)) => {
                let (line, column) = finding.place.unwrap_or((1, 1));
                source.error(line, column + inside, message)
            }
            None => self.sources[0].error(1, 1, message),
        }
    }
}

fn vary(variant: &Variant, base_text: &str, source: Source) -> Result<Story, StoryError> {
    let base_source = Source::new(&format!("{}.ron", variant.base), base_text);
    let StoryFile::Story(base) = base_source.read()? else {
        let message = format!("`{}` is a variant itself; name its base", variant.base);
        return Err(source.error_at(&variant.base, message));
    };
    let mut story = *base;
    story.title.clone_from(&variant.title);
    story.tags.extend(variant.tags.iter().cloned());
    if let Some(weather) = &variant.weather {
        story.weather = weather.clone();
    }
    if let Some(difficulty) = &variant.difficulty {
        story.difficulty = difficulty.clone();
    }
    if let Some(criteria) = &variant.criteria {
        story.criteria.clone_from(criteria);
    }
    story.storyboard.extend(variant.storyboard.iter().cloned());
    story.parameters.extend(variant.parameters.clone());
    story.sources = vec![source, base_source];
    Ok(story)
}

impl Source {
    /// What the text holds in RON.
    ///
    /// # Errors
    /// With line and column when it is something else.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, StoryError> {
        let extensions = Extensions::IMPLICIT_SOME | Extensions::UNWRAP_VARIANT_NEWTYPES;
        ron::Options::default()
            .with_default_extension(extensions)
            .from_str(&self.text)
            .map_err(|error| {
                let place = error.span.start;
                self.error(place.line, place.col, in_words(&error.code))
            })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::naming::list;

    /// A whole story, one thing per line.
    const STORY: &str = r#"Story(
    title: "A car stands.",
    kind: reaction,
    road: "straight",
    ego: (at: (road: "main", lane: -1, s_m: 50.0), speed_mps: "$speed"),
    set_speed_mps: "$speed",
    parameters: {"speed": (about: "m/s", default: 10.0, range: (5.0, 20.0), jitter: 2.0)},
    difficulty: (parameter: "speed", levels: [5.0, 10.0]),
    actors: [
        (name: "lead", models: ["sedan"], at: gap(m: 60.0)),
    ],
    storyboard: [
        (name: "go", when: time_headway(from: "ego", to: "lead", is: less_than(2.0)), actions: [
            speed(actor: "lead", to_mps: "2 * $speed"),
        ]),
    ],
    duration_s: 10.0,
    route_m: 40.0,
    criteria: [no_collision],
)"#;

    fn parse(text: &str) -> Result<Story, StoryError> {
        Story::parse("test", "test.ron", text, |name| match name {
            "standing" => Ok(STORY.to_owned()),
            _ => Err(StoryError::Unknown {
                name: name.to_owned(),
                known: format!(
                    "the catalog has {}",
                    list(["standing".to_owned()].into_iter())
                ),
            }),
        })
    }

    /// The error after replacing a piece of the story.
    fn error_with(from: &str, to: &str) -> String {
        assert!(STORY.contains(from), "{from}");
        let compiled = parse(&STORY.replacen(from, to, 1))
            .and_then(|story| story.compile(1, &BTreeMap::new()));
        compiled.map(|story| story.name).unwrap_err().to_string()
    }

    /// Asserts how the error begins that each replacement of a piece of the story meets.
    pub(in crate::story) fn assert_refused(cases: &[(&str, &str, &str)]) {
        for (from, to, expected) in cases {
            let error = error_with(from, to);
            assert!(error.starts_with(expected), "{error}\n{expected}");
        }
    }

    #[test]
    fn the_story_itself_is_right() {
        let story = parse(STORY).unwrap().compile(1, &BTreeMap::new()).unwrap();
        assert_eq!(story.stage.actors[0].name, "lead");
        assert!((8.0..=12.0).contains(&story.set_speed_mps) && story.set_speed_mps != 10.0);
    }

    #[test]
    fn unknown_words_are_named_with_their_place_and_the_known_ones() {
        assert_refused(&[
            (
                "route_m:",
                "rout_m:",
                "test.ron:18:5: unknown field `rout_m`; did you mean `route_m`? there is `title`",
            ),
            (
                "no_collision",
                "no_crash",
                "test.ron:19:16: unknown word `no_crash`; there is `no_collision`",
            ),
            (
                "gap(m:",
                "gap(meters:",
                "test.ron:10:51: unknown field `meters`; `gap` has `m`",
            ),
            (
                r#"speed(actor: "lead", to_mps: "2 * $speed")"#,
                "fault(freez(for_s: 1.0))",
                "test.ron:14:19: unknown word `freez`; did you mean `freeze`? there is `drop_frames`,",
            ),
            ("kind: reaction", "kind: 3", "test.ron:3:11:"),
            (
                "[no_collision]",
                "[reaches(120.0)]",
                "test.ron:19:24: a word belongs here and not the number `120.0`",
            ),
            (
                r#"at: (road: "main""#,
                r#"at: lane(road: "main""#,
                "test.ron:5:15: `lane` does not belong here; the fields stand in brackets",
            ),
            (
                "    route_m: 40.0,\n",
                "",
                "test.ron:19:1: the field `route_m` is missing",
            ),
        ]);
    }

    #[test]
    fn unknown_names_are_found_in_the_text() {
        assert_refused(&[
            (
                r#"actor: "lead""#,
                r#"actor: "lead2""#,
                "test.ron:14:27: unknown actor `lead2`; did you mean `lead`? this story has `ego` and `lead`",
            ),
            (
                r#"speed(actor: "lead", to_mps: "2 * $speed")"#,
                "fault(dirt(cover: 30, for_s: 2))",
                "test.ron:14:13: `cover` of `dirt` is 30; it must lie within 0..1",
            ),
            (
                r#"["sedan"]"#,
                r#"["sedn"]"#,
                "test.ron:10:34: unknown model `sedn`; did you mean `sedan`? there is `hatchback`,",
            ),
            (
                r#"lead", to_mps: "2 * $speed"#,
                r#"lead", to_mps: "2 * $sped"#,
                "test.ron:14:47: unknown parameter `$sped`; did you mean `$speed`? this story has `$speed`",
            ),
            (
                r#"parameter: "speed""#,
                r#"parameter: "sped""#,
                "test.ron:8:30: unknown parameter `sped`; did you mean `speed`?",
            ),
            (
                "[5.0, 10.0]",
                "[5.0, 11.0]",
                "test.ron:8:38: the default 10 of `speed` is not among its levels",
            ),
            (
                r#"name: "lead""#,
                r#"name: "ego""#,
                "test.ron:10:17: the name `ego` is taken",
            ),
        ]);
    }

    #[test]
    fn an_unknown_road_names_the_library() {
        let error = error_with(r#"road: "straight""#, r#"road: "strait""#);
        assert!(
            error.contains("`strait`; did you mean `straight`?") && error.contains("`winding`"),
            "{error}"
        );
    }

    #[test]
    fn an_override_must_exist_and_lie_in_range() {
        let story = parse(STORY).unwrap();
        let with =
            |name: &str, value| story.compile(1, &BTreeMap::from([(name.to_owned(), value)]));
        assert_eq!(with("speed", 7.0).unwrap().set_speed_mps, 7.0);
        let unknown = with("sped", 7.0).unwrap_err().to_string();
        assert_eq!(
            unknown,
            "story `test`: unknown parameter `sped`; did you mean `speed`? this story has `speed`"
        );
        let outside = with("speed", 70.0).unwrap_err().to_string();
        assert_eq!(
            outside,
            "story `test`: parameter `speed` is 70; it must lie within 5..20"
        );
    }

    #[test]
    fn a_variant_changes_what_it_says_and_nothing_else() {
        let variant = parse(
            r#"Variant(base: "standing", title: "In fog.", tags: ["fog"], weather: (visibility_m: 80.0))"#,
        )
        .unwrap();
        assert_eq!(variant.title, "In fog.");
        let compiled = variant.compile(1, &BTreeMap::new()).unwrap();
        assert_eq!(compiled.stage.weather.visibility_m, Some(80.0));
        assert_eq!(compiled.stage.actors.len(), 1);
    }

    #[test]
    fn rain_and_night_are_values_that_follow_parameters() {
        let variant = parse(
            r#"Variant(base: "standing", title: "?", weather: (sun_elevation_deg: "0 - $speed", rain_mm_per_h: "2 * $speed"))"#,
        )
        .unwrap();
        let overrides = BTreeMap::from([("speed".to_owned(), 12.0)]);
        let weather = variant.compile(1, &overrides).unwrap().stage.weather;
        assert!((weather.sun_elevation_rad.to_degrees() + 12.0).abs() < 1e-9);
        assert_eq!(weather.rain_mm_per_h, 24.0);
    }

    #[test]
    fn a_variant_of_nothing_says_what_there_is() {
        let error = parse("Variant(\n  base: \"standng\", title: \"?\")")
            .unwrap_err()
            .to_string();
        assert_eq!(
            error,
            "test.ron:2:10: unknown story `standng`; there is no standng.ron beside this file, and the catalog has standing"
        );
    }
}
