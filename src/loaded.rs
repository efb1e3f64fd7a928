//! A network that takes part in runs: read once, seated as often as stories are played.

use std::path::Path;

use anyhow::{Result, bail};
use perception::card::Card;
use perception::foreign::Foreign;
use perception::nets::Net;
use perception::network::{Backend, Network};
use perception::quantization::Ranges;
use perception::weights;

use crate::models::{Assets, Who};
use crate::perceiver::{Perceiver, Trained};
use crate::record::NetworkFacts;

/// A network in memory.
pub enum Loaded {
    /// One of this product.
    Own(Box<Own>),
    /// One from an ONNX file.
    Foreign(Foreign),
}

/// A network of this product.
pub struct Own {
    card: Card,
    net: Net,
    /// What it needs to run in int8, if it shall.
    ranges: Option<Ranges>,
}

impl Own {
    fn open(who: &Who, assets: Option<&Path>) -> Result<Self> {
        let path = Assets::find(assets)?.weights(who);
        let (card, net) = weights::load(&path)?;
        let ranges = match who.single() {
            Some(_) => Some(Ranges::load(&path, &card.weights_digest)?),
            None => None,
        };
        Ok(Self { card, net, ranges })
    }
}

impl Loaded {
    /// Reads the network that `who` sees with.
    ///
    /// # Errors
    /// When its file is missing, damaged, or not what it should be.
    pub fn open(who: &Who, assets: Option<&Path>) -> Result<Self> {
        Ok(match who {
            Who::Onnx(file) => Self::Foreign(Foreign::load(file)?),
            _ => Self::Own(Box::new(Own::open(who, assets)?)),
        })
    }

    /// Reads a network of this product from its weights.
    ///
    /// # Errors
    /// When they are missing, damaged, or not what their card says.
    pub fn from_weights(path: &Path) -> Result<Self> {
        let (card, net) = weights::load(path)?;
        Ok(Self::Own(Box::new(Own {
            card,
            net,
            ranges: None,
        })))
    }

    /// Somebody who sees with it.
    ///
    /// # Errors
    /// When the network does not fit its runner.
    pub fn perceiver(&self, backend: Backend) -> Result<Box<dyn Perceiver>> {
        Ok(match self {
            Self::Own(_) => Box::new(Trained::new(self.own_network(backend)?)),
            Self::Foreign(foreign) => Box::new(Trained::new(foreign.clone())),
        })
    }

    /// A runner over the weights of a network of this product.
    ///
    /// # Errors
    /// When it is a foreign one, or does not fit its runner.
    pub fn own_network(&self, backend: Backend) -> Result<Network> {
        match self {
            Self::Own(own) => Ok(match &own.ranges {
                Some(ranges) => Network::int8(&own.net, ranges, backend)?,
                None => Network::new(own.net.clone(), backend)?,
            }),
            Self::Foreign(_) => bail!("a network from an ONNX file has its own runner"),
        }
    }

    /// Its size, costs and digest.
    pub fn facts(&self) -> NetworkFacts {
        match self {
            Self::Own(own) => NetworkFacts {
                parameters: own.card.parameters as u64,
                flops: own.card.flops,
                weights_digest: own.card.weights_digest.clone(),
            },
            Self::Foreign(foreign) => NetworkFacts {
                parameters: foreign.parameters() as u64,
                flops: foreign.flops(),
                weights_digest: foreign.digest().to_owned(),
            },
        }
    }
}
