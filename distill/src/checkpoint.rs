//! The state of an unfinished training in one file: whole or absent.

use std::collections::BTreeMap;
use std::path::Path;

use candle_core::{Device, Tensor, Var};
use perception::ops::AdamW;

use crate::average::Average;
use crate::error::{Error, Result};
use perception::files::unfinished;

/// Key of the identity in the file's metadata.
const IDENTITY: &str = "identity";

/// What a training changes from step to step.
pub struct State {
    /// Weights and kept statistics by name.
    pub variables: BTreeMap<String, Var>,
    /// The optimiser with its moments; counts the steps.
    pub optimiser: AdamW,
    /// The running average.
    pub average: Average,
}

impl State {
    /// Saves everything. `identity` names the training.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, path: &Path, identity: &str) -> Result<()> {
        let mut tensors = BTreeMap::new();
        let mut keep = |prefix: &str, named: BTreeMap<String, Tensor>| {
            tensors.extend(
                named
                    .into_iter()
                    .map(|(name, t)| (format!("{prefix}/{name}"), t)),
            );
        };
        let variables = self.variables.iter();
        keep(
            "variable",
            variables
                .map(|(name, var)| (name.clone(), var.as_tensor().clone()))
                .collect(),
        );
        keep("optimiser", self.optimiser.state()?);
        keep("average", self.average.state(&self.variables)?);
        let metadata = [(IDENTITY.to_owned(), identity.to_owned())].into();
        let unfinished = unfinished(path);
        safetensors::serialize_to_file(&tensors, Some(metadata), &unfinished)
            .map_err(|error| Error::content(&unfinished, &error, "check that the disk has room"))?;
        std::fs::rename(&unfinished, path).map_err(Error::file(path))
    }

    /// Restores everything from a file of the same identity.
    ///
    /// # Errors
    /// If the file is damaged, or of another training.
    pub fn restore(&mut self, path: &Path, identity: &str) -> Result<()> {
        const REMEDY: &str = "name another output folder, or delete this one to start again";
        let refuse = |what: &dyn ToString| Error::content(path, &what.to_string(), REMEDY);
        let bytes = std::fs::read(path).map_err(Error::file(path))?;
        let (_, metadata) =
            safetensors::SafeTensors::read_metadata(&bytes).map_err(|error| refuse(&error))?;
        let found = metadata
            .metadata()
            .as_ref()
            .and_then(|metadata| metadata.get(IDENTITY));
        if found.map(String::as_str) != Some(identity) {
            return Err(refuse(
                &"belongs to another recipe, data set, teacher or network, or began with other weights",
            ));
        }
        let tensors = candle_core::safetensors::load_buffer(&bytes, &Device::Cpu)
            .map_err(|error| refuse(&error))?;
        let part = |prefix: &str| -> BTreeMap<String, Tensor> {
            let named = tensors.iter().filter_map(|(key, tensor)| {
                let name = key.strip_prefix(prefix)?.strip_prefix('/')?;
                Some((name.to_owned(), tensor.clone()))
            });
            named.collect()
        };
        let saved = part("variable");
        for (name, var) in &self.variables {
            let tensor = saved
                .get(name)
                .ok_or_else(|| refuse(&format!("lacks `{name}`")))?;
            var.set(tensor)?;
        }
        self.optimiser.restore(&part("optimiser"))?;
        self.average.restore(&part("average"))
    }
}
