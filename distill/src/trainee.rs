//! What the trainer asks of a network.

use std::collections::BTreeMap;

use candle_core::{Result, Tensor, Var};

/// A network that can be trained.
pub trait Trainee {
    /// Logits of every head, in their order, `[batch, positions, classes]`, for pictures
    /// `[batch, 128, 256, 3]`, as in training: statistics of the batch.
    ///
    /// # Errors
    /// If a tensor operation fails.
    fn forward_train(&self, images: &Tensor) -> Result<Vec<Tensor>>;

    /// The same, as in use: statistics kept from training.
    ///
    /// # Errors
    /// If a tensor operation fails.
    fn forward(&self, images: &Tensor) -> Result<Vec<Tensor>>;

    /// Everything that makes up the network's state by name: weights, and statistics it keeps.
    fn variables(&self) -> BTreeMap<String, Var>;
}
