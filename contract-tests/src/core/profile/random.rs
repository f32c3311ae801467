//! Random values from proptest: the same seed gives the same values.

use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

/// A source of values that is a function of its seed.
pub struct Gen(TestRunner);

impl Gen {
    /// The values of a seed, for one purpose and number of it.
    pub fn new(seed: u64, purpose: &str, number: u32) -> Gen {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        bytes[8..12].copy_from_slice(&number.to_le_bytes());
        // A purpose may be longer than the 20 bytes that are left: folding makes each letter count.
        for (index, byte) in purpose.bytes().enumerate() {
            bytes[12 + index % 20] = bytes[12 + index % 20].rotate_left(3) ^ byte;
        }
        Gen::of_rng(TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
    }

    fn of_rng(rng: TestRng) -> Gen {
        Gen(TestRunner::new_with_rng(Config::default(), rng))
    }

    /// Samples a value of a strategy.
    pub fn sample<S: Strategy>(&mut self, strategy: &S) -> S::Value {
        let tree = strategy.new_tree(&mut self.0);
        tree.unwrap_or_else(|reason| panic!("a strategy that always has a value: {reason}"))
            .current()
    }

    /// A number below `end`, which is not zero.
    pub fn below(&mut self, end: usize) -> usize {
        self.sample(&(0..end))
    }

    /// One of these.
    pub fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    /// Lower-case letters and digits.
    pub fn word(&mut self, length: usize) -> String {
        const LETTERS: &[u8] = b"abcdefghijkmnpqrstuvwxyz23456789";
        (0..length).map(|_| char::from(*self.pick(LETTERS))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_values_and_another_gives_others() {
        let word = |seed, purpose, number| Gen::new(seed, purpose, number).word(12);
        assert_eq!(word(1, "createSshKey", 0), word(1, "createSshKey", 0));
        assert_ne!(word(1, "createSshKey", 0), word(2, "createSshKey", 0));
        assert_ne!(word(1, "createSshKey", 0), word(1, "createSshKey", 1));
        assert_ne!(word(1, "createSshKey", 0), word(1, "createTrigger", 0));
    }
}
