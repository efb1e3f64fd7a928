//! The hash chain that proves two runs equal: one link per tick, each over the one before.

use perception::files::hex;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// A SHA-256 chain.
#[derive(Debug, Clone, Default)]
pub struct DigestChain {
    state: [u8; 32],
}

impl DigestChain {
    /// Adds the exact value of something serializable (numbers to their last bit).
    pub fn link_value<T: Serialize>(&mut self, value: &T) {
        let bytes =
            serde_json::to_vec(value).expect("plain data with string keys always serializes");
        self.link_bytes(&bytes);
    }

    /// Adds raw bytes.
    pub fn link_bytes(&mut self, bytes: &[u8]) {
        let mut hasher = Sha256::new();
        hasher.update(self.state);
        hasher.update(bytes);
        self.state = hasher.finalize().into();
    }

    /// The chain so far in hexadecimal.
    pub fn hex(&self) -> String {
        hex(&self.state)
    }
}

/// SHA-256 of some bytes, hexadecimal.
pub fn hex_of(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_last_bit_changes_the_chain() {
        let chain_of = |value: f64| {
            let mut chain = DigestChain::default();
            chain.link_value(&value);
            chain.hex()
        };
        assert_eq!(chain_of(0.1), chain_of(0.1));
        assert_ne!(
            chain_of(0.1),
            chain_of(f64::from_bits(0.1f64.to_bits() + 1))
        );
    }

    #[test]
    fn order_matters() {
        let (mut ab, mut ba) = (DigestChain::default(), DigestChain::default());
        ab.link_bytes(b"a");
        ab.link_bytes(b"b");
        ba.link_bytes(b"b");
        ba.link_bytes(b"a");
        assert_ne!(ab.hex(), ba.hex());
    }
}
