//! Every answer is checked against the contract. One that is the same to the letter is not checked
//! again.

use std::{collections::HashSet, hash::BuildHasher, sync::Mutex};

use foldhash::quality::RandomState;
use openapi::{Response, Violation};

/// How many good answers an operation remembers.
const REMEMBERED_MAX: usize = 256;

/// The answers of one operation that were found good.
#[derive(Debug, Default)]
pub struct Answers {
    hasher: RandomState,
    good: Mutex<HashSet<u64, RandomState>>,
}

impl Answers {
    /// What is wrong with this answer.
    pub fn check(
        &self,
        response: &Response,
        status: u16,
        body: Option<(&str, &[u8])>,
    ) -> Vec<Violation> {
        let hash = self.hasher.hash_one((status, body));
        if self.good().contains(&hash) {
            return Vec::new();
        }
        let violations = response.check(body);
        if violations.is_empty() {
            let mut good = self.good();
            if good.len() == REMEMBERED_MAX {
                good.clear();
            }
            good.insert(hash);
        }
        violations
    }

    fn good(&self) -> std::sync::MutexGuard<'_, HashSet<u64, RandomState>> {
        self.good.lock().expect("no code panics while it holds the answers")
    }
}
