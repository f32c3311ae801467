//! What was noticed about requests and answers, for tests to look at when they end.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard},
};

use serde::Serialize;

/// Breaches of the contract that are kept.
const BREACHES_MAX: usize = 1000;
/// Unknown properties that are told apart.
const UNKNOWN_MAX: usize = 1000;

/// An answer that breaks the contract.
#[derive(Debug, Clone, Serialize)]
pub struct Breach {
    /// The operation.
    pub operation: String,
    /// The status of the answer.
    pub status: u16,
    /// Where in the answer.
    pub property: String,
    /// What is wrong.
    pub message: String,
}

/// A property or parameter of a request that the contract does not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unknown {
    /// The operation.
    pub operation: String,
    /// The property or parameter.
    pub property: String,
    /// How often it was sent.
    pub count: u64,
}

/// Answers that broke the contract, and properties of requests that the contract does not know.
#[derive(Debug, Default)]
pub struct Notes(Mutex<Noticed>);

#[derive(Debug, Default, Clone)]
struct Noticed {
    breaches: Vec<Breach>,
    unknown: BTreeMap<(String, String), u64>,
}

impl Notes {
    /// Notes an answer that breaks the contract.
    pub fn breach(&self, breach: Breach) {
        tracing::error!(
            operation = breach.operation,
            status = breach.status,
            property = breach.property,
            "an answer breaks the contract: {}",
            breach.message
        );
        let mut noticed = self.lock();
        if noticed.breaches.len() < BREACHES_MAX {
            noticed.breaches.push(breach);
        }
    }

    /// Notes properties of a request that the contract does not know.
    pub fn unknown(&self, operation: &str, properties: &[String]) {
        let mut noticed = self.lock();
        for property in properties {
            let key = (operation.to_owned(), property.clone());
            if noticed.unknown.len() < UNKNOWN_MAX || noticed.unknown.contains_key(&key) {
                *noticed.unknown.entry(key).or_default() += 1;
            }
        }
    }

    /// The answers that broke the contract.
    pub fn breaches(&self) -> Vec<Breach> {
        self.lock().breaches.clone()
    }

    /// The properties of requests that the contract does not know.
    pub fn unknown_properties(&self) -> Vec<Unknown> {
        let unknown = |((operation, property), count): (&(String, String), &u64)| Unknown {
            operation: operation.clone(),
            property: property.clone(),
            count: *count,
        };
        self.lock().unknown.iter().map(unknown).collect()
    }

    /// Forgets everything.
    pub fn clear(&self) {
        *self.lock() = Noticed::default();
    }

    /// Knows what `other` knows.
    pub(super) fn become_like(&self, other: &Notes) {
        let noticed = other.lock().clone();
        *self.lock() = noticed;
    }

    fn lock(&self) -> MutexGuard<'_, Noticed> {
        self.0.lock().expect("no code panics while it holds the notes")
    }
}
