//! From the text of a file to a [`Story`]: plain stories and variants of others, errors with their place.

use std::collections::BTreeMap;

use ron::extensions::Extensions;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::error::{Source, StoryError, unknown};
use super::{Difficulty, Parameter, Story, StoryWeather};

/// A story that is another one in different weather or with other parameters.
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
}

/// What a file holds, told by its first word.
#[derive(Debug, Deserialize)]
enum StoryFile {
    Story(Box<Story>),
    Variant(Box<Variant>),
}

impl Story {
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
        let source = Source {
            file: file.to_owned(),
            text: text.to_owned(),
        };
        let mut story = match read(&source)? {
            StoryFile::Story(story) => Story {
                sources: vec![source],
                ..*story
            },
            StoryFile::Variant(variant) => {
                let base_text = match base(&variant.base) {
                    Err(StoryError::Unknown { name, known }) => {
                        let place = source.find(&name, 0).unwrap_or((1, 1));
                        let message = format!("unknown story `{name}`; {known}");
                        return Err(source.error(place.0, place.1, message));
                    }
                    other => other?,
                };
                vary(&variant, &base_text, source)?
            }
        };
        name.clone_into(&mut story.name);
        story.check_parameters()?;
        Ok(story)
    }

    /// An error about the string `needle` of the file, `inside` characters into it.
    pub(super) fn error(&self, needle: &str, inside: usize, message: String) -> StoryError {
        for source in &self.sources {
            if let Some((line, column)) = source.find(needle, inside) {
                return source.error(line, column, message);
            }
        }
        self.sources[0].error(1, 1, message)
    }

    fn check_parameters(&self) -> Result<(), StoryError> {
        let names: Vec<&str> = self.parameters.keys().map(String::as_str).collect();
        let hard = &self.difficulty.parameter;
        let Some(parameter) = self.parameters.get(hard) else {
            return Err(self.error(hard, 0, unknown("parameter", hard, &names)));
        };
        if !self.difficulty.levels.contains(&parameter.default) {
            let default = parameter.default;
            let message = format!("the default {default} of `{hard}` is not among its levels");
            return Err(self.error(hard, 0, message));
        }
        for (name, parameter) in &self.parameters {
            let (low, high) = parameter.range;
            if !(low..=high).contains(&parameter.default) {
                let default = parameter.default;
                let message =
                    format!("the default {default} of `{name}` lies outside {low}..{high}");
                return Err(self.error(name, 0, message));
            }
        }
        Ok(())
    }
}

fn vary(variant: &Variant, base_text: &str, source: Source) -> Result<Story, StoryError> {
    let base_source = Source {
        file: format!("{}.ron", variant.base),
        text: base_text.to_owned(),
    };
    let StoryFile::Story(base) = read(&base_source)? else {
        let (line, column) = source.find(&variant.base, 0).unwrap_or((1, 1));
        let message = format!("`{}` is a variant itself; name its base", variant.base);
        return Err(source.error(line, column, message));
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
    story.parameters.extend(variant.parameters.clone());
    story.sources = vec![source, base_source];
    Ok(story)
}

fn read<T: DeserializeOwned>(source: &Source) -> Result<T, StoryError> {
    let extensions = Extensions::IMPLICIT_SOME | Extensions::UNWRAP_VARIANT_NEWTYPES;
    ron::Options::default()
        .with_default_extension(extensions)
        .from_str(&source.text)
        .map_err(|error| {
            let place = error.span.start;
            source.error(place.line, place.col, error.code.to_string())
        })
}
