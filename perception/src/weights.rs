//! Networks on disk: safetensors with a card.

use std::collections::BTreeMap;
use std::path::Path;

use candle_core::{DType, Device, Tensor};

use crate::card::{Card, Origin};
use crate::error::Error;
use crate::files::{digest, write_whole};
use crate::nets::{Net, NetConfig};

/// Above this many parameters weights are saved in half precision, to keep the repository small.
const HALF_PRECISION_ABOVE: usize = 1_000_000;

/// Saves a network: `weights` (a `.safetensors` file) and its card beside it.
///
/// # Errors
/// If a file cannot be written.
pub fn save(net: &Net, weights: &Path, origin: Origin) -> Result<Card, Error> {
    let parameters = net.config().parameters()?;
    let kind = if parameters > HALF_PRECISION_ABOVE {
        DType::F16
    } else {
        DType::F32
    };
    let tensors = net
        .tensors()
        .into_iter()
        .map(|(name, tensor)| Ok((name, tensor.to_dtype(kind)?)))
        .collect::<Result<Vec<_>, Error>>()?;
    let bytes = safetensors::serialize(tensors, None).map_err(candle_core::Error::wrap)?;
    let card = Card {
        origin,
        architecture: net.config().clone(),
        parameters,
        flops: net.config().flops()?,
        weights_digest: digest([&bytes[..]]),
    };
    write_whole(weights, &bytes).map_err(|source| Error::File {
        path: weights.to_owned(),
        source,
        remedy: "check that the folder exists and can be written to",
    })?;
    card.save(weights)?;
    Ok(card)
}

/// Loads a network and its card.
///
/// # Errors
/// If a file is missing, the weights are not the ones the card describes, or card and weights do not fit together;
/// each names the file and what to do.
pub fn load(weights: &Path) -> Result<(Card, Net), Error> {
    let bytes = std::fs::read(weights).map_err(|source| Error::File {
        path: weights.to_owned(),
        source,
        remedy: "train the network, or fetch its weights again",
    })?;
    let card = Card::load(weights)?;
    let wrong = |problem: String| Error::Content {
        path: weights.to_owned(),
        problem,
        remedy: "fetch weights and card again, together, or train the network again",
    };
    let digest = digest([&bytes[..]]);
    if digest != card.weights_digest {
        let expected = &card.weights_digest;
        return Err(wrong(format!(
            "is damaged or not its card's: SHA-256 {digest}, not {expected}"
        )));
    }
    let tensors = parse(&bytes).map_err(|e| wrong(format!("is no safetensors file: {e}")))?;
    let net = fit(&card.architecture, &tensors)
        .map_err(|e| wrong(format!("does not fit its card: {e}")))?;
    Ok((card, net))
}

fn parse(bytes: &[u8]) -> Result<BTreeMap<String, Tensor>, Error> {
    let tensors = candle_core::safetensors::load_buffer(bytes, &Device::Cpu)?;
    let single = |(name, tensor): (String, Tensor)| Ok((name, tensor.to_dtype(DType::F32)?));
    tensors.into_iter().map(single).collect()
}

fn fit(config: &NetConfig, tensors: &BTreeMap<String, Tensor>) -> Result<Net, Error> {
    Net::from_tensors(config, tensors)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    /// A saved student in a folder of its own.
    fn saved(test: &str) -> PathBuf {
        let folder =
            std::env::temp_dir().join(format!("understudy-weights-{test}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let weights = folder.join("student.safetensors");
        let net = Net::new(&NetConfig::student(), 3).unwrap();
        let origin = Origin {
            name: "student".to_owned(),
            seed: 3,
            scores: BTreeMap::from([("segmentation.miou".to_owned(), 0.5)]),
            ..Origin::default()
        };
        save(&net, &weights, origin).unwrap();
        weights
    }

    /// Path, problem and remedy must all be told.
    fn assert_refused(weights: &Path, problem: &str) {
        let message = load(weights).err().unwrap().to_string();
        assert!(
            message.contains(problem) && message.contains("student"),
            "{message}"
        );
        assert!(
            message.contains("again") || message.contains("train"),
            "{message}"
        );
    }

    #[test]
    fn a_saved_network_comes_back_to_the_bit_with_its_card() {
        let weights = saved("round");
        let (card, net) = load(&weights).unwrap();
        let stem = |net: &Net| {
            net.tensors()["stem.weight"]
                .flatten_all()
                .unwrap()
                .to_vec1::<f32>()
                .unwrap()
        };
        assert_eq!(
            stem(&net),
            stem(&Net::new(&NetConfig::student(), 3).unwrap())
        );
        assert_eq!(card.origin.scores["segmentation.miou"], 0.5);
        assert_eq!(card.parameters, NetConfig::student().parameters().unwrap());
    }

    #[test]
    fn saving_twice_writes_the_same_bytes() {
        let (one, two) = (saved("one"), saved("two"));
        assert_eq!(std::fs::read(one).unwrap(), std::fs::read(two).unwrap());
    }

    #[test]
    fn missing_files_are_named() {
        let weights = saved("missing");
        std::fs::remove_file(Card::path(&weights)).unwrap();
        assert_refused(&weights, "student.json");
        std::fs::remove_file(&weights).unwrap();
        assert_refused(&weights, "cannot access");
    }

    #[test]
    fn a_damaged_file_is_refused() {
        let weights = saved("damaged");
        let mut bytes = std::fs::read(&weights).unwrap();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        std::fs::write(&weights, bytes).unwrap();
        assert_refused(&weights, "is damaged");
    }

    #[test]
    fn a_card_of_another_network_is_refused() {
        let weights = saved("card");
        let mut card = Card::load(&weights).unwrap();
        card.architecture.decoder = 32;
        card.save(&weights).unwrap();
        assert_refused(&weights, "its architecture has");
        card.parameters = card.architecture.parameters().unwrap();
        card.flops = card.architecture.flops().unwrap();
        card.save(&weights).unwrap();
        assert_refused(&weights, "does not fit its card");
    }

    #[test]
    fn large_networks_are_saved_in_half_precision() {
        let net = Net::new(&NetConfig::teacher(), 1).unwrap();
        let weights = saved("half").with_file_name("student-large.safetensors");
        let card = save(&net, &weights, Origin::default()).unwrap();
        let size = std::fs::metadata(&weights).unwrap().len() as usize;
        assert!(card.parameters > HALF_PRECISION_ABOVE && size < card.parameters * 5 / 2);
        assert!(load(&weights).is_ok());
    }
}
