//! Where the shipped networks and their recorded latencies are found.

use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context, Result, bail};
use drive::latency::LatencyProfile;
use scenarios::naming::unknown_of;

/// What the names of foreign networks begin with; the path of their file follows.
const ONNX: &str = "onnx:";

/// Who can take a seat.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// The labels of the frame itself.
    Truth,
    /// The large network.
    Teacher,
    /// The compact network, distilled.
    Student,
    /// The compact network trained on hard labels only, the student's control.
    HardLabelStudent,
    /// The large network in int8.
    Int8Teacher,
    /// The compact network in int8.
    Int8Student,
    /// A foreign network: an ONNX file that keeps the contract.
    Onnx(PathBuf),
}

impl Who {
    /// Everyone with a name of their own, in the order of tables.
    pub const ALL: [Who; 6] = [
        Who::Truth,
        Who::Teacher,
        Who::Student,
        Who::HardLabelStudent,
        Who::Int8Teacher,
        Who::Int8Student,
    ];

    /// The name on the command line, in files and in tables.
    pub fn name(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Who::Truth => "truth",
            Who::Teacher => "teacher",
            Who::Student => "student",
            Who::HardLabelStudent => "hard_label_student",
            Who::Int8Teacher => "int8_teacher",
            Who::Int8Student => "int8_student",
            Who::Onnx(file) => return Cow::Owned(format!("{ONNX}{}", file.display())),
        })
    }

    /// Who has the same weights in single precision, of those that run in int8.
    pub fn single(&self) -> Option<Who> {
        match self {
            Who::Int8Teacher => Some(Who::Teacher),
            Who::Int8Student => Some(Who::Student),
            _ => None,
        }
    }

    /// Whether it looks at pixels.
    pub fn is_network(&self) -> bool {
        *self != Who::Truth
    }
}

impl fmt::Display for Who {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.name())
    }
}

impl FromStr for Who {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.strip_prefix(ONNX) {
            Some("") => bail!("`{ONNX}` needs a file: write {ONNX}FILE"),
            Some(file) => return Ok(Who::Onnx(PathBuf::from(file))),
            None => {}
        }
        let Some(who) = Who::ALL.into_iter().find(|who| who.name() == text) else {
            let known = Who::ALL.map(|who| who.name());
            let known = known.each_ref().map(|name| &**name);
            bail!(
                "{}; {ONNX}FILE is a network of your own",
                unknown_of("driver", text, "there is", &known)
            );
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

    /// The weights of a shipped network.
    pub fn weights(&self, who: &Who) -> PathBuf {
        let single = who.single();
        let who = single.as_ref().unwrap_or(who);
        self.folder
            .join("models")
            .join(format!("{}.safetensors", who.name()))
    }

    /// The packs of stories that are shipped.
    pub fn packs(&self) -> PathBuf {
        self.folder.join("packs")
    }

    /// The recorded latency of a shipped network.
    pub fn latency_file(&self, who: &Who) -> PathBuf {
        self.folder
            .join("latency")
            .join(format!("{}.json", who.name()))
    }
}

/// The file of a user's own latencies: the place itself, or in a folder the file that bears the network's name.
///
/// # Errors
/// When a folder has no file for that network; the message names the remedy.
pub fn profile_file(place: &Path, who: &Who) -> Result<PathBuf> {
    if !place.is_dir() {
        return Ok(place.to_owned());
    }
    let files = ["json", "txt"].map(|ending| place.join(format!("{who}.{ending}")));
    let Some(found) = files.iter().find(|file| file.is_file()) else {
        bail!(
            "no latencies of {who} in {}; put them into {who}.txt there, milliseconds, one a line",
            place.display()
        );
    };
    Ok(found.clone())
}

/// Reads a latency profile: as `understudy profile` writes it, or plain milliseconds, one a line, where what follows a
/// `#` is a remark.
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
    let profile = if text.trim_start().starts_with('{') {
        serde_json::from_str(&text)
            .with_context(|| format!("{} is not a latency profile", path.display()))?
    } else {
        plain_profile(path, &text)?
    };
    profile
        .validate()
        .with_context(|| format!("in {}", path.display()))?;
    Ok(profile)
}

fn plain_profile(path: &Path, text: &str) -> Result<LatencyProfile> {
    let mut samples_ms = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let number = line.split('#').next().unwrap_or_default().trim();
        if number.is_empty() {
            continue;
        }
        samples_ms.push(number.parse().with_context(|| {
            format!(
                "{}:{}: `{number}` is no latency; write milliseconds, one a line",
                path.display(),
                index + 1
            )
        })?);
    }
    Ok(LatencyProfile {
        network: path.display().to_string(),
        machine: String::new(),
        conditions: None,
        scale: 1.0,
        samples_ms,
    })
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
            error.contains("`techer`; did you mean `teacher`?")
                && error.contains("`int8_teacher` and `int8_student`; onnx:FILE")
        );
    }

    #[test]
    fn latencies_of_a_car_computer_are_a_line_each_and_a_slip_is_named_with_its_line() {
        let folder = std::env::temp_dir().join(format!("understudy-car-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("student.txt"), "# car\n21.5\n\n30 # warm\n").unwrap();
        let file = profile_file(&folder, &Who::Student).unwrap();
        assert_eq!(read_profile(&file).unwrap().samples_ms, [21.5, 30.0]);
        let error = profile_file(&folder, &Who::Teacher)
            .unwrap_err()
            .to_string();
        assert!(error.contains("teacher.txt"), "{error}");
        std::fs::write(&file, "21.5\n20 ms\n").unwrap();
        let error = read_profile(&file).unwrap_err().to_string();
        assert!(error.contains("student.txt:2: `20 ms`"), "{error}");
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_foreign_network_is_named_by_its_file() {
        let who: Who = "onnx:models/other.onnx".parse().unwrap();
        assert_eq!(who, Who::Onnx(PathBuf::from("models/other.onnx")));
        assert_eq!(who.to_string(), "onnx:models/other.onnx");
        assert!(who.is_network());
        let error = "onnx:".parse::<Who>().unwrap_err().to_string();
        assert!(error.contains("onnx:FILE"));
    }
}
