//! The card beside a network's weights: what it is, where it comes from, how well it sees.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::files::write_whole;
use crate::nets::NetConfig;

/// Where a network comes from and how well it does; the part of a [`Card`] that its trainer knows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    /// Its name, as in `teacher`.
    pub name: String,
    /// The seed of its first weights and of its training.
    pub seed: u64,
    /// SHA-256 of the recipe it was trained with, in hexadecimal.
    pub recipe_digest: String,
    /// That recipe.
    pub recipe: serde_json::Value,
    /// SHA-256 of the data set it was trained on.
    pub data_digest: String,
    /// `weights_digest` of its teacher, if it had one.
    pub teacher_digest: Option<String>,
    /// Any figures by name, as in `segmentation.miou`.
    pub scores: BTreeMap<String, f64>,
}

/// Everything known about one network, saved as JSON beside its weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// Where it comes from.
    #[serde(flatten)]
    pub origin: Origin,
    /// Its sizes.
    pub architecture: NetConfig,
    /// Numbers that learning moved.
    pub parameters: usize,
    /// Floating-point operations for one frame.
    pub flops: u64,
    /// SHA-256 of the weights' file, in hexadecimal.
    pub weights_digest: String,
}

impl Card {
    /// Where the card of these weights lies: `teacher.json` beside `teacher.safetensors`.
    pub fn path(weights: &Path) -> PathBuf {
        weights.with_extension("json")
    }

    /// Reads the card of these weights.
    ///
    /// # Errors
    /// If it is missing, is no card, or its figures are not those of its architecture.
    pub fn load(weights: &Path) -> Result<Self, Error> {
        let path = Self::path(weights);
        let text = std::fs::read_to_string(&path).map_err(|source| Error::File {
            path: path.clone(),
            source,
            remedy: "every network needs its card; fetch both files again or train it",
        })?;
        let wrong = |problem: String| Error::Content {
            path: path.clone(),
            problem,
            remedy: "fetch card and weights again, together",
        };
        let card: Self =
            serde_json::from_str(&text).map_err(|e| wrong(format!("is no network's card: {e}")))?;
        let (parameters, flops) = (card.architecture.parameters()?, card.architecture.flops()?);
        if (card.parameters, card.flops) != (parameters, flops) {
            return Err(wrong(format!(
                "says {} parameters and {} FLOPs, but its architecture has {parameters} and {flops}",
                card.parameters, card.flops
            )));
        }
        Ok(card)
    }

    /// Writes the card beside these weights.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, weights: &Path) -> Result<(), Error> {
        let path = Self::path(weights);
        let text = serde_json::to_string_pretty(self).expect("a card has no keys but strings");
        write_whole(&path, (text + "\n").as_bytes()).map_err(|source| Error::File {
            path,
            source,
            remedy: "check that the folder exists and can be written to",
        })
    }
}
