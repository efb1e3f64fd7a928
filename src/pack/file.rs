//! A pack as its file says it: which stories, how many seeds, who drives, how late, and the baseline.

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use drive::latency::LatencyMode;
use scenarios::catalog;
use scenarios::naming::unknown_of;
use scenarios::story::{Source, Story, StoryError};
use serde::Deserialize;

use super::tolerance::{QUANTITIES, Tolerance, Tolerances};
use crate::models::{Assets, Who};

/// The pack that is meant when none is named.
pub const CATALOG: &str = "catalog";

/// The words of the file. Paths in it are relative to it.
#[derive(Debug, Deserialize)]
#[serde(rename = "Pack", deny_unknown_fields)]
struct Written {
    title: String,
    /// Names of the catalog or paths; the whole catalog when left out.
    #[serde(default)]
    stories: Option<Vec<String>>,
    /// Every story is driven with the seeds from 1 to this.
    #[serde(default = "one")]
    seeds: NonZeroU64,
    driver: String,
    #[serde(default)]
    shadow: Option<String>,
    #[serde(default = "no_latency")]
    latency: String,
    #[serde(default)]
    baseline: Option<String>,
    #[serde(default)]
    tolerances: BTreeMap<String, Tolerance>,
    /// Stories so close to the edge that their numbers are chance: only their verdict is compared.
    #[serde(default)]
    verdict_only: Vec<String>,
}

fn one() -> NonZeroU64 {
    NonZeroU64::MIN
}

fn no_latency() -> String {
    LatencyMode::None.to_string()
}

/// A pack: stories to drive and what is expected of them.
#[derive(Debug)]
pub struct Pack {
    /// Its name: the file's without ending.
    pub name: String,
    /// What it is for, as an English sentence.
    pub title: String,
    /// Its stories: as they are called on the command line, and read.
    pub stories: Vec<(String, Story)>,
    /// How many seeds each is driven with.
    pub seeds: u64,
    /// Who drives.
    pub driver: Who,
    /// Who watches.
    pub shadow: Option<Who>,
    /// When percepts arrive.
    pub latency: LatencyMode,
    /// Where the baseline is.
    pub baseline: Option<PathBuf>,
    /// How far each quantity may lie from it.
    pub tolerances: Tolerances,
    /// Driver, shadow and latency in the file's own words.
    pub words: CastWords,
}

/// Driver, shadow, latency and faults in words, paths as they were written: the same on every machine.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, Deserialize)]
pub struct CastWords {
    /// Who drives.
    pub driver: String,
    /// Who watches.
    pub shadow: Option<String>,
    /// When percepts arrive.
    pub latency: String,
    /// What goes wrong in every story.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<String>,
}

impl Pack {
    /// A shipped pack by its name, or one by the path of its file.
    ///
    /// # Errors
    /// When there is no such pack or its file has a mistake; the message names place and remedy.
    pub fn open(name: &str, assets: Option<&Path>) -> Result<Self> {
        let path = if is_path(name) {
            PathBuf::from(name)
        } else {
            shipped(name, &Assets::find(assets)?.packs())?
        };
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("cannot read the pack {}", path.display()))?;
        Self::parse(&path, &text)
    }

    fn parse(path: &Path, text: &str) -> Result<Self> {
        let source = Source::new(&path.display().to_string(), text);
        let written: Written = source.read()?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let at = |word: &str, message: String| source.error_at(word, message);
        let who = |word: &String| match word.parse::<Who>() {
            Ok(Who::Onnx(file)) => Ok(Who::Onnx(folder.join(file))),
            Ok(who) => Ok(who),
            Err(error) => Err(at(word, error.to_string())),
        };
        let latency = match written.latency.parse() {
            Ok(LatencyMode::Profile(file)) => LatencyMode::Profile(folder.join(file)),
            Ok(mode) => mode,
            Err(error) => return Err(at(&written.latency, error.to_string()).into()),
        };
        let stories = stories(written.stories, folder, &source)?;
        let mut tolerances = tolerances(&written.tolerances, &source)?;
        tolerances.verdict_only = verdict_only(written.verdict_only, &stories, &source)?;
        Ok(Self {
            name: file_stem(path),
            title: written.title,
            stories,
            seeds: written.seeds.get(),
            driver: who(&written.driver)?,
            shadow: written.shadow.as_ref().map(who).transpose()?,
            latency,
            baseline: written.baseline.map(|file| folder.join(file)),
            tolerances,
            words: CastWords {
                driver: written.driver,
                shadow: written.shadow,
                latency: written.latency,
                faults: Vec::new(),
            },
        })
    }
}

fn is_path(name: &str) -> bool {
    Path::new(name)
        .extension()
        .is_some_and(|extension| extension == "ron")
}

fn file_stem(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}

