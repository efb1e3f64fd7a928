//! Named random streams: each part of a run draws from its own, so that one more draw here never
//! changes anything there.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// The stream `name` of the run with this seed. Equal on every machine.
pub fn stream(seed: u64, name: &str) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(fnv1a(name));
    rng
}

/// 64-bit FNV-1a hash of a name.
fn fnv1a(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngCore;

    #[test]
    fn equal_names_repeat_and_different_names_differ() {
        assert_eq!(stream(7, "sun").next_u64(), stream(7, "sun").next_u64());
        assert_ne!(stream(7, "sun").next_u64(), stream(7, "fog").next_u64());
        assert_ne!(stream(7, "sun").next_u64(), stream(8, "sun").next_u64());
    }
}
