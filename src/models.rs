//! Where the shipped networks and their recorded latencies are found.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context, Result, bail};
use drive::latency::LatencyProfile;

/// Who can take a seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// The labels of the frame itself.
    Truth,
    /// The large network.
    Teacher,
    /// The compact network, distilled.
    Student,
    /// The compact network trained on hard labels only, the student's control.
    HardLabelStudent,
}

impl Who {
    /// Everyone, in the order of tables.
    pub const ALL: [Who; 4] = [
        Who::Truth,
        Who::Teacher,
        Who::Student,
        Who::HardLabelStudent,
    ];

    /// The name on the command line, in files and in tables.
    pub fn name(self) -> &'static str {
        match self {
            Who::Truth => "truth",
            Who::Teacher => "teacher",
            Who::Student => "student",
            Who::HardLabelStudent => "hard_label_student",
        }
    }

    /// Whether it looks at pixels.
    pub fn is_network(self) -> bool {
        self != Who::Truth
    }
}

impl fmt::Display for Who {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Who {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let Some(who) = Who::ALL.into_iter().find(|who| who.name() == text) else {
            let known: Vec<&str> = Who::ALL.iter().map(|who| who.name()).collect();
            bail!("unknown driver `{text}`; there are {}", known.join(", "));
        };
        Ok(who)
    }
}

/// The folder of shipped files.
#[derive(Debug, Clone)]
pub struct Assets {
    folder: PathBuf,
}

impl Assets {
    /// The folder given, or the first that exists of `assets` here and beside the program's checkout.
    ///
    /// # Errors
    /// When there is none; the message lists where was looked.
    pub fn find(given: Option<&Path>) -> Result<Self> {
        let places = given.map_or_else(usual_places, |folder| vec![folder.to_owned()]);
        let Some(folder) = places.iter().find(|place| place.is_dir()) else {
            let looked: Vec<String> = places
                .iter()
                .map(|place| place.display().to_string())
                .collect();
            bail!(
                "no assets folder found (looked at {}); name it with --assets",
                looked.join(", ")
            );
        };
        Ok(Self {
            folder: folder.clone(),
        })
    }

    /// The weights of a network.
    pub fn weights(&self, who: Who) -> PathBuf {
        self.folder
            .join("models")
            .join(format!("{}.safetensors", who.name()))
    }

    /// The recorded latency of a network.
    pub fn latency_file(&self, who: Who) -> PathBuf {
        self.folder
            .join("latency")
            .join(format!("{}.json", who.name()))
    }
}

/// Reads a latency profile.
///
/// # Errors
/// When the file is missing or damaged.
pub fn read_profile(path: &Path) -> Result<LatencyProfile> {
    let text = std::fs::read_to_string(path).with_context(|| {
        format!(
            "no latency profile at {}; record one with `understudy profile`",
            path.display()
        )
    })?;
    let profile: LatencyProfile = serde_json::from_str(&text)
        .with_context(|| format!("{} is not a latency profile", path.display()))?;
    profile
        .validate()
        .with_context(|| format!("in {}", path.display()))?;
    Ok(profile)
}

fn usual_places() -> Vec<PathBuf> {
    let beside_program = std::env::current_exe().ok().and_then(|program| {
        program
            .ancestors()
            .nth(3)
            .map(|checkout| checkout.join("assets"))
    });
    std::iter::once(PathBuf::from("assets"))
        .chain(beside_program)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_driver_is_answered_with_the_known_ones() {
        let error = "techer".parse::<Who>().unwrap_err().to_string();
        assert!(
            error.contains("`techer`")
                && error.contains("truth, teacher, student, hard_label_student")
        );
    }
}