/// The file of a shipped pack.
fn shipped(name: &str, folder: &Path) -> Result<PathBuf> {
    let path = folder.join(format!("{name}.ron"));
    if path.is_file() {
        return Ok(path);
    }
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut known: Vec<String> = files
        .filter(|file| is_path(&file.file_name().to_string_lossy()))
        .map(|file| file_stem(&file.path()))
        .collect();
    known.sort();
    let there = format!("in {} there is", folder.display());
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    bail!(
        "{}; a pack of your own is named by its file, NAME.ron",
        unknown_of("pack", name, &there, &known)
    )
}

fn stories(
    written: Option<Vec<String>>,
    folder: &Path,
    source: &Source,
) -> Result<Vec<(String, Story)>, StoryError> {
    let names = written.unwrap_or_else(|| catalog::names().map(str::to_owned).collect());
    let mut stories: Vec<(String, Story)> = Vec::new();
    for name in names {
        let (called, story) = if is_path(&name) {
            let path = folder.join(&name);
            (path.display().to_string(), catalog::load_path(&path))
        } else {
            (name.clone(), catalog::load(&name))
        };
        let story = story.map_err(|error| match error {
            StoryError::Unknown { .. } | StoryError::Read { .. } => {
                source.error_at(&name, error.to_string())
            }
            other => other,
        })?;
        if stories.iter().any(|(_, other)| other.name == story.name) {
            let message = format!("the story `{}` is there twice", story.name);
            return Err(source.error_at(&name, message));
        }
        stories.push((called, story));
    }
    Ok(stories)
}

fn tolerances(
    written: &BTreeMap<String, Tolerance>,
    source: &Source,
) -> Result<Tolerances, StoryError> {
    Tolerances::with(written).map_err(|name| {
        let known: Vec<&str> = QUANTITIES.iter().map(|row| row.name).collect();
        source.error_at(&name, unknown_of("quantity", &name, "there is", &known))
    })
}

fn verdict_only(
    names: Vec<String>,
    stories: &[(String, Story)],
    source: &Source,
) -> Result<Vec<String>, StoryError> {
    for name in &names {
        if stories.iter().all(|(_, story)| story.name != *name) {
            let known: Vec<&str> = stories.iter().map(|(_, story)| &*story.name).collect();
            let message = unknown_of("story", name, "this pack has", &known);
            return Err(source.error_at(name, message));
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A whole pack, one thing per line.
    const PACK: &str = r#"Pack(
    title: "Two stories.",
    stories: ["cut_in", "red_light"],
    seeds: 2,
    driver: "student",
    latency: "profile:slow.json",
    baseline: "two.baseline.json",
    tolerances: {"min_ttc_s": (absolute: 0.5)},
    verdict_only: ["cut_in"],
)"#;

    fn parse(text: &str) -> Result<Pack> {
        Pack::parse(Path::new("packs/two.ron"), text)
    }

    #[test]
    fn paths_in_a_pack_are_relative_to_it() {
        let pack = parse(PACK).unwrap();
        assert_eq!((pack.name.as_str(), pack.stories.len()), ("two", 2));
        assert_eq!(pack.baseline.unwrap(), Path::new("packs/two.baseline.json"));
        assert_eq!(pack.latency, LatencyMode::Profile("packs/slow.json".into()));
        assert_eq!(pack.words.latency, "profile:slow.json");
    }

    #[test]
    fn a_pack_without_stories_holds_the_whole_catalog() {
        let pack = parse(r#"Pack(title: "All.", driver: "truth")"#).unwrap();
        assert_eq!(pack.stories.len(), catalog::names().count());
    }

    #[test]
    fn a_mistake_is_answered_with_its_place_and_the_alternatives() {
        for (from, to, place, remedy) in [
            (
                "seeds:",
                "seds:",
                "two.ron:4:5: unknown field `seds`; did you mean `seeds`?",
                "`seeds`",
            ),
            (
                "red_light",
                "red_ligth",
                "two.ron:3:26: unknown story `red_ligth`",
                "red_light,",
            ),
            ("red_light", "cut_in", "two.ron:3:", "twice"),
            (
                "student",
                "studnet",
                "two.ron:5:14: unknown driver `studnet`; did you mean `student`?",
                "hard_label_student",
            ),
            (
                "profile:slow.json",
                "fast",
                "two.ron:6:15: unknown latency",
                "fixed:MS",
            ),
            (
                "min_ttc_s",
                "min_ttc",
                "two.ron:8:19: unknown quantity `min_ttc`; did you mean `min_ttc_s`?",
                "`min_gap_m`",
            ),
            (
                "[\"cut_in\"]",
                "[\"cut\"]",
                "two.ron:9:21: unknown story `cut`",
                "`red_light`",
            ),
            ("absolute:", "absolut:", "two.ron:8:", "`relative`"),
            ("seeds: 2", "seeds: 0", "two.ron:4:", "nonzero"),
        ] {
            assert!(PACK.contains(from), "{from}");
            let error = parse(&PACK.replacen(from, to, 1)).unwrap_err().to_string();
            assert!(error.contains(place) && error.contains(remedy), "{error}");
        }
    }
}
