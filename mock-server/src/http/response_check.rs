//! Checks every answer against the contract. An answer that is the same to the letter as a good one
//! before it is not checked again.

use std::{
    collections::HashSet,
    hash::BuildHasher,
    sync::{Mutex, MutexGuard},
};

use foldhash::quality::RandomState;
use openapi::{Route, Violation};

use super::response::Answer;

/// How many good answers an operation remembers.
const REMEMBERED_MAX: usize = 256;

/// The check of the answers of one operation, with the answers that were found good.
#[derive(Debug, Default)]
pub struct ResponseCheck {
    hasher: RandomState,
    good: Mutex<HashSet<u64, RandomState>>,
}

impl ResponseCheck {
    /// What is wrong with an answer of the operation of `route`. A status that the contract does
    /// not list falls under its `default`, unless it must be `listed`.
    pub fn violations(&self, route: &Route, answer: &Answer, listed: bool) -> Vec<Violation> {
        let response = route.response(answer.status);
        let response = response.filter(|_| !listed || route.documents(answer.status));
        let Some(response) = response else {
            return vec![Violation::new("", "the contract does not list this status")];
        };
        let hash = self.hasher.hash_one((answer.status, answer.body()));
        if self.good().contains(&hash) {
            return Vec::new();
        }
        let violations = response.check(answer.body());
        if violations.is_empty() {
            let mut good = self.good();
            if good.len() == REMEMBERED_MAX {
                good.clear();
            }
            good.insert(hash);
        }
        violations
    }

    fn good(&self) -> MutexGuard<'_, HashSet<u64, RandomState>> {
        self.good.lock().expect("no code panics while it holds the answers")
    }
}
