//! The built-in stories, the ladders of Euro NCAP's test speeds, and stories from files.

use std::path::Path;

use crate::naming::did_you_mean;
use crate::story::{Story, StoryError};

/// Names and texts of the story files of a folder.
macro_rules! stories {
    ($folder:literal, $($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../", $folder, "/", $name, ".ron")))),*]
    };
}

/// Every built-in story: its name and its text, in alphabetical order.
const STORIES: &[(&str, &str)] = stories![
    "catalog",
    "child_from_parked_cars",
    "cut_in",
    "cut_in_dropped_frames",
    "cut_in_dusk",
    "cut_in_fog",
    "cut_in_rain",
    "cut_out_reveal",
    "cyclist_crossing",
    "free_winding",
    "green_light",
    "lead_brakes_hard",
    "oncoming_and_pavement",
    "pedestrian_far",
    "pedestrian_near",
    "pedestrian_near_dusk",
    "pedestrian_near_fog",
    "pedestrian_near_frozen",
    "pedestrian_near_night",
    "red_light",
    "red_light_dusk",
    "red_light_fog",
    "slow_lead",
    "slow_lead_camera_dies",
    "stationary_lead",
    "stationary_lead_dirt",
    "stationary_lead_dusk",
    "stationary_lead_fog",
    "stationary_lead_rainy_night",
    "stop_and_go",
];

/// Every ladder: its name and its text, cars before people.
const LADDERS: &[(&str, &str)] = stories![
    "ladders", "ccrs", "ccrm", "ccrb", "cpna", "cpfa", "cpnco", "cbna",
];

/// Names of the built-in stories in alphabetical order.
pub fn names() -> impl Iterator<Item = &'static str> {
    STORIES.iter().map(|story| story.0)
}

/// Names of the ladders: stories whose levels of difficulty are Euro NCAP's tests. They are loaded like any other
/// built-in story, but are none of [`names`].
pub fn ladder_names() -> impl Iterator<Item = &'static str> {
    LADDERS.iter().map(|story| story.0)
}

/// Loads a built-in story or a ladder by name.
///
/// # Errors
/// When there is no story of that name, with those there are.
pub fn load(name: &str) -> Result<Story, StoryError> {
    Story::parse(name, &format!("{name}.ron"), text(name)?, |base| {
        text(base).map(str::to_owned)
    })
}

/// Loads a story from a file. A variant finds its base beside it, or among the built-in stories.
///
/// # Errors
/// When the file cannot be read or is not a story.
pub fn load_path(path: &Path) -> Result<Story, StoryError> {
    let read = |path: &Path| {
        std::fs::read_to_string(path).map_err(|source| StoryError::Read {
            path: path.to_owned(),
            source,
        })
    };
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let content = read(path)?;
    Story::parse(&name, &path.display().to_string(), &content, |base| {
        let beside = path.with_file_name(format!("{base}.ron"));
        if beside.is_file() {
            read(&beside)
        } else {
            text(base).map(str::to_owned)
        }
    })
}

fn text(name: &str) -> Result<&'static str, StoryError> {
    let mut all = STORIES.iter().chain(LADDERS);
    let found = all.find(|story| story.0 == name);
    found
        .map(|story| story.1)
        .ok_or_else(|| StoryError::Unknown {
            name: name.to_owned(),
            known: format!(
                "{}the catalog has {}; the ladders are {}",
                did_you_mean(name, &names().chain(ladder_names()).collect::<Vec<_>>()),
                names().collect::<Vec<_>>().join(", "),
                ladder_names().collect::<Vec<_>>().join(", ")
            ),
        })
}
